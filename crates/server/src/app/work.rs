//! Background work as the verbs name it. The payload is ids, never data; `tasks` does the work.

use super::{App, AppResult, Caller, permit};
use crate::db::{self, task::NewTask};
use chrono::{DateTime, Utc};
use huddle_domain::{ExportId, MeetingId, Refusal, TaskId, UploadId, task::Task};
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// All kinds of background work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", content = "payload", rename_all = "snake_case")]
pub enum Work {
    /// Hears what was captured and not yet heard, then queues the minutes.
    FinishHearing {
        /// Of this meeting.
        meeting: MeetingId,
    },
    /// Writes the minutes.
    WriteMinutes {
        /// Of this meeting.
        meeting: MeetingId,
    },
    /// Renders a file.
    RenderExport {
        /// This one.
        export: ExportId,
    },
    /// Makes the log of a stream of an uploaded file, then queues its hearing.
    TakeInUpload {
        /// This one.
        upload: UploadId,
    },
    /// Removes what has expired: old tasks and tokens, meetings deleted 30 days ago.
    Sweep {},
}

impl Work {
    /// Queues this work in the transaction of the row that needs it. With a `dedupe_key`, a task of
    /// that key that has not ended is enough. Ring `app.work` after the commit.
    pub async fn queue(
        &self,
        tx: &impl ConnectionTrait,
        app: &App,
        meeting: Option<MeetingId>,
        dedupe_key: Option<String>,
        run_after: DateTime<Utc>,
    ) -> Result<(), DbErr> {
        let (kind, payload) = self.parts();
        let new = NewTask { id: app.next_id(), kind: &kind, payload, meeting, dedupe_key, run_after };
        db::task::queue(tx, new, app.now()).await.map(drop)
    }

    /// Queues this work for a moment of the schedule, under an id made of both: however many processes
    /// do so, and however late, it is one task. `true` for the first.
    pub async fn queue_once(&self, app: &App, moment: DateTime<Utc>) -> AppResult<bool> {
        let (kind, payload) = self.parts();
        let id = TaskId(scheduled_id(&kind, moment));
        let new = NewTask { id, kind: &kind, payload, meeting: None, dedupe_key: None, run_after: moment };
        let is_first = db::task::queue(app.db.read(), new, app.now()).await?;
        if is_first {
            app.work.notify_one();
        }
        Ok(is_first)
    }

    /// The type and the payload as they are stored.
    pub fn parts(&self) -> (String, serde_json::Value) {
        let whole = serde_json::to_value(self).expect("ids are JSON");
        (whole["type"].as_str().unwrap_or_default().to_owned(), whole["payload"].clone())
    }

    /// Work as it was stored; an error if this version does not know the type.
    pub fn read(kind: &str, payload: serde_json::Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(serde_json::json!({ "type": kind, "payload": payload }))
    }
}

/// An id that only this work at this moment has (UUIDv8, RFC 9562 §5.8).
fn scheduled_id(kind: &str, moment: DateTime<Utc>) -> Uuid {
    use sha2::Digest;
    let digest = sha2::Sha256::digest(format!("{kind}@{}", moment.timestamp()));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A task that this process runs, as long as its lease is not lost. What a task changes it changes in one
/// transaction with its own end ([`Held::end`]), so that neither can happen without the other or twice.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    /// The task.
    pub task: TaskId,
    /// The lease of this claim.
    pub lease: Uuid,
}

/// The lease is lost: another worker has the task, and nothing that this one did counts.
#[derive(Debug, thiserror::Error)]
#[error("the lease of task {0} is lost")]
pub struct LeaseLost(pub TaskId);

impl Held {
    /// Ends the task as done, in the transaction of what it changes. An error ([`LeaseLost`]) if it is
    /// not held any more: then the transaction must not be committed.
    pub async fn end(&self, tx: &impl ConnectionTrait, app: &App) -> AppResult<()> {
        if db::task::complete(tx, self.task, self.lease, app.now()).await? {
            Ok(())
        } else {
            Err(anyhow::Error::new(LeaseLost(self.task)).into())
        }
    }

    /// Says how far the task is, 0–100, and what is being done. Progress that cannot be written is no
    /// reason to stop; a lost lease is found by its renewal.
    pub async fn progress(&self, app: &App, percent: i32, step: &str) {
        match db::task::set_progress(app.db.read(), self.task, self.lease, (percent, step), app.now()).await {
            Ok(_) => app.moved.notify_one(),
            Err(error) => tracing::debug!(task.id = %self.task, error = %error, "Progress was not written"),
        }
    }
}

/// A task, for the house's own telling.
pub async fn by_id(app: &App, id: TaskId) -> AppResult<Task> {
    Ok(db::task::by_id(app.db.read(), id).await?.ok_or(Refusal::NotFound("The task"))?)
}

/// The background work of a meeting, for those who may see it, in the order in which it was queued.
pub async fn of_meeting(app: &App, caller: Caller, named: &str) -> AppResult<Vec<Task>> {
    let (meeting, _) = permit::open(app, caller, named).await?;
    Ok(db::task::of_meeting(app.db.read(), meeting.id).await?)
}

/// The tasks of meetings that moved at or after `since`, whichever process moved them.
pub async fn moved_since(app: &App, since: DateTime<Utc>) -> AppResult<Vec<Task>> {
    Ok(db::task::moved_since(app.db.read(), since).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_read_as_it_was_stored() {
        for work in [Work::WriteMinutes { meeting: Uuid::nil().into() }, Work::Sweep {}] {
            let (kind, payload) = work.parts();
            assert_eq!(Work::read(&kind, payload).expect("known"), work);
        }
        assert!(Work::read("dance", serde_json::json!({})).is_err());
    }

    #[test]
    fn one_moment_of_the_schedule_is_one_task() {
        let moment = DateTime::UNIX_EPOCH;
        assert_eq!(scheduled_id("sweep", moment), scheduled_id("sweep", moment));
        assert_ne!(scheduled_id("sweep", moment), scheduled_id("sweep", moment + chrono::TimeDelta::days(1)));
        assert_ne!(scheduled_id("sweep", moment), scheduled_id("weep", moment));
    }
}
