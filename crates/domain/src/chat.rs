//! Chat: lines that participants write, kept in order.

use crate::{ChatLineId, ParticipantId, Refused, text};
use chrono::{DateTime, Utc};

/// Longest chat line, in characters.
pub const LINE_MAX: usize = 4_000;

/// A line of the chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatLine {
    /// Its id; ids of later lines are greater.
    pub id: ChatLineId,
    /// Who wrote it.
    pub participant: ParticipantId,
    /// The writer's name.
    pub name: String,
    /// What it says.
    pub text: String,
    /// The writer's own id of the line: sending it twice keeps it once.
    pub client_id: String,
    /// When it was accepted.
    pub at: DateTime<Utc>,
}

/// Cleans a line.
pub fn check(line: &str) -> Refused<String> {
    text::required("text", line, LINE_MAX, true)
}
