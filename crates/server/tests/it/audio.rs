//! Audio through the live door: what is taken, what is refused, and how much of it.

use crate::{
    house::{House, Named, Person, socket::Socket},
    on_both,
};
use chrono::TimeDelta;
use huddle_domain::{StreamId, capture::FRAME_BYTES};
use huddle_server::{app::capture, db};
use serde_json::{Value, json};
use uuid::Uuid;

/// Somebody who is in the meeting with a socket.
async fn entered(person: &Person, meeting: &Value) -> Socket {
    let mut socket = Socket::open(person).await.expect("they may");
    assert_eq!(socket.ask("enter", json!({ "meeting": meeting.id() })).await["ok"], true);
    socket
}

async fn open(socket: &mut Socket, stream: Uuid, offset_ms: i64) -> Value {
    socket.ask("audio.open", json!({ "stream": stream, "offsetMs": offset_ms })).await
}

async fn send(socket: &mut Socket, stream: Uuid, seq: u32, bytes: usize) -> Value {
    socket.ask_with("audio", json!({ "stream": stream, "seq": seq }), &vec![0; bytes]).await
}

async fn begins_at(house: &House, stream: Uuid) -> i64 {
    let row = db::capture::by_id(house.app.db.read(), StreamId(stream)).await.expect("read");
    row.expect("it is stored").start_ms
}

#[tokio::test]
async fn a_frame_that_is_none_is_refused_and_changes_nothing() {
    let house = House::build().idle().start().await;
    let (alice, bob) = (house.join("alice").await, house.join("bob").await);
    let meeting = alice.meet("Weekly").await;
    bob.come(&meeting).await;
    let mut socket = entered(&alice, &meeting).await;
    let mut calm = entered(&bob, &meeting).await;
    let stream = Uuid::from_u128(1);
    assert_eq!(open(&mut socket, stream, 0).await["next"], 0);
    assert_eq!(send(&mut socket, stream, 0, FRAME_BYTES).await, json!({ "ok": true, "next": 1 }));
    for bytes in [0, 1, FRAME_BYTES - 2, FRAME_BYTES - 1, FRAME_BYTES + 1, FRAME_BYTES * 2, 500_000] {
        let refused = send(&mut socket, stream, 1, bytes).await;
        assert_eq!(
            (&refused["ok"], &refused["error"]["code"]),
            (&json!(false), &json!("invalid")),
            "{bytes}"
        );
        assert_eq!(refused["next"], 1, "{bytes}: {refused}");
    }
    let bare = json!({ "stream": stream, "seq": 1 });
    assert_eq!(socket.ask("audio", bare.clone()).await["error"]["code"], "invalid");
    let text = json!({ "stream": stream, "seq": 1, "frame": "x".repeat(FRAME_BYTES) });
    assert_eq!(socket.ask("audio", text).await["error"]["code"], "invalid");
    let gap = send(&mut socket, stream, 5, FRAME_BYTES).await;
    assert_eq!((&gap["error"]["code"], &gap["next"]), (&json!("audio_gap"), &json!(1)));
    let foreign = calm.ask_with("audio", bare, &[0; FRAME_BYTES]).await;
    assert_eq!(foreign["error"]["code"], "not_found", "a stream is its opener's");
    assert_eq!(send(&mut socket, stream, 1, FRAME_BYTES).await, json!({ "ok": true, "next": 2 }));
    assert_eq!(send(&mut socket, stream, 0, FRAME_BYTES).await, json!({ "ok": true, "next": 2 }), "known");
    assert_eq!(calm.ask("chat", json!({ "text": "calm", "clientId": "1" })).await["ok"], true);
}

on_both! {
    async fn audio_that_waited_for_a_connection_gets_its_place(house) {
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        house.advance(TimeDelta::minutes(10));
        let mut socket = entered(&alice, &meeting).await;
        for (stream, offset_ms, place) in
            [(1, 300_000, 300_000), (2, 900_000, 0), (3, capture::OFFSET_MAX, 0)]
        {
            let stream = Uuid::from_u128(stream);
            assert_eq!(open(&mut socket, stream, offset_ms).await, json!({ "ok": true, "next": 0 }));
            assert_eq!(begins_at(&house, stream).await, place, "recorded {offset_ms} ms ago");
        }
        for offset_ms in [-1, capture::OFFSET_MAX + 1, i64::MIN, i64::MAX] {
            let refused = open(&mut socket, Uuid::from_u128(4), offset_ms).await;
            assert_eq!(refused["error"]["code"], "invalid", "{offset_ms}");
        }
    }

    async fn a_participant_opens_so_many_streams_and_no_more(house) {
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        let mut socket = entered(&alice, &meeting).await;
        for stream in 1..=4 {
            assert_eq!(open(&mut socket, Uuid::from_u128(stream), 0).await["ok"], true);
        }
        assert_eq!(open(&mut socket, Uuid::from_u128(5), 0).await["error"]["code"], "too_many_requests");
        assert_eq!(socket.ask("audio.close", json!({ "stream": Uuid::from_u128(4) })).await["ok"], true);

        let row = db::capture::by_id(house.app.db.read(), StreamId(Uuid::from_u128(4))).await.expect("read");
        let mut row = row.expect("it is stored");
        let tx = house.app.db.begin().await.expect("begun");
        for stream in 5..=u128::from(capture::STREAMS_MAX) {
            row.id = StreamId(Uuid::from_u128(stream));
            db::capture::insert(&tx, &row).await.expect("stored");
        }
        tx.commit().await.expect("committed");
        assert_eq!(open(&mut socket, Uuid::nil(), 0).await["error"]["code"], "too_many_requests");
        assert_eq!(open(&mut socket, Uuid::from_u128(1), 0).await["ok"], true, "what is open may go on");
    }
}
