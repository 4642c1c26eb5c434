//! Uploads in the database.

use super::entity::upload::{ActiveModel, Column, Entity, Model};
use chrono::{DateTime, Utc};
use huddle_domain::{
    AccountId, MeetingId, StreamId, UploadId,
    upload::{Remark, Upload, UploadState},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait,
    ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use std::collections::HashSet;

fn read(row: Model) -> Upload {
    Upload {
        id: row.id.into(),
        account: row.account_id.into(),
        meeting: row.meeting_id.map(Into::into),
        stream: row.stream_id.map(Into::into),
        state: UploadState::parse(&row.state),
        file_name: row.file_name,
        media_type: row.media_type,
        title: row.title,
        time_zone: row.time_zone.parse().unwrap_or(chrono_tz::Tz::UTC),
        start_ms: row.start_ms,
        recorded_at: row.recorded_at,
        is_meeting: row.is_meeting,
        metadata: row.metadata,
        length: u64::try_from(row.length).unwrap_or(0),
        sha256: row.sha256,
        remark: row.remark_code.zip(row.remark).map(|(code, message)| Remark { code, message }),
        created_at: row.created_at,
        expires_at: row.expires_at,
    }
}

/// Stores a new upload.
pub async fn insert(db: &impl ConnectionTrait, new: &Upload) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(new.id.0),
        account_id: Set(new.account.0),
        meeting_id: Set(new.meeting.map(Into::into)),
        stream_id: Set(new.stream.map(Into::into)),
        state: Set(new.state.as_str().into()),
        file_name: Set(new.file_name.clone()),
        media_type: Set(new.media_type.clone()),
        title: Set(new.title.clone()),
        time_zone: Set(new.time_zone.name().into()),
        start_ms: Set(new.start_ms),
        recorded_at: Set(new.recorded_at),
        is_meeting: Set(new.is_meeting),
        metadata: Set(new.metadata.clone()),
        length: Set(i64::try_from(new.length).unwrap_or(i64::MAX)),
        sha256: Set(None),
        remark_code: Set(None),
        remark: Set(None),
        created_at: Set(new.created_at),
        expires_at: Set(new.expires_at),
    };
    row.insert(db).await.map(drop)
}

/// An upload by id.
pub async fn by_id(db: &impl ConnectionTrait, id: UploadId) -> Result<Option<Upload>, DbErr> {
    Ok(Entity::find_by_id(id.0).one(db).await?.map(read))
}

/// An upload by id for a change; see [`super::meeting::lock`].
pub async fn lock(db: &impl ConnectionTrait, id: UploadId) -> Result<Option<Upload>, DbErr> {
    Ok(Entity::find_by_id(id.0).lock_exclusive().one(db).await?.map(read))
}

/// What of an account is under way or was refused, newest first.
pub async fn of_account(db: &impl ConnectionTrait, account: AccountId) -> Result<Vec<Upload>, DbErr> {
    let rows = Entity::find()
        .filter(Column::AccountId.eq(account.0))
        .filter(Column::State.ne(UploadState::TakenIn.as_str()))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(100)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

/// How many uploads of an account miss bytes and have not expired.
pub async fn open_count(
    db: &impl ConnectionTrait,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    Entity::find()
        .filter(Column::AccountId.eq(account.0))
        .filter(Column::State.eq(UploadState::Receiving.as_str()))
        .filter(Column::ExpiresAt.gt(now))
        .count(db)
        .await
}

/// More bytes came: it waits for the next ones until then.
pub async fn expires(db: &impl ConnectionTrait, id: UploadId, at: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(at))
        .filter(Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}

/// All bytes are here: it is to become this stream of this meeting; `is_meeting` if the meeting is nothing else.
pub async fn received(
    db: &impl ConnectionTrait,
    id: UploadId,
    (meeting, is_meeting): (MeetingId, bool),
    stream: StreamId,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(UploadState::Received.as_str()))
        .col_expr(Column::MeetingId, Expr::value(meeting.0))
        .col_expr(Column::IsMeeting, Expr::value(is_meeting))
        .col_expr(Column::StreamId, Expr::value(stream.0))
        .filter(Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}

/// Its audio is in the log of its stream.
pub async fn taken_in(
    db: &impl ConnectionTrait,
    id: UploadId,
    sha256: &str,
    remark: Option<&Remark>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(UploadState::TakenIn.as_str()))
        .col_expr(Column::Sha256, Expr::value(sha256))
        .col_expr(Column::RemarkCode, Expr::value(remark.map(|r| r.code.clone())))
        .col_expr(Column::Remark, Expr::value(remark.map(|r| r.message.clone())))
        .filter(Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}

/// It was refused: why.
pub async fn refuse(db: &impl ConnectionTrait, id: UploadId, remark: &Remark) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::State, Expr::value(UploadState::Refused.as_str()))
        .col_expr(Column::StreamId, Expr::value(None::<uuid::Uuid>))
        .col_expr(Column::RemarkCode, Expr::value(remark.code.clone()))
        .col_expr(Column::Remark, Expr::value(remark.message.clone()))
        .filter(Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}

/// Removes an upload's row.
pub async fn remove(db: &impl ConnectionTrait, id: UploadId) -> Result<(), DbErr> {
    Entity::delete_by_id(id.0).exec(db).await.map(drop)
}

/// Uploads whose bytes did not come in time, and those refused that were begun before `refused_before`.
pub async fn expired(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    refused_before: DateTime<Utc>,
) -> Result<Vec<UploadId>, DbErr> {
    let late = Column::State.eq(UploadState::Receiving.as_str()).and(Column::ExpiresAt.lte(now));
    let old = Column::State.eq(UploadState::Refused.as_str()).and(Column::CreatedAt.lt(refused_before));
    ids(db, Condition::any().add(late).add(old)).await
}

/// The uploads whose bytes are still needed.
pub async fn with_files(db: &impl ConnectionTrait) -> Result<HashSet<UploadId>, DbErr> {
    let needed = [UploadState::Receiving, UploadState::Received].map(UploadState::as_str);
    Ok(ids(db, Condition::all().add(Column::State.is_in(needed))).await?.into_iter().collect())
}

async fn ids(db: &impl ConnectionTrait, which: Condition) -> Result<Vec<UploadId>, DbErr> {
    let ids: Vec<uuid::Uuid> =
        Entity::find().select_only().column(Column::Id).filter(which).into_tuple().all(db).await?;
    Ok(ids.into_iter().map(Into::into).collect())
}
