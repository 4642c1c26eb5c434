//! From kept audio to the transcript, on both databases: every word once, whatever happens in between.
//! The speech is espeak-ng's; what it says is up to the script of the test.

use crate::{
    house::{House, Named, Person, Plan, Store},
    tasks::tasks_ended,
};
use huddle_domain::{ParticipantId, StreamId, account::AccountRole, capture::FRAME_SAMPLES};
use huddle_server::{app::Caller, config::EngineChoice};
use serde_json::{Value, json};
use std::{fs, path::Path, process::Command};

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
    let script = dir.join("script.json");
    House::build().on(store).set(move |config| {
        config.speech.engine = EngineChoice::Scripted;
        config.speech.script = Some(script);
    })
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
