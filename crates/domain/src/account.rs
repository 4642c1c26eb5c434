//! Accounts: people who can sign in, and when they may not.

use crate::{AccountId, Refusal, Refused, text};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Failed sign-ins after which an account is locked.
pub const FAILURES_BEFORE_LOCK: i32 = 5;
/// How long the lock lasts.
pub const LOCK: TimeDelta = TimeDelta::minutes(15);
/// Life of an access token.
pub const ACCESS_LIFE: TimeDelta = TimeDelta::minutes(15);
/// Life of a refresh token.
pub const REFRESH_LIFE: TimeDelta = TimeDelta::days(7);
/// Life of a refresh token when the person asked to be remembered.
pub const REMEMBERED_LIFE: TimeDelta = TimeDelta::days(30);
/// Life of a guest's token: long enough to read what became of the meeting.
pub const GUEST_LIFE: TimeDelta = TimeDelta::days(7);

/// What an account may do on this instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountRole {
    /// Everything.
    Admin,
    /// Own meetings.
    Member,
}

impl AccountRole {
    /// The stored and sent word.
    pub fn as_str(self) -> &'static str {
        match self {
            AccountRole::Admin => "admin",
            AccountRole::Member => "member",
        }
    }

    /// The role of a stored word; an unknown one has the least rights.
    pub fn parse(word: &str) -> Self {
        if word == "admin" { AccountRole::Admin } else { AccountRole::Member }
    }
}

impl fmt::Display for AccountRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A person who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: AccountId,
    /// Lower-cased address.
    pub email: String,
    /// Display name.
    pub name: String,
    /// Rights on this instance.
    pub role: AccountRole,
    /// Failed sign-ins since the last good one.
    pub failures: i32,
    /// Locked until then.
    pub locked_until: Option<DateTime<Utc>>,
    /// Made then.
    pub created_at: DateTime<Utc>,
}

impl Account {
    /// Whether signing in is refused at `now` whatever the password.
    pub fn is_locked(&self, now: DateTime<Utc>) -> bool {
        self.locked_until.is_some_and(|until| now < until)
    }

    /// Counts a wrong password: `(failures, locked_until)` to store.
    pub fn after_failure(&self, now: DateTime<Utc>) -> (i32, Option<DateTime<Utc>>) {
        let failures = self.failures + 1;
        if failures >= FAILURES_BEFORE_LOCK { (0, Some(now + LOCK)) } else { (failures, None) }
    }
}

/// Trims and lower-cases an address and refuses what cannot be one.
pub fn email(raw: &str) -> Refused<String> {
    let address = text::required("email", raw, 254, false)?.to_lowercase();
    let good = address.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !host.contains('@')
            && !address.contains(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"'))
    });
    if good { Ok(address) } else { Err(Refusal::invalid("email", "is not an e-mail address")) }
}

/// Refuses a password that is too short to be safe or too long to hash in bounded time.
pub fn password(raw: &str) -> Refused<()> {
    match raw.chars().count() {
        0..10 => Err(Refusal::invalid("password", "needs at least 10 characters")),
        10..=256 => Ok(()),
        _ => Err(Refusal::invalid("password", "may have at most 256 characters")),
    }
}

/// The one answer to a sign-in that fails, whatever the reason.
pub const INVALID_CREDENTIALS: Refusal = Refusal::Unauthenticated {
    code: "invalid_credentials",
    message: "The address or the password is wrong, or the account is locked for 15 minutes after too many attempts.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_folded_and_checked() {
        assert_eq!(email("  Ann@Example.COM ").as_deref(), Ok("ann@example.com"));
        for bad in ["", "ann", "ann@", "@x.y", "a b@x.y", "a@b@c.d", "a@x", "<a@x.y>", "a@.y"] {
            assert!(email(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn five_failures_lock_for_fifteen_minutes() {
        let now = DateTime::UNIX_EPOCH;
        let mut ann = Account {
            id: AccountId(uuid::Uuid::nil()),
            email: "ann@example.com".into(),
            name: "Ann".into(),
            role: AccountRole::Member,
            failures: 0,
            locked_until: None,
            created_at: now,
        };
        for _ in 0..5 {
            assert!(!ann.is_locked(now));
            (ann.failures, ann.locked_until) = ann.after_failure(now);
        }
        assert!(ann.is_locked(now + TimeDelta::seconds(899)));
        assert!(!ann.is_locked(now + TimeDelta::minutes(15)));
    }
}
