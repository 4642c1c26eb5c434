//! The durable queue in the database.

use chrono::{DateTime, Utc};
use huddle_domain::{MeetingId, TaskId};
use sea_orm::{ConnectionTrait, DbErr};

/// Queues a task (being written).
pub async fn queue(
    _tx: &impl ConnectionTrait,
    _id: TaskId,
    _kind: &str,
    _payload: serde_json::Value,
    _meeting: Option<MeetingId>,
    _dedupe_key: Option<String>,
    _run_after: DateTime<Utc>,
    _now: DateTime<Utc>,
) -> Result<(), DbErr> {
    Ok(())
}
