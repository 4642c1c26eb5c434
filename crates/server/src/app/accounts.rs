//! Accounts: making them, signing in, changing them. What a stranger can ask is answered alike, and as
//! slowly, for addresses that have an account and for those that have none.

use super::{
    App, AppResult, Caller,
    sessions::{self, Session},
};
use crate::{config::Registration, db};
use huddle_domain::{
    AccountId, Refusal, TokenFamilyId,
    account::{self as rules, Account, AccountRole, INVALID_CREDENTIALS},
    text,
};
use sea_orm::DatabaseTransaction;

/// Longest name of an account, in characters.
const NAME_MAX: usize = 80;

/// Whether the first account is still to be made.
pub async fn needs_first(app: &App) -> AppResult<bool> {
    Ok(!db::account::is_any(app.db.read()).await?)
}

/// Makes an account, the first one an administrator's. For an address that has one, nothing happens and
/// nothing is told.
pub async fn register(app: &App, email: &str, name: &str, password: &str) -> AppResult<()> {
    let asked = Asked::check(email, name, password)?;
    if app.config.accounts.registration == Registration::Closed && !needs_first(app).await? {
        return Err(CLOSED.into());
    }
    let hash = app.hashing.hash(password).await?;
    let tx = app.db.begin().await?;
    db::account::lock_all(&tx).await?;
    let is_first = !db::account::is_any(&tx).await?;
    if app.config.accounts.registration == Registration::Closed && !is_first {
        return Err(CLOSED.into());
    }
    match db::account::by_email(&tx, &asked.email).await? {
        // Writes as much as a new account does, to take as long.
        Some((known, _)) => db::account::set_name(&tx, known.id, &known.name).await?,
        None => {
            let role = if is_first { AccountRole::Admin } else { AccountRole::Member };
            db::account::insert(&tx, &asked.account(app, role), &hash).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Makes an account by the operator's hand; the first one is an administrator's whatever was asked.
pub async fn add(
    app: &App,
    email: &str,
    name: &str,
    password: &str,
    role: AccountRole,
) -> AppResult<Account> {
    let asked = Asked::check(email, name, password)?;
    let hash = app.hashing.hash(password).await?;
    let tx = app.db.begin().await?;
    db::account::lock_all(&tx).await?;
    if db::account::by_email(&tx, &asked.email).await?.is_some() {
        return Err(Refusal::invalid("email", "has an account already").into());
    }
    let role = if db::account::is_any(&tx).await? { role } else { AccountRole::Admin };
    let account = asked.account(app, role);
    db::account::insert(&tx, &account, &hash).await?;
    tx.commit().await?;
    Ok(account)
}

/// What is asked for a new account, cleaned.
struct Asked {
    email: String,
    name: String,
}

impl Asked {
    fn check(email: &str, name: &str, password: &str) -> Result<Self, Refusal> {
        let email = rules::email(email)?;
        let name = text::required("name", name, NAME_MAX, false)?;
        rules::password(password)?;
        Ok(Self { email, name })
    }

    fn account(self, app: &App, role: AccountRole) -> Account {
        Account {
            id: app.next_id(),
            email: self.email,
            name: self.name,
            role,
            failures: 0,
            locked_until: None,
            created_at: app.now(),
        }
    }
}

/// Begins a session. Every failure has the one answer [`INVALID_CREDENTIALS`].
pub async fn sign_in(app: &App, email: &str, password: &str, remember: bool) -> AppResult<Session> {
    let email = rules::email(email)?;
    let (tx, account) = judge(app, &email, password).await?.ok_or(INVALID_CREDENTIALS)?;
    let session = sessions::begin(app, &tx, account, remember).await?;
    tx.commit().await?;
    Ok(session)
}

/// The account and the transaction that holds it, if this is its password and it is not locked. The
/// comparison comes first and the verdict after it, one at a time per account: guesses made all at once
/// lock it as surely as one by one.
async fn judge(app: &App, email: &str, password: &str) -> AppResult<Option<(DatabaseTransaction, Account)>> {
    let known = db::account::by_email(app.db.read(), email).await?;
    let compared = known.as_ref().map(|(_, hash)| hash.clone());
    let verdict = app.hashing.verify(password, compared.as_deref()).await?;
    let fresh =
        if verdict.is_right && verdict.is_stale { Some(app.hashing.hash(password).await?) } else { None };
    let now = app.now();
    let tx = app.db.begin().await?;
    match db::account::lock_by_email(&tx, email).await? {
        // A password that was changed while it was compared is not the one that was right.
        Some((account, hash))
            if !account.is_locked(now) && verdict.is_right && compared.as_ref() == Some(&hash) =>
        {
            if account.failures > 0 || account.locked_until.is_some() {
                db::account::set_failures(&tx, account.id, 0, None).await?;
            }
            if let Some(fresh) = fresh {
                db::account::set_password(&tx, account.id, &fresh).await?;
            }
            return Ok(Some((tx, account)));
        }
        Some((account, _)) if !account.is_locked(now) => {
            let (failures, locked_until) = account.after_failure(now);
            db::account::set_failures(&tx, account.id, failures, locked_until).await?;
            if locked_until.is_some() {
                tracing::warn!(account.id = %account.id, "An account was locked after too many failures");
            }
        }
        _ => {}
    }
    tx.commit().await?;
    Ok(None)
}

/// The caller's own account.
pub async fn me(app: &App, caller: Caller) -> AppResult<Account> {
    let id = caller.account()?;
    // It may have been removed while its token is still good.
    Ok(db::account::by_id(app.db.read(), id).await?.ok_or(super::permit::UNAUTHENTICATED)?)
}

/// Changes the caller's name; meetings that they joined keep the name they came with.
pub async fn rename(app: &App, caller: Caller, name: &str) -> AppResult<Account> {
    let id = caller.account()?;
    let name = text::required("name", name, NAME_MAX, false)?;
    let tx = app.db.begin().await?;
    db::account::set_name(&tx, id, &name).await?;
    tx.commit().await?;
    me(app, caller).await
}

/// Changes the caller's password and ends all their other sessions; `session` is the one that asks. Wrong
/// guesses of the current password count as failed sign-ins.
pub async fn change_password(
    app: &App,
    caller: Caller,
    session: Option<TokenFamilyId>,
    current: &str,
    new: &str,
) -> AppResult<()> {
    let email = me(app, caller).await?.email;
    rules::password(new).map_err(|r| renamed(r, "new"))?;
    let hash = app.hashing.hash(new).await?;
    let (tx, account) = judge(app, &email, current).await?.ok_or_else(|| {
        Refusal::invalid("current", "is not your password, or the account is locked after too many attempts")
    })?;
    store_password(app, tx, account.id, &hash, session).await
}

/// Sets the password of an address by the operator's hand, unlocks it and ends all its sessions.
pub async fn set_password(app: &App, email: &str, password: &str) -> AppResult<Account> {
    let email = rules::email(email)?;
    rules::password(password)?;
    let hash = app.hashing.hash(password).await?;
    let tx = app.db.begin().await?;
    let found = db::account::lock_by_email(&tx, &email).await?;
    let (account, _) = found.ok_or(Refusal::NotFound("The account"))?;
    store_password(app, tx, account.id, &hash, None).await?;
    Ok(account)
}

async fn store_password(
    app: &App,
    tx: DatabaseTransaction,
    account: AccountId,
    hash: &str,
    kept: Option<TokenFamilyId>,
) -> AppResult<()> {
    db::account::set_password(&tx, account, hash).await?;
    db::account::set_failures(&tx, account, 0, None).await?;
    let ended = sessions::end_others(app, &tx, account, kept).await?;
    tx.commit().await?;
    sessions::forget(app, &ended);
    Ok(())
}

/// All accounts, oldest first; the operator's verb.
pub async fn all(app: &App) -> AppResult<Vec<Account>> {
    Ok(db::account::all(app.db.read()).await?)
}

fn renamed(refusal: Refusal, field: &'static str) -> Refusal {
    match refusal {
        Refusal::Invalid { message, .. } => Refusal::Invalid { field, message },
        other => other,
    }
}

const CLOSED: Refusal = Refusal::Forbidden {
    code: "registration_closed",
    message: "Accounts are made by the operator of this instance: ask for one.",
};
