//! Segments in the database.

use super::entity::{
    participant,
    segment::{ActiveModel, Column, Entity, Model},
};
use chrono::{DateTime, Utc};
use huddle_domain::{MeetingId, ParticipantId, transcript::Segment};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, ExprTrait,
    QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};
use std::collections::HashMap;

/// All segments of a meeting in order of time.
pub async fn of_meeting(db: &impl ConnectionTrait, meeting: MeetingId) -> Result<Vec<Segment>, DbErr> {
    let rows = Entity::find()
        .filter(Column::MeetingId.eq(meeting.0))
        .order_by_asc(Column::StartMs)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    named(db, rows).await
}

/// The last `limit` segments in order of time.
pub async fn last(db: &impl ConnectionTrait, meeting: MeetingId, limit: u64) -> Result<Vec<Segment>, DbErr> {
    let mut rows = Entity::find()
        .filter(Column::MeetingId.eq(meeting.0))
        .order_by_desc(Column::StartMs)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.reverse();
    named(db, rows).await
}

/// Stores a segment heard on a stream by a participant.
pub async fn insert(
    db: &impl ConnectionTrait,
    meeting: MeetingId,
    by: ParticipantId,
    segment: &Segment,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(segment.id.0),
        meeting_id: Set(meeting.0),
        stream_id: Set(segment.stream.map(Into::into).unwrap_or_default()),
        participant_id: Set(by.0),
        start_ms: Set(segment.start_ms),
        end_ms: Set(segment.end_ms),
        text: Set(segment.text.clone()),
        words: Set(serde_json::to_value(&segment.words).map_err(|e| DbErr::Custom(e.to_string()))?),
        engine: Set(segment.engine.clone()),
        agenda_item_id: Set(segment.agenda_item.map(|i| i.0)),
        created_at: Set(now),
    };
    row.insert(db).await.map(drop)
}

async fn named(db: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<Segment>, DbErr> {
    let Some(meeting) = rows.first().map(|r| r.meeting_id) else { return Ok(Vec::new()) };
    let people =
        participant::Entity::find().filter(participant::Column::MeetingId.eq(meeting)).all(db).await?;
    let name = |id| people.iter().find(|p| p.id == id).map(|p| p.name.clone()).unwrap_or_default();
    rows.into_iter()
        .map(|r| {
            Ok(Segment {
                id: r.id.into(),
                stream: Some(r.stream_id.into()),
                participant: Some(r.participant_id.into()),
                speaker: name(r.participant_id),
                start_ms: r.start_ms,
                end_ms: r.end_ms,
                text: r.text,
                words: serde_json::from_value(r.words).map_err(|e| DbErr::Json(e.to_string()))?,
                engine: r.engine,
                agenda_item: r.agenda_item_id.map(Into::into),
            })
        })
        .collect()
}

/// Milliseconds that each participant spoke.
pub async fn talk_ms(
    db: &impl ConnectionTrait,
    meeting: MeetingId,
) -> Result<HashMap<ParticipantId, i64>, DbErr> {
    let spoken = Expr::col(Column::EndMs).sub(Expr::col(Column::StartMs)).sum().cast_as("bigint");
    let rows: Vec<(uuid::Uuid, i64)> = Entity::find()
        .select_only()
        .column(Column::ParticipantId)
        .column_as(spoken, "spoken")
        .filter(Column::MeetingId.eq(meeting.0))
        .group_by(Column::ParticipantId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, ms)| (id.into(), ms)).collect())
}
