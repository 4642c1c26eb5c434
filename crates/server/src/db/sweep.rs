//! Removing what has expired.

use super::entity::{
    agenda_change, agenda_item, chat_line, export, invitee, meeting, minutes, participant, refresh_token,
    segment, stream, task, upload,
};
use chrono::{DateTime, Utc};
use huddle_domain::{MeetingId, task::TaskStatus};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

/// Removes ended tasks that moved last before `before`; how many.
pub async fn ended_tasks(db: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, DbErr> {
    let ended = TaskStatus::ALL.into_iter().filter(|s| s.has_ended()).map(TaskStatus::as_str);
    let gone = task::Entity::delete_many()
        .filter(task::Column::Status.is_in(ended))
        .filter(task::Column::UpdatedAt.lt(before))
        .exec(db)
        .await?;
    Ok(gone.rows_affected)
}

/// Removes refresh tokens that expired before `before`; how many. Used ones stay until they expire: using
/// one again shows that it was stolen.
pub async fn tokens(db: &impl ConnectionTrait, before: DateTime<Utc>) -> Result<u64, DbErr> {
    let gone = refresh_token::Entity::delete_many()
        .filter(refresh_token::Column::ExpiresAt.lt(before))
        .exec(db)
        .await?;
    Ok(gone.rows_affected)
}

/// Meetings deleted before `before`.
pub async fn deleted_meetings(
    db: &impl ConnectionTrait,
    before: DateTime<Utc>,
) -> Result<Vec<MeetingId>, DbErr> {
    let ids: Vec<uuid::Uuid> = meeting::Entity::find()
        .select_only()
        .column(meeting::Column::Id)
        .filter(meeting::Column::DeletedAt.lt(before))
        .into_tuple()
        .all(db)
        .await?;
    Ok(ids.into_iter().map(Into::into).collect())
}

/// Removes every row of a meeting.
pub async fn meeting(db: &impl ConnectionTrait, id: MeetingId) -> Result<(), DbErr> {
    let id = id.0;
    task::Entity::delete_many().filter(task::Column::MeetingId.eq(id)).exec(db).await?;
    export::Entity::delete_many().filter(export::Column::MeetingId.eq(id)).exec(db).await?;
    minutes::Entity::delete_many().filter(minutes::Column::MeetingId.eq(id)).exec(db).await?;
    segment::Entity::delete_many().filter(segment::Column::MeetingId.eq(id)).exec(db).await?;
    upload::Entity::delete_many().filter(upload::Column::MeetingId.eq(id)).exec(db).await?;
    stream::Entity::delete_many().filter(stream::Column::MeetingId.eq(id)).exec(db).await?;
    chat_line::Entity::delete_many().filter(chat_line::Column::MeetingId.eq(id)).exec(db).await?;
    agenda_change::Entity::delete_many().filter(agenda_change::Column::MeetingId.eq(id)).exec(db).await?;
    agenda_item::Entity::delete_many().filter(agenda_item::Column::MeetingId.eq(id)).exec(db).await?;
    participant::Entity::delete_many().filter(participant::Column::MeetingId.eq(id)).exec(db).await?;
    invitee::Entity::delete_many().filter(invitee::Column::MeetingId.eq(id)).exec(db).await?;
    meeting::Entity::delete_by_id(id).exec(db).await.map(drop)
}
