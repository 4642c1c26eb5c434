//! Minutes: where they are, the record they are written from, storing them, writing them again.

use super::{
    App, AppResult, Caller, capture, exports, meetings, permit,
    work::{Held, Work},
};
use crate::db;
use chrono::{DateTime, Utc};
use huddle_domain::{
    MeetingId, Refusal,
    export::ExportFormat,
    meeting::{Meeting, MeetingState},
    minutes::Minutes,
    record::{MeetingRecord, Person},
    task::{Task, TaskStatus},
};
use sea_orm::ConnectionTrait;

/// Where the minutes of a meeting are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nobody has begun.
    None,
    /// Being heard, or written.
    Writing,
    /// There.
    Ready,
    /// The last attempt was given up.
    Failed,
}

impl State {
    /// The sent word.
    pub fn as_str(self) -> &'static str {
        match self {
            State::None => "none",
            State::Writing => "writing",
            State::Ready => "ready",
            State::Failed => "failed",
        }
    }
}

/// The minutes of a meeting and where they are. Older minutes stay readable while they are written
/// again, and when that fails.
#[derive(Debug, Clone)]
pub struct MinutesState {
    /// Where they are.
    pub state: State,
    /// Why they failed.
    pub reason: Option<String>,
    /// The minutes, if there are any.
    pub minutes: Option<Minutes>,
    /// Changed last then.
    pub updated_at: Option<DateTime<Utc>>,
}

/// The types of task that minutes come from.
const WRITERS: [&str; 3] = ["take_in_upload", "finish_hearing", "write_minutes"];

/// Whether a task of this type changes the state of its meeting's minutes.
pub fn come_from(kind: &str) -> bool {
    WRITERS.contains(&kind)
}

/// Where the minutes of a meeting are, for the house's own telling.
pub async fn state(app: &App, meeting: MeetingId) -> AppResult<MinutesState> {
    // First the tasks, then the minutes: a task that ends in between is found as minutes.
    let tasks = db::task::of_meeting(app.db.read(), meeting).await?;
    let stored = db::minutes::of_meeting(app.db.read(), meeting).await?;
    let writers = tasks.into_iter().filter(|t| come_from(&t.kind));
    Ok(judge(writers.max_by_key(|t| (!t.status.has_ended(), t.updated_at)), stored))
}

/// The minutes as they are stored, and when they were written; for the house's own work.
pub async fn of_meeting(app: &App, meeting: MeetingId) -> AppResult<Option<(Minutes, DateTime<Utc>)>> {
    Ok(db::minutes::of_meeting(app.db.read(), meeting).await?)
}

/// The state that follows from the task that runs, or moved last, and from what is stored.
fn judge(last: Option<Task>, stored: Option<(Minutes, DateTime<Utc>)>) -> MinutesState {
    let (minutes, written_at) = stored.unzip();
    let moved_at = last.as_ref().map(|t| t.updated_at);
    let (state, reason) = match last {
        Some(task) if !task.status.has_ended() => (State::Writing, None),
        Some(task) if task.status == TaskStatus::Failed && written_at.is_none_or(|w| w < task.updated_at) => {
            (State::Failed, Some(task.error.unwrap_or_else(|| "The work was given up.".into())))
        }
        _ if minutes.is_some() => (State::Ready, None),
        _ => (State::None, None),
    };
    let updated_at = if state == State::Ready { written_at } else { moved_at.max(written_at) };
    MinutesState { state, reason, minutes, updated_at }
}

/// The minutes, for those who may see the meeting.
pub async fn read(app: &App, caller: Caller, named: &str) -> AppResult<MinutesState> {
    let (meeting, _) = permit::open(app, caller, named).await?;
    state(app, meeting.id).await
}

/// Has the minutes written again, after hearing what was left unheard; the host's verb, once the meeting
/// has ended.
pub async fn write_again(app: &App, caller: Caller, named: &str) -> AppResult<MinutesState> {
    let meeting = permit::open_as_host(app, caller, named).await?;
    if meeting.state != MeetingState::Ended {
        return Err(Refusal::Conflict {
            code: "minutes_not_ready",
            message: "Minutes are written when the meeting has ended.",
        }
        .into());
    }
    let all_heard = capture::is_all_heard(app, &meeting).await?;
    let tx = app.db.begin().await?;
    if all_heard {
        queue_writing(&tx, app, meeting.id, format!("write_minutes:{}", meeting.id)).await?;
    } else {
        let key = format!("finish_hearing:{}", meeting.id);
        let work = Work::FinishHearing { meeting: meeting.id };
        work.queue(&tx, app, Some(meeting.id), Some(key), app.now()).await?;
    }
    tx.commit().await?;
    app.work.notify_one();
    app.moved.notify_one();
    state(app, meeting.id).await
}

async fn queue_writing(
    tx: &impl ConnectionTrait,
    app: &App,
    meeting: MeetingId,
    key: String,
) -> AppResult<()> {
    Ok(Work::WriteMinutes { meeting }.queue(tx, app, Some(meeting), Some(key), app.now()).await?)
}

/// All of a meeting was heard: ends that task and queues the writing, together.
pub async fn heard(app: &App, held: Held, meeting: MeetingId) -> AppResult<()> {
    let tx = app.db.begin().await?;
    held.end(&tx, app).await?;
    // Not the key of the meeting: a writing that is under way may not know what was heard just now.
    queue_writing(&tx, app, meeting, format!("write_minutes:{meeting}:{}", held.task)).await?;
    tx.commit().await?;
    app.work.notify_one();
    Ok(())
}

/// Everything that a writer needs of a meeting.
pub async fn record(app: &App, id: MeetingId) -> AppResult<MeetingRecord> {
    let db = app.db.read();
    let meeting: Meeting = meetings::by_id(app, id).await?;
    let spoken = db::transcript::talk_ms(db, id).await?;
    let people = db::participant::of_meeting(db, id).await?.into_iter().map(|p| Person {
        participant: Some(p.id),
        talk_ms: spoken.get(&p.id).copied().unwrap_or(0),
        name: p.name,
    });
    Ok(MeetingRecord {
        title: meeting.title,
        description: meeting.description,
        started_at: meeting.started_at,
        ended_at: meeting.ended_at,
        time_zone: meeting.time_zone,
        people: people.collect(),
        agenda: db::agenda::of_meeting(db, id).await?,
        segments: db::transcript::of_meeting(db, id).await?,
    })
}

/// Stores written minutes, has their PDF rendered, and ends the task, together. Minutes that say the
/// same as those before change nothing.
pub async fn store(app: &App, held: Held, meeting: MeetingId, minutes: &Minutes) -> AppResult<()> {
    let tx = app.db.begin().await?;
    held.end(&tx, app).await?;
    let before = db::minutes::of_meeting(&tx, meeting).await?;
    if before.is_none_or(|(before, _)| before != *minutes) {
        let now = app.now();
        db::minutes::put(&tx, meeting, minutes, now).await?;
        exports::queue(&tx, app, meeting, ExportFormat::Pdf, now).await?;
    }
    tx.commit().await?;
    app.work.notify_one();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn task(status: TaskStatus, second: i64) -> Task {
        let at = DateTime::UNIX_EPOCH + TimeDelta::seconds(second);
        Task {
            id: uuid::Uuid::nil().into(),
            kind: "write_minutes".into(),
            payload: serde_json::Value::Null,
            status,
            meeting: None,
            progress: 0,
            step: String::new(),
            attempts: 1,
            error: Some("no paper".into()),
            created_at: at,
            run_after: at,
            started_at: None,
            completed_at: None,
            updated_at: at,
        }
    }

    fn written(second: i64) -> Option<(Minutes, DateTime<Utc>)> {
        Some((Minutes::default(), DateTime::UNIX_EPOCH + TimeDelta::seconds(second)))
    }

    #[test]
    fn the_state_follows_from_the_last_task_and_what_is_stored() {
        use TaskStatus::{Completed, Failed, Pending, Processing};
        assert_eq!(judge(None, None).state, State::None);
        assert_eq!(judge(Some(task(Pending, 1)), None).state, State::Writing);
        assert_eq!(judge(Some(task(Processing, 1)), written(0)).state, State::Writing);
        assert_eq!(judge(Some(task(Completed, 1)), written(1)).state, State::Ready);
        assert_eq!(judge(None, written(1)).state, State::Ready, "its task was swept");
        let failed = judge(Some(task(Failed, 2)), written(1));
        assert_eq!((failed.state, failed.reason.as_deref()), (State::Failed, Some("no paper")));
        assert!(failed.minutes.is_some(), "older minutes stay readable");
    }
}
