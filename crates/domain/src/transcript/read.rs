//! Reading transcripts that others wrote: JSON, SRT, VTT, and lines of `Name: text`. The text may be
//! anything that a stranger hands in: it is refused with the number of the line at fault, or it
//! becomes clean segments; nothing else happens.

mod cues;
mod json;
mod lines;
mod name;
mod segments;
#[cfg(test)]
mod tests;

use super::Segment;
use crate::{Refusal, Refused};

/// The forms of transcript that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Our own JSON export, a bare array of segments, or `[{"speaker","text"|"content",…}]`; the array
    /// may be the member `segments` or `meeting_transcripts` of an object.
    Json,
    /// SubRip.
    Srt,
    /// WebVTT.
    Vtt,
    /// Lines of `Name: text`, each with or without a time before it: `[00:01:05] Ana: good morning`.
    Lines,
}

impl Format {
    /// The form of a file: told by the end of its name, else by how the text begins.
    pub fn of(name: &str, text: &str) -> Self {
        let end = name.rsplit_once('.').map(|(_, end)| end.to_ascii_lowercase());
        match end.as_deref() {
            Some("json") => Format::Json,
            Some("srt") => Format::Srt,
            Some("vtt") => Format::Vtt,
            _ => Self::of_text(text),
        }
    }

    fn of_text(text: &str) -> Self {
        let text = text.trim_start_matches('\u{FEFF}').trim_start();
        let inside = text.strip_prefix('[').map(str::trim_start);
        if text.starts_with("WEBVTT") {
            Format::Vtt
        } else if text.starts_with('{') || inside.is_some_and(|t| t.starts_with(['{', ']'])) {
            Format::Json
        } else if text.lines().take(3).any(|line| line.contains("-->")) {
            Format::Srt
        } else {
            Format::Lines
        }
    }
}

/// Reads a transcript.
///
/// - **Words** are put on one line, without control characters; entries without words are left out.
/// - **Speakers** that nobody names stay empty. In lines and subtitles (unless they have voice tags),
///   what has no name of its own goes on with the last one named.
/// - **Times** are milliseconds from the beginning of the meeting, in order. What comes without a time
///   begins where the entry before ended and lasts as long as its words take at 150 a minute; such
///   segments have the engine [`UNTIMED`](super::UNTIMED).
/// - **Ids** of our own export stay; others are made of the text and the place of the entry in it, so
///   the same file always has the same ids.
/// - **Cues** of one speaker that follow each other within a second, in the middle of a sentence, become
///   one segment.
///
/// Refuses with [`Refusal::Invalid`] and the line at fault what is malformed, and what is longer than
/// 100,000 characters in one entry, 200 in a name, or 1,000 hours in all.
pub fn read(text: &str, format: Format) -> Refused<Vec<Segment>> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let entries = match format {
        Format::Json => json::entries(text)?,
        Format::Srt => cues::srt(text)?,
        Format::Vtt => cues::vtt(text)?,
        Format::Lines => lines::entries(text)?,
    };
    segments::of(entries, text)
}

/// What is wrong, and where.
fn at_line(line: usize, problem: impl std::fmt::Display) -> Refusal {
    Refusal::invalid("transcript", format!("line {line}: {problem}"))
}

/// `h:mm:ss.mmm` or `mm:ss.mmm`, with a dot or a comma or without milliseconds.
fn time_ms(stamp: &str) -> Option<i64> {
    let digits = |t: &str, most: usize| {
        ((1..=most).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_digit()))
            .then(|| t.parse::<i64>().ok())?
    };
    let (whole, ms) = match stamp.split_once(['.', ',']) {
        Some((whole, part)) => (whole, digits(&format!("{part:0<3}"), 3)?),
        None => (stamp, 0),
    };
    let mut parts = whole.rsplit(':');
    let (seconds, minutes) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let hours = parts.next().map_or(Some(0), |h| digits(h, 4))?;
    let good = seconds < 60 && minutes < 60 && parts.next().is_none();
    good.then_some(((hours * 60 + minutes) * 60 + seconds) * 1_000 + ms)
}
