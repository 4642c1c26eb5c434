//! Who asks, and what that allows. Deny first: what a caller may not know of is not found.

use super::{App, AppResult};
use crate::db;
use huddle_domain::{
    AccountId, MeetingId, ParticipantId, Refusal,
    account::AccountRole,
    meeting::{Meeting, MeetingCode},
    participant::Role,
};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Somebody signed in.
    Account {
        /// Who.
        id: AccountId,
        /// With which rights.
        role: AccountRole,
    },
    /// A guest of one meeting.
    Guest {
        /// Who.
        participant: ParticipantId,
        /// Where, and nowhere else.
        meeting: MeetingId,
    },
    /// Nobody proved who they are.
    Nobody,
}

/// The refusal of everything that needs a caller.
pub const UNAUTHENTICATED: Refusal = Refusal::Unauthenticated {
    code: "unauthenticated",
    message: "Sign in first, or join the meeting by its link.",
};

impl Caller {
    /// The account, or a refusal for guests and strangers.
    pub fn account(self) -> Result<AccountId, Refusal> {
        match self {
            Caller::Account { id, .. } => Ok(id),
            _ => Err(UNAUTHENTICATED),
        }
    }
}

/// What a caller is to a meeting that they may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    /// Their place in it; an invited account that has not joined yet has none.
    pub participant: Option<ParticipantId>,
    /// What they may do.
    pub role: Role,
}

impl Access {
    /// The participant, or a refusal for someone who has not joined.
    pub fn joined(self) -> Result<ParticipantId, Refusal> {
        self.participant.ok_or(Refusal::Forbidden { code: "not_joined", message: "Join the meeting first." })
    }

    /// Refuses guests what only people with an account may have.
    pub fn require_account(self) -> Result<(), Refusal> {
        if self.role == Role::Guest {
            Err(Refusal::Forbidden { code: "account_only", message: "Sign in to do this; guests cannot." })
        } else {
            Ok(())
        }
    }
}

/// How a path or event names a meeting: an id or a code.
pub async fn find(app: &App, named: &str) -> AppResult<Option<Meeting>> {
    let found = if let Ok(id) = named.parse::<MeetingId>() {
        db::meeting::by_id(app.db.read(), id).await?
    } else if let Some(code) = MeetingCode::parse(named) {
        db::meeting::by_code(app.db.read(), &code).await?
    } else {
        None
    };
    Ok(found)
}

/// Opens a meeting for a caller who may see it: its host, its participants, those invited, its guests.
/// For everybody else, and when it is deleted, it is not found.
pub async fn open(app: &App, caller: Caller, named: &str) -> AppResult<(Meeting, Access)> {
    if caller == Caller::Nobody {
        return Err(UNAUTHENTICATED.into());
    }
    let meeting = find(app, named).await?.filter(|m| m.deleted_at.is_none());
    let meeting = meeting.ok_or(Refusal::NotFound("The meeting"))?;
    let access = access(app, caller, &meeting).await?.ok_or(Refusal::NotFound("The meeting"))?;
    Ok((meeting, access))
}

/// [`open`], and only for the host.
pub async fn open_as_host(app: &App, caller: Caller, named: &str) -> AppResult<Meeting> {
    let (meeting, access) = open(app, caller, named).await?;
    access.role.require_host()?;
    Ok(meeting)
}

/// What the caller is to the meeting; `None` if nothing.
pub async fn access(app: &App, caller: Caller, meeting: &Meeting) -> AppResult<Option<Access>> {
    let account = match caller {
        Caller::Nobody => return Ok(None),
        Caller::Guest { meeting: only, .. } if only != meeting.id => return Ok(None),
        Caller::Guest { participant, .. } => {
            let known = db::participant::by_id(app.db.read(), participant).await?;
            return Ok(known.map(|p| Access { participant: Some(p.id), role: p.role }));
        }
        Caller::Account { id, .. } => id,
    };
    let participant = db::participant::of_account(app.db.read(), meeting.id, account).await?;
    let id = participant.as_ref().map(|p| p.id);
    if meeting.host == account {
        return Ok(Some(Access { participant: id, role: Role::Host }));
    }
    if participant.is_some() || db::meeting::is_invited(app.db.read(), meeting.id, account).await? {
        return Ok(Some(Access { participant: id, role: Role::Participant }));
    }
    Ok(None)
}
