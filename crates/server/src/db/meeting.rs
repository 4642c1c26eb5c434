//! Meetings in the database.

use super::entity::{account, invitee, meeting};
use huddle_domain::{
    AccountId, MeetingId,
    meeting::{Meeting, MeetingCode, MeetingState},
};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

async fn whole(db: &impl ConnectionTrait, row: Option<meeting::Model>) -> Result<Option<Meeting>, DbErr> {
    let Some(row) = row else { return Ok(None) };
    let invitees = invitees(db, row.id.into()).await?;
    Ok(Some(read(row, invitees)))
}

fn read(row: meeting::Model, invitees: Vec<String>) -> Meeting {
    Meeting {
        id: row.id.into(),
        code: MeetingCode(row.code),
        title: row.title,
        description: row.description,
        host: row.host_id.into(),
        // A word that is none of the three can only come from a hand in the database: nothing goes on there.
        state: MeetingState::parse(&row.state).unwrap_or(MeetingState::Ended),
        starts_at: row.starts_at,
        duration_minutes: row.duration_minutes,
        time_zone: row.time_zone.parse().unwrap_or(chrono_tz::Tz::UTC),
        invitees,
        started_at: row.started_at,
        ended_at: row.ended_at,
        deleted_at: row.deleted_at,
        current_agenda_item: row.current_agenda_item_id.map(Into::into),
        created_at: row.created_at,
    }
}

/// A meeting by id, deleted or not.
pub async fn by_id(db: &impl ConnectionTrait, id: MeetingId) -> Result<Option<Meeting>, DbErr> {
    whole(db, meeting::Entity::find_by_id(id.0).one(db).await?).await
}

/// A meeting by code, deleted or not.
pub async fn by_code(db: &impl ConnectionTrait, code: &MeetingCode) -> Result<Option<Meeting>, DbErr> {
    whole(db, meeting::Entity::find().filter(meeting::Column::Code.eq(&code.0)).one(db).await?).await
}

/// Who was asked to come, in order of address.
pub async fn invitees(db: &impl ConnectionTrait, id: MeetingId) -> Result<Vec<String>, DbErr> {
    let rows = invitee::Entity::find().filter(invitee::Column::MeetingId.eq(id.0)).all(db).await?;
    let mut addresses: Vec<_> = rows.into_iter().map(|r| r.email).collect();
    addresses.sort();
    Ok(addresses)
}

/// Whether the account's address was asked to come.
pub async fn is_invited(db: &impl ConnectionTrait, id: MeetingId, account: AccountId) -> Result<bool, DbErr> {
    let Some(account) = account::Entity::find_by_id(account.0).one(db).await? else { return Ok(false) };
    Ok(invitee::Entity::find_by_id((id.0, account.email)).one(db).await?.is_some())
}
