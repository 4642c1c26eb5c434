//! A stream's log, read from its cursor on.

use super::{Listener, SpeechError, Start};
use huddle_domain::StreamId;
use huddle_media::{LogReader, ogg, vad::SETTLE};
use std::path::PathBuf;

/// A stream to be heard.
#[derive(Debug, Clone)]
pub struct ToHear {
    /// Its id.
    pub stream: StreamId,
    /// Its log.
    pub log: PathBuf,
    /// All before this sample is stored.
    pub cursor: u64,
    /// How many utterances with words are stored.
    pub nth: u64,
}

/// A listener at the cursor, and what it is to hear.
pub(super) struct Replay {
    pub(super) listener: Listener,
    /// What was read together with the past.
    pub(super) first: Vec<i16>,
    /// What comes after it.
    pub(super) rest: LogReader,
}

impl ToHear {
    /// Opens the log; `None` if it does not reach to the cursor (yet).
    pub(super) fn replay(&self) -> Result<Option<Replay>, SpeechError> {
        let lead = self.cursor.min(SETTLE as u64);
        let mut rest = ogg::read(&self.log, self.cursor - lead)?;
        let lead = usize::try_from(lead).expect("a second of samples");
        let mut past = Vec::new();
        while past.len() < lead {
            match rest.next() {
                Some(block) => past.extend(block?),
                None => return Ok(None),
            }
        }
        let first = past.split_off(lead);
        let stream = self.stream.to_string();
        let start = Start { stream: &stream, from: self.cursor, nth: self.nth, past: &past };
        Ok(Some(Replay { listener: Listener::new(start), first, rest }))
    }
}
