//! Why the house refuses. Doors only change the accent; faults of the world are not here.

use std::time::Duration;
use thiserror::Error;

/// A refusal with a stable `code` for programs and a `message` for people.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// No such thing, or none that the caller may know of.
    #[error("{0} was not found")]
    NotFound(&'static str),
    /// Nobody proved who is asking.
    #[error("{message}")]
    Unauthenticated {
        /// Stable code, for example `invalid_credentials`.
        code: &'static str,
        /// What to do.
        message: &'static str,
    },
    /// The caller is known and may not do this.
    #[error("{message}")]
    Forbidden {
        /// Stable code.
        code: &'static str,
        /// What to do.
        message: &'static str,
    },
    /// The state of things does not allow it.
    #[error("{message}")]
    Conflict {
        /// Stable code.
        code: &'static str,
        /// What to do.
        message: &'static str,
    },
    /// The input does not have the form asked for.
    #[error("{field}: {message}")]
    Invalid {
        /// The field at fault, in the caller's words.
        field: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// Too much, too often, or too large.
    #[error("{message}")]
    Exhausted {
        /// Stable code.
        code: &'static str,
        /// What to do.
        message: &'static str,
        /// How long to wait, where waiting helps.
        retry_after: Option<Duration>,
    },
    /// It was there, and will not come back.
    #[error("{message}")]
    Gone {
        /// Stable code.
        code: &'static str,
        /// What to do.
        message: &'static str,
    },
    /// What was handed over cannot be used.
    #[error("{message}")]
    Unfit {
        /// Stable code, for example `upload_not_audio`.
        code: &'static str,
        /// What is wrong with it.
        message: String,
    },
}

/// The result of a rule.
pub type Refused<T> = Result<T, Refusal>;

impl Refusal {
    /// The stable code that programs branch on.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::NotFound(_) => "not_found",
            Refusal::Unauthenticated { code, .. }
            | Refusal::Forbidden { code, .. }
            | Refusal::Conflict { code, .. }
            | Refusal::Exhausted { code, .. }
            | Refusal::Gone { code, .. }
            | Refusal::Unfit { code, .. } => code,
            Refusal::Invalid { .. } => "invalid",
        }
    }

    /// Shorthand for [`Refusal::Invalid`].
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Refusal::Invalid { field, message: message.into() }
    }
}
