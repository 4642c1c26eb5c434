//! What goes wrong on the way in: each has its documented answer, and others notice nothing.

use crate::house::{Answer, House, Named, Person};
use chrono::TimeDelta;
use huddle_server::app::App;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::{Method, header};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use uuid::Uuid;

async fn raw(who: &Person, path: &str, kind: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = who.at(Method::POST, &format!("/api/v1{path}"));
    Answer::to(request.header(header::CONTENT_TYPE, kind).body(body)).await
}

#[tokio::test]
async fn a_body_that_is_no_json_is_refused() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    for body in ["", "{", "{\"title\": \"a\"", "{'title': 'a'}", "\u{feff}{}", "nonsense"] {
        raw(&alice, "/meetings", "application/json", body).await.refused(400, "malformed_json");
    }
    raw(&alice, "/meetings", "application/json", vec![b'"', 0xff, b'"']).await.refused(400, "malformed_json");
}

#[tokio::test]
async fn a_body_of_another_type_is_refused() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        raw(&alice, "/meetings", kind, "{\"title\": \"a\"}").await.refused(415, "unsupported_media_type");
    }
}

#[tokio::test]
async fn json_that_does_not_fit_names_the_field() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    for (body, field) in [
        (json!({}), "title"),
        (json!({ "title": 5 }), "title"),
        (json!({ "title": "a", "colour": "red" }), "colour"),
        (json!({ "title": "" }), "title"),
        (json!({ "title": "t".repeat(201) }), "title"),
        (json!({ "title": "a", "startsAt": "tomorrow" }), "startsAt"),
        (json!({ "title": "a", "durationMinutes": 0 }), "durationMinutes"),
        (json!({ "title": "a", "timeZone": "Moon/Sea" }), "timeZone"),
        (json!({ "title": "a", "invitees": ["nobody"] }), "invitees"),
        (json!({ "title": "a", "agenda": [{ "title": null }] }), "agenda[0].title"),
        (json!([]), "body"),
    ] {
        let refused = alice.post("/meetings", body.clone()).await.refused(400, "invalid");
        assert_eq!(refused["details"]["field"], field, "{body}: {refused}");
    }
    let deep = format!("{{\"title\": {}}}", "[".repeat(100_000));
    assert_eq!(raw(&alice, "/meetings", "application/json", deep).await.status, 400);
    alice.get("/meetings?state=sleeping").await.refused(400, "invalid");
    alice.get("/meetings?colour=red").await.refused(400, "invalid");
    alice.get("/meetings?page=-1").await.refused(400, "invalid");
    for page in [1_000_001, u64::MAX / 100, u64::MAX] {
        let refused = alice.get(&format!("/meetings?page={page}&perPage=100")).await.refused(400, "invalid");
        assert_eq!(refused["details"]["field"], "page");
    }
    assert_eq!(alice.get("/meetings?page=1000000&perPage=100").await.ok(200)["items"], json!([]));
}

#[tokio::test]
async fn what_is_larger_than_a_mebibyte_is_refused() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    let large = json!({ "title": "x".repeat(2 << 20) });
    alice.post("/meetings", large).await.refused(413, "too_large");
    alice.plan("Still here").await;
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    let nil = Uuid::nil();
    for path in [
        format!("/meetings/{nil}"),
        "/meetings/zzzz-2222".into(),
        "/meetings/%00".into(),
        "/meetings/%F0%28%8C%28".into(),
        "/meetings/..%2f..%2fetc%2fpasswd".into(),
        format!("/meetings/{}", "x".repeat(5_000)),
        format!("/meetings/{nil}/chat"),
        format!("/meetings/{nil}/transcript"),
        "/join/zzzz2222".into(),
        "/join/'; drop table huddle_account; --".into(),
        "/nothing/here".into(),
        "/".into(),
    ] {
        alice.get(&path).await.refused(404, "not_found");
    }
    let meeting = alice.meet("Weekly").await;
    let path = format!("/meetings/{}", meeting.id());
    alice.patch(&format!("{path}/agenda/{nil}"), json!({ "title": "a" })).await.refused(404, "not_found");
    alice.patch(&format!("{path}/agenda/first"), json!({ "title": "a" })).await.refused(404, "not_found");
    alice.put(&format!("{path}/agenda/current"), json!({ "item": nil })).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_refused() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    alice.delete("/meetings").await.refused(405, "method_not_allowed");
    alice.put("/me", json!({})).await.refused(405, "method_not_allowed");
    alice.get("/auth/sign-in").await.refused(405, "method_not_allowed");
    Answer::to(house.at(Method::POST, "/")).await.refused(405, "method_not_allowed");
}

#[tokio::test]
async fn a_line_of_chat_has_at_most_four_thousand_characters() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    let chat = format!("/meetings/{}/chat", alice.meet("Weekly").await.id());
    for length in [4_001, 100_000] {
        let line = json!({ "text": "é".repeat(length), "clientId": "1" });
        let refused = alice.post(&chat, line).await.refused(400, "invalid");
        assert_eq!(refused["details"]["field"], "text");
    }
    alice.post(&chat, json!({ "text": "é".repeat(4_000), "clientId": "1" })).await.ok(201);
    alice.post(&chat, json!({ "text": "a", "clientId": "c".repeat(65) })).await.refused(400, "invalid");
    assert_eq!(alice.get(&chat).await.ok(200).as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn control_characters_go_and_right_to_left_text_stays() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    let meeting = alice.meet("שלום\u{0} \u{202e}עולם").await;
    assert_eq!(meeting["title"], "שלום עולם");
    let chat = format!("/meetings/{}/chat", meeting.id());
    let line = json!({ "text": "مرحبا\u{7} \u{2066}<b>&amp;</b>\u{2069}\r\nزوم 👩‍👩‍👧", "clientId": "1" });
    assert_eq!(alice.post(&chat, line).await.ok(201)["text"], "مرحبا <b>&amp;</b>\nزوم 👩‍👩‍👧");
    let blank = json!({ "text": "\u{0}\u{8}\u{202e} \n", "clientId": "2" });
    alice.post(&chat, blank).await.refused(400, "invalid");
    let line = json!({ "text": "a", "clientId": "\u{0}" });
    alice.post(&chat, line).await.refused(400, "invalid");
}

/// The claims of a good access token of this person, to be spoilt.
async fn claims(house: &House, who: &Person) -> Value {
    let me = who.get("/me").await.ok(200);
    let now = house.app.now().timestamp();
    json!({ "iss": "huddle", "aud": "huddle", "sub": me["id"], "role": "admin", "iat": now, "exp": now + 900,
            "sid": Uuid::nil() })
}

fn signed(claims: &Value, algorithm: Algorithm, key: &[u8]) -> String {
    encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key)).expect("a token")
}

fn own_key(app: &App) -> &[u8] {
    app.secrets.jwt.expose_secret().as_bytes()
}

fn base64url(text: &str) -> String {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    BASE64_URL_SAFE_NO_PAD.encode(text)
}

#[tokio::test]
async fn forged_tokens_open_nothing() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    let good = claims(&house, &alice).await;
    let key = own_key(&house.app);
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        signed(&claims, Algorithm::HS256, key)
    };
    let whole = signed(&good, Algorithm::HS256, key);
    let mut bearer = house.stranger();
    bearer.token = Some(whole.clone());
    bearer.get("/me").await.ok(200);

    let parts: Vec<&str> = whole.split('.').collect();
    let none = base64url(r#"{"alg":"none","typ":"JWT"}"#);
    let without = {
        let mut claims = good.clone();
        claims.as_object_mut().expect("an object").remove("exp");
        signed(&claims, Algorithm::HS256, key)
    };
    for (what, token) in [
        ("another key", signed(&good, Algorithm::HS256, b"another key that is long enough too")),
        ("no key", signed(&good, Algorithm::HS256, b"")),
        ("alg none", format!("{none}.{}.", parts[1])),
        ("alg none with the old signature", format!("{none}.{}.{}", parts[1], parts[2])),
        ("another algorithm", signed(&good, Algorithm::HS512, key)),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("other claims under the old signature", {
            let mut claims = good.clone();
            claims["sub"] = json!(Uuid::nil());
            format!("{}.{}.{}", parts[0], base64url(&claims.to_string()), parts[2])
        }),
        ("another issuer", with("iss", json!("somebody"))),
        ("another audience", with("aud", json!("somebody"))),
        ("the guests' audience", with("aud", json!("huddle-guest"))),
        ("an unknown role", with("role", json!("god"))),
        ("a guest's role", with("role", json!("guest"))),
        ("no subject that is one", with("sub", json!("alice"))),
        ("a meeting of its own", with("meeting", json!(Uuid::nil()))),
        ("no end", without),
        ("no token", "not-a-token".into()),
        ("a very long text", "x".repeat(6_000)),
        ("a refresh token", alice.refresh_token.clone().expect("a refresh token")),
    ] {
        bearer.token = Some(token);
        let answer = bearer.get("/me").await;
        assert_eq!(answer.status, 401, "{what}");
        answer.refused(401, "token_invalid");
    }
    bearer.token = Some(with("exp", json!(house.app.now().timestamp())));
    bearer.get("/me").await.refused(401, "token_expired");
}

#[tokio::test]
async fn a_guests_token_is_good_for_its_meeting_and_its_time() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    let meeting = alice.meet("Weekly").await;
    let guest = house.guest("gus", &meeting).await;
    let path = format!("/meetings/{}", meeting.id());
    guest.get("/me").await.refused(401, "unauthenticated");
    house.advance(TimeDelta::days(6));
    guest.get(&path).await.ok(200);
    house.advance(TimeDelta::days(1));
    guest.get(&path).await.refused(401, "token_expired");
}

#[tokio::test]
async fn every_answer_carries_a_request_id() {
    let house = House::start().await;
    let with_id = |id: &'static str| {
        let request = house.at(Method::GET, "/api/v1/instance").header("x-request-id", id);
        async move { Answer::to(request).await.header("x-request-id").to_owned() }
    };
    assert_eq!(with_id("abc-123_x.y").await, "abc-123_x.y");
    for strange in
        ["a b", "<script>", "a;b", "0123456789012345678901234567890123456789012345678901234567890123x"]
    {
        assert!(with_id(strange).await.parse::<Uuid>().is_ok(), "{strange}");
    }
    let page = Answer::to(house.at(Method::GET, "/somewhere")).await;
    assert!(page.header("x-request-id").parse::<Uuid>().is_ok());
}

#[tokio::test]
async fn answers_keep_a_browser_from_being_turned_against_its_user() {
    let house = House::start().await;
    for path in ["/", "/api/v1/instance", "/api/v1/docs/", "/api/v1/nothing"] {
        let answer = Answer::to(house.at(Method::GET, path)).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("script-src 'self' 'unsafe-inline'"), "{path}: {policy}");
    }
    assert_eq!(house.stranger().get("/instance").await.header("cache-control"), "no-store");
}

#[tokio::test]
async fn pages_of_other_origins_may_call_only_if_they_are_set() {
    let friendly =
        House::build().set(|config| config.server.cors_origins = vec!["https://friend.example".into()]);
    let house = friendly.start().await;
    let asked = |origin: &'static str| {
        let request = house.at(Method::OPTIONS, "/api/v1/meetings").header("origin", origin);
        let request = request.header("access-control-request-method", "POST");
        async move { Answer::to(request.header("access-control-request-headers", "x-huddle-csrf")).await }
    };
    let friend = asked("https://friend.example").await;
    assert_eq!(friend.header("access-control-allow-origin"), "https://friend.example");
    assert_eq!(friend.header("access-control-allow-credentials"), "true");
    assert_eq!(asked("https://evil.example").await.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn the_documentation_is_served_without_the_world() {
    let house = House::start().await;
    let document = house.stranger().get("/openapi.json").await.ok(200);
    assert!(document["openapi"].as_str().is_some_and(|v| v.starts_with("3.1")));
    let page = Answer::to(house.at(Method::GET, "/api/v1/docs/")).await;
    assert_eq!(page.status, 200);
    assert!(!page.text().contains("http://") && !page.text().contains("https://"), "{}", page.text());
    for file in ["swagger-ui-bundle.js", "swagger-ui.css", "swagger-initializer.js"] {
        let answer = Answer::to(house.at(Method::GET, &format!("/api/v1/docs/{file}"))).await;
        assert_eq!(answer.status, 200, "{file}");
    }
}
