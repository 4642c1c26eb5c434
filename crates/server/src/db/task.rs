//! The durable queue. Who runs a task holds its lease, a fresh id with every claim; everything that the
//! holder writes is guarded by that id, so that a worker that lost its lease can move nothing any more.

use super::{
    Db,
    entity::task::{ActiveModel, Column, Entity, Model},
};
use chrono::{DateTime, TimeDelta, Utc};
use huddle_domain::{
    MeetingId, TaskId,
    task::{ATTEMPTS_MAX, Task, TaskStatus},
};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, TryInsertResult, UpdateMany,
    sea_query::{Expr, LockBehavior, LockType, OnConflict},
};
use uuid::Uuid;

fn read(row: Model) -> Task {
    Task {
        id: row.id.into(),
        kind: row.kind,
        payload: row.payload,
        status: TaskStatus::parse(&row.status),
        meeting: row.meeting_id.map(Into::into),
        progress: row.progress,
        step: row.step,
        attempts: row.attempts,
        error: row.error,
        created_at: row.created_at,
        run_after: row.run_after,
        started_at: row.started_at,
        completed_at: row.completed_at,
        updated_at: row.updated_at,
    }
}

/// A task to be.
#[derive(Debug, Clone)]
pub struct NewTask<'a> {
    /// Its id.
    pub id: TaskId,
    /// What kind of work.
    pub kind: &'a str,
    /// What it is about.
    pub payload: serde_json::Value,
    /// The meeting it belongs to, if any.
    pub meeting: Option<MeetingId>,
    /// While a task of this key has not ended, another is not queued.
    pub dedupe_key: Option<String>,
    /// Not begun before then.
    pub run_after: DateTime<Utc>,
}

/// Queues a task; `false` if one of its dedupe key has not ended, or its id is known.
pub async fn queue(db: &impl ConnectionTrait, new: NewTask<'_>, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let row = ActiveModel {
        id: Set(new.id.0),
        kind: Set(new.kind.to_owned()),
        payload: Set(new.payload),
        status: Set(TaskStatus::Pending.as_str().into()),
        meeting_id: Set(new.meeting.map(|m| m.0)),
        dedupe_key: Set(new.dedupe_key),
        progress: Set(0),
        step: Set(String::new()),
        attempts: Set(0),
        error: Set(None),
        created_at: Set(now),
        run_after: Set(new.run_after),
        started_at: Set(None),
        completed_at: Set(None),
        lease_id: Set(None),
        lease_until: Set(None),
        updated_at: Set(now),
    };
    // Without a column named: the id of a scheduled task may be known as well.
    let inserted = Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned()).try_insert();
    Ok(matches!(inserted.exec_without_returning(db).await?, TryInsertResult::Inserted(1..)))
}

/// A task with what shows that it is held.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The task.
    pub task: Task,
    /// The lease of this claim.
    pub lease: Uuid,
}

/// What a claim found.
#[derive(Debug)]
pub enum Claim {
    /// A task to run.
    Run(Claimed),
    /// A task whose workers died too often; the caller gives it up with its consequences.
    GiveUp(Claimed),
}

/// Takes the task that waits longest: one whose time has come, or one whose worker let its lease lapse.
/// On PostgreSQL claims pass one another by (`SKIP LOCKED`); on SQLite one writer at a time decides.
pub async fn claim(
    db: &Db,
    lease: Uuid,
    now: DateTime<Utc>,
    hold: TimeDelta,
) -> Result<Option<Claim>, DbErr> {
    let due = Condition::any()
        .add(Column::Status.eq(TaskStatus::Pending.as_str()).and(Column::RunAfter.lte(now)))
        .add(Column::Status.eq(TaskStatus::Processing.as_str()).and(Column::LeaseUntil.lt(now)));
    let next = Entity::find().filter(due).order_by_asc(Column::RunAfter).order_by_asc(Column::Id).limit(1);
    // A look that takes no lock: most of the time there is nothing.
    if next.clone().one(db.read()).await?.is_none() {
        return Ok(None);
    }
    let tx = db.begin().await?;
    let next = next.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let Some(row) = next.one(&tx).await? else { return Ok(None) };
    let lapsed = row.status == TaskStatus::Processing.as_str();
    let given_up = lapsed && row.attempts >= ATTEMPTS_MAX;
    let guard = match row.lease_id {
        Some(last) => Column::LeaseId.eq(last),
        None => Column::LeaseId.is_null(),
    };
    let taken = Entity::update_many()
        .col_expr(Column::Status, Expr::value(TaskStatus::Processing.as_str()))
        .col_expr(Column::LeaseId, Expr::value(lease))
        .col_expr(Column::LeaseUntil, Expr::value(now + hold))
        .col_expr(Column::Attempts, Expr::value(row.attempts + i32::from(!given_up)))
        .col_expr(Column::StartedAt, Expr::value(row.started_at.unwrap_or(now)))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .filter(Column::Id.eq(row.id))
        .filter(Column::Status.eq(row.status.clone()))
        .filter(guard)
        .exec(&tx)
        .await?;
    tx.commit().await?;
    if taken.rows_affected != 1 {
        return Ok(None);
    }
    let mut task = read(row);
    task.status = TaskStatus::Processing;
    task.attempts += i32::from(!given_up);
    let claimed = Claimed { task, lease };
    Ok(Some(if given_up { Claim::GiveUp(claimed) } else { Claim::Run(claimed) }))
}

fn held(id: TaskId, lease: Uuid) -> UpdateMany<Entity> {
    Entity::update_many()
        .filter(Column::Id.eq(id.0))
        .filter(Column::LeaseId.eq(lease))
        .filter(Column::Status.eq(TaskStatus::Processing.as_str()))
}

async fn one(db: &impl ConnectionTrait, update: UpdateMany<Entity>) -> Result<bool, DbErr> {
    Ok(update.exec(db).await?.rows_affected == 1)
}

/// Holds the task until then; `false` if the lease is lost.
pub async fn renew(
    db: &impl ConnectionTrait,
    id: TaskId,
    lease: Uuid,
    until: DateTime<Utc>,
) -> Result<bool, DbErr> {
    one(db, held(id, lease).col_expr(Column::LeaseUntil, Expr::value(until))).await
}

/// Says how far the task is; `false` if the lease is lost.
pub async fn set_progress(
    db: &impl ConnectionTrait,
    id: TaskId,
    lease: Uuid,
    (percent, step): (i32, &str),
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let update = held(id, lease)
        .col_expr(Column::Progress, Expr::value(percent.clamp(0, 100)))
        .col_expr(Column::Step, Expr::value(step))
        .col_expr(Column::UpdatedAt, Expr::value(now));
    one(db, update).await
}

/// The task is done; `false` if the lease is lost. Its dedupe key is free again.
pub async fn complete(
    db: &impl ConnectionTrait,
    id: TaskId,
    lease: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let update = ended(held(id, lease), TaskStatus::Completed, now)
        .col_expr(Column::Progress, Expr::value(100))
        .col_expr(Column::Step, Expr::value(""))
        .col_expr(Column::Error, Expr::value(None::<String>));
    one(db, update).await
}

/// The task is given up; `false` if the lease is lost. Its dedupe key is free again.
pub async fn fail(
    db: &impl ConnectionTrait,
    id: TaskId,
    lease: Uuid,
    error: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let update = ended(held(id, lease), TaskStatus::Failed, now).col_expr(Column::Error, Expr::value(error));
    one(db, update).await
}

fn ended(update: UpdateMany<Entity>, status: TaskStatus, now: DateTime<Utc>) -> UpdateMany<Entity> {
    let_go(update, status, now)
        .col_expr(Column::CompletedAt, Expr::value(now))
        .col_expr(Column::DedupeKey, Expr::value(None::<String>))
}

fn let_go(update: UpdateMany<Entity>, status: TaskStatus, now: DateTime<Utc>) -> UpdateMany<Entity> {
    update
        .col_expr(Column::Status, Expr::value(status.as_str()))
        .col_expr(Column::LeaseId, Expr::value(None::<Uuid>))
        .col_expr(Column::LeaseUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::UpdatedAt, Expr::value(now))
}

/// The attempt failed; another is made at `run_after`. `false` if the lease is lost.
pub async fn retry(
    db: &impl ConnectionTrait,
    id: TaskId,
    lease: Uuid,
    error: &str,
    run_after: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let update = let_go(held(id, lease), TaskStatus::Pending, now)
        .col_expr(Column::Error, Expr::value(error))
        .col_expr(Column::RunAfter, Expr::value(run_after));
    one(db, update).await
}

/// The worker stops, or cannot do this: the task is free from `run_after` on, and this attempt does not count.
pub async fn give_back(
    db: &impl ConnectionTrait,
    id: TaskId,
    lease: Uuid,
    run_after: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let update = let_go(held(id, lease), TaskStatus::Pending, now)
        .col_expr(Column::RunAfter, Expr::value(run_after))
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).sub(1));
    one(db, update).await
}

/// A task by id.
pub async fn by_id(db: &impl ConnectionTrait, id: TaskId) -> Result<Option<Task>, DbErr> {
    Ok(Entity::find_by_id(id.0).one(db).await?.map(read))
}

/// The tasks of a meeting in the order in which they were queued.
pub async fn of_meeting(db: &impl ConnectionTrait, meeting: MeetingId) -> Result<Vec<Task>, DbErr> {
    let rows = Entity::find()
        .filter(Column::MeetingId.eq(meeting.0))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

/// The tasks of meetings that moved at or after `since`.
pub async fn moved_since(db: &impl ConnectionTrait, since: DateTime<Utc>) -> Result<Vec<Task>, DbErr> {
    let rows = Entity::find()
        .filter(Column::UpdatedAt.gte(since))
        .filter(Column::MeetingId.is_not_null())
        .order_by_asc(Column::UpdatedAt)
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(read).collect())
}

/// How many tasks have this status.
pub async fn count(db: &impl ConnectionTrait, status: TaskStatus) -> Result<u64, DbErr> {
    Entity::find().filter(Column::Status.eq(status.as_str())).count(db).await
}
