//! The durable queue, on both databases: one task, one worker at a time, until it has ended; and what
//! those who watch are told of it.

use crate::{
    house::{House, Named, Person, Store},
    on_both,
};
use chrono::TimeDelta;
use futures::future::join_all;
use huddle_domain::{MeetingId, TaskId, task::TaskStatus};
use huddle_server::{
    app::{
        minutes,
        work::{Held, Work},
    },
    bus::{Event, What},
    db::task::{self, Claim, Claimed, NewTask},
    tasks::Tasks,
};
use serde_json::{Value, json};
use std::{collections::HashSet, time::Duration};
use tokio::sync::broadcast::Receiver;

/// How long a lease lasts in these stories.
const HOLD: TimeDelta = TimeDelta::seconds(30);
/// How long anything may take before it counts as not happening.
const PATIENCE: Duration = Duration::from_secs(60);

/// A house whose queue nobody works on.
macro_rules! queue_stories {
    ($(async fn $name:ident($house:ident) $body:block)*) => {$(
        mod $name {
            use super::*;

            async fn story($house: House) $body

            #[tokio::test]
            async fn on_sqlite() {
                story(House::build().on(Store::Sqlite).idle().start().await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                story(House::build().on(Store::Postgres).idle().start().await).await;
            }
        }
    )*};
}

async fn queue(house: &House, dedupe_key: Option<&str>) -> Option<TaskId> {
    let id: TaskId = house.app.next_id();
    let now = house.app.now();
    let new = NewTask {
        id,
        kind: "dance",
        payload: json!({}),
        meeting: None,
        dedupe_key: dedupe_key.map(str::to_owned),
        run_after: now,
    };
    task::queue(house.app.db.read(), new, now).await.expect("queued").then_some(id)
}

async fn claim(house: &House) -> Option<Claim> {
    task::claim(&house.app.db, house.app.next_id(), house.app.now(), HOLD).await.expect("asked")
}

async fn run(house: &House) -> Claimed {
    match claim(house).await {
        Some(Claim::Run(claimed)) => claimed,
        other => panic!("a task to run was expected: {other:?}"),
    }
}

async fn status(house: &House, id: TaskId) -> TaskStatus {
    task::by_id(house.app.db.read(), id).await.expect("asked").expect("it is there").status
}

queue_stories! {
    async fn many_workers_take_each_task_once(house) {
        let mut queued = HashSet::new();
        for _ in 0..24 {
            queued.insert(queue(&house, None).await.expect("queued"));
        }
        let worker = async || {
            let mut taken = Vec::new();
            while let Some(claim) = claim(&house).await {
                let Claim::Run(claimed) = claim else { panic!("nobody died") };
                taken.push(claimed.task.id);
            }
            taken
        };
        let taken: Vec<TaskId> = join_all((0..6).map(|_| worker())).await.concat();
        // A claim that another wins comes back with nothing: the rest is still there.
        let rest = worker().await;
        assert_eq!(taken.len() + rest.len(), queued.len(), "none was taken twice");
        assert_eq!(taken.into_iter().chain(rest).collect::<HashSet<_>>(), queued);
    }

    async fn a_lease_that_lapses_goes_to_another_and_the_first_can_do_nothing_more(house) {
        let id = queue(&house, None).await.expect("queued");
        let first = run(&house).await;
        house.advance(HOLD);
        assert!(claim(&house).await.is_none(), "it is held to the last moment");
        house.advance(TimeDelta::seconds(1));
        let second = run(&house).await;
        assert_eq!((second.task.id, second.task.attempts), (id, 2));
        let (db, now) = (house.app.db.read(), house.app.now());
        assert!(!task::renew(db, id, first.lease, now + HOLD).await.expect("asked"));
        assert!(!task::set_progress(db, id, first.lease, (99, "late"), now).await.expect("asked"));
        assert!(!task::complete(db, id, first.lease, now).await.expect("asked"));
        assert!(!task::retry(db, id, first.lease, "late", now, now).await.expect("asked"));
        assert!(!task::fail(db, id, first.lease, "late", now).await.expect("asked"));
        assert!(!task::give_back(db, id, first.lease, now, now).await.expect("asked"));
        assert_eq!(status(&house, id).await, TaskStatus::Processing);
        assert!(task::complete(db, id, second.lease, now).await.expect("asked"));
        assert_eq!(status(&house, id).await, TaskStatus::Completed);
        assert!(!task::complete(db, id, second.lease, now).await.expect("asked"), "it ends once");
    }

    async fn a_lease_that_is_renewed_does_not_lapse(house) {
        let id = queue(&house, None).await.expect("queued");
        let held = run(&house).await;
        for _ in 0..3 {
            house.advance(HOLD / 2);
            let until = house.app.now() + HOLD;
            assert!(task::renew(house.app.db.read(), id, held.lease, until).await.expect("asked"));
            assert!(claim(&house).await.is_none());
        }
    }

    async fn a_failed_attempt_waits_for_its_time(house) {
        let id = queue(&house, None).await.expect("queued");
        let held = run(&house).await;
        let (now, wait) = (house.app.now(), TimeDelta::seconds(12));
        assert!(task::retry(house.app.db.read(), id, held.lease, "no paper", now + wait, now).await.expect("asked"));
        assert!(claim(&house).await.is_none());
        house.advance(wait);
        let again = run(&house).await;
        assert_eq!((again.task.attempts, again.task.error.as_deref()), (2, Some("no paper")));
        assert_eq!(again.task.started_at, held.task.started_at.or(Some(now)), "it began once");
    }

    async fn a_task_that_ends_every_worker_is_given_up(house) {
        queue(&house, None).await.expect("queued");
        for attempt in 1..=5 {
            assert_eq!(run(&house).await.task.attempts, attempt);
            house.advance(HOLD + TimeDelta::seconds(1));
        }
        let last = claim(&house).await;
        assert!(matches!(last, Some(Claim::GiveUp(_))), "{last:?}");
    }

    async fn a_task_that_is_given_back_is_free_at_once_and_lost_no_attempt(house) {
        let id = queue(&house, None).await.expect("queued");
        let held = run(&house).await;
        let now = house.app.now();
        assert!(task::give_back(house.app.db.read(), id, held.lease, now, now).await.expect("asked"));
        assert_eq!(run(&house).await.task.attempts, 1);
    }

    async fn a_dedupe_key_is_taken_until_its_task_has_ended(house) {
        let first = queue(&house, Some("minutes")).await.expect("queued");
        assert_eq!(queue(&house, Some("minutes")).await, None, "one waits");
        let held = run(&house).await;
        assert_eq!(queue(&house, Some("minutes")).await, None, "one runs");
        assert!(queue(&house, Some("other")).await.is_some());
        assert!(task::complete(house.app.db.read(), first, held.lease, house.app.now()).await.expect("asked"));
        let second = queue(&house, Some("minutes")).await.expect("the first has ended");
        run(&house).await; // the other one
        let held = run(&house).await;
        assert_eq!(held.task.id, second);
        assert!(task::fail(house.app.db.read(), second, held.lease, "no", house.app.now()).await.expect("asked"));
        assert!(queue(&house, Some("minutes")).await.is_some(), "the second has ended too");
    }

    async fn a_moment_of_the_schedule_is_one_task_however_many_ask(house) {
        let moment = house.app.now();
        let asked = join_all((0..8).map(|_| Work::Sweep {}.queue_once(&house.app, moment))).await;
        assert_eq!(asked.into_iter().filter(|a| *a.as_ref().expect("asked")).count(), 1);
        let held = run(&house).await;
        assert!(claim(&house).await.is_none());
        let db = house.app.db.read();
        assert!(task::complete(db, held.task.id, held.lease, house.app.now()).await.expect("asked"));
        assert!(!Work::Sweep {}.queue_once(&house.app, moment).await.expect("asked"), "not even when it has ended");
        let next = moment + TimeDelta::days(1);
        assert!(Work::Sweep {}.queue_once(&house.app, next).await.expect("asked"));
        assert!(claim(&house).await.is_none(), "its time has not come");
    }
}

/// Waits until the bus has told something for which `found` has an answer.
pub async fn told<T>(events: &mut Receiver<Event>, mut found: impl FnMut(&Event) -> Option<T>) -> T {
    let wait = async {
        loop {
            if let Some(answer) = found(&events.recv().await.expect("the house goes on")) {
                return answer;
            }
        }
    };
    tokio::time::timeout(PATIENCE, wait).await.expect("it is told")
}

/// Waits until the tasks of a meeting have all ended, and gives them.
pub async fn tasks_ended(house: &House, person: &Person, meeting: &Value) -> Vec<Value> {
    let mut events = house.app.bus.listen();
    let path = format!("/meetings/{}/tasks", meeting.id());
    loop {
        let tasks = person.get(&path).await.ok(200);
        let tasks = tasks.as_array().expect("a list");
        let has_ended = |t: &Value| t["status"] == "completed" || t["status"] == "failed";
        if !tasks.is_empty() && tasks.iter().all(has_ended) {
            return tasks.clone();
        }
        told(&mut events, |e| matches!(e.what, What::Task(_)).then_some(())).await;
    }
}

on_both! {
    async fn the_end_of_a_meeting_becomes_minutes_and_a_pdf(house) {
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        let path = format!("/meetings/{}", meeting.id());
        assert_eq!(alice.get(&format!("{path}/minutes")).await.ok(200)["state"], "none");
        alice.post(&format!("{path}/end"), json!({})).await.ok(200);
        let tasks = tasks_ended(&house, &alice, &meeting).await;
        let kinds: Vec<_> = tasks.iter().map(|t| (t["type"].clone(), t["status"].clone(), t["progress"].clone())).collect();
        let done = |kind: &str| (json!(kind), json!("completed"), json!(100));
        assert_eq!(kinds, [done("finish_hearing"), done("write_minutes"), done("render_export")]);
        let minutes = alice.get(&format!("{path}/minutes")).await.ok(200);
        assert_eq!((&minutes["state"], &minutes["reason"]), (&json!("ready"), &Value::Null));
        assert_eq!(minutes["minutes"]["summary"], json!([]), "nobody said anything");
        let exports = alice.get(&format!("{path}/exports")).await.ok(200);
        assert_eq!(exports.as_array().map(Vec::len), Some(1));
        assert_eq!((&exports[0]["format"], &exports[0]["state"]), (&json!("pdf"), &json!("ready")));
    }

    async fn minutes_that_say_the_same_are_not_rendered_again(house) {
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        let path = format!("/meetings/{}", meeting.id());
        alice.post(&format!("{path}/minutes"), json!({})).await.refused(409, "minutes_not_ready");
        alice.post(&format!("{path}/end"), json!({})).await.ok(200);
        tasks_ended(&house, &alice, &meeting).await;
        let before = alice.get(&format!("{path}/minutes")).await.ok(200);
        house.advance(TimeDelta::minutes(1));
        // How far it has come by the time of the answer is up to the runner.
        alice.post(&format!("{path}/minutes"), json!({})).await.ok(202);
        assert_eq!(tasks_ended(&house, &alice, &meeting).await.len(), 4, "it was written again");
        assert_eq!(alice.get(&format!("{path}/minutes")).await.ok(200), before);
        assert_eq!(alice.get(&format!("{path}/exports")).await.ok(200).as_array().map(Vec::len), Some(1));
        let gus = house.guest("gus", &alice.meet("Another").await).await;
        gus.post(&format!("{path}/minutes"), json!({})).await.refused(404, "not_found");
    }
}

queue_stories! {
    async fn minutes_that_failed_say_why_and_can_be_written_again(house) {
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        let path = format!("/meetings/{}/minutes", meeting.id());
        alice.post(&format!("/meetings/{}/end", meeting.id()), json!({})).await.ok(200);
        assert_eq!(alice.get(&path).await.ok(200)["state"], "writing", "it is queued");
        let held = run(&house).await;
        let db = house.app.db.read();
        assert!(task::fail(db, held.task.id, held.lease, "no paper", house.app.now()).await.expect("asked"));
        let failed = alice.get(&path).await.ok(200);
        assert_eq!((&failed["state"], &failed["reason"]), (&json!("failed"), &json!("no paper")));
        assert_eq!(failed["minutes"], Value::Null);
        let again = alice.post(&path, json!({})).await.ok(202);
        assert_eq!((&again["state"], &again["reason"]), (&json!("writing"), &Value::Null));
        let _tasks = Tasks::start(house.app.clone());
        tasks_ended(&house, &alice, &meeting).await;
        assert_eq!(alice.get(&path).await.ok(200)["state"], "ready");
    }

    async fn what_a_task_changes_is_not_changed_without_its_lease(house) {
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        let id: MeetingId = meeting.id().parse().expect("an id");
        alice.post(&format!("/meetings/{}/end", meeting.id()), json!({})).await.ok(200);
        let first = run(&house).await;
        house.advance(HOLD + TimeDelta::seconds(1));
        let second = run(&house).await;
        let held = |claimed: &Claimed| Held { task: claimed.task.id, lease: claimed.lease };
        let written = huddle_domain::minutes::Minutes { writer: "late".into(), ..Default::default() };
        minutes::store(&house.app, held(&first), id, &written).await.expect_err("it was lost");
        assert!(minutes::of_meeting(&house.app, id).await.expect("asked").is_none());
        minutes::store(&house.app, held(&second), id, &written).await.expect("it is held");
        minutes::store(&house.app, held(&second), id, &written).await.expect_err("it has ended");
        let exports = alice.get(&format!("/meetings/{}/exports", meeting.id())).await.ok(200);
        assert_eq!(exports.as_array().map(Vec::len), Some(1), "one PDF, queued with the minutes");
    }
}

#[tokio::test]
async fn a_task_that_cannot_be_done_is_tried_again_and_then_given_up() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    let meeting = alice.meet("Weekly").await;
    let path = format!("/meetings/{}", meeting.id());
    // A file where the folder of the exports should be: no PDF can be kept.
    let blobs = house.app.config.storage.data_dir.join("blobs");
    std::fs::write(blobs.join("exports"), "in the way").expect("written");
    let mut events = house.app.bus.listen();
    alice.post(&format!("{path}/end"), json!({})).await.ok(200);
    let mut longest = TimeDelta::zero();
    for attempt in 1..=5 {
        let task = loop {
            let id = told(&mut events, |e| if let What::Task(id) = e.what { Some(id) } else { None }).await;
            let task = task::by_id(house.app.db.read(), id).await.expect("asked").expect("it is there");
            let ended = task.status == TaskStatus::Pending || task.status == TaskStatus::Failed;
            if task.kind == "render_export" && task.attempts == attempt && ended {
                break task;
            }
        };
        assert!(task.error.as_deref().is_some_and(|e| e.starts_with("cannot keep exports/")), "{task:?}");
        if attempt < 5 {
            let wait = task.run_after - house.app.now();
            assert!(wait > longest, "the {attempt}th wait is {wait}");
            longest = wait;
            house.advance(wait);
        } else {
            assert_eq!(task.status, TaskStatus::Failed);
        }
    }
    let exports = alice.get(&format!("{path}/exports")).await.ok(200);
    assert_eq!((&exports[0]["state"], &exports[0]["url"]), (&json!("failed"), &Value::Null));
    assert_eq!(
        alice.get(&format!("{path}/minutes")).await.ok(200)["state"],
        "ready",
        "the minutes are there"
    );
    // The host asks again, and by now there is room.
    std::fs::remove_file(blobs.join("exports")).expect("removed");
    let again = alice.post(&format!("{path}/exports"), json!({ "format": "pdf" })).await.ok(202);
    assert_ne!(again["id"], exports[0]["id"]);
    tasks_ended(&house, &alice, &meeting).await;
    let exports = alice.get(&format!("{path}/exports")).await.ok(200);
    assert_eq!(
        (exports[0]["id"].clone(), exports[0]["state"].clone()),
        (again["id"].clone(), json!("ready"))
    );
}

#[tokio::test]
async fn what_a_worker_in_another_process_does_is_told_here() {
    for store in [Store::Sqlite, Store::Postgres] {
        let house = House::build().on(store).set(|config| config.tasks.concurrency = 0).start().await;
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        let mut events = house.app.bus.listen();
        alice.post(&format!("/meetings/{}/end", meeting.id()), json!({})).await.ok(200);
        told(&mut events, |e| matches!(e.what, What::Minutes).then_some(())).await;
        let url = house.app.config.storage.database_url.as_ref();
        let url = url.map(|u| secrecy::ExposeSecret::expose_secret(u).to_owned());
        let mut environment = vec![("HUDDLE_SPEECH_ENGINE", "off")];
        environment.extend(url.as_deref().map(|url| ("DATABASE_URL", url)));
        let worker =
            crate::house::processes::Huddle::worker(&house.app.config.storage.data_dir, &environment);
        let id: MeetingId = meeting.id().parse().expect("an id");
        let export = told(&mut events, |e| match e.what {
            What::Export(export) if e.meeting == id => Some(export),
            _ => None,
        });
        let export = export.await;
        tasks_ended(&house, &alice, &meeting).await;
        let exports = alice.get(&format!("/meetings/{}/exports", meeting.id())).await.ok(200);
        assert_eq!((exports[0].id(), &exports[0]["state"]), (export.to_string().as_str(), &json!("ready")));
        assert!(worker.terminate(Duration::from_secs(10)).success(), "SIGTERM ends a worker in good order");
    }
}

#[tokio::test]
async fn the_sweep_removes_what_has_expired_and_nothing_else() {
    for store in [Store::Sqlite, Store::Postgres] {
        let house = House::build().on(store).idle().start().await;
        let tasks = Tasks::start(house.app.clone());
        let alice = house.join("alice").await;
        let (kept, gone) = (alice.meet("Kept").await, alice.meet("Gone").await);
        for meeting in [&kept, &gone] {
            alice.post(&format!("/meetings/{}/end", meeting.id()), json!({})).await.ok(200);
            tasks_ended(&house, &alice, meeting).await;
        }
        tasks.stop().await; // it would sweep by itself
        alice.delete(&format!("/meetings/{}", gone.id())).await.ok(204);
        let blobs = |m: &Value| house.app.config.storage.data_dir.join("blobs/exports").join(m.id()).exists();
        let sweep = async || huddle_server::app::sweep::sweep(&house.app).await.expect("swept");
        house.advance(TimeDelta::days(30));
        let first = sweep().await;
        assert_eq!(first.meetings, 0, "it can still be brought back");
        assert_eq!(first.tasks, 7, "three of each meeting, and the scheduled sweep");
        assert!(first.tokens > 0, "a session of 7 days");
        assert!(blobs(&gone) && blobs(&kept));
        house.advance(TimeDelta::seconds(1));
        assert_eq!(sweep().await.meetings, 1);
        assert!(!blobs(&gone) && blobs(&kept));
        assert_eq!(sweep().await, huddle_server::app::sweep::Swept::default(), "once is enough");
        let alice = house.sign_in("alice").await;
        alice.get(&format!("/meetings/{}", gone.id())).await.refused(404, "not_found");
        let kept = alice.get(&format!("/meetings/{}/minutes", kept.id())).await.ok(200);
        assert_eq!(kept["state"], "ready", "minutes outlive their tasks");
    }
}
