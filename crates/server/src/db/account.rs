//! Accounts in the database.

use super::entity::account::{ActiveModel, Column, Entity, Model};
use chrono::{DateTime, Utc};
use huddle_domain::{
    AccountId,
    account::{Account, AccountRole},
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

fn read(row: Model) -> (Account, String) {
    let account = Account {
        id: row.id.into(),
        email: row.email,
        name: row.name,
        role: AccountRole::parse(&row.role),
        failures: row.failures,
        locked_until: row.locked_until,
        created_at: row.created_at,
    };
    (account, row.password_hash)
}

/// An account by id.
pub async fn by_id(db: &impl ConnectionTrait, id: AccountId) -> Result<Option<Account>, DbErr> {
    Ok(Entity::find_by_id(id.0).one(db).await?.map(|row| read(row).0))
}

/// An account and the hash of its password, by its lower-cased address.
pub async fn by_email(db: &impl ConnectionTrait, email: &str) -> Result<Option<(Account, String)>, DbErr> {
    Ok(Entity::find().filter(Column::Email.eq(email)).one(db).await?.map(read))
}

/// [`by_email`] for a change: PostgreSQL holds the row until the transaction ends; SQLite's transaction
/// already has the only write lock.
pub async fn lock_by_email(
    db: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<(Account, String)>, DbErr> {
    Ok(Entity::find().filter(Column::Email.eq(email)).lock_exclusive().one(db).await?.map(read))
}

/// All accounts, oldest first.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Account>, DbErr> {
    let rows = Entity::find().order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(db).await?;
    Ok(rows.into_iter().map(|row| read(row).0).collect())
}

/// Whether there is any account.
pub async fn is_any(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(Entity::find().limit(1).one(db).await?.is_some())
}

/// Lets one transaction at a time make accounts, so that exactly one of them makes the first.
pub async fn lock_all(tx: &impl ConnectionTrait) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared("LOCK TABLE huddle_account IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    Ok(())
}

/// Stores a new account.
pub async fn insert(db: &impl ConnectionTrait, new: &Account, password_hash: &str) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(new.id.0),
        email: Set(new.email.clone()),
        name: Set(new.name.clone()),
        password_hash: Set(password_hash.into()),
        role: Set(new.role.as_str().into()),
        failures: Set(new.failures),
        locked_until: Set(new.locked_until),
        created_at: Set(new.created_at),
    };
    row.insert(db).await.map(drop)
}

/// Stores how often signing in failed, and until when it is locked.
pub async fn set_failures(
    db: &impl ConnectionTrait,
    id: AccountId,
    failures: i32,
    locked_until: Option<DateTime<Utc>>,
) -> Result<(), DbErr> {
    Entity::update_many()
        .col_expr(Column::Failures, Expr::value(failures))
        .col_expr(Column::LockedUntil, Expr::value(locked_until))
        .filter(Column::Id.eq(id.0))
        .exec(db)
        .await
        .map(drop)
}

/// Stores another name.
pub async fn set_name(db: &impl ConnectionTrait, id: AccountId, name: &str) -> Result<(), DbErr> {
    let row = Entity::update_many().col_expr(Column::Name, Expr::value(name)).filter(Column::Id.eq(id.0));
    row.exec(db).await.map(drop)
}

/// Stores another hash of the password.
pub async fn set_password(db: &impl ConnectionTrait, id: AccountId, hash: &str) -> Result<(), DbErr> {
    let row =
        Entity::update_many().col_expr(Column::PasswordHash, Expr::value(hash)).filter(Column::Id.eq(id.0));
    row.exec(db).await.map(drop)
}
