//! Who may do what: every route, asked by everybody. A route that is in the OpenAPI document and not in
//! this table fails the last test.

use crate::{
    house::{Answer, House, Named, Person},
    uploads,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// A route and what each is answered: nobody, an account that is not in the meeting, a guest of it, an
/// account in it, its host, the administrator (who is not in it either).
struct Row {
    route: &'static str,
    body: &'static str,
    statuses: [u16; 6],
}

const fn row(route: &'static str, body: &'static str, statuses: [u16; 6]) -> Row {
    Row { route, body, statuses }
}

/// Everybody may.
const fn all(status: u16) -> [u16; 6] {
    [status; 6]
}

/// Accounts may.
const fn accounts(status: u16) -> [u16; 6] {
    [401, status, 401, status, status, status]
}

/// Who is in the meeting may; to others it does not exist.
const fn members(status: u16) -> [u16; 6] {
    [401, 404, status, status, status, 404]
}

/// Who is in the meeting with an account may.
const fn members_with_account(status: u16) -> [u16; 6] {
    [401, 404, 403, status, status, 404]
}

/// The host may.
const fn host(status: u16) -> [u16; 6] {
    [401, 404, 403, 403, status, 404]
}

/// The host's alone: not of the meeting.
const fn the_hosts_own(status: u16) -> [u16; 6] {
    [401, 404, 401, 404, status, 404]
}

const TABLE: &[Row] = &[
    row("GET /instance", "", all(200)),
    row(
        "POST /auth/register",
        r#"{"email": "new@example.com", "name": "New", "password": "long enough"}"#,
        all(202),
    ),
    row("POST /auth/sign-in", r#"{"email": "none@example.com", "password": "x"}"#, all(401)),
    row("POST /auth/refresh", "", all(401)),
    row("GET /me", "", accounts(200)),
    row("PATCH /me", r#"{"name": "Renamed"}"#, accounts(200)),
    row("POST /me/password", r#"{"current": "not it", "new": "long enough"}"#, accounts(400)),
    row("GET /meetings", "", accounts(200)),
    row("POST /meetings", r#"{"title": "Mine"}"#, accounts(201)),
    row("GET /meetings/{meeting}", "", members(200)),
    row("PATCH /meetings/{meeting}", r#"{"title": "Renamed"}"#, host(200)),
    row("DELETE /meetings/{meeting}", "", host(204)),
    row("POST /meetings/{meeting}/restore", "", [401, 404, 401, 404, 200, 404]),
    row("POST /meetings/{meeting}/start", "", host(200)),
    row("POST /meetings/{meeting}/end", "", host(200)),
    row("GET /join/{code}", "", all(200)),
    row("POST /join/{code}", r#"{"name": "Visitor"}"#, all(200)),
    row("GET /meetings/{meeting}/participants", "", members(200)),
    row("GET /meetings/{meeting}/chat", "", members(200)),
    row("POST /meetings/{meeting}/chat", r#"{"text": "hello", "clientId": "1"}"#, members(201)),
    row("GET /meetings/{meeting}/agenda", "", members(200)),
    row("POST /meetings/{meeting}/agenda", r#"{"title": "Point"}"#, host(201)),
    row("PATCH /meetings/{meeting}/agenda/{item}", r#"{"title": "Point"}"#, host(200)),
    row("DELETE /meetings/{meeting}/agenda/{item}", "", host(204)),
    row("PUT /meetings/{meeting}/agenda/order", r#"{"items": ["{item}"]}"#, host(200)),
    row("PUT /meetings/{meeting}/agenda/current", r#"{"item": "{item}"}"#, host(204)),
    row("GET /meetings/{meeting}/transcript", "", members(200)),
    row("GET /meetings/{meeting}/minutes", "", members(200)),
    // The meeting is still going on.
    row("POST /meetings/{meeting}/minutes", "", host(409)),
    row("GET /meetings/{meeting}/audio", "", members_with_account(200)),
    row("GET /meetings/{meeting}/exports", "", members(200)),
    row("POST /meetings/{meeting}/exports", r#"{"format": "pdf"}"#, members_with_account(409)),
    row("GET /meetings/{meeting}/tasks", "", members(200)),
    row("GET /uploads", "", accounts(200)),
    row("POST /uploads", "", accounts(201)),
    row("GET /uploads/{upload}", "", the_hosts_own(200)),
    row("HEAD /uploads/{upload}", "", the_hosts_own(200)),
    row("PATCH /uploads/{upload}", "", the_hosts_own(204)),
    row("DELETE /uploads/{upload}", "", the_hosts_own(204)),
    row("GET /downloads/{ticket}", "", all(403)),
    row("POST /auth/sign-out", "", all(204)),
];

const WHO: [&str; 6] = ["nobody", "a stranger", "a guest", "a participant", "the host", "the administrator"];

/// A live meeting with everybody in it who belongs there.
async fn scene(house: &House, host: &Person, participant: &Person) -> (Value, String, Person) {
    let plan = json!({ "title": "Scene", "startNow": true, "agenda": [{ "title": "Point" }] });
    let meeting = host.post("/meetings", plan).await.ok(201);
    host.come(&meeting).await;
    participant.come(&meeting).await;
    let agenda = host.get(&format!("/meetings/{}/agenda", meeting.id())).await.ok(200);
    let guest = house.guest("guest", &meeting).await;
    (meeting, agenda[0].id().to_owned(), guest)
}

#[tokio::test]
async fn everybody_may_do_what_the_table_says_and_nothing_else() {
    let house = House::build().idle().start().await;
    let administrator = house.join("root").await;
    let (host, participant, stranger) =
        (house.join("host").await, house.join("pat").await, house.join("stan").await);
    let mut wrong = Vec::new();
    for Row { route, body, statuses } in TABLE {
        for (n, expected) in statuses.iter().enumerate() {
            // All from new addresses, so that no limit is met.
            let (meeting, item, guest) =
                scene(&house, &house.elsewhere(&host), &house.elsewhere(&participant)).await;
            let nobody = house.stranger();
            let who = [&nobody, &stranger, &guest, &participant, &host, &administrator][n];
            let who = match route.ends_with("sign-out") && who.refresh_token.is_some() {
                true => house.sign_in(&who.name).await,
                false => house.elsewhere(who),
            };
            let upload = match route.contains("{upload}") {
                true => Some(uploads::Upload::begin(&house.elsewhere(&host), 10, &[]).await),
                false => None,
            };
            let fill = |text: &str| {
                let text = text.replace("{meeting}", meeting.id()).replace("{code}", meeting.code());
                let text = text.replace("{upload}", upload.as_ref().map_or("", |u| &u.id));
                text.replace("{item}", &item).replace("{ticket}", "bm90LWEtdGlja2V0")
            };
            let (method, path) = route.split_once(' ').expect("method and path");
            let body: Option<Value> =
                (!body.is_empty()).then(|| serde_json::from_str(&fill(body)).expect("JSON"));
            let method = method.parse::<Method>().expect("a method");
            let answer = match path.starts_with("/uploads") {
                true => {
                    let path = format!("/api/v1{}", fill(path));
                    Answer::to(uploads::tus(&who, method, &path).header("upload-offset", 0)).await
                }
                false => who.call(method, &fill(path), body).await,
            };
            if let Some(upload) = upload {
                upload.cancel(&house.elsewhere(&host)).await;
            }
            if answer.status != *expected {
                wrong.push(format!(
                    "{route} by {}: {} instead of {expected}: {}",
                    WHO[n],
                    answer.status,
                    answer.text()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_route_is_in_the_table() {
    let house = House::build().idle().start().await;
    let document = house.stranger().get("/openapi.json").await.ok(200);
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        let path = path.strip_prefix("/api/v1").expect("everything is below /api/v1");
        for method in item.as_object().expect("operations").keys() {
            documented.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let tabled: BTreeSet<String> = TABLE.iter().map(|row| row.route.to_owned()).collect();
    assert_eq!(documented, tabled);
}

#[tokio::test]
async fn a_deleted_meeting_is_found_by_its_host_only_to_bring_it_back() {
    let house = House::build().idle().start().await;
    let (host, participant) = (house.join("host").await, house.join("pat").await);
    let (meeting, _, guest) = scene(&house, &host, &participant).await;
    let path = format!("/meetings/{}", meeting.id());
    host.delete(&path).await.ok(204);
    for who in [&host, &participant, &guest] {
        who.get(&path).await.refused(404, "not_found");
    }
    participant.call(Method::POST, &format!("{path}/restore"), None).await.refused(404, "not_found");
    house.stranger().get(&format!("/join/{}", meeting.code())).await.refused(404, "not_found");
    host.call(Method::POST, &format!("{path}/restore"), None).await.ok(200);
    guest.get(&path).await.ok(200);
}

#[tokio::test]
async fn those_who_were_invited_may_look_but_speak_only_once_they_joined() {
    let house = House::build().idle().start().await;
    let (host, ann) = (house.join("host").await, house.join("ann").await);
    let plan = json!({ "title": "Asked", "startNow": true, "invitees": ["Ann@Example.com"] });
    let meeting = host.post("/meetings", plan).await.ok(201);
    let path = format!("/meetings/{}", meeting.id());
    let seen = ann.get(&path).await.ok(200);
    assert_eq!(
        (&seen["isHost"], &seen["invitees"]),
        (&json!(false), &json!([])),
        "addresses are the host's to see"
    );
    let line = json!({ "text": "hello", "clientId": "1" });
    ann.post(&format!("{path}/chat"), line.clone()).await.refused(403, "not_joined");
    ann.come(&meeting).await;
    ann.post(&format!("{path}/chat"), line).await.ok(201);
}

#[tokio::test]
async fn a_guest_of_one_meeting_is_nobody_in_another() {
    let house = House::build().idle().start().await;
    let host = house.join("host").await;
    let (one, other) = (host.meet("One").await, host.meet("Other").await);
    let guest = house.guest("gus", &one).await;
    guest.get(&format!("/meetings/{}", one.id())).await.ok(200);
    guest.get(&format!("/meetings/{}", other.id())).await.refused(404, "not_found");
    let invitation = guest.get(&format!("/join/{}", other.code())).await.ok(200);
    assert_eq!(invitation["member"], false);
}
