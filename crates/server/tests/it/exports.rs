//! Exports and downloads: files that only those get who may, and links that end.

use crate::{
    house::{Answer, House, Named, Person},
    on_both,
    tasks::tasks_ended,
};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

/// A meeting of alice's that has ended, with its minutes and PDF.
async fn ended(house: &House, title: &str) -> (Person, Value) {
    let alice = house.join("alice").await;
    let meeting = alice.meet(title).await;
    alice.post(&format!("/meetings/{}/end", meeting.id()), json!({})).await.ok(200);
    tasks_ended(house, &alice, &meeting).await;
    (alice, meeting)
}

async fn exports(person: &Person, meeting: &Value) -> Value {
    person.get(&format!("/meetings/{}/exports", meeting.id())).await.ok(200)
}

/// The link of the newest export.
async fn link(person: &Person, meeting: &Value) -> String {
    exports(person, meeting).await[0]["url"].as_str().expect("a link").to_owned()
}

/// What a link gives somebody who has nothing but the link.
async fn follow(house: &House, link: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = house.at(Method::GET, link);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Answer::to(request).await
}

#[tokio::test]
async fn a_link_gives_the_file_to_whoever_has_it() {
    let house = House::start().await;
    let (alice, meeting) = ended(&house, "Año \"nuevo\" / plan").await;
    let export = exports(&alice, &meeting).await[0].clone();
    let file = follow(&house, &link(&alice, &meeting).await, &[]).await;
    assert_eq!(file.status, 200);
    assert!(file.bytes.starts_with(b"%PDF-"));
    assert_eq!(export["bytes"], file.bytes.len());
    assert_eq!(file.header("content-type"), "application/pdf");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    assert_eq!(file.header("accept-ranges"), "bytes");
    assert_eq!(file.header("content-length"), file.bytes.len().to_string());
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"A_o nuevo plan.pdf\"; filename*=UTF-8''A%C3%B1o%20nuevo%20plan.pdf"
    );
    let head = Answer::to(house.at(Method::HEAD, &link(&alice, &meeting).await)).await;
    assert_eq!((head.status, head.header("content-length")), (200, file.header("content-length")));
}

#[tokio::test]
async fn a_link_ends_after_fifteen_minutes_and_a_new_one_works() {
    let house = House::start().await;
    let (alice, meeting) = ended(&house, "Weekly").await;
    let old = link(&alice, &meeting).await;
    house.advance(TimeDelta::seconds(15 * 60 - 1));
    assert_eq!(follow(&house, &old, &[]).await.status, 200);
    house.advance(TimeDelta::seconds(1));
    follow(&house, &old, &[]).await.refused(403, "link_expired");
    let alice = house.sign_in("alice").await;
    assert_eq!(follow(&house, &link(&alice, &meeting).await, &[]).await.status, 200);
}

#[tokio::test]
async fn a_link_that_was_tampered_with_is_refused() {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as B64};
    let house = House::start().await;
    let (alice, meeting) = ended(&house, "Weekly").await;
    let good = link(&alice, &meeting).await;
    let (path, signature) = good.rsplit_once('.').expect("claims and signature");
    let claims = path.rsplit_once('/').expect("a path").1;
    let longer = String::from_utf8(B64.decode(claims).expect("base64")).expect("JSON");
    let until: Value = serde_json::from_str(&longer).expect("JSON");
    let later = longer.replace(&until["until"].to_string(), "9999999999");
    let last = if signature.ends_with('A') { "B" } else { "A" };
    let other_house = House::start().await;
    let (bob, other) = ended(&other_house, "Weekly").await;
    for bad in [
        format!("/api/v1/downloads/{}.{signature}", B64.encode(later)),
        format!("{path}.{}{last}", &signature[..signature.len() - 1]),
        format!("{path}."),
        path.to_owned(),
        "/api/v1/downloads/a.b".into(),
        "/api/v1/downloads/%00.%00".into(),
        format!("/api/v1/downloads/{}", "x".repeat(5_000)),
        link(&bob, &other).await, // signed with another house's key
    ] {
        let refused = follow(&house, &bad, &[]).await;
        assert!(
            refused.status == 403 || refused.status == 400,
            "{bad}: {} {}",
            refused.status,
            refused.text()
        );
        assert!(
            ["link_invalid", "invalid"].contains(&refused.json()["code"].as_str().unwrap_or_default()),
            "{bad}"
        );
    }
    assert_eq!(follow(&house, &good, &[]).await.status, 200);
}

#[tokio::test]
async fn a_link_does_not_outlive_what_it_points_to() {
    let house = House::start().await;
    let (alice, meeting) = ended(&house, "Weekly").await;
    let good = link(&alice, &meeting).await;
    alice.delete(&format!("/meetings/{}", meeting.id())).await.ok(204);
    follow(&house, &good, &[]).await.refused(404, "not_found");
    alice.post(&format!("/meetings/{}/restore", meeting.id()), json!({})).await.ok(200);
    assert_eq!(follow(&house, &good, &[]).await.status, 200);
}

#[tokio::test]
async fn a_part_of_a_file_can_be_asked_for() {
    let house = House::start().await;
    let (alice, meeting) = ended(&house, "Weekly").await;
    let link = link(&alice, &meeting).await;
    let whole = follow(&house, &link, &[]).await;
    let length = whole.bytes.len();

    let part = follow(&house, &link, &[("range", "bytes=5-14")]).await;
    assert_eq!((part.status, &part.bytes[..]), (206, &whole.bytes[5..15]));
    assert_eq!(part.header("content-range"), format!("bytes 5-14/{length}"));
    assert_eq!(part.header("content-length"), "10");

    let end = follow(&house, &link, &[("range", "bytes=-7")]).await;
    assert_eq!((end.status, &end.bytes[..]), (206, &whole.bytes[length - 7..]));

    let behind = follow(&house, &link, &[("range", &format!("bytes={length}-"))]).await;
    assert_eq!(behind.header("content-range"), format!("bytes */{length}"));
    behind.refused(416, "range_not_satisfiable");

    let tag = whole.header("etag").to_owned();
    let same = follow(&house, &link, &[("range", "bytes=0-3"), ("if-range", &tag)]).await;
    assert_eq!(same.status, 206);
    let changed = follow(&house, &link, &[("range", "bytes=0-3"), ("if-range", "\"other\"")]).await;
    assert_eq!((changed.status, changed.bytes.len()), (200, length));
}

on_both! {
    async fn a_file_is_rendered_once_for_all_who_ask(house) {
        let (alice, meeting) = ended(&house, "Weekly").await;
        let path = format!("/meetings/{}/exports", meeting.id());
        let ask = async |format: &str| alice.post(&path, json!({ "format": format })).await.ok(202);
        let pdf = ask("pdf").await;
        assert_eq!(pdf["id"], exports(&alice, &meeting).await[0]["id"], "the one that is there");
        let (one, two) = tokio::join!(ask("markdown"), ask("markdown"));
        assert_eq!(one["id"], two["id"], "asked for by two at once");
        assert_ne!(one["id"], pdf["id"]);
        tasks_ended(&house, &alice, &meeting).await;
        let all = exports(&alice, &meeting).await;
        assert_eq!(all.as_array().map(Vec::len), Some(2));
        assert_eq!((&all[0]["id"], &all[0]["state"]), (&one["id"], &json!("ready")));
        let text = follow(&house, &link(&alice, &meeting).await, &[]).await;
        assert_eq!(text.header("content-type"), "text/markdown; charset=utf-8");
        assert!(text.text().contains("Weekly"), "{}", text.text());
        assert!(text.header("content-disposition").contains("filename=\"Weekly.md\""));
    }

    async fn files_are_for_those_in_the_meeting_and_asked_for_by_those_with_an_account(house) {
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        let path = format!("/meetings/{}/exports", meeting.id());
        let gus = house.guest("gus", &meeting).await;
        let bob = house.join("bob").await;
        let pdf = || json!({ "format": "pdf" });
        alice.post(&path, pdf()).await.refused(409, "minutes_not_ready");
        alice.post(&format!("/meetings/{}/end", meeting.id()), json!({})).await.ok(200);
        tasks_ended(&house, &alice, &meeting).await;
        alice.post(&path, json!({ "format": "docx" })).await.refused(400, "invalid");
        gus.post(&path, pdf()).await.refused(403, "account_only");
        bob.post(&path, pdf()).await.refused(404, "not_found");
        bob.get(&path).await.refused(404, "not_found");
        bob.get(&format!("/meetings/{}/minutes", meeting.id())).await.refused(404, "not_found");
        bob.get(&format!("/meetings/{}/tasks", meeting.id())).await.refused(404, "not_found");
        house.stranger().get(&path).await.refused(401, "unauthenticated");
        assert_eq!(exports(&gus, &meeting).await.as_array().map(Vec::len), Some(1), "a guest may read");
    }
}

#[tokio::test]
async fn the_audio_of_a_speaker_can_be_followed_while_it_grows() {
    use huddle_domain::StreamId;
    use huddle_server::app::Caller;

    let house = House::start().await;
    let alice = house.join("alice").await;
    let meeting = alice.meet("Weekly").await;
    let id = |value: &Value| value["id"].as_str().expect("an id").parse().expect("an id");
    let caller = Caller::Account {
        id: id(&alice.get("/me").await.ok(200)),
        role: huddle_domain::account::AccountRole::Admin,
    };
    let people = alice.get(&format!("/meetings/{}/participants", meeting.id())).await.ok(200);
    let participant = people[0]["id"].as_str().expect("an id").parse().expect("an id");
    let stream: StreamId = house.app.next_id();
    house.live.open(caller, meeting.id(), stream, 0).await.expect("opened");
    let send = async |seq: u32| {
        house.live.accept(participant, stream, seq, &[0; 3_200]).await.expect("kept");
    };
    for seq in 0..5 {
        send(seq).await;
    }
    let audio = format!("/meetings/{}/audio", meeting.id());
    let tracks = alice.get(&audio).await.ok(200);
    let link = tracks[0]["url"].as_str().expect("a link").to_owned();
    let before = follow(&house, &link, &[]).await;
    assert_eq!((before.status, before.header("content-type")), (200, "audio/ogg"));
    assert!(before.bytes.starts_with(b"OggS"));
    assert!(before.header("content-disposition").contains("filename=\"alice.ogg\""));
    send(5).await;
    let after = follow(&house, &link, &[]).await;
    assert!(after.bytes.starts_with(&before.bytes) && after.bytes.len() > before.bytes.len());
    let rest = format!("bytes={}-", before.bytes.len());
    let part = follow(&house, &link, &[("range", &rest)]).await;
    assert_eq!((part.status, &part.bytes[..]), (206, &after.bytes[before.bytes.len()..]));
    let stale = [("range", rest.as_str()), ("if-range", before.header("etag"))];
    assert_eq!(follow(&house, &link, &stale).await.status, 200, "it is another file by now");
    let gus = house.guest("gus", &meeting).await;
    gus.get(&audio).await.refused(403, "account_only");
}
