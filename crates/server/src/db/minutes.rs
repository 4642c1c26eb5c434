//! Minutes in the database, one per meeting.

use super::entity::minutes::{ActiveModel, Column, Entity};
use chrono::{DateTime, Utc};
use huddle_domain::{MeetingId, minutes::Minutes};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, sea_query::OnConflict};

/// The minutes of a meeting, and when they were written.
pub async fn of_meeting(
    db: &impl ConnectionTrait,
    meeting: MeetingId,
) -> Result<Option<(Minutes, DateTime<Utc>)>, DbErr> {
    let Some(row) = Entity::find_by_id(meeting.0).one(db).await? else { return Ok(None) };
    let minutes = serde_json::from_value(row.content).map_err(|e| DbErr::Json(e.to_string()))?;
    Ok(Some((minutes, row.updated_at)))
}

/// Stores the minutes in place of those before.
pub async fn put(
    db: &impl ConnectionTrait,
    meeting: MeetingId,
    minutes: &Minutes,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let content = serde_json::to_value(minutes).map_err(|e| DbErr::Json(e.to_string()))?;
    let row = ActiveModel { meeting_id: Set(meeting.0), content: Set(content), updated_at: Set(now) };
    let replace =
        OnConflict::column(Column::MeetingId).update_columns([Column::Content, Column::UpdatedAt]).to_owned();
    Entity::insert(row).on_conflict(replace).exec_without_returning(db).await.map(drop)
}
