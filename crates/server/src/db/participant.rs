//! Participants in the database.

use super::entity::participant::{ActiveModel, Column, Entity, Model};
use huddle_domain::{
    AccountId, MeetingId, ParticipantId,
    participant::{Participant, Role},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;

fn read(row: Model) -> Participant {
    Participant {
        id: row.id.into(),
        meeting: row.meeting_id.into(),
        account: row.account_id.map(Into::into),
        name: row.name,
        role: Role::parse(&row.role),
        joined_at: row.joined_at,
    }
}

/// A participant by id.
pub async fn by_id(db: &impl ConnectionTrait, id: ParticipantId) -> Result<Option<Participant>, DbErr> {
    Ok(Entity::find_by_id(id.0).one(db).await?.map(read))
}

/// The place of an account in a meeting.
pub async fn of_account(
    db: &impl ConnectionTrait,
    meeting: MeetingId,
    account: AccountId,
) -> Result<Option<Participant>, DbErr> {
    let row = Entity::find()
        .filter(Column::MeetingId.eq(meeting.0))
        .filter(Column::AccountId.eq(account.0))
        .one(db)
        .await?;
    Ok(row.map(read))
}

/// All who ever joined, in order of arrival.
pub async fn of_meeting(db: &impl ConnectionTrait, meeting: MeetingId) -> Result<Vec<Participant>, DbErr> {
    let rows = Entity::find()
        .filter(Column::MeetingId.eq(meeting.0))
        .order_by_asc(Column::JoinedAt)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

/// How many ever joined.
pub async fn count(db: &impl ConnectionTrait, meeting: MeetingId) -> Result<u64, DbErr> {
    Entity::find().filter(Column::MeetingId.eq(meeting.0)).count(db).await
}

/// How many ever joined each of these meetings; one that nobody joined is left out.
pub async fn counts(
    db: &impl ConnectionTrait,
    meetings: &[MeetingId],
) -> Result<HashMap<MeetingId, u64>, DbErr> {
    let rows: Vec<(uuid::Uuid, i64)> = Entity::find()
        .select_only()
        .column(Column::MeetingId)
        .column_as(Column::Id.count(), "people")
        .filter(Column::MeetingId.is_in(meetings.iter().map(|id| id.0)))
        .group_by(Column::MeetingId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(id, people)| (id.into(), u64::try_from(people).unwrap_or(0))).collect())
}

/// Stores a new participant.
pub async fn insert(db: &impl ConnectionTrait, new: &Participant) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(new.id.0),
        meeting_id: Set(new.meeting.0),
        account_id: Set(new.account.map(|a| a.0)),
        name: Set(new.name.clone()),
        role: Set(new.role.as_str().into()),
        joined_at: Set(new.joined_at),
    };
    row.insert(db).await.map(drop)
}
