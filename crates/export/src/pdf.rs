//! Minutes as PDF, set by typst from one template. What people wrote and said reaches the template as
//! JSON values, never as source: typst markup in it is only letters.

mod press;

use crate::{ExportError, sheet};
use huddle_domain::{minutes::Minutes, record::MeetingRecord};

/// The minutes of a meeting with its transcript, on A4. The same meeting gives the same bytes.
///
/// Works for seconds where people talked for hours: call it from a thread that may block.
///
/// # Errors
/// [`ExportError::Pdf`] if typst refuses the page, which no text should bring about.
pub fn minutes(record: &MeetingRecord, minutes: &Minutes) -> Result<Vec<u8>, ExportError> {
    let mut sheet = sheet::of(record, minutes);
    sheet.make_breakable();
    let values = serde_json::to_vec(&sheet).map_err(|e| ExportError::Pdf(e.to_string()))?;
    press::print(values)
}

#[cfg(test)]
mod tests;
