//! Sessions: begun by signing in, renewed with refresh tokens that each work once, ended by signing out.
//!
//! A refresh token that comes a second time was copied, by a thief or from one, and nobody can tell which
//! of the two is asking: its whole family is revoked. But two tabs that wake up together, or an answer that
//! was lost on its way, are no theft: within [`GRACE`] of its first use a token is answered once more.

use super::{App, AppResult, tokens};
use crate::db::{
    self,
    session::{self as rows, RefreshToken},
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use huddle_domain::{
    AccountId, Refusal, TokenFamilyId,
    account::{ACCESS_LIFE, Account, REFRESH_LIFE, REMEMBERED_LIFE},
};
use sea_orm::DatabaseTransaction;
use secrecy::ExposeSecret;
use sha2::Sha256;

/// How long a refresh token that was used is still answered.
pub const GRACE: TimeDelta = TimeDelta::seconds(10);

/// Proof of a sign-in.
#[derive(Debug, Clone)]
pub struct Session {
    /// Whose.
    pub account: Account,
    /// Good for [`ACCESS_LIFE`].
    pub access_token: String,
    /// Good once, for `life`.
    pub refresh_token: String,
    /// Seconds that the access token is good for.
    pub expires_in: i64,
    /// How long the refresh token is good for.
    pub life: TimeDelta,
}

/// Begins a session in the transaction of the sign-in.
pub(super) async fn begin(
    app: &App,
    tx: &DatabaseTransaction,
    account: Account,
    remember: bool,
) -> AppResult<Session> {
    let family = app.next_id();
    hand_out(app, tx, account, family, remember).await
}

async fn hand_out(
    app: &App,
    tx: &DatabaseTransaction,
    account: Account,
    family: TokenFamilyId,
    remember: bool,
) -> AppResult<Session> {
    let refresh_token = BASE64_URL_SAFE_NO_PAD.encode(crate::ids::random::<32>());
    let (now, life) = (app.now(), if remember { REMEMBERED_LIFE } else { REFRESH_LIFE });
    let row = RefreshToken {
        id: app.next_id(),
        account: account.id,
        family,
        hash: hash(app, &refresh_token),
        remember,
        created_at: now,
        expires_at: now + life,
        used_at: None,
        revoked_at: None,
    };
    rows::insert(tx, &row).await?;
    let access_token = tokens::access(app, account.id, account.role, family);
    Ok(Session { account, access_token, refresh_token, expires_in: ACCESS_LIFE.num_seconds(), life })
}

/// Renews a session. A token that was used before revokes the whole family, except within [`GRACE`].
pub async fn refresh(app: &App, token: &str) -> AppResult<Session> {
    let (now, hash) = (app.now(), hash(app, token));
    // Whoever sends nonsense does not make those wait who write.
    rows::by_hash(app.db.read(), &hash).await?.ok_or(tokens::INVALID)?;
    let tx = app.db.begin().await?;
    let found = rows::lock_by_hash(&tx, &hash).await?;
    let old = found.filter(|t| t.revoked_at.is_none()).ok_or(tokens::INVALID)?;
    if old.expires_at <= now {
        return Err(tokens::EXPIRED.into());
    }
    match old.used_at {
        None => rows::set_used(&tx, old.id, now).await?,
        Some(at) if now - at <= GRACE => {}
        Some(_) => {
            rows::revoke_family(&tx, old.family, now).await?;
            tx.commit().await?;
            app.revoked.insert(old.family, now);
            tracing::warn!(account.id = %old.account, "A refresh token came twice; its sessions were ended");
            return Err(tokens::INVALID.into());
        }
    }
    let account = db::account::by_id(&tx, old.account).await?.ok_or(tokens::INVALID)?;
    let session = hand_out(app, &tx, account, old.family, old.remember).await?;
    tx.commit().await?;
    Ok(session)
}

/// Ends the session of a refresh token; one that is not known ends nothing.
pub async fn sign_out(app: &App, token: &str) -> AppResult<()> {
    match rows::by_hash(app.db.read(), &hash(app, token)).await? {
        Some(known) => end(app, known.family).await,
        None => Ok(()),
    }
}

/// Ends a session.
pub async fn end(app: &App, session: TokenFamilyId) -> AppResult<()> {
    let tx = app.db.begin().await?;
    rows::revoke_family(&tx, session, app.now()).await?;
    tx.commit().await?;
    app.revoked.insert(session, app.now());
    Ok(())
}

/// Ends all sessions of an account but one; answers those that ended, for [`forget`] after the commit.
pub(super) async fn end_others(
    app: &App,
    tx: &DatabaseTransaction,
    account: AccountId,
    kept: Option<TokenFamilyId>,
) -> AppResult<Vec<TokenFamilyId>> {
    let mut others = rows::families(tx, account, app.now()).await?;
    others.retain(|family| Some(*family) != kept);
    for family in &others {
        rows::revoke_family(tx, *family, app.now()).await?;
    }
    Ok(others)
}

/// Makes the access tokens of ended sessions worthless in this process.
pub(super) fn forget(app: &App, ended: &[TokenFamilyId]) {
    ended.iter().for_each(|family| app.revoked.insert(*family, app.now()));
}

/// What of a token is stored: keyed, so that a stolen database proves nothing.
fn hash(app: &App, token: &str) -> String {
    let key = app.secrets.jwt_refresh.expose_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(token.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

/// The refusal of a refresh without a token.
pub const NO_TOKEN: Refusal =
    Refusal::Unauthenticated { code: "unauthenticated", message: "There is no session to refresh. Sign in." };
