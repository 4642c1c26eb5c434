//! Agendas in the database.

use super::entity::{agenda_change, agenda_item};
use chrono::{DateTime, Utc};
use huddle_domain::{
    AgendaItemId, MeetingId,
    agenda::{AgendaChange, AgendaItem},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

/// The points of a meeting in order.
pub async fn of_meeting(db: &impl ConnectionTrait, meeting: MeetingId) -> Result<Vec<AgendaItem>, DbErr> {
    let rows = agenda_item::Entity::find()
        .filter(agenda_item::Column::MeetingId.eq(meeting.0))
        .order_by_asc(agenda_item::Column::Position)
        .order_by_asc(agenda_item::Column::Id)
        .all(db)
        .await?;
    let read = |r: agenda_item::Model| AgendaItem {
        id: r.id.into(),
        title: r.title,
        owner: r.owner,
        position: r.position,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Stores a new point.
pub async fn insert(db: &impl ConnectionTrait, meeting: MeetingId, item: &AgendaItem) -> Result<(), DbErr> {
    row(meeting, item).insert(db).await.map(drop)
}

/// Stores a changed point.
pub async fn update(db: &impl ConnectionTrait, meeting: MeetingId, item: &AgendaItem) -> Result<(), DbErr> {
    row(meeting, item).update(db).await.map(drop)
}

/// Takes a point away.
pub async fn delete(db: &impl ConnectionTrait, item: AgendaItemId) -> Result<(), DbErr> {
    agenda_item::Entity::delete_by_id(item.0).exec(db).await.map(drop)
}

fn row(meeting: MeetingId, item: &AgendaItem) -> agenda_item::ActiveModel {
    agenda_item::ActiveModel {
        id: Set(item.id.0),
        meeting_id: Set(meeting.0),
        title: Set(item.title.clone()),
        owner: Set(item.owner.clone()),
        position: Set(item.position),
    }
}

/// Keeps that `item` is current from `at` on.
pub async fn insert_change(
    db: &impl ConnectionTrait,
    id: Uuid,
    meeting: MeetingId,
    item: Option<AgendaItemId>,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let row = agenda_change::ActiveModel {
        id: Set(id),
        meeting_id: Set(meeting.0),
        item_id: Set(item.map(|i| i.0)),
        at: Set(at),
    };
    row.insert(db).await.map(drop)
}

/// Which item was current from when on, in time order.
pub async fn changes(db: &impl ConnectionTrait, meeting: MeetingId) -> Result<Vec<AgendaChange>, DbErr> {
    let rows = agenda_change::Entity::find()
        .filter(agenda_change::Column::MeetingId.eq(meeting.0))
        .order_by_asc(agenda_change::Column::At)
        .order_by_asc(agenda_change::Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|r| AgendaChange { at: r.at, item: r.item_id.map(Into::into) }).collect())
}
