//! The log: enough to find a request again, nothing that was said or proved.

use crate::house::{Answer, House, Named, PASSWORD, Person};
use reqwest::Method;
use serde_json::json;
use std::{
    io,
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("nobody panics")).into_owned()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nobody panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Everything that a server of this test's own thread logs, down to the smallest.
fn listen() -> (Lines, tracing::subscriber::DefaultGuard) {
    let lines = Lines::default();
    let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false);
    let guard = tracing::subscriber::set_default(all.with_writer(lines.clone()).finish());
    (lines, guard)
}

#[tokio::test]
async fn a_request_is_found_by_its_id_and_its_words_and_tokens_are_not() {
    let (lines, _listening) = listen();
    let house = House::build().idle().start().await;
    let alice = house.join("alice").await;
    let meeting = alice.meet("A title nobody shall read").await;
    let guest = house.guest("gus", &meeting).await;
    let line = json!({ "text": "words that were meant for four eyes", "clientId": "1" });
    let chat = format!("/api/v1/meetings/{}/chat", meeting.id());
    let named =
        |who: &Person| who.at(Method::POST, &chat).header("x-request-id", "find-me-again").json(&line);
    Answer::to(named(&alice)).await.ok(201);
    let wrong = json!({ "email": "alice@example.com", "password": "a wrong password" });
    house.stranger().post("/auth/sign-in", wrong).await.refused(401, "invalid_credentials");
    alice.post("/auth/refresh", json!({ "refreshToken": alice.refresh_token })).await.ok(200);

    let log = lines.text();
    let found: Vec<&str> = log.lines().filter(|l| l.contains("find-me-again")).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    for part in ["/api/v1/meetings/{meeting}/chat", "POST", "201", "ms="] {
        assert!(found[0].contains(part), "{part}: {}", found[0]);
    }
    let signature =
        |token: &Option<String>| token.as_ref().and_then(|t| t.rsplit('.').next()).expect("one").to_owned();
    for secret in [
        PASSWORD,
        "a wrong password",
        "alice@example.com",
        "four eyes",
        "nobody shall read",
        &signature(&alice.token),
        &signature(&alice.refresh_token),
        &signature(&guest.token),
        &alice.address,
    ] {
        let told: Vec<&str> = log.lines().filter(|l| l.contains(secret)).collect();
        assert!(told.is_empty(), "{secret} is in the log: {told:#?}");
    }
}
