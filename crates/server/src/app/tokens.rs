//! Access and guest tokens: JWT (RFC 7519) signed with HS256 and nothing else. They are proof enough by
//! themselves, so they are short-lived, and [`Revoked`] remembers those whose session ended before them.

use super::{App, Caller};
use chrono::{DateTime, TimeDelta, Utc};
use huddle_domain::{
    AccountId, MeetingId, ParticipantId, Refusal, TokenFamilyId,
    account::{ACCESS_LIFE, AccountRole, GUEST_LIFE},
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::Mutex};
use tokio::sync::broadcast;
use uuid::Uuid;

const ISSUER: &str = "huddle";
const FOR_ACCOUNTS: &str = "huddle";
const FOR_GUESTS: &str = "huddle-guest";
/// Longer texts are not looked at.
const LONGEST: usize = 2_048;

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    /// An account, or a guest's participant.
    sub: Uuid,
    /// `admin`, `member` or `guest`.
    role: String,
    iat: i64,
    exp: i64,
    /// The session: the family of the refresh token that it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sid: Option<Uuid>,
    /// A guest's one meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    meeting: Option<Uuid>,
}

/// What a good token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// Who asks.
    pub caller: Caller,
    /// The session of an account.
    pub session: Option<TokenFamilyId>,
}

/// The refusal of a token that was good.
pub const EXPIRED: Refusal =
    Refusal::Unauthenticated { code: "token_expired", message: "The access token has expired: refresh it." };
/// The refusal of a token that never was, or is no longer.
pub const INVALID: Refusal =
    Refusal::Unauthenticated { code: "token_invalid", message: "The token is not valid. Sign in again." };

/// An access token of an account.
pub fn access(app: &App, account: AccountId, role: AccountRole, session: TokenFamilyId) -> String {
    let claims = Claims {
        iss: ISSUER.into(),
        aud: FOR_ACCOUNTS.into(),
        sub: account.0,
        role: role.as_str().into(),
        iat: app.now().timestamp(),
        exp: (app.now() + ACCESS_LIFE).timestamp(),
        sid: Some(session.0),
        meeting: None,
    };
    sign(app, &claims)
}

/// A token that is good for one meeting.
pub fn guest(app: &App, participant: ParticipantId, meeting: MeetingId) -> String {
    let claims = Claims {
        iss: ISSUER.into(),
        aud: FOR_GUESTS.into(),
        sub: participant.0,
        role: "guest".into(),
        iat: app.now().timestamp(),
        exp: (app.now() + GUEST_LIFE).timestamp(),
        sid: None,
        meeting: Some(meeting.0),
    };
    sign(app, &claims)
}

fn sign(app: &App, claims: &Claims) -> String {
    let key = EncodingKey::from_secret(app.secrets.jwt.expose_secret().as_bytes());
    encode(&Header::new(Algorithm::HS256), claims, &key)
        .expect("these claims are JSON and the key is a secret")
}

/// What a token proves now. Refuses what is not ours, not of these two kinds, expired or revoked.
pub fn read(app: &App, token: &str) -> Result<Proof, Refusal> {
    if token.len() > LONGEST {
        return Err(INVALID);
    }
    let key = DecodingKey::from_secret(app.secrets.jwt.expose_secret().as_bytes());
    // One algorithm: a token that names another, or none, is refused before its signature is looked at.
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[FOR_ACCOUNTS, FOR_GUESTS]);
    rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    // The library asks the machine for the time; ours comes from the house's clock, below.
    rules.validate_exp = false;
    let claims = decode::<Claims>(token, &key, &rules).map_err(|_| INVALID)?.claims;
    if claims.exp <= app.now().timestamp() {
        return Err(EXPIRED);
    }
    match (claims.aud.as_str(), claims.role.as_str(), claims.sid, claims.meeting) {
        (FOR_ACCOUNTS, "admin" | "member", Some(session), None) => {
            let session = TokenFamilyId(session);
            if app.revoked.contains(session, app.now()) {
                return Err(INVALID);
            }
            let caller =
                Caller::Account { id: AccountId(claims.sub), role: AccountRole::parse(&claims.role) };
            Ok(Proof { caller, session: Some(session) })
        }
        (FOR_GUESTS, "guest", None, Some(meeting)) => {
            let caller =
                Caller::Guest { participant: ParticipantId(claims.sub), meeting: MeetingId(meeting) };
            Ok(Proof { caller, session: None })
        }
        _ => Err(INVALID),
    }
}

/// Sessions that ended while an access token of theirs may still be good. Known to this process only:
/// elsewhere, and after a restart, such a token lives out its last minutes.
#[derive(Debug)]
pub struct Revoked {
    ended: Mutex<HashMap<TokenFamilyId, DateTime<Utc>>>,
    told: broadcast::Sender<TokenFamilyId>,
}

impl Default for Revoked {
    fn default() -> Self {
        Self { ended: Mutex::default(), told: broadcast::channel(256).0 }
    }
}

impl Revoked {
    /// From `now` on no access token of this session is good, and its sockets hear of it.
    pub fn insert(&self, session: TokenFamilyId, now: DateTime<Utc>) {
        let mut ended = self.ended.lock().expect("no holder of this lock panics");
        ended.retain(|_, until| *until > now);
        ended.insert(session, now + ACCESS_LIFE + TimeDelta::seconds(1));
        // An error only says that nobody listens.
        let _ = self.told.send(session);
    }

    fn contains(&self, session: TokenFamilyId, now: DateTime<Utc>) -> bool {
        let ended = self.ended.lock().expect("no holder of this lock panics");
        ended.get(&session).is_some_and(|until| *until > now)
    }
}

/// Resolves when this session ends, at once if it has; never for a guest, who has none.
pub async fn until_ended(app: &App, session: Option<TokenFamilyId>) {
    let Some(session) = session else { return std::future::pending().await };
    // First listen, then look: it may end in between.
    let mut ended = app.revoked.told.subscribe();
    while !app.revoked.contains(session, app.now()) {
        match ended.recv().await {
            Ok(other) if other != session => {}
            // Whoever missed some looks again.
            Err(broadcast::error::RecvError::Lagged(_)) => {}
            Ok(_) | Err(broadcast::error::RecvError::Closed) => return,
        }
    }
}
