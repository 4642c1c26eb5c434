//! Exports: files rendered from a meeting.

use crate::{ExportId, MeetingId, Refusal, Refused};
use chrono::{DateTime, Utc};

/// The forms in which a meeting leaves the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// A document to print and send.
    Pdf,
    /// Text for wikis.
    Markdown,
}

impl ExportFormat {
    /// All there are.
    pub const ALL: [ExportFormat; 2] = [Self::Pdf, Self::Markdown];

    /// The stored and sent word.
    pub fn as_str(self) -> &'static str {
        match self {
            ExportFormat::Pdf => "pdf",
            ExportFormat::Markdown => "markdown",
        }
    }

    /// The format of a word, or which words there are.
    pub fn parse(word: &str) -> Refused<Self> {
        let found = Self::ALL.into_iter().find(|f| f.as_str() == word);
        found.ok_or_else(|| Refusal::invalid("format", "is none of pdf, markdown"))
    }

    /// What its files' names end in.
    pub fn extension(self) -> &'static str {
        match self {
            ExportFormat::Pdf => "pdf",
            ExportFormat::Markdown => "md",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            ExportFormat::Pdf => "application/pdf",
            ExportFormat::Markdown => "text/markdown; charset=utf-8",
        }
    }
}

/// Where an export is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportState {
    /// Being rendered.
    Pending,
    /// There.
    Ready,
    /// Could not be rendered.
    Failed,
}

impl ExportState {
    /// The stored and sent word.
    pub fn as_str(self) -> &'static str {
        match self {
            ExportState::Pending => "pending",
            ExportState::Ready => "ready",
            ExportState::Failed => "failed",
        }
    }

    /// The state of a stored word; an unknown one has no file.
    pub fn parse(word: &str) -> Self {
        match word {
            "pending" => ExportState::Pending,
            "ready" => ExportState::Ready,
            _ => ExportState::Failed,
        }
    }
}

/// A rendered file, or one that will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// Of this meeting.
    pub meeting: MeetingId,
    /// Its form.
    pub format: ExportFormat,
    /// Where it is in its life.
    pub state: ExportState,
    /// The key of its bytes, once there.
    pub blob: Option<String>,
    /// How many bytes, once there.
    pub bytes: Option<i64>,
    /// Asked for then.
    pub created_at: DateTime<Utc>,
    /// Made from the minutes of this moment.
    pub minutes_at: Option<DateTime<Utc>>,
}
