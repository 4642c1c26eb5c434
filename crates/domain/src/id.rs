//! Ids are UUIDv7 newtypes, so that one kind can never be handed over as another.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { self.0.fmt(f) }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { write!(f, "{}({})", stringify!($name), self.0) }
        }
        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, uuid::Error> { s.parse().map(Self) }
        }
        impl From<Uuid> for $name { fn from(id: Uuid) -> Self { Self(id) } }
        impl From<$name> for Uuid { fn from(id: $name) -> Uuid { id.0 } }
    )*};
}

ids! {
    /// A person who can sign in.
    AccountId,
    /// A meeting, from plan to result.
    MeetingId,
    /// Someone in a meeting: an account or a guest.
    ParticipantId,
    /// A point of a meeting's agenda.
    AgendaItemId,
    /// A line of a meeting's chat.
    ChatLineId,
    /// One flow of audio being heard.
    StreamId,
    /// A stored final: who said what, when.
    SegmentId,
    /// A piece of durable background work.
    TaskId,
    /// A rendered file.
    ExportId,
    /// A recording that comes as a file.
    UploadId,
    /// A refresh token.
    TokenId,
    /// All refresh tokens that descend from one sign-in.
    TokenFamilyId,
}
