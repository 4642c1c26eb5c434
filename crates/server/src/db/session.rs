//! Refresh tokens in the database: a row for each that was ever handed out and has not expired. All that
//! descend from one sign-in are a family.

use super::entity::refresh_token::{ActiveModel, Column, Entity, Model};
use chrono::{DateTime, Utc};
use huddle_domain::{AccountId, TokenFamilyId, TokenId};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    QuerySelect, sea_query::Expr,
};

/// A refresh token as it is stored; the token itself is not.
#[derive(Debug, Clone)]
pub struct RefreshToken {
    /// Its id.
    pub id: TokenId,
    /// Whose.
    pub account: AccountId,
    /// The sign-in that it descends from.
    pub family: TokenFamilyId,
    /// The keyed hash, in base64url.
    pub hash: String,
    /// Whether the person asked to be remembered.
    pub remember: bool,
    /// Made then.
    pub created_at: DateTime<Utc>,
    /// Good until then.
    pub expires_at: DateTime<Utc>,
    /// First used then.
    pub used_at: Option<DateTime<Utc>>,
    /// Its family was revoked then.
    pub revoked_at: Option<DateTime<Utc>>,
}

fn read(row: Model) -> RefreshToken {
    RefreshToken {
        id: row.id.into(),
        account: row.account_id.into(),
        family: row.family_id.into(),
        hash: row.token_hash,
        remember: row.remember,
        created_at: row.created_at,
        expires_at: row.expires_at,
        used_at: row.used_at,
        revoked_at: row.revoked_at,
    }
}

/// Stores a new token.
pub async fn insert(db: &impl ConnectionTrait, new: &RefreshToken) -> Result<(), DbErr> {
    let row = ActiveModel {
        id: Set(new.id.0),
        account_id: Set(new.account.0),
        family_id: Set(new.family.0),
        token_hash: Set(new.hash.clone()),
        remember: Set(new.remember),
        created_at: Set(new.created_at),
        expires_at: Set(new.expires_at),
        used_at: Set(new.used_at),
        revoked_at: Set(new.revoked_at),
    };
    row.insert(db).await.map(drop)
}

/// The token of a hash.
pub async fn by_hash(db: &impl ConnectionTrait, hash: &str) -> Result<Option<RefreshToken>, DbErr> {
    Ok(Entity::find().filter(Column::TokenHash.eq(hash)).one(db).await?.map(read))
}

/// The token of a hash, for a change: PostgreSQL holds the row until the transaction ends.
pub async fn lock_by_hash(db: &impl ConnectionTrait, hash: &str) -> Result<Option<RefreshToken>, DbErr> {
    Ok(Entity::find().filter(Column::TokenHash.eq(hash)).lock_exclusive().one(db).await?.map(read))
}

/// Stores when a token was first used.
pub async fn set_used(db: &impl ConnectionTrait, id: TokenId, at: DateTime<Utc>) -> Result<(), DbErr> {
    let row = Entity::update_many().col_expr(Column::UsedAt, Expr::value(at)).filter(Column::Id.eq(id.0));
    row.exec(db).await.map(drop)
}

/// Revokes all tokens of a family.
pub async fn revoke_family(
    db: &impl ConnectionTrait,
    family: TokenFamilyId,
    at: DateTime<Utc>,
) -> Result<(), DbErr> {
    let rows = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(at))
        .filter(Column::FamilyId.eq(family.0))
        .filter(Column::RevokedAt.is_null());
    rows.exec(db).await.map(drop)
}

/// The families of an account that can still be renewed.
pub async fn families(
    db: &impl ConnectionTrait,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Vec<TokenFamilyId>, DbErr> {
    let found: Vec<uuid::Uuid> = Entity::find()
        .select_only()
        .column(Column::FamilyId)
        .distinct()
        .filter(Column::AccountId.eq(account.0))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found.into_iter().map(Into::into).collect())
}
