//! The log: enough to find a request again, nothing that was said or proved.

use crate::house::{Answer, Named, PASSWORD, Person, email, processes::Huddle};
use reqwest::Method;
use serde_json::{Value, json};
use std::{fs::File, process::Stdio, time::Duration};

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().expect("a text").to_owned()
}

/// The last part of a token, which proves it.
fn signature(token: &str) -> &str {
    token.rsplit('.').next().unwrap_or(token)
}

#[tokio::test]
async fn a_request_is_found_by_its_id_and_its_words_and_tokens_are_not() {
    let dir = tempfile::tempdir().expect("a directory");
    let log = dir.path().join("log");
    let file = File::create(&log).expect("a file");
    // Everything that can be asked for.
    let environment = [("HUDDLE_SPEECH_ENGINE", "off"), ("HUDDLE_LOG", "trace")];
    let server = Huddle::serve_logging(dir.path(), &environment, Stdio::from(file));

    let visitor = || Person::new(server.url(), "192.0.2.1");
    let asked = json!({ "email": email("alice"), "name": "alice", "password": PASSWORD });
    visitor().post("/auth/register", asked).await.ok(202);
    let wrong = json!({ "email": email("alice"), "password": "a wrong password" });
    visitor().post("/auth/sign-in", wrong).await.refused(401, "invalid_credentials");
    let asked = json!({ "email": email("alice"), "password": PASSWORD });
    let session = visitor().post("/auth/sign-in", asked).await.ok(200);
    let mut alice = visitor();
    alice.token = Some(text(&session, "accessToken"));
    let meeting = alice.meet("A title nobody shall read").await;
    let joined = visitor().post(&format!("/join/{}", meeting.code()), json!({ "name": "Gus" })).await.ok(200);
    let chat = alice.at(Method::POST, &format!("/api/v1/meetings/{}/chat", meeting.id()));
    let line = json!({ "text": "words that were meant for four eyes", "clientId": "1" });
    Answer::to(chat.header("x-request-id", "find-me-again").json(&line)).await.ok(201);
    let refresh = json!({ "refreshToken": session["refreshToken"] });
    let renewed = alice.post("/auth/refresh", refresh).await.ok(200);
    let ended = tokio::task::spawn_blocking(|| server.terminate(Duration::from_secs(10)));
    assert!(ended.await.expect("it ended").success());

    let log = std::fs::read_to_string(log).expect("the log");
    let found: Vec<&str> = log.lines().filter(|l| l.contains("find-me-again")).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    for part in ["/api/v1/meetings/{meeting}/chat", "POST", "201", "ms="] {
        assert!(found[0].contains(part), "{part}: {}", found[0]);
    }
    for secret in [
        PASSWORD,
        "a wrong password",
        &email("alice"),
        "four eyes",
        "nobody shall read",
        signature(&text(&session, "accessToken")),
        &text(&session, "refreshToken"),
        &text(&renewed, "refreshToken"),
        signature(&text(&joined, "token")),
    ] {
        let told: Vec<&str> = log.lines().filter(|l| l.contains(secret)).collect();
        assert!(told.is_empty(), "{secret} is in the log: {told:#?}");
    }
    let told: Vec<&str> = log.lines().filter(|l| l.contains("Answered") && l.contains("127.0.0.1")).collect();
    assert!(told.is_empty(), "{told:#?}");
}
