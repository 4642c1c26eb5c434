//! From kept audio to the transcript and the minutes, on both databases: every word once, whatever happens in between.
//! The speech is espeak-ng's; what it says is up to the script of the test.

use crate::{
    house::{House, Named, Person, Plan, Store},
    tasks::tasks_ended,
};
use chrono::TimeDelta;
use huddle_domain::{
    MeetingId, ParticipantId, StreamId, account::AccountRole, capture::FRAME_SAMPLES, task::TaskStatus,
};
use huddle_server::{
    app::{App, Caller},
    config::{Config, EngineChoice},
    db,
    tasks::Tasks,
};
use serde_json::{Value, json};
use std::{collections::HashMap, fs, path::Path, process::Command, sync::Arc, time::Duration};
use uuid::Uuid;

/// A WAV file of what espeak-ng says; `None`, and said so, if it is not installed.
pub fn spoken(ssml: &str) -> Option<Vec<u8>> {
    match Command::new("espeak-ng").args(["-m", "-v", "en-us", "-s", "140", "--stdout", ssml]).output() {
        Ok(output) => Some(output.stdout),
        Err(error) => {
            println!("skipped: espeak-ng is not installed ({error})");
            None
        }
    }
}

/// Writes down what the scripted recogniser is to say.
pub fn script(dir: &Path, lines: &[&str]) {
    fs::write(dir.join("script.json"), json!(lines).to_string()).expect("written");
}

const LINES: [&str; 4] = ["the budget first", "then the release", "no objections", "thank you"];

/// As many utterances as there are lines, as frames of the wire; `None` without espeak-ng.
fn frames() -> Option<Vec<Vec<u8>>> {
    let pause = "<break time=\"1500ms\"/>";
    let wav =
        spoken(&format!("good morning {pause} let us begin {pause} who objects {pause} goodbye everybody"))?;
    let blocks =
        huddle_media::Decoder::read(Box::new(std::io::Cursor::new(wav)), Some("wav")).expect("a WAV");
    let mut audio: Vec<i16> = blocks.flat_map(|b| b.expect("decodes")).collect();
    audio.resize((audio.len() + 16_000).next_multiple_of(FRAME_SAMPLES), 0);
    Some(audio.chunks(FRAME_SAMPLES).map(|f| f.iter().flat_map(|s| s.to_le_bytes()).collect()).collect())
}

fn hearing(store: Store, dir: &Path) -> Plan {
    script(dir, &LINES);
    House::build().on(store).set(|config| with_script(config, dir))
}

fn with_script(config: &mut Config, dir: &Path) {
    config.speech.engine = EngineChoice::Scripted;
    config.speech.script = Some(dir.join("script.json"));
}

/// Somebody in a meeting whose microphone is open.
struct Speaker {
    caller: Caller,
    participant: ParticipantId,
    meeting: String,
    stream: StreamId,
}

impl Speaker {
    async fn of(house: &House, person: &Person, meeting: &Value) -> Self {
        let me = person.get("/me").await.ok(200);
        let people = person.get(&format!("/meetings/{}/participants", meeting.id())).await.ok(200);
        let id = |value: &Value| value.as_str().expect("an id").to_owned();
        Self {
            caller: Caller::Account { id: id(&me["id"]).parse().expect("an id"), role: AccountRole::Admin },
            participant: id(&people[0]["id"]).parse().expect("an id"),
            meeting: meeting.id().to_owned(),
            stream: house.app.next_id(),
        }
    }

    /// Sends the frames that the house does not have yet, up to `end`.
    async fn speak(&self, house: &House, frames: &[Vec<u8>], end: usize) {
        let next = house.live.open(self.caller, &self.meeting, self.stream, 0).await.expect("open");
        for (number, frame) in (next..).zip(&frames[next as usize..end]) {
            let kept = house.live.accept(self.participant, self.stream, number, frame).await.expect("kept");
            assert!(kept.refusal.is_none() && kept.next == number + 1, "{kept:?}");
        }
    }
}

/// What was said, once nothing is heard any more.
async fn transcript(house: &House, person: &Person, meeting: &Value) -> Vec<String> {
    person.post(&format!("/meetings/{}/end", meeting.id()), json!({})).await.ok(200);
    tasks_ended(house, person, meeting).await;
    words(person, meeting).await
}

async fn words(person: &Person, meeting: &Value) -> Vec<String> {
    let transcript = person.get(&format!("/meetings/{}/transcript", meeting.id())).await.ok(200);
    assert_eq!(transcript["complete"], true);
    let segments = transcript["segments"].as_array().expect("a list");
    assert!(segments.iter().all(|s| s["speaker"] == "alice" && s["engine"] == "scripted"));
    assert!(segments.windows(2).all(|pair| pair[0]["endMs"].as_i64() <= pair[1]["startMs"].as_i64()));
    segments.iter().map(|s| s["text"].as_str().expect("words").to_owned()).collect()
}

/// Runs a story on both databases.
async fn on_both<Story: Future<Output = ()>>(story: impl Fn(House, Vec<Vec<u8>>) -> Story) {
    let Some(frames) = frames() else { return };
    for store in [Store::Sqlite, Store::Postgres] {
        let dir = tempfile::tempdir().expect("a folder");
        story(hearing(store, dir.path()).start().await, frames.clone()).await;
    }
}

#[tokio::test]
async fn what_is_said_in_a_meeting_is_its_transcript() {
    on_both(async |house, frames| {
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        let speaker = Speaker::of(&house, &alice, &meeting).await;
        speaker.speak(&house, &frames, frames.len()).await;
        house.live.close(speaker.participant, speaker.stream).await.expect("closed");
        assert_eq!(transcript(&house, &alice, &meeting).await, LINES);
    })
    .await;
}

#[tokio::test]
async fn restarts_in_the_middle_lose_and_double_nothing() {
    on_both(async |mut house, frames| {
        let mut alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        let speaker = Speaker::of(&house, &alice, &meeting).await;
        for part in 1..=4 {
            speaker.speak(&house, &frames, frames.len() * part / 4).await;
            if part < 4 {
                house = house.restart().await;
                alice = house.sign_in("alice").await;
            }
        }
        house.live.close(speaker.participant, speaker.stream).await.expect("closed");
        assert_eq!(transcript(&house, &alice, &meeting).await, LINES);
    })
    .await;
}

#[tokio::test]
async fn what_nobody_came_back_to_finish_is_heard_after_the_meeting() {
    on_both(async |house, frames| {
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        let speaker = Speaker::of(&house, &alice, &meeting).await;
        speaker.speak(&house, &frames, frames.len()).await;
        let house = house.restart().await;
        let alice = house.sign_in("alice").await;
        assert_eq!(transcript(&house, &alice, &meeting).await, LINES);
    })
    .await;
}

/// What everybody said under each item of the agenda.
fn said_under(segments: &Value, item: &Value) -> Vec<String> {
    let segments = segments.as_array().expect("a list").iter().filter(|s| s["agendaItem"] == *item);
    segments.map(|s| s["text"].as_str().expect("words").to_owned()).collect()
}

#[tokio::test]
async fn what_is_said_belongs_to_the_item_that_was_current() {
    let Some(frames) = frames() else { return };
    const FIRST: [&str; 4] = ["We decided to move the release to Friday.", "Good.", "Very good.", "Next."];
    const SECOND: [&str; 4] =
        ["Alice will send the contract to the customer by Monday.", "Fine.", "Very fine.", "Goodbye."];
    for store in [Store::Sqlite, Store::Postgres] {
        let dir = tempfile::tempdir().expect("a folder");
        let plan = hearing(store, dir.path());
        let (one, two) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let lines = HashMap::from([(one, FIRST), (two, SECOND)]);
        fs::write(dir.path().join("script.json"), json!(lines).to_string()).expect("written");
        let house = plan.start().await;
        let alice = house.join("alice").await;
        let planned = json!({ "title": "Weekly", "startNow": true, "agenda": [{ "title": "Release" }, { "title": "Contract" }] });
        let meeting = alice.post("/meetings", planned).await.ok(201);
        alice.come(&meeting).await;
        let path = format!("/meetings/{}", meeting.id());
        let agenda = alice.get(&format!("{path}/agenda")).await.ok(200);
        let mut speaker = Speaker::of(&house, &alice, &meeting).await;
        for (item, stream) in [(&agenda[0]["id"], one), (&agenda[1]["id"], two)] {
            alice.put(&format!("{path}/agenda/current"), json!({ "item": item })).await.ok(204);
            speaker.stream = StreamId(stream);
            speaker.speak(&house, &frames, frames.len()).await;
            house.live.close(speaker.participant, speaker.stream).await.expect("closed");
            house.advance(TimeDelta::minutes(1));
        }
        transcript(&house, &alice, &meeting).await;
        let segments = alice.get(&format!("{path}/transcript")).await.ok(200)["segments"].clone();
        assert_eq!(said_under(&segments, &agenda[0]["id"]), FIRST);
        assert_eq!(said_under(&segments, &agenda[1]["id"]), SECOND);

        let minutes = alice.get(&format!("{path}/minutes")).await.ok(200)["minutes"].clone();
        assert_eq!(minutes["decisions"][0]["agendaItem"], agenda[0]["id"], "{minutes:#}");
        assert_eq!(minutes["actionItems"][0]["agendaItem"], agenda[1]["id"], "{minutes:#}");
    }
}

/// A house without a recogniser in which everything was said and the meeting has ended.
async fn unheard(plan: Plan, frames: &[Vec<u8>]) -> (House, Person, Value, StreamId) {
    let house = plan.start().await;
    let alice = house.join("alice").await;
    let meeting = alice.meet("Weekly").await;
    let speaker = Speaker::of(&house, &alice, &meeting).await;
    speaker.speak(&house, frames, frames.len()).await;
    house.live.close(speaker.participant, speaker.stream).await.expect("closed");
    alice.post(&format!("/meetings/{}/end", meeting.id()), json!({})).await.ok(200);
    (house, alice, meeting, speaker.stream)
}

#[tokio::test]
async fn a_worker_without_a_recogniser_leaves_the_audio_to_one_that_has_it() {
    let Some(frames) = frames() else { return };
    for store in [Store::Sqlite, Store::Postgres] {
        let dir = tempfile::tempdir().expect("a folder");
        script(dir.path(), &LINES);
        let (house, alice, meeting, _) = unheard(House::build().on(store).idle(), &frames).await;
        let id: MeetingId = meeting.id().parse().expect("an id");
        let tasks = async || db::task::of_meeting(house.app.db.read(), id).await.expect("read");

        let deaf = Tasks::start_worker(house.app.clone(), 1);
        // Nobody watches an idle house's tasks: only the database says how far they are.
        while tasks().await[0].run_after == tasks().await[0].created_at {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        deaf.stop().await;
        let left = &tasks().await[0];
        assert_eq!((left.status, left.attempts), (TaskStatus::Pending, 0), "{left:?}");

        let mut config = house.app.config.clone();
        with_script(&mut config, dir.path());
        let mut app = App::open(config).await.expect("opened");
        Arc::get_mut(&mut app).expect("nobody else has it").clock = house.app.clock.clone();
        house.advance(TimeDelta::seconds(5));
        let able = Tasks::start_worker(app, 1);
        while !tasks().await.iter().any(|t| t.kind == "render_export" && t.status.has_ended()) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        able.stop().await;
        assert_eq!(words(&alice, &meeting).await, LINES);
    }
}

#[tokio::test]
async fn a_recogniser_that_comes_later_hears_what_nobody_heard() {
    let Some(frames) = frames() else { return };
    for store in [Store::Sqlite, Store::Postgres] {
        let dir = tempfile::tempdir().expect("a folder");
        script(dir.path(), &LINES);
        let (house, alice, meeting, stream) = unheard(House::build().on(store), &frames).await;
        house.advance(TimeDelta::seconds(16));
        tasks_ended(&house, &alice, &meeting).await;
        assert!(words(&alice, &meeting).await.is_empty(), "nobody waits for what will not be heard");
        let kept = db::capture::by_id(house.app.db.read(), stream).await.expect("read").expect("stored");
        assert_eq!(kept.heard_at, None);

        let house = house.restart_with(|config| with_script(config, dir.path())).await;
        let alice = house.sign_in("alice").await;
        alice.post(&format!("/meetings/{}/minutes", meeting.id()), json!({})).await.ok(202);
        tasks_ended(&house, &alice, &meeting).await;
        assert_eq!(words(&alice, &meeting).await, LINES);
    }
}
