//! A meeting's life: planned, live, ended; what is said and planned in it; who finds it.

use crate::{
    house::{House, Named, Person},
    on_both,
};
use chrono::TimeDelta;
use huddle_domain::{
    StreamId,
    account::AccountRole,
    meeting::{self, MeetingState},
    participant::{Participant, Role},
};
use huddle_server::{
    app::{Caller, participants::PEOPLE_MAX},
    db,
};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

async fn verb(who: &Person, meeting: &Value, verb: &str) -> crate::house::Answer {
    who.call(Method::POST, &format!("/meetings/{}/{verb}", meeting.id()), None).await
}

fn below(meeting: &Value, rest: &str) -> String {
    format!("/meetings/{}/{rest}", meeting.id())
}

fn titles(items: &Value) -> Vec<&str> {
    items.as_array().expect("a list").iter().map(|i| i["title"].as_str().expect("a title")).collect()
}

fn texts(lines: &Value) -> Vec<&str> {
    lines.as_array().expect("a list").iter().map(|l| l["text"].as_str().expect("a text")).collect()
}

/// Changes the meeting while `verb`, which has looked at it before, waits to hold it.
async fn meanwhile<T>(
    house: &House,
    made: &Value,
    change: impl FnOnce(&mut meeting::Meeting),
    verb: impl Future<Output = T>,
) -> T {
    let tx = house.app.db.begin().await.expect("begun");
    let id = made.id().parse().expect("an id");
    let mut held = db::meeting::lock(&tx, id).await.expect("read").expect("it is there");
    change(&mut held);
    db::meeting::update(&tx, &held).await.expect("stored");
    let letting_go = async {
        // Nothing tells that somebody waits for a lock; too short a time makes the test no less true.
        tokio::time::sleep(Duration::from_millis(300)).await;
        tx.commit().await.expect("committed");
    };
    tokio::join!(verb, letting_go).0
}

on_both! {
    async fn rules_are_judged_on_what_is_true_when_they_take_effect(house) {
        let (alice, bob) = (house.join("alice").await, house.join("bob").await);
        let me = alice.get("/me").await.ok(200).id().parse().expect("an id");
        let alices = Caller::Account { id: me, role: AccountRole::Admin };
        let end = |held: &mut meeting::Meeting| held.state = MeetingState::Ended;
        let delete = |held: &mut meeting::Meeting| held.deleted_at = held.started_at;

        let made = alice.meet("Weekly").await;
        let join = format!("/join/{}", made.code());
        meanwhile(&house, &made, end, bob.post(&join, json!({}))).await.refused(409, "meeting_ended");
        let made = alice.meet("Weekly").await;
        let join = format!("/join/{}", made.code());
        meanwhile(&house, &made, delete, bob.post(&join, json!({}))).await.refused(404, "not_found");

        for (change, code) in [(&end as &dyn Fn(&mut _), "meeting_ended"), (&delete, "not_found")] {
            let made = alice.meet("Weekly").await;
            let stream: StreamId = house.app.next_id();
            let opened = house.live.open(alices, made.id(), stream, 0);
            let refused = meanwhile(&house, &made, change, opened).await.expect_err("too late");
            assert_eq!(refused.code(), code);
            let stored = db::capture::by_id(house.app.db.read(), stream).await.expect("read");
            assert!(stored.is_none(), "{code}");
        }

        let made = alice.plan("Weekly").await;
        alice.delete(&format!("/meetings/{}", made.id())).await.ok(204);
        let restored_and_changed = |held: &mut meeting::Meeting| {
            held.deleted_at = None;
            held.title = "Biweekly".into();
        };
        let restored = meanwhile(&house, &made, restored_and_changed, verb(&alice, &made, "restore")).await;
        assert_eq!(restored.ok(200)["title"], "Biweekly", "what happened meanwhile stays");
        assert_eq!(alice.get(&format!("/meetings/{}", made.id())).await.ok(200)["title"], "Biweekly");
    }

    async fn a_meeting_holds_so_many_people_and_no_more(house) {
        let alice = house.join("alice").await;
        let made = alice.meet("Weekly").await;
        let tx = house.app.db.begin().await.expect("begun");
        for n in 2..=PEOPLE_MAX {
            let guest = Participant {
                id: house.app.next_id(),
                meeting: made.id().parse().expect("an id"),
                account: None,
                name: format!("guest {n}"),
                role: Role::Guest,
                joined_at: house.app.now(),
            };
            db::participant::insert(&tx, &guest).await.expect("stored");
        }
        tx.commit().await.expect("committed");
        let path = format!("/join/{}", made.code());
        house.stranger().post(&path, json!({ "name": "one more" })).await.refused(409, "meeting_full");
        alice.post(&path, json!({})).await.ok(200);
    }

    async fn a_plan_is_kept_as_it_was_made(house) {
        let alice = house.join("alice").await;
        let plan = json!({
            "title": "Quarterly", "description": "Numbers\nand more numbers", "startsAt": "2026-12-01T15:00:00Z",
            "durationMinutes": 45, "timeZone": "Europe/Madrid", "invitees": ["Bob@Example.com", "zoe@example.com"],
            "agenda": [{ "title": "Numbers", "owner": "Bob" }, { "title": "More numbers" }],
        });
        let made = alice.post("/meetings", plan).await.ok(201);
        assert_eq!(made["state"], "planned");
        assert_eq!(made["startsAt"], "2026-12-01T15:00:00Z");
        assert_eq!(made["timeZone"], "Europe/Madrid");
        assert_eq!(made["invitees"], json!(["bob@example.com", "zoe@example.com"]));
        assert_eq!(made["host"]["name"], "alice");
        assert_eq!(made["isHost"], true);
        assert!(made["joinUrl"].as_str().expect("a link").ends_with(&format!("/m/{}", made.code())));
        assert_eq!(alice.get(&format!("/meetings/{}", made.id())).await.ok(200), made);
        let agenda = alice.get(&below(&made, "agenda")).await.ok(200);
        assert_eq!(titles(&agenda), ["Numbers", "More numbers"]);
        assert_eq!(agenda[0]["owner"], "Bob");
    }

    async fn a_meeting_is_found_by_id_and_by_code_as_people_type_it(house) {
        let alice = house.join("alice").await;
        let made = alice.plan("Weekly").await;
        let typed = format!("{}-{}", &made.code()[..4], &made.code()[4..]).to_uppercase();
        for name in [made.id(), made.code(), &typed] {
            assert_eq!(alice.get(&format!("/meetings/{name}")).await.ok(200).id(), made.id());
        }
    }

    async fn a_meeting_starts_once_ends_once_and_never_again(house) {
        let alice = house.join("alice").await;
        let made = alice.plan("Weekly").await;
        verb(&alice, &made, "end").await.refused(409, "meeting_not_started");
        let started = verb(&alice, &made, "start").await.ok(200);
        assert_eq!(started["state"], "live");
        house.advance(TimeDelta::minutes(5));
        assert_eq!(verb(&alice, &made, "start").await.ok(200), started, "starting again changes nothing");
        let ended = verb(&alice, &made, "end").await.ok(200);
        assert_eq!((&ended["state"], &ended["endedAt"]), (&json!("ended"), &json!("2026-11-20T09:05:00Z")));
        house.advance(TimeDelta::minutes(5));
        assert_eq!(verb(&alice, &made, "end").await.ok(200)["endedAt"], ended["endedAt"]);
        verb(&alice, &made, "start").await.refused(409, "meeting_ended");
        house.stranger().post(&format!("/join/{}", made.code()), json!({ "name": "Late" })).await.refused(409, "meeting_ended");
    }

    async fn a_deleted_meeting_comes_back_for_thirty_days(house) {
        let alice = house.join("alice").await;
        let made = alice.plan("Weekly").await;
        let path = format!("/meetings/{}", made.id());
        alice.delete(&path).await.ok(204);
        alice.get(&path).await.refused(404, "not_found");
        assert_eq!(alice.get("/meetings").await.ok(200)["total"], 0);
        assert_eq!(titles(&alice.get("/meetings?state=deleted").await.ok(200)["items"]), ["Weekly"]);
        house.advance(TimeDelta::days(30));
        let alice = house.sign_in("alice").await;
        assert_eq!(verb(&alice, &made, "restore").await.ok(200)["deletedAt"], Value::Null);
        assert_eq!(verb(&alice, &made, "restore").await.ok(200).id(), made.id(), "bringing back twice is once");
        alice.delete(&path).await.ok(204);
        house.advance(TimeDelta::days(30) + TimeDelta::seconds(1));
        let alice = house.sign_in("alice").await;
        verb(&alice, &made, "restore").await.refused(404, "not_found");
        assert_eq!(alice.get("/meetings?state=deleted").await.ok(200)["total"], 0);
    }

    async fn absent_fields_of_a_change_stay_and_null_takes_away(house) {
        let alice = house.join("alice").await;
        let plan = json!({ "title": "Weekly", "description": "As ever", "startsAt": "2026-12-01T15:00:00Z", "durationMinutes": 45 });
        let made = alice.post("/meetings", plan).await.ok(201);
        let path = format!("/meetings/{}", made.id());
        let changed = alice.patch(&path, json!({ "title": "Biweekly", "startsAt": null })).await.ok(200);
        assert_eq!((&changed["title"], &changed["startsAt"]), (&json!("Biweekly"), &Value::Null));
        assert_eq!((&changed["description"], &changed["durationMinutes"]), (&json!("As ever"), &json!(45)));
        assert_eq!(alice.get(&path).await.ok(200), changed);
    }

    async fn a_list_shows_what_is_mine_newest_first(house) {
        let (alice, bob, carol) = (house.join("alice").await, house.join("bob").await, house.join("carol").await);
        let asked = json!({ "title": "Bob is invited", "invitees": ["bob@example.com"] });
        alice.post("/meetings", asked).await.ok(201);
        house.advance(TimeDelta::seconds(1));
        let joined = alice.meet("Bob comes by").await;
        bob.come(&joined).await;
        house.advance(TimeDelta::seconds(1));
        bob.plan("Bob hosts 100%").await;
        house.advance(TimeDelta::seconds(1));
        carol.plan("Not for Bob").await;
        let seen = bob.get("/meetings").await.ok(200);
        assert_eq!(titles(&seen["items"]), ["Bob hosts 100%", "Bob comes by", "Bob is invited"]);
        assert_eq!(seen["total"], 3);
        assert_eq!(seen["items"][1]["participantCount"], 2);
        assert_eq!(seen["items"][1]["isHost"], false);
        let only = async |query: &str| bob.get(&format!("/meetings?{query}")).await.ok(200);
        assert_eq!(titles(&only("state=live").await["items"]), ["Bob comes by"]);
        assert_eq!(titles(&only("q=INVITED").await["items"]), ["Bob is invited"]);
        assert_eq!(titles(&only("q=%25").await["items"]), ["Bob hosts 100%"], "a sign of SQL is a sign");
        assert_eq!(titles(&only("q=_").await["items"]), [""; 0]);
        let second = only("page=2&perPage=2").await;
        assert_eq!(titles(&second["items"]), ["Bob is invited"]);
        assert_eq!((&second["page"], &second["perPage"], &second["total"]), (&json!(2), &json!(2), &json!(3)));
        assert_eq!(only("page=999999&perPage=100").await["items"], json!([]));
    }

    async fn joining_twice_is_joining_once(house) {
        let (alice, bob) = (house.join("alice").await, house.join("bob").await);
        let meeting = alice.meet("Weekly").await;
        let (one, other) = tokio::join!(bob.come(&meeting), bob.come(&meeting));
        assert_eq!(one["id"], other["id"]);
        assert_eq!((&one["name"], &one["role"]), (&json!("bob"), &json!("participant")));
        let gus = house.guest("gus", &meeting).await;
        let again = gus.post(&format!("/join/{}", meeting.code()), json!({ "name": "Augustus" })).await.ok(200);
        assert_eq!(again["participant"]["name"], "gus");
        let people = alice.get(&below(&meeting, "participants")).await.ok(200);
        let people: Vec<_> = people.as_array().expect("a list").iter().map(|p| (p["name"].clone(), p["role"].clone())).collect();
        let expected = [("alice", "host"), ("bob", "participant"), ("gus", "guest")].map(|(n, r)| (json!(n), json!(r)));
        assert_eq!(people, expected);
    }

    async fn a_guest_needs_a_name_and_may_come_before_the_start(house) {
        let alice = house.join("alice").await;
        let meeting = alice.plan("Weekly").await;
        let join = format!("/join/{}", meeting.code());
        let invitation = house.stranger().get(&join).await.ok(200);
        assert_eq!((&invitation["hostName"], &invitation["member"], &invitation["name"]), (&json!("alice"), &json!(false), &Value::Null));
        house.stranger().post(&join, json!({})).await.refused(400, "invalid");
        house.stranger().post(&join, json!({ "name": " \u{8} " })).await.refused(400, "invalid");
        let gus = house.guest("gus", &meeting).await;
        gus.get(&below(&meeting, "participants")).await.ok(200);
        let known = gus.get(&join).await.ok(200);
        assert_eq!((&known["member"], &known["name"]), (&json!(true), &json!("gus")));
    }

    async fn a_line_sent_twice_is_stored_once(house) {
        let (alice, bob) = (house.join("alice").await, house.join("bob").await);
        let meeting = alice.meet("Weekly").await;
        bob.come(&meeting).await;
        let chat = below(&meeting, "chat");
        let line = json!({ "text": "hello", "clientId": "a1" });
        let (one, other) = tokio::join!(alice.post(&chat, line.clone()), alice.post(&chat, line.clone()));
        let mut statuses = [one.status, other.status];
        statuses.sort();
        assert_eq!(statuses, [200, 201]);
        assert_eq!(one.json(), other.json());
        bob.post(&chat, line).await.ok(201);
        let lines = alice.get(&chat).await.ok(200);
        assert_eq!(texts(&lines), ["hello", "hello"], "another's id is another's");
        let later = alice.post(&chat, json!({ "text": "and later", "clientId": "a2" })).await.ok(201);
        let after = alice.get(&format!("{chat}?after={}", lines[1].id())).await.ok(200);
        assert_eq!(texts(&after), ["and later"]);
        verb(&alice, &meeting, "end").await.ok(200);
        alice.post(&chat, json!({ "text": "too late", "clientId": "a3" })).await.refused(409, "meeting_ended");
        let known = alice.post(&chat, json!({ "text": "and later", "clientId": "a2" })).await.ok(200);
        assert_eq!(known, later, "what was stored is acknowledged even after the end");
    }

    async fn chat_keeps_its_order_and_shows_its_last_two_hundred(house) {
        let alice = house.join("alice").await;
        let chat = below(&alice.meet("Weekly").await, "chat");
        for n in 0..205 {
            alice.post(&chat, json!({ "text": n.to_string(), "clientId": n.to_string() })).await.ok(201);
        }
        let lines = alice.get(&chat).await.ok(200);
        let expected: Vec<String> = (5..205).map(|n| n.to_string()).collect();
        assert_eq!(texts(&lines), expected);
    }

    async fn the_agenda_is_the_hosts_to_change(house) {
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        let agenda = below(&meeting, "agenda");
        for title in ["One", "Two", "Three"] {
            alice.post(&agenda, json!({ "title": title })).await.ok(201);
        }
        let items = alice.get(&agenda).await.ok(200);
        let ids: Vec<&str> = (0..3).map(|n| items[n].id()).collect();
        let order = json!({ "items": [ids[2], ids[0], ids[1]] });
        assert_eq!(titles(&alice.put(&format!("{agenda}/order"), order).await.ok(200)), ["Three", "One", "Two"]);
        for wrong in [json!([ids[0], ids[1]]), json!([ids[0], ids[0], ids[1]]), json!([])] {
            alice.put(&format!("{agenda}/order"), json!({ "items": wrong })).await.refused(400, "invalid");
        }
        let changed = alice.patch(&format!("{agenda}/{}", ids[0]), json!({ "owner": "Bob" })).await.ok(200);
        assert_eq!((&changed["title"], &changed["owner"]), (&json!("One"), &json!("Bob")));
        let path = format!("/meetings/{}", meeting.id());
        alice.put(&format!("{agenda}/current"), json!({ "item": ids[1] })).await.ok(204);
        assert_eq!(alice.get(&path).await.ok(200)["currentAgendaItem"], ids[1]);
        alice.delete(&format!("{agenda}/{}", ids[1])).await.ok(204);
        assert_eq!(alice.get(&path).await.ok(200)["currentAgendaItem"], Value::Null);
        assert_eq!(titles(&alice.get(&agenda).await.ok(200)), ["Three", "One"]);
    }

    async fn a_current_item_needs_a_live_meeting_and_goes_with_its_end(house) {
        let alice = house.join("alice").await;
        let made = alice.post("/meetings", json!({ "title": "Weekly", "agenda": [{ "title": "One" }] })).await.ok(201);
        let current = below(&made, "agenda/current");
        let item = alice.get(&below(&made, "agenda")).await.ok(200)[0].clone();
        alice.put(&current, json!({ "item": item.id() })).await.refused(409, "meeting_not_started");
        verb(&alice, &made, "start").await.ok(200);
        alice.put(&current, json!({ "item": item.id() })).await.ok(204);
        alice.put(&current, json!({ "item": null })).await.ok(204);
        alice.put(&current, json!({ "item": item.id() })).await.ok(204);
        assert_eq!(verb(&alice, &made, "end").await.ok(200)["currentAgendaItem"], Value::Null);
        alice.put(&current, json!({ "item": item.id() })).await.refused(409, "meeting_ended");
    }

    async fn everything_is_still_there_after_a_restart(house) {
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        alice.post(&below(&meeting, "chat"), json!({ "text": "remember me", "clientId": "1" })).await.ok(201);
        let (token, refresh) = (alice.token.clone(), alice.refresh_token.clone());
        let house = house.restart().await;
        let mut alice = house.stranger();
        alice.token = token;
        assert_eq!(texts(&alice.get(&below(&meeting, "chat")).await.ok(200)), ["remember me"]);
        assert_eq!(alice.get(&format!("/meetings/{}", meeting.id())).await.ok(200)["state"], "live");
        alice.post("/auth/refresh", json!({ "refreshToken": refresh })).await.ok(200);
    }
}

#[tokio::test]
async fn a_browser_that_came_as_a_guest_is_known_by_its_cookie() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    let meeting = alice.meet("Weekly").await;
    let browser = house.browser();
    let joined = browser.post(&format!("/join/{}", meeting.code()), json!({ "name": "gus" })).await.ok(200);
    assert!(joined["token"].as_str().is_some_and(|t| !t.is_empty()));
    assert_eq!(joined["participant"]["isYou"], true);
    let line = json!({ "text": "hello", "clientId": "1" });
    assert_eq!(browser.post(&below(&meeting, "chat"), line).await.ok(201)["name"], "gus");
}
