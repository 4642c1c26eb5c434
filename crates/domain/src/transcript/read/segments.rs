//! From what a file says to segments: cleaned, in order, with times and ids.

use super::at_line;
use crate::{
    AgendaItemId, ParticipantId, Refusal, Refused, SegmentId, StreamId, text,
    transcript::{Segment, UNTIMED, Word},
};
use std::collections::HashSet;
use uuid::{Builder, Uuid};

const TEXT_MAX: usize = 100_000;
/// Longer than the name of a participant: parliaments write offices and constituencies into names.
const NAME_MAX: usize = 200;
const TIME_MAX_MS: i64 = 1_000 * 3_600_000;
/// What a word takes at 150 words a minute.
const WORD_MS: i64 = 400;
const SEGMENT_MIN_MS: i64 = 1_000;

/// What a file says of one segment.
#[derive(Debug, Default)]
pub(super) struct Entry {
    /// The line of the file that it begins on, from 1; 0 where only its number is known.
    pub line: usize,
    pub speaker: String,
    pub text: String,
    pub start_ms: Option<i64>,
    pub end_ms: Option<i64>,
    pub words: Vec<Word>,
    pub id: Option<Uuid>,
    pub stream: Option<StreamId>,
    pub participant: Option<ParticipantId>,
    pub engine: String,
    pub agenda_item: Option<AgendaItemId>,
}

/// The segments of the entries of `source`.
pub(super) fn of(mut entries: Vec<Entry>, source: &str) -> Refused<Vec<Segment>> {
    for (index, entry) in entries.iter_mut().enumerate() {
        entry.clean().map_err(|problem| blame(entry.line, index, &problem))?;
    }
    entries.retain(|e| !e.text.is_empty());
    let all_timed = entries.iter().all(|e| e.start_ms.is_some());
    if all_timed {
        entries.sort_by_key(|e| e.start_ms);
    }
    let hash = fnv(source);
    let mut seen = HashSet::new();
    let mut free_from = 0;
    let mut segments = Vec::with_capacity(entries.len());
    let starts: Vec<Option<i64>> = entries.iter().map(|e| e.start_ms).collect();
    for (index, entry) in entries.into_iter().enumerate() {
        let next = starts.get(index + 1).copied().flatten();
        let (line, is_timed) = (entry.line, entry.start_ms.is_some());
        let segment = entry.segment(free_from, next, made_id(hash, index));
        if segment.end_ms > TIME_MAX_MS {
            return Err(blame(line, index, "is later than 1,000 hours after the beginning"));
        }
        if !seen.insert(segment.id) {
            return Err(blame(line, index, "has the id of an entry before it"));
        }
        free_from = if is_timed { segment.end_ms } else { segment.end_ms.max(free_from) };
        segments.push(segment);
    }
    Ok(segments)
}

impl Entry {
    fn clean(&mut self) -> Result<(), String> {
        self.text = one_line(&self.text);
        self.speaker = one_line(&self.speaker);
        for (what, text, max) in [("text", &self.text, TEXT_MAX), ("name", &self.speaker, NAME_MAX)] {
            let count = text.chars().count();
            if count > max {
                return Err(format!("the {what} has {count} characters; at most {max} are allowed"));
            }
        }
        if let (Some(start), Some(end)) = (self.start_ms, self.end_ms)
            && end < start
        {
            return Err("it ends before it begins".into());
        }
        for word in &mut self.words {
            word.text = one_line(&word.text);
        }
        self.words.retain(|w| !w.text.is_empty());
        Ok(())
    }

    fn segment(self, free_from: i64, next_start: Option<i64>, made_id: Uuid) -> Segment {
        let start_ms = self.start_ms.unwrap_or(free_from);
        let end_ms = self.end_ms.filter(|&end| end >= start_ms).unwrap_or_else(|| {
            let words = i64::try_from(self.text.split(' ').count()).unwrap_or(i64::MAX);
            let end = start_ms.saturating_add(words.saturating_mul(WORD_MS).max(SEGMENT_MIN_MS));
            next_start.filter(|&next| next > start_ms && next < end).unwrap_or(end)
        });
        let engine = if self.start_ms.is_some() { one_line(&self.engine) } else { UNTIMED.into() };
        Segment {
            id: SegmentId(self.id.unwrap_or(made_id)),
            stream: self.stream,
            participant: self.participant,
            speaker: self.speaker,
            start_ms,
            end_ms,
            text: self.text,
            words: self.words,
            engine,
            agenda_item: self.agenda_item,
        }
    }
}

/// `text` with every run of white space and control characters turned into one space.
pub(super) fn one_line(text: &str) -> String {
    let spaced = text.replace(char::is_control, " ");
    text::visible(&spaced, false).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn blame(line: usize, index: usize, problem: &str) -> Refusal {
    match line {
        0 => Refusal::invalid("transcript", format!("entry {}: {problem}", index + 1)),
        line => at_line(line, problem),
    }
}

fn made_id(hash: u64, index: usize) -> Uuid {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&hash.to_be_bytes());
    bytes[8..].copy_from_slice(&(index as u64).to_be_bytes());
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// FNV-1a: tells files apart; no defence against someone who wants two to look alike.
fn fnv(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
