//! Background work as the verbs name it. The payload is ids, never data; `tasks` does the work.

use super::App;
use crate::db;
use chrono::{DateTime, Utc};
use huddle_domain::{ExportId, MeetingId};
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

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
        db::task::queue(tx, app.next_id(), &kind, payload, meeting, dedupe_key, run_after, app.now()).await
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
