//! Chat in the database.

use super::entity::{
    chat_line::{ActiveModel, Column, Entity, Model},
    participant,
};
use huddle_domain::{ChatLineId, MeetingId, ParticipantId, chat::ChatLine};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

fn read(row: Model, name: String) -> ChatLine {
    ChatLine {
        id: row.id.into(),
        participant: row.participant_id.into(),
        name,
        text: row.text,
        client_id: row.client_id,
        at: row.at,
    }
}

/// The line that a participant sent under this id of theirs.
pub async fn by_client_id(
    db: &impl ConnectionTrait,
    participant: ParticipantId,
    client_id: &str,
) -> Result<Option<ChatLine>, DbErr> {
    let row = Entity::find()
        .filter(Column::ParticipantId.eq(participant.0))
        .filter(Column::ClientId.eq(client_id))
        .one(db)
        .await?;
    Ok(match row {
        Some(row) => Some(named(db, vec![row]).await?.remove(0)),
        None => None,
    })
}

/// Stores a new line.
pub async fn insert(db: &impl ConnectionTrait, meeting: MeetingId, line: &ChatLine) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(line.id.0),
        meeting_id: Set(meeting.0),
        participant_id: Set(line.participant.0),
        text: Set(line.text.clone()),
        client_id: Set(line.client_id.clone()),
        at: Set(line.at),
    };
    row.insert(db).await.map(drop)
}

/// Up to `limit` lines in order: those after `after`, or else the last ones.
pub async fn of_meeting(
    db: &impl ConnectionTrait,
    meeting: MeetingId,
    after: Option<ChatLineId>,
    limit: u64,
) -> Result<Vec<ChatLine>, DbErr> {
    let lines = Entity::find().filter(Column::MeetingId.eq(meeting.0)).limit(limit);
    let rows = match after {
        Some(after) => lines.filter(Column::Id.gt(after.0)).order_by_asc(Column::Id).all(db).await?,
        None => {
            let mut last = lines.order_by_desc(Column::Id).all(db).await?;
            last.reverse();
            last
        }
    };
    named(db, rows).await
}

async fn named(db: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<ChatLine>, DbErr> {
    let writers: Vec<_> = rows.iter().map(|r| r.participant_id).collect();
    let people = participant::Entity::find().filter(participant::Column::Id.is_in(writers)).all(db).await?;
    let name = |id| people.iter().find(|p| p.id == id).map(|p| p.name.clone()).unwrap_or_default();
    Ok(rows
        .into_iter()
        .map(|row| {
            let name = name(row.participant_id);
            read(row, name)
        })
        .collect())
}
