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
mod labels;
pub mod markdown;
pub mod pdf;
mod sheet;
pub mod subtitles;
pub mod text;
mod time;

use thiserror::Error;

/// Why a file could not be made. A fault of ours, never of the words in it.
#[derive(Debug, Error)]
pub enum ExportError {
    /// The page could not be set.
    #[error("the PDF could not be set: {0}")]
    Pdf(String),
}
