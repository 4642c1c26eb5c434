//! Accounts: registering, signing in, staying signed in, signing out; and who is locked out.

use crate::{
    house::{Answer, House, PASSWORD, Person, email},
    on_both,
};
use chrono::TimeDelta;
use reqwest::{Method, header};
use serde_json::{Value, json};

fn credentials(name: &str, password: &str) -> Value {
    json!({ "email": email(name), "password": password })
}

async fn try_sign_in(house: &House, name: &str, password: &str) -> Answer {
    house.stranger().post("/auth/sign-in", credentials(name, password)).await
}

async fn refresh(house: &House, token: &str) -> Answer {
    house.stranger().post("/auth/refresh", json!({ "refreshToken": token })).await
}

fn refresh_token(session: &Value) -> String {
    session["refreshToken"].as_str().expect("a refresh token").to_owned()
}

on_both! {
    async fn the_first_account_is_the_administrator_and_later_ones_are_not(house) {
        assert_eq!(house.stranger().get("/instance").await.ok(200)["needsFirstAccount"], true);
        let alice = house.join("alice").await;
        let bob = house.join("bob").await;
        assert_eq!(alice.get("/me").await.ok(200)["role"], "admin");
        assert_eq!(bob.get("/me").await.ok(200)["role"], "member");
        assert_eq!(house.stranger().get("/instance").await.ok(200)["needsFirstAccount"], false);
    }

    async fn of_many_who_register_at_once_exactly_one_is_the_administrator(house) {
        let names: Vec<String> = (0..8).map(|n| format!("racer{n}")).collect();
        let people = futures::future::join_all(names.iter().map(|name| house.join(name))).await;
        let mut admins = 0;
        for person in people {
            admins += usize::from(person.get("/me").await.ok(200)["role"] == "admin");
        }
        assert_eq!(admins, 1);
    }

    async fn a_known_address_is_answered_like_an_unknown_one(house) {
        house.join("alice").await;
        let asked = |name: &str| json!({ "email": email(name), "name": "Mallory", "password": "another password" });
        let known = house.stranger().post("/auth/register", asked("alice")).await;
        let unknown = house.stranger().post("/auth/register", asked("zoe")).await;
        assert_eq!((known.status, known.text()), (202, "{}".to_owned()));
        assert_eq!((unknown.status, unknown.text()), (202, "{}".to_owned()));
        let names = |answer: &Answer| {
            let mut names: Vec<String> = answer.headers.keys().map(|k| k.to_string()).collect();
            names.sort();
            names
        };
        assert_eq!(names(&known), names(&unknown), "headers tell nothing either");
        try_sign_in(&house, "alice", "another password").await.refused(401, "invalid_credentials");
        assert_eq!(house.sign_in("alice").await.get("/me").await.ok(200)["name"], "alice", "nothing was changed");
    }

    async fn a_wrong_password_is_answered_like_an_unknown_address(house) {
        house.join("alice").await;
        let mut wrong = try_sign_in(&house, "alice", "not her password").await.refused(401, "invalid_credentials");
        let mut unknown = try_sign_in(&house, "nobody", "not her password").await.refused(401, "invalid_credentials");
        wrong["requestId"] = Value::Null;
        unknown["requestId"] = Value::Null;
        assert_eq!(wrong, unknown);
    }

    async fn five_failures_lock_an_account_for_fifteen_minutes(house) {
        house.join("alice").await;
        for _ in 0..5 {
            try_sign_in(&house, "alice", "a wrong password").await.refused(401, "invalid_credentials");
        }
        try_sign_in(&house, "alice", PASSWORD).await.refused(401, "invalid_credentials");
        house.advance(TimeDelta::seconds(899));
        try_sign_in(&house, "alice", PASSWORD).await.refused(401, "invalid_credentials");
        house.advance(TimeDelta::seconds(1));
        try_sign_in(&house, "alice", PASSWORD).await.ok(200);
    }

    async fn a_good_sign_in_forgives_the_failures_before_it(house) {
        house.join("alice").await;
        for _ in 0..3 {
            for _ in 0..4 {
                try_sign_in(&house, "alice", "a wrong password").await.refused(401, "invalid_credentials");
            }
            try_sign_in(&house, "alice", PASSWORD).await.ok(200);
        }
    }

    async fn guesses_made_all_at_once_lock_as_surely_as_one_by_one(house) {
        house.join("alice").await;
        let guesses = (0..12).map(|n| {
            let house = &house;
            async move { try_sign_in(house, "alice", &format!("guess number {n}")).await }
        });
        for answer in futures::future::join_all(guesses).await {
            answer.refused(401, "invalid_credentials");
        }
        try_sign_in(&house, "alice", PASSWORD).await.refused(401, "invalid_credentials");
    }

    async fn the_lock_outlives_a_restart(house) {
        house.join("alice").await;
        for _ in 0..5 {
            try_sign_in(&house, "alice", "a wrong password").await.refused(401, "invalid_credentials");
        }
        let house = house.restart().await;
        try_sign_in(&house, "alice", PASSWORD).await.refused(401, "invalid_credentials");
    }

    async fn a_refresh_token_works_once_and_its_reuse_ends_the_family(house) {
        let alice = house.join("alice").await;
        let elsewhere = house.sign_in("alice").await;
        let first = alice.refresh_token.clone().expect("a refresh token");
        let second = refresh_token(&refresh(&house, &first).await.ok(200));
        let renewed = refresh(&house, &second).await.ok(200);
        house.advance(TimeDelta::seconds(11));
        refresh(&house, &first).await.refused(401, "token_invalid");
        refresh(&house, &refresh_token(&renewed)).await.refused(401, "token_invalid");
        let mut thief = house.stranger();
        thief.token = renewed["accessToken"].as_str().map(str::to_owned);
        thief.get("/me").await.refused(401, "token_invalid");
        refresh(&house, &elsewhere.refresh_token.expect("a refresh token")).await.ok(200);
    }

    async fn two_tabs_that_refresh_together_both_stay_signed_in(house) {
        let token = house.join("alice").await.refresh_token.expect("a refresh token");
        let (one, other) = tokio::join!(refresh(&house, &token), refresh(&house, &token));
        let (one, other) = (refresh_token(&one.ok(200)), refresh_token(&other.ok(200)));
        house.advance(TimeDelta::minutes(20));
        refresh(&house, &one).await.ok(200);
        refresh(&house, &other).await.ok(200);
    }

    async fn a_refresh_token_lasts_seven_days_or_thirty(house) {
        house.join("alice").await;
        let short = house.sign_in("alice").await.refresh_token.expect("a refresh token");
        let mut asked = credentials("alice", PASSWORD);
        asked["remember"] = true.into();
        let long = refresh_token(&house.stranger().post("/auth/sign-in", asked).await.ok(200));
        house.advance(TimeDelta::days(7));
        refresh(&house, &short).await.refused(401, "token_expired");
        house.advance(TimeDelta::days(22));
        let long = refresh_token(&refresh(&house, &long).await.ok(200));
        house.advance(TimeDelta::days(29));
        refresh(&house, &long).await.ok(200);
    }

    async fn signing_out_ends_the_session_and_no_other(house) {
        let alice = house.join("alice").await;
        let elsewhere = house.sign_in("alice").await;
        let token = alice.refresh_token.clone().expect("a refresh token");
        alice.post("/auth/sign-out", json!({ "refreshToken": token })).await.ok(204);
        refresh(&house, &token).await.refused(401, "token_invalid");
        alice.get("/me").await.refused(401, "token_invalid");
        elsewhere.get("/me").await.ok(200);
        house.stranger().call(Method::POST, "/auth/sign-out", None).await.ok(204);
    }

    async fn a_new_password_signs_the_others_out(house) {
        let alice = house.join("alice").await;
        let elsewhere = house.sign_in("alice").await;
        let change = json!({ "current": PASSWORD, "new": "a brand new password" });
        alice.post("/me/password", change).await.ok(204);
        elsewhere.get("/me").await.refused(401, "token_invalid");
        refresh(&house, &elsewhere.refresh_token.expect("a refresh token")).await.refused(401, "token_invalid");
        alice.get("/me").await.ok(200);
        refresh(&house, &alice.refresh_token.expect("a refresh token")).await.ok(200);
        try_sign_in(&house, "alice", PASSWORD).await.refused(401, "invalid_credentials");
        try_sign_in(&house, "alice", "a brand new password").await.ok(200);
    }

    async fn the_current_password_cannot_be_guessed_from_a_stolen_session(house) {
        let alice = house.join("alice").await;
        for n in 0..5 {
            let guess = json!({ "current": format!("guess number {n}"), "new": "a brand new password" });
            assert_eq!(alice.post("/me/password", guess).await.refused(400, "invalid")["details"]["field"], "current");
        }
        let right = json!({ "current": PASSWORD, "new": "a brand new password" });
        alice.post("/me/password", right).await.refused(400, "invalid");
        try_sign_in(&house, "alice", PASSWORD).await.refused(401, "invalid_credentials");
    }

    async fn a_name_can_be_changed(house) {
        let alice = house.join("alice").await;
        let renamed = alice.patch("/me", json!({ "name": "  Alice\u{7} Liddell " })).await.ok(200);
        assert_eq!(renamed["name"], "Alice Liddell");
        assert_eq!(alice.get("/me").await.ok(200), renamed);
    }

    async fn addresses_are_one_whatever_their_case(house) {
        house.join("alice").await;
        let asked = json!({ "email": " ALICE@Example.com ", "password": PASSWORD });
        house.stranger().post("/auth/sign-in", asked).await.ok(200);
    }

    async fn the_operator_makes_accounts_and_sets_passwords(house) {
        use huddle_domain::account::AccountRole;
        use huddle_server::app::accounts;
        let app = &house.app;
        let made = accounts::add(app, "ann@example.com", "Ann", PASSWORD, AccountRole::Member).await.expect("made");
        assert_eq!(made.role, AccountRole::Admin, "the first is an administrator whatever was asked");
        let again = accounts::add(app, "ANN@example.com", "Ann", PASSWORD, AccountRole::Member).await;
        assert_eq!(again.map_err(|e| e.code()).expect_err("it exists"), "invalid");
        let ann = house.sign_in("ann").await;
        accounts::set_password(app, "ann@example.com", "a brand new password").await.expect("set");
        ann.get("/me").await.refused(401, "token_invalid");
        try_sign_in(&house, "ann", "a brand new password").await.ok(200);
        let missing = accounts::set_password(app, "zoe@example.com", "a brand new password").await;
        assert_eq!(missing.map_err(|e| e.code()).expect_err("nobody"), "not_found");
    }

    async fn expired_refresh_tokens_are_swept_and_used_ones_are_kept_till_then(house) {
        use huddle_server::app::sweep::sweep;
        let alice = house.join("alice").await;
        refresh(&house, &alice.refresh_token.expect("a refresh token")).await.ok(200);
        assert_eq!(sweep(&house.app).await.expect("swept").tokens, 0);
        house.advance(TimeDelta::days(9));
        assert_eq!(sweep(&house.app).await.expect("swept").tokens, 2);
    }

    async fn a_token_that_is_none_waits_for_nobody_who_writes(house) {
        house.join("alice").await;
        let writing = house.app.db.begin().await.expect("begun");
        let nonsense = json!({ "refreshToken": "nonsense" });
        refresh(&house, "nonsense").await.refused(401, "token_invalid");
        house.stranger().post("/auth/sign-out", nonsense).await.ok(204);
        writing.commit().await.expect("committed");
    }
}

#[tokio::test]
async fn one_address_refreshes_and_signs_out_so_often_and_then_waits() {
    let house = House::start().await;
    let hasty = house.stranger();
    let nonsense = || json!({ "refreshToken": "nonsense" });
    let mut refused = None;
    // Some are let in again while these are on their way.
    for n in 0..1_000 {
        let route = if n % 2 == 0 { "/auth/refresh" } else { "/auth/sign-out" };
        let answer = hasty.post(route, nonsense()).await;
        if answer.status == 429 {
            refused = Some((n, answer));
            break;
        }
    }
    let (n, answer) = refused.expect("there is an end to it");
    assert!(n >= 60, "{n}");
    answer.refused(429, "too_many_requests");
    refresh(&house, "nonsense").await.refused(401, "token_invalid");
}

#[tokio::test]
async fn an_access_token_lasts_fifteen_minutes() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    house.advance(TimeDelta::seconds(899));
    alice.get("/me").await.ok(200);
    house.advance(TimeDelta::seconds(1));
    alice.get("/me").await.refused(401, "token_expired");
}

#[tokio::test]
async fn where_registration_is_closed_only_the_first_may_register() {
    use huddle_server::config::Registration;
    let closed = House::build().set(|config| config.accounts.registration = Registration::Closed);
    let house = closed.start().await;
    assert_eq!(house.stranger().get("/instance").await.ok(200)["registration"], "closed");
    house.join("alice").await;
    for name in ["bob", "alice"] {
        let asked = json!({ "email": email(name), "name": name, "password": PASSWORD });
        house.stranger().post("/auth/register", asked).await.refused(403, "registration_closed");
    }
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused_by_field() {
    let house = House::start().await;
    let good = json!({ "email": "ann@example.com", "name": "Ann", "password": PASSWORD });
    for (field, value) in [
        ("email", json!("ann")),
        ("email", json!("")),
        ("name", json!(" \u{8} ")),
        ("name", json!("n".repeat(81))),
        ("password", json!("too short")),
        ("password", json!("x".repeat(257))),
    ] {
        let mut asked = good.clone();
        asked[field] = value;
        let refused = house.stranger().post("/auth/register", asked).await.refused(400, "invalid");
        assert_eq!(refused["details"]["field"], field);
    }
}

#[tokio::test]
async fn one_address_may_try_ten_times_and_then_waits() {
    let house = House::start().await;
    house.join("alice").await;
    let hasty = house.stranger();
    for _ in 0..10 {
        hasty.post("/auth/sign-in", credentials("alice", PASSWORD)).await.ok(200);
    }
    let refused = hasty.post("/auth/sign-in", credentials("alice", PASSWORD)).await;
    let wait: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=6).contains(&wait), "{wait}");
    refused.refused(429, "too_many_requests");
    try_sign_in(&house, "alice", PASSWORD).await.ok(200);
}

#[tokio::test]
async fn what_a_client_invents_about_its_address_is_not_believed() {
    let house = House::start().await;
    let hasty = house.stranger();
    let mut statuses = Vec::new();
    for n in 0..11 {
        let mut liar = hasty.clone();
        liar.address = format!("192.0.2.{n}, {}", hasty.address);
        statuses.push(liar.post("/auth/sign-in", credentials("alice", PASSWORD)).await.status);
    }
    assert_eq!(statuses.last(), Some(&429));
}

/// A browser that signed in.
async fn signed_in_browser(house: &House, name: &str) -> Person {
    let browser = house.browser();
    browser.post("/auth/sign-in", credentials(name, PASSWORD)).await.ok(200);
    browser
}

#[tokio::test]
async fn a_browser_stays_signed_in_by_cookies() {
    let house = House::start().await;
    house.join("alice").await;
    let browser = signed_in_browser(&house, "alice").await;
    assert_eq!(browser.get("/me").await.ok(200)["name"], "alice");
    house.advance(TimeDelta::minutes(16));
    browser.get("/me").await.refused(401, "token_expired");
    browser.call(Method::POST, "/auth/refresh", None).await.ok(200);
    browser.get("/me").await.ok(200);
    browser.call(Method::POST, "/auth/sign-out", None).await.ok(204);
    browser.get("/me").await.refused(401, "unauthenticated");
    browser.call(Method::POST, "/auth/refresh", None).await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn cookies_are_out_of_reach_of_scripts_and_other_sites() {
    let house = House::start().await;
    house.join("alice").await;
    let answer = try_sign_in(&house, "alice", PASSWORD).await;
    let cookies: Vec<&str> =
        answer.headers.get_all(header::SET_COOKIE).iter().map(|v| v.to_str().expect("plain")).collect();
    assert_eq!(cookies.len(), 2);
    for cookie in &cookies {
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
        assert!(cookie.contains("Max-Age=604800") && !cookie.contains("Secure"), "{cookie}");
    }
    let refresh = cookies.iter().find(|c| c.starts_with("huddle_refresh=")).expect("it is one of them");
    assert!(refresh.contains("Path=/api/v1/auth"), "{refresh}");
}

#[tokio::test]
async fn a_page_gets_its_tokens_as_cookies_and_in_no_other_way() {
    let house = House::start().await;
    house.join("alice").await;
    let browser = house.browser();
    let signed_in = browser.post("/auth/sign-in", credentials("alice", PASSWORD)).await.ok(200);
    let renewed = browser.call(Method::POST, "/auth/refresh", None).await.ok(200);
    for session in [signed_in, renewed] {
        assert_eq!(session["account"]["name"], "alice");
        assert!(session.get("accessToken").is_none() && session.get("refreshToken").is_none(), "{session}");
    }
    browser.get("/me").await.ok(200);
    let program = try_sign_in(&house, "alice", PASSWORD).await.ok(200);
    let renewed = refresh(&house, &refresh_token(&program)).await.ok(200);
    assert!(renewed["accessToken"].is_string() && renewed["refreshToken"].is_string());
}

#[tokio::test]
async fn over_https_cookies_never_travel_in_the_clear() {
    let secure =
        House::build().set(|config| config.server.public_url = Some("https://huddle.example".into()));
    let house = secure.start().await;
    house.join("alice").await;
    let answer = try_sign_in(&house, "alice", PASSWORD).await;
    let cookies = answer.headers.get_all(header::SET_COOKIE);
    assert!(cookies.iter().all(|v| v.to_str().is_ok_and(|v| v.contains("Secure"))));
}

#[tokio::test]
async fn a_session_that_is_over_is_taken_from_the_browser() {
    let house = House::start().await;
    house.join("alice").await;
    let browser = signed_in_browser(&house, "alice").await;
    house.advance(TimeDelta::days(8));
    let refused = browser.call(Method::POST, "/auth/refresh", None).await;
    let gone = refused
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .filter(|v| v.to_str().is_ok_and(|v| v.contains("Max-Age=0")));
    assert_eq!(gone.count(), 2);
    refused.refused(401, "token_expired");
    browser.get("/me").await.refused(401, "unauthenticated");
}

#[tokio::test]
async fn another_sites_page_can_change_nothing() {
    let house = House::start().await;
    house.join("alice").await;
    let browser = signed_in_browser(&house, "alice").await;
    let send = |request: reqwest::RequestBuilder| Answer::to(request.json(&json!({ "title": "Forged" })));
    let ours = || browser.at(Method::POST, "/api/v1/meetings");
    send(browser.bare(Method::POST, "/api/v1/meetings")).await.refused(403, "csrf");
    for origin in ["https://evil.example", "null", "http://127.0.0.1:1"] {
        send(ours().header("origin", origin)).await.refused(403, "csrf");
    }
    send(ours().header("origin", &house.url)).await.ok(201);
    for route in ["refresh", "sign-out"] {
        let path = format!("/api/v1/auth/{route}");
        Answer::to(browser.bare(Method::POST, &path)).await.refused(403, "csrf");
    }
    browser.get("/me").await.ok(200);
}

#[tokio::test]
async fn a_bearer_token_needs_no_header_against_forgery() {
    let house = House::start().await;
    house.join("alice").await.plan("From a script").await;
}
