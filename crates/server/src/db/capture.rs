//! Streams in the database: what is being heard, and how far that has come.

use super::entity::{
    segment,
    stream::{ActiveModel, Column, Entity, Model},
};
use chrono::{DateTime, Utc};
use huddle_domain::{
    MeetingId, ParticipantId, StreamId,
    capture::{Stream, StreamKind},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, sea_query::Expr,
};

fn read(row: Model) -> Stream {
    Stream {
        id: row.id.into(),
        meeting: row.meeting_id.into(),
        kind: StreamKind::parse(&row.kind),
        participant: row.participant_id.into(),
        start_ms: row.start_ms,
        heard_until: u64::try_from(row.heard_until).unwrap_or(0),
        opened_at: row.opened_at,
        closed_at: row.closed_at,
        heard_at: row.heard_at,
        hearing_until: row.hearing_until,
    }
}

fn samples(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A stream by id.
pub async fn by_id(db: &impl ConnectionTrait, id: StreamId) -> Result<Option<Stream>, DbErr> {
    Ok(Entity::find_by_id(id.0).one(db).await?.map(read))
}

/// The streams of a meeting in order of opening.
pub async fn of_meeting(db: &impl ConnectionTrait, meeting: MeetingId) -> Result<Vec<Stream>, DbErr> {
    let rows = Entity::find()
        .filter(Column::MeetingId.eq(meeting.0))
        .order_by_asc(Column::OpenedAt)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

/// How many microphones of the participant are open.
pub async fn open_count(db: &impl ConnectionTrait, participant: ParticipantId) -> Result<u64, DbErr> {
    Entity::find()
        .filter(Column::ParticipantId.eq(participant.0))
        .filter(Column::Kind.eq(StreamKind::Microphone.as_str()))
        .filter(Column::ClosedAt.is_null())
        .count(db)
        .await
}

/// How many streams the participant ever opened.
pub async fn count(db: &impl ConnectionTrait, participant: ParticipantId) -> Result<u64, DbErr> {
    Entity::find().filter(Column::ParticipantId.eq(participant.0)).count(db).await
}

/// How many segments were heard on a stream.
pub async fn utterances(db: &impl ConnectionTrait, id: StreamId) -> Result<u64, DbErr> {
    segment::Entity::find().filter(segment::Column::StreamId.eq(id.0)).count(db).await
}

/// Stores a new stream.
pub async fn insert(db: &impl ConnectionTrait, new: &Stream) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(new.id.0),
        meeting_id: Set(new.meeting.0),
        participant_id: Set(new.participant.0),
        start_ms: Set(new.start_ms),
        heard_until: Set(samples(new.heard_until)),
        opened_at: Set(new.opened_at),
        closed_at: Set(new.closed_at),
        heard_at: Set(new.heard_at),
        hearing_until: Set(new.hearing_until),
        kind: Set(new.kind.as_str().into()),
    };
    row.insert(db).await.map(drop)
}

/// Removes a stream on which nothing was heard.
pub async fn remove(db: &impl ConnectionTrait, id: StreamId) -> Result<(), DbErr> {
    Entity::delete_by_id(id.0).exec(db).await.map(drop)
}

/// Moves the cursor on from `from` to `until`; `false` if it does not stand at `from`: then somebody else
/// hears this stream, and whoever asks here has nothing more to store.
pub async fn advance(db: &impl ConnectionTrait, id: StreamId, from: u64, until: u64) -> Result<bool, DbErr> {
    let moved = Entity::update_many()
        .col_expr(Column::HeardUntil, Expr::value(samples(until)))
        .filter(Column::Id.eq(id.0))
        .filter(Column::HeardUntil.eq(samples(from)))
        .exec(db)
        .await?;
    Ok(moved.rows_affected == 1)
}

/// Keeps that the sender closed the stream.
pub async fn close(db: &impl ConnectionTrait, id: StreamId, at: DateTime<Utc>) -> Result<(), DbErr> {
    stamp(db, id, Column::ClosedAt, at).await
}

/// Keeps that all of the stream was heard.
pub async fn mark_heard(db: &impl ConnectionTrait, id: StreamId, at: DateTime<Utc>) -> Result<(), DbErr> {
    stamp(db, id, Column::HeardAt, at).await
}

async fn stamp(
    db: &impl ConnectionTrait,
    id: StreamId,
    column: Column,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(column, Expr::value(at))
        .filter(Column::Id.eq(id.0))
        .filter(column.is_null())
        .exec(db)
        .await
        .map(drop)
}

/// Says that these streams are being heard until then at least (`None`: no more).
pub async fn keep_hearing(
    db: &impl ConnectionTrait,
    ids: &[StreamId],
    until: Option<DateTime<Utc>>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::HearingUntil, Expr::value(until))
        .filter(Column::Id.is_in(ids.iter().map(|id| id.0)))
        .exec(db)
        .await
        .map(drop)
}
