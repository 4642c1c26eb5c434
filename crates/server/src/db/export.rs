//! Exports in the database; their bytes are blobs.

use super::entity::export::{ActiveModel, Column, Entity, Model};
use chrono::{DateTime, Utc};
use huddle_domain::{
    ExportId, MeetingId,
    export::{Export, ExportFormat, ExportState},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    QueryOrder, sea_query::Expr,
};

/// A row whose format this version does not know is passed over.
fn read(row: Model) -> Option<Export> {
    Some(Export {
        id: row.id.into(),
        meeting: row.meeting_id.into(),
        format: ExportFormat::parse(&row.format).ok()?,
        state: ExportState::parse(&row.state),
        blob: row.blob,
        bytes: row.bytes,
        created_at: row.created_at,
        minutes_at: row.minutes_at,
    })
}

/// An export by id.
pub async fn by_id(db: &impl ConnectionTrait, id: ExportId) -> Result<Option<Export>, DbErr> {
    Ok(Entity::find_by_id(id.0).one(db).await?.and_then(read))
}

/// The exports of a meeting, newest first.
pub async fn of_meeting(db: &impl ConnectionTrait, meeting: MeetingId) -> Result<Vec<Export>, DbErr> {
    let rows = Entity::find()
        .filter(Column::MeetingId.eq(meeting.0))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Stores a new export.
pub async fn insert(db: &impl ConnectionTrait, new: &Export) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(new.id.0),
        meeting_id: Set(new.meeting.0),
        format: Set(new.format.as_str().into()),
        state: Set(new.state.as_str().into()),
        blob: Set(new.blob.clone()),
        bytes: Set(new.bytes),
        created_at: Set(new.created_at),
        minutes_at: Set(new.minutes_at),
    };
    row.insert(db).await.map(drop)
}

/// The export is there: under this key, so many bytes, made from the minutes of this moment.
pub async fn ready(
    db: &impl ConnectionTrait,
    id: ExportId,
    blob: &str,
    bytes: i64,
    minutes_at: DateTime<Utc>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(ExportState::Ready.as_str()))
        .col_expr(Column::Blob, Expr::value(blob))
        .col_expr(Column::Bytes, Expr::value(bytes))
        .col_expr(Column::MinutesAt, Expr::value(minutes_at))
        .filter(Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}

/// The export could not be rendered.
pub async fn fail(db: &impl ConnectionTrait, id: ExportId) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(ExportState::Failed.as_str()))
        .filter(Column::Id.eq(id.0))
        .filter(Column::State.eq(ExportState::Pending.as_str()))
        .exec(db)
        .await
        .map(drop)
}
