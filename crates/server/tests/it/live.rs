//! The live door without audio: who is let in, what they are told, and what noise they may make.

use crate::house::{
    House, Named, PASSWORD,
    socket::{Socket, Told},
};
use serde_json::{Value, json};

/// A socket of somebody who is in the meeting.
async fn enter(person: &crate::house::Person, meeting: &Value) -> (Socket, Value) {
    let mut socket = Socket::open(person).await.expect("they may");
    let entered = socket.ask("enter", json!({ "meeting": meeting.id() })).await;
    assert_eq!(entered["ok"], true, "{entered}");
    (socket, entered["snapshot"].clone())
}

fn code(answer: &Value) -> &str {
    assert_eq!(answer["ok"], false, "{answer}");
    answer["error"]["code"].as_str().expect("a code")
}

#[tokio::test]
async fn strangers_and_pages_of_other_sites_are_refused_at_the_door() {
    let house = House::build().idle().start().await;
    let alice = house.join("alice").await;
    assert_eq!(Socket::open(&house.stranger()).await.err().as_deref(), Some("unauthenticated"));
    let mut forger = house.stranger();
    forger.token = Some("eyJhbGciOiJub25lIn0.e30.".into());
    assert_eq!(Socket::open(&forger).await.err().as_deref(), Some("token_invalid"));
    let evil = Socket::open_from(&alice, Some("https://evil.example")).await;
    assert_eq!(evil.err().as_deref(), Some("unauthenticated"));
    assert!(Socket::open_from(&alice, Some(&house.url)).await.is_ok());
}

#[tokio::test]
async fn who_enters_is_shown_everything_and_hears_what_comes() {
    let house = House::build().idle().start().await;
    let (alice, bob) = (house.join("alice").await, house.join("bob").await);
    let meeting = alice.meet("Weekly").await;
    bob.come(&meeting).await;
    let early = json!({ "text": "before", "clientId": "0" });
    alice.post(&format!("/meetings/{}/chat", meeting.id()), early).await.ok(201);

    let (mut ears, snapshot) = enter(&bob, &meeting).await;
    assert_eq!(snapshot["meeting"]["title"], "Weekly");
    assert_eq!(snapshot["you"]["name"], "bob");
    assert_eq!(snapshot["chat"][0]["text"], "before");
    assert_eq!(snapshot["captions"]["available"], false);

    let (mut mouth, _) = enter(&alice, &meeting).await;
    let said = mouth.ask("chat", json!({ "text": "hello", "clientId": "1" })).await;
    assert_eq!(ears.event("chat").await, said["line"]);
    let again = mouth.ask("chat", json!({ "text": "hello", "clientId": "1" })).await;
    assert_eq!(again["line"], said["line"], "sent twice is stored once");
    let renamed = json!({ "title": "Biweekly" });
    alice.patch(&format!("/meetings/{}", meeting.id()), renamed).await.ok(200);
    assert_eq!(ears.event("meeting").await["title"], "Biweekly");
}

#[tokio::test]
async fn what_is_not_for_them_is_refused_by_event() {
    let house = House::build().idle().start().await;
    let (alice, bob) = (house.join("alice").await, house.join("bob").await);
    let meeting = alice.meet("Weekly").await;
    let mut socket = Socket::open(&bob).await.expect("he may");
    let enter = json!({ "meeting": meeting.id() });
    assert_eq!(code(&socket.ask("enter", enter.clone()).await), "not_found");
    assert_eq!(code(&socket.ask("chat", json!({ "text": "a", "clientId": "1" })).await), "not_entered");
    bob.come(&meeting).await;
    assert_eq!(socket.ask("enter", enter).await["ok"], true);
    assert_eq!(code(&socket.ask("agenda.current", json!({ "item": null })).await), "host_only");
    let large = json!({ "text": "x".repeat(100_000), "clientId": "1" });
    assert!(["invalid", "too_large"].contains(&code(&socket.ask("chat", large).await)));
    for (event, payload) in [
        ("dance", json!({})),
        ("chat", json!("text")),
        ("chat", json!({ "text": "a" })),
        ("chat", json!({ "text": "a", "clientId": "1", "colour": "red" })),
        ("enter", json!({ "meeting": 7 })),
        ("audio", json!({ "stream": "x", "seq": -1 })),
        ("audio.open", json!({ "stream": "not an id" })),
    ] {
        assert_eq!(code(&socket.ask(event, payload).await), "invalid", "{event}");
    }
    assert_eq!(socket.ask("chat", json!({ "text": "still here", "clientId": "1" })).await["ok"], true);
}

#[tokio::test]
async fn a_meeting_that_is_deleted_ends_and_everybody_hears_of_it() {
    let house = House::build().idle().start().await;
    let alice = house.join("alice").await;
    let meeting = alice.meet("Weekly").await;
    let gus = house.guest("gus", &meeting).await;
    let (mut ears, _) = enter(&gus, &meeting).await;
    let stream = uuid::Uuid::from_u128(1);
    assert_eq!(ears.ask("audio.open", json!({ "stream": stream })).await["ok"], true);
    let path = format!("/meetings/{}", meeting.id());
    alice.delete(&path).await.ok(204);
    let told = ears.event("meeting").await;
    assert_eq!(told["state"], "ended");
    assert!(told["deletedAt"].is_string(), "{told}");
    assert_eq!(code(&ears.ask("chat", json!({ "text": "a", "clientId": "1" })).await), "not_found");
    while house.live.measure().await.0 > 0 {
        tokio::task::yield_now().await;
    }
    let restored = alice.call(reqwest::Method::POST, &format!("{path}/restore"), None).await.ok(200);
    assert_eq!((&restored["state"], &restored["deletedAt"]), (&json!("ended"), &Value::Null));
    let tasks = alice.get(&format!("{path}/tasks")).await.ok(200);
    assert_eq!(tasks[0]["type"], "finish_hearing", "its minutes are written like those of every other");
}

#[tokio::test]
async fn a_flood_from_one_socket_is_refused_and_others_notice_nothing() {
    let house = House::build().idle().start().await;
    let (alice, bob) = (house.join("alice").await, house.join("bob").await);
    let meeting = alice.meet("Weekly").await;
    bob.come(&meeting).await;
    let (mut flood, _) = enter(&alice, &meeting).await;
    let (mut calm, _) = enter(&bob, &meeting).await;
    let noise: Vec<(&str, Value)> = (0..300).map(|_| ("dance", json!({}))).collect();
    flood.ask_all(&noise).await;
    assert_eq!(calm.ask("chat", json!({ "text": "calm", "clientId": "1" })).await["ok"], true);
    // What does not fit is refused; of refusals, too, only so many are kept for a client that does not read.
    loop {
        match flood.told().await {
            Told::Answer(_, answer) if code(&answer) == "too_many_requests" => break,
            Told::Answer(..) | Told::Event(..) => {}
            Told::Over => panic!("the socket stays"),
        }
    }
    let sorry = json!({ "text": "sorry", "clientId": "1" });
    while flood.ask("chat", sorry.clone()).await["ok"] != true {}
}

#[tokio::test]
async fn a_socket_ends_with_the_session_that_opened_it() {
    let house = House::build().idle().start().await;
    let alice = house.join("alice").await;
    let meeting = alice.meet("Weekly").await;
    let elsewhere = house.sign_in("alice").await;
    let (mut here, _) = enter(&alice, &meeting).await;
    let (mut there, _) = enter(&elsewhere, &meeting).await;
    let gus = house.guest("gus", &meeting).await;
    let (mut guest, _) = enter(&gus, &meeting).await;
    let change = json!({ "current": PASSWORD, "new": "a brand new password" });
    alice.post("/me/password", change).await.ok(204);
    while there.told().await != Told::Over {}
    assert_eq!(here.ask("chat", json!({ "text": "still here", "clientId": "1" })).await["ok"], true);
    assert_eq!(guest.ask("chat", json!({ "text": "me too", "clientId": "1" })).await["ok"], true);
}
