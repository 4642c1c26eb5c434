//! Minutes and transcripts as files: PDF, Markdown, subtitles, text and JSON. Pure: a value goes in,
//! text or bytes come out; no clock, no files, the same input always gives the same bytes.
//!
//! ```
//! use huddle_export::text;
//! assert_eq!(text::transcript(&[]), "");
//! ```

mod clean;
#[cfg(test)]
mod example;
pub mod json;
pub mod subtitles;
pub mod text;
mod time;

use huddle_domain::{minutes::Minutes, record::MeetingRecord};
use thiserror::Error;

/// Why a file could not be made. A fault of ours, never of the words in it.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The page could not be set.
    #[error("the PDF could not be set: {0}")]
    Pdf(String),
}

/// Minutes as Markdown.
pub mod markdown {
    use super::*;
    /// Minutes as Markdown.
    pub fn minutes(_record: &MeetingRecord, _minutes: &Minutes) -> String {
        String::new()
    }
}

/// Minutes as PDF.
pub mod pdf {
    use super::*;
    /// Minutes as PDF.
    pub fn minutes(_record: &MeetingRecord, _minutes: &Minutes) -> Result<Vec<u8>, ExportError> {
        Err(ExportError::Pdf("not written yet".into()))
    }
}
