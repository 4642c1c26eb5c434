//! `huddle worker`, killed in the middle of its work at moments of chance: nothing is lost, nothing doubled.

use crate::house::{House, Named, Store, processes::Huddle};
use futures::StreamExt;
use huddle_domain::{MeetingId, StreamId, account::AccountRole, minutes::Minutes, task::TaskStatus};
use huddle_server::{
    app::{App, Caller},
    config::{Config, EngineChoice},
    db, ids,
};
use secrecy::ExposeSecret;
use serde_json::json;
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

/// How often a worker is killed in the middle of a task.
const KILLS: usize = 20;
/// How often it may be killed at all: a moment of chance may find it between two tasks.
const KILLS_MAX: usize = 120;
/// How many of these stories go on at once.
const AT_ONCE: usize = 4;
/// How long a whole run may take before it counts as stuck.
const PATIENCE: Duration = Duration::from_secs(180);

/// What is said in the meeting, in order; each is one utterance.
const LINES: [&str; 8] = [
    "We decided to move the release to Friday.",
    "Alice will send the contract to the customer by Monday.",
    "The new recorder keeps every word even when the power fails.",
    "Who is going to test the backup?",
    "Bob will write the report about the load test tomorrow.",
    "Our customers asked for a Spanish translation of the report.",
    "We agreed to hire two more people for the support team.",
    "The budget for the next quarter is still open.",
];

/// A voice that says all lines, with pauses between them; `None`, and said so, without espeak-ng.
fn voice() -> Option<Vec<i16>> {
    let mut samples = Vec::new();
    for line in LINES {
        let made = Command::new("espeak-ng")
            .args(["-v", "en-us", "-s", "150", "--stdout", line])
            .stderr(Stdio::null())
            .output();
        let Ok(made) = made else {
            println!("skipped: espeak-ng is not installed");
            return None;
        };
        let wav = std::io::Cursor::new(made.stdout);
        let blocks = huddle_media::Decoder::read(Box::new(wav), Some("wav")).expect("a WAV");
        samples.extend(blocks.flat_map(|block| block.expect("it decodes")));
        samples.extend(vec![0; 24_000]);
    }
    samples.resize(samples.len().next_multiple_of(1_600), 0);
    Some(samples)
}

/// A data directory with a meeting that has ended and of which nothing was heard yet.
async fn prepare(store: Store) -> Option<(House, MeetingId)> {
    let voice = voice()?;
    let house = House::build().on(store).idle().start().await;
    let alice = house.join("alice").await;
    let meeting = alice.meet("Planning").await;
    let me = alice.get("/me").await.ok(200)["id"].as_str().expect("an id").parse().expect("an id");
    let caller = Caller::Account { id: me, role: AccountRole::Admin };
    let people = alice.get(&format!("/meetings/{}/participants", meeting.id())).await.ok(200);
    let participant = people[0]["id"].as_str().expect("an id").parse().expect("an id");
    let stream: StreamId = house.app.next_id();
    assert_eq!(house.live.open(caller, meeting.id(), stream, 0).await.expect("opened"), 0);
    for (seq, frame) in (0..).zip(voice.chunks(1_600)) {
        let bytes: Vec<u8> = frame.iter().flat_map(|s| s.to_le_bytes()).collect();
        let kept = house.live.accept(participant, stream, seq, &bytes).await.expect("kept");
        assert_eq!(kept.next, seq + 1, "{:?}", kept.refusal);
    }
    house.live.close(participant, stream).await.expect("closed");
    alice.post(&format!("/meetings/{}/end", meeting.id()), json!({})).await.ok(200);
    let script = house.dir.path().join("data/script.json");
    std::fs::write(script, json!(LINES).to_string()).expect("written");
    house.live.stop().await;
    Some((house, meeting.id().parse().expect("an id")))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("made");
    for entry in std::fs::read_dir(from).expect("there").map(|e| e.expect("read")) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// Where a worker works: a data directory, and a database elsewhere or in it.
#[derive(Debug, Clone)]
struct Place {
    data: PathBuf,
    url: Option<String>,
}

impl Place {
    fn of(house: &House) -> Place {
        let config = &house.app.config.storage;
        let url = config.database_url.as_ref().map(|url| url.expose_secret().to_owned());
        Place { data: config.data_dir.clone(), url }
    }

    fn worker(&self) -> Huddle {
        self.start(Huddle::worker)
    }

    fn start(&self, command: impl FnOnce(&Path, &[(&str, &str)]) -> Huddle) -> Huddle {
        let script = self.data.join("script.json");
        let mut environment = vec![
            ("HUDDLE_SPEECH_ENGINE", "scripted"),
            ("HUDDLE_SPEECH_SCRIPT", script.to_str().expect("plain")),
            ("HUDDLE_TASKS_LEASE_SECONDS", "2"),
        ];
        environment.extend(self.url.as_deref().map(|url| ("DATABASE_URL", url)));
        command(&self.data, &environment)
    }

    async fn open(&self) -> Arc<App> {
        let mut config = Config::default();
        config.storage.data_dir.clone_from(&self.data);
        config.storage.database_url = self.url.clone().map(Into::into);
        config.speech.engine = EngineChoice::Off;
        App::open(config).await.expect("opened")
    }
}

/// All that came of the meeting, without ids and times: the same after every run.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// Begin, end and words of each segment.
    segments: Vec<(i64, i64, String)>,
    /// The texts of the minutes.
    minutes: Vec<String>,
    /// Format, state, bytes and whether the file has as many.
    exports: Vec<(String, String, Option<i64>, bool)>,
    /// Files below `blobs`, without what died uploads left behind.
    files: usize,
    /// Types and states.
    tasks: Vec<(String, TaskStatus)>,
}

fn texts(minutes: Minutes) -> Vec<String> {
    let items = [minutes.summary, minutes.key_points, minutes.decisions, minutes.questions].concat();
    let actions = minutes.action_items.into_iter().map(|a| format!("{:?} {} {:?}", a.owner, a.task, a.due));
    items.into_iter().map(|i| format!("{} @{}", i.text, i.evidence.start_ms)).chain(actions).collect()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let paths = entries.map(|e| e.expect("read").path());
    let all = paths.flat_map(|p| if p.is_dir() { files(&p) } else { vec![p] });
    all.filter(|p| !p.to_string_lossy().contains('#')).collect()
}

async fn outcome(app: &App, meeting: MeetingId) -> Outcome {
    let db = app.db.read();
    let segments = db::transcript::of_meeting(db, meeting).await.expect("read");
    let minutes = db::minutes::of_meeting(db, meeting).await.expect("read");
    let mut exports = Vec::new();
    for export in db::export::of_meeting(db, meeting).await.expect("read") {
        let length = match &export.blob {
            Some(key) => app.blob.length(key).await.expect("asked"),
            None => None,
        };
        let whole = length.is_some() && length == export.bytes.and_then(|b| b.try_into().ok());
        exports.push((export.format.as_str().into(), export.state.as_str().into(), export.bytes, whole));
    }
    Outcome {
        segments: segments.into_iter().map(|s| (s.start_ms, s.end_ms, s.text)).collect(),
        minutes: minutes.map(|(m, _)| texts(m)).unwrap_or_default(),
        exports,
        files: files(&app.config.storage.data_dir.join("blobs")).len(),
        tasks: tasks(app, meeting).await,
    }
}

async fn tasks(app: &App, meeting: MeetingId) -> Vec<(String, TaskStatus)> {
    let tasks = db::task::of_meeting(app.db.read(), meeting).await.expect("read");
    tasks.into_iter().map(|t| (t.kind, t.status)).collect()
}

/// Waits until a PDF has been rendered, or anything has failed.
async fn done(app: &App, meeting: MeetingId) {
    let began = Instant::now();
    loop {
        let tasks = tasks(app, meeting).await;
        let rendered = tasks.iter().any(|(kind, _)| kind == "render_export");
        if rendered && tasks.iter().all(|(_, status)| status.has_ended()) {
            return;
        }
        assert!(!tasks.iter().any(|(_, status)| *status == TaskStatus::Failed), "{tasks:?}");
        assert!(began.elapsed() < PATIENCE, "stuck: {tasks:?}");
        // The workers are other processes: only the database says how far they are.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Waits until a worker has begun with the meeting.
async fn begun(app: &App, meeting: MeetingId) {
    while db::task::of_meeting(app.db.read(), meeting).await.expect("read")[0].attempts == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A whole number below `end`, by chance.
fn below(end: u128) -> u64 {
    u64::try_from(u128::from(u64::from_le_bytes(ids::random())) % end).expect("small")
}

/// Lets a worker do everything without harm: what comes of it, and how long that takes.
async fn undisturbed(place: &Place, meeting: MeetingId) -> (Outcome, Duration) {
    let app = place.open().await;
    let _worker = place.worker();
    begun(&app, meeting).await;
    let began = Instant::now();
    done(&app, meeting).await;
    let outcome = outcome(&app, meeting).await;
    assert_eq!(outcome.segments.len(), LINES.len(), "{outcome:#?}");
    assert!(!outcome.minutes.is_empty(), "{outcome:#?}");
    let export = &outcome.exports[..];
    assert!(
        matches!(export, [(format, state, _, true)] if format == "pdf" && state == "ready"),
        "{export:?}"
    );
    assert_eq!((outcome.files, outcome.tasks.len()), (1, 3), "{outcome:#?}");
    (outcome, began.elapsed())
}

/// Kills a worker at a moment of chance within `span` after it began, and lets another finish. Whether
/// it was in the middle of a task.
async fn killed(place: Place, meeting: MeetingId, span: Duration, expected: &Outcome) -> bool {
    let app = place.open().await;
    let first = place.worker();
    begun(&app, meeting).await;
    let moment = Duration::from_micros(below(span.as_micros()));
    tokio::time::sleep(moment).await; // the moment of chance is the test
    first.kill();
    let found = tasks(&app, meeting).await;
    let _second = place.worker();
    done(&app, meeting).await;
    let came = outcome(&app, meeting).await;
    assert_eq!(&came, expected, "killed after {moment:?}, when there were {found:?}");
    found.iter().any(|(_, status)| *status == TaskStatus::Processing)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_killed_at_any_moment_loses_and_doubles_nothing() {
    let Some((house, meeting)) = prepare(Store::Sqlite).await else { return };
    let template = Place::of(&house).data;
    let dir = tempfile::tempdir().expect("a directory");
    let copied = |name: String| {
        let data = dir.path().join(name);
        copy(&template, &data);
        Place { data, url: None }
    };
    let (expected, took) = undisturbed(&copied("calm".into()), meeting).await;
    let rounds = (0..KILLS_MAX).map(|round| killed(copied(round.to_string()), meeting, took, &expected));
    let mut rounds = futures::stream::iter(rounds).buffer_unordered(AT_ONCE);
    let (mut kills, mut middle) = (0, 0);
    while middle < KILLS {
        let Some(was_in_the_middle) = rounds.next().await else { break };
        kills += 1;
        middle += usize::from(was_in_the_middle);
    }
    println!("{kills} kills within {took:?}, {middle} of them in the middle of a task");
    assert!(middle >= KILLS, "only {middle} of {kills} kills were in the middle of a task");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_on_postgresql_killed_at_any_moment_loses_and_doubles_nothing() {
    let Some((house, meeting)) = prepare(Store::Postgres).await else { return };
    let (expected, span) = undisturbed(&Place::of(&house), meeting).await;
    for _ in 0..3 {
        let Some((house, meeting)) = prepare(Store::Postgres).await else { return };
        killed(Place::of(&house), meeting, span, &expected).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_asked_to_stop_gives_its_task_back() {
    let Some((house, meeting)) = prepare(Store::Sqlite).await else { return };
    let place = Place::of(&house);
    let app = place.open().await;
    let first = place.worker();
    begun(&app, meeting).await;
    let ended = tokio::task::spawn_blocking(move || first.terminate(Duration::from_secs(10))).await;
    assert!(ended.expect("it ended").success());
    let left = db::task::of_meeting(app.db.read(), meeting).await.expect("read");
    assert!(left.iter().all(|t| t.status != TaskStatus::Processing), "nothing is held any more: {left:#?}");
    let _second = place.worker();
    done(&app, meeting).await;
    let tasks = db::task::of_meeting(app.db.read(), meeting).await.expect("read");
    assert!(tasks.iter().all(|t| t.attempts == 1), "stopping in good order costs no attempt: {tasks:#?}");
}

/// What cannot be interrupted (here reading a pipe that nobody writes to) keeps nobody from stopping.
async fn stops_in_time(command: fn(&Path, &[(&str, &str)]) -> Huddle) {
    let Some((house, meeting)) = prepare(Store::Sqlite).await else { return };
    let place = Place::of(&house);
    for log in files(&place.data.join("audio")) {
        std::fs::remove_file(&log).expect("removed");
        assert!(Command::new("mkfifo").arg(&log).status().is_ok_and(|status| status.success()));
    }
    let app = place.open().await;
    let starting = place.clone();
    let process = tokio::task::spawn_blocking(move || starting.start(command)).await.expect("started");
    begun(&app, meeting).await;
    let ended = tokio::task::spawn_blocking(move || process.terminate(Duration::from_secs(10))).await;
    assert!(ended.expect("it ended").success());
    let left = db::task::of_meeting(app.db.read(), meeting).await.expect("read");
    assert!(left.iter().all(|t| t.status == TaskStatus::Pending), "it was given back: {left:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_stops_in_time_whatever_it_is_doing() {
    stops_in_time(Huddle::worker).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_stops_in_time_whatever_it_is_doing() {
    stops_in_time(Huddle::serve).await;
}
