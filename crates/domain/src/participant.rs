//! Participants: someone in a meeting, an account or a guest, and what the role allows.

use crate::{AccountId, MeetingId, ParticipantId, Refusal, Refused};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// What a participant may do in a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Runs the meeting: agenda, end.
    Host,
    /// Has an account and takes part.
    Participant,
    /// Came by link, with a name only.
    Guest,
}

impl Role {
    /// The stored and sent word.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Host => "host",
            Role::Participant => "participant",
            Role::Guest => "guest",
        }
    }

    /// The role of a stored word; an unknown one has the least rights.
    pub fn parse(word: &str) -> Self {
        match word {
            "host" => Role::Host,
            "participant" => Role::Participant,
            _ => Role::Guest,
        }
    }

    /// Refuses what only the host may do.
    pub fn require_host(self) -> Refused<()> {
        if self == Role::Host {
            Ok(())
        } else {
            Err(Refusal::Forbidden {
                code: "host_only",
                message: "Only the host of the meeting can do this.",
            })
        }
    }
}

/// Someone in a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// Its id.
    pub id: ParticipantId,
    /// The meeting.
    pub meeting: MeetingId,
    /// The account, unless a guest.
    pub account: Option<AccountId>,
    /// Name shown to all.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// First came then.
    pub joined_at: DateTime<Utc>,
}

/// Longest name of a participant, in characters.
pub const NAME_MAX: usize = 80;
