//! Participants in the database.

use super::entity::participant::{Column, Entity, Model};
use huddle_domain::{
    AccountId, MeetingId, ParticipantId,
    participant::{Participant, Role},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

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
