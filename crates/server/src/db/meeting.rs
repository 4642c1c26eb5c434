//! Meetings in the database.

use super::entity::{account, invitee, meeting, participant};
use chrono::{DateTime, Utc};
use huddle_domain::{
    AccountId, AgendaItemId, MeetingId,
    meeting::{Meeting, MeetingCode, MeetingState},
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, Func, LikeExpr},
};
use std::collections::HashMap;

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

/// Which meetings of an account are wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Only those in this state.
    pub state: Option<MeetingState>,
    /// Deleted ones that can still be brought back, instead of all others.
    pub deleted_since: Option<DateTime<Utc>>,
    /// Only those whose title contains this.
    pub text: Option<String>,
    /// How many to pass over.
    pub offset: u64,
    /// How many at most.
    pub limit: u64,
}

/// A page of the meetings that the account hosts, was asked to or took part in, newest first, and how
/// many there are in all. Deleted ones are shown to their host only.
pub async fn page_of_account(
    db: &impl ConnectionTrait,
    id: AccountId,
    wanted: &Wanted,
) -> Result<(Vec<Meeting>, u64), DbErr> {
    let email = account::Entity::find_by_id(id.0).one(db).await?.map(|a| a.email).unwrap_or_default();
    let taken_part = participant::Entity::find()
        .select_only()
        .column(participant::Column::MeetingId)
        .filter(participant::Column::AccountId.eq(id.0))
        .into_query();
    let invited = invitee::Entity::find()
        .select_only()
        .column(invitee::Column::MeetingId)
        .filter(invitee::Column::Email.eq(email))
        .into_query();
    let hosted = meeting::Column::HostId.eq(id.0);
    let mut query = match wanted.deleted_since {
        Some(since) => meeting::Entity::find().filter(hosted).filter(meeting::Column::DeletedAt.gte(since)),
        None => meeting::Entity::find().filter(meeting::Column::DeletedAt.is_null()).filter(
            Condition::any()
                .add(hosted)
                .add(meeting::Column::Id.in_subquery(taken_part))
                .add(meeting::Column::Id.in_subquery(invited)),
        ),
    };
    if let Some(state) = wanted.state {
        query = query.filter(meeting::Column::State.eq(state.as_str()));
    }
    if let Some(text) = &wanted.text {
        let escaped = text.to_lowercase().replace('\\', r"\\").replace('%', r"\%").replace('_', r"\_");
        let title = Func::lower(Expr::col(meeting::Column::Title));
        query = query.filter(Expr::expr(title).like(LikeExpr::new(format!("%{escaped}%")).escape('\\')));
    }
    let total = query.clone().count(db).await?;
    let rows = query
        .order_by_desc(meeting::Column::CreatedAt)
        .order_by_desc(meeting::Column::Id)
        .offset(wanted.offset)
        .limit(wanted.limit)
        .all(db)
        .await?;
    let ids: Vec<_> = rows.iter().map(|r| r.id).collect();
    let invitees = invitee::Entity::find().filter(invitee::Column::MeetingId.is_in(ids)).all(db).await?;
    let of = |id| invitees.iter().filter(|i| i.meeting_id == id).map(|i| i.email.clone()).collect();
    Ok((
        rows.into_iter()
            .map(|row| {
                let asked = of(row.id);
                read(row, asked)
            })
            .collect(),
        total,
    ))
}

/// Stores a new meeting; `false` if its code is taken.
pub async fn insert(db: &impl ConnectionTrait, new: &Meeting) -> Result<bool, DbErr> {
    if meeting::Entity::find().filter(meeting::Column::Code.eq(&new.code.0)).one(db).await?.is_some() {
        return Ok(false);
    }
    row(new).insert(db).await?;
    set_invitees(db, new).await?;
    Ok(true)
}

/// Stores all of a meeting that was read under the same transaction's lock (see [`lock`]).
pub async fn update(db: &impl ConnectionTrait, changed: &Meeting) -> Result<(), DbErr> {
    row(changed).update(db).await?;
    set_invitees(db, changed).await
}

fn row(of: &Meeting) -> meeting::ActiveModel {
    meeting::ActiveModel {
        id: Set(of.id.0),
        code: Set(of.code.0.clone()),
        title: Set(of.title.clone()),
        description: Set(of.description.clone()),
        host_id: Set(of.host.0),
        state: Set(of.state.as_str().into()),
        starts_at: Set(of.starts_at),
        duration_minutes: Set(of.duration_minutes),
        time_zone: Set(of.time_zone.name().into()),
        started_at: Set(of.started_at),
        ended_at: Set(of.ended_at),
        deleted_at: Set(of.deleted_at),
        current_agenda_item_id: Set(of.current_agenda_item.map(|AgendaItemId(id)| id)),
        created_at: Set(of.created_at),
    }
}

async fn set_invitees(db: &impl ConnectionTrait, of: &Meeting) -> Result<(), DbErr> {
    invitee::Entity::delete_many().filter(invitee::Column::MeetingId.eq(of.id.0)).exec(db).await?;
    let mut addresses = of.invitees.clone();
    addresses.sort();
    addresses.dedup();
    let rows = addresses
        .into_iter()
        .map(|email| invitee::ActiveModel { meeting_id: Set(of.id.0), email: Set(email) });
    let rows: Vec<_> = rows.collect();
    if !rows.is_empty() {
        invitee::Entity::insert_many(rows).exec(db).await?;
    }
    Ok(())
}

/// A meeting by id for a change: PostgreSQL holds the row until the transaction ends; SQLite's
/// transaction already has the only write lock.
pub async fn lock(db: &impl ConnectionTrait, id: MeetingId) -> Result<Option<Meeting>, DbErr> {
    whole(db, meeting::Entity::find_by_id(id.0).lock_exclusive().one(db).await?).await
}

/// The name of a host.
pub async fn host_name(db: &impl ConnectionTrait, host: AccountId) -> Result<String, DbErr> {
    Ok(account::Entity::find_by_id(host.0).one(db).await?.map(|a| a.name).unwrap_or_default())
}

/// The names of hosts.
pub async fn host_names(
    db: &impl ConnectionTrait,
    hosts: &[AccountId],
) -> Result<HashMap<AccountId, String>, DbErr> {
    let hosts = hosts.iter().map(|id| id.0);
    let rows = account::Entity::find().filter(account::Column::Id.is_in(hosts)).all(db).await?;
    Ok(rows.into_iter().map(|a| (a.id.into(), a.name)).collect())
}
