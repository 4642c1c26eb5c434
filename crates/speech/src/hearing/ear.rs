//! One stream being heard: its log, read behind the writer, and its listener.

use super::{Board, Heard};
use crate::{
    Listener, Recogniser, SpeechError, ToHear,
    listen::{Ears, Told},
};
use huddle_media::{LogReader, SAMPLE_RATE};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Blocks (100 ms) that are heard before the next stream has its turn.
const BLOCKS: usize = 10;
/// Whoever is further behind than this, in samples, is not followed: the words come whole, and sooner.
const TOO_FAR: u64 = 3 * SAMPLE_RATE as u64;
/// Whoever is further behind than this, in samples, gets words soon rather than well.
const HURRY: u64 = 20 * SAMPLE_RATE as u64;

/// What is to be done in one round.
pub(super) struct Round {
    /// Samples in the log.
    pub(super) kept: u64,
    /// Hear to the end of the log.
    pub(super) closing: bool,
    /// Read the log anew from the cursor.
    pub(super) afresh: bool,
    /// Hear nothing.
    pub(super) abandoned: bool,
}

/// One stream being heard.
pub(super) struct Ear {
    /// With the cursor up to which steps were told.
    stream: ToHear,
    /// Opened when there is something to hear.
    open: Option<(LogReader, Listener)>,
}

impl Ear {
    pub(super) fn new(stream: ToHear) -> Self {
        Self { stream, open: None }
    }

    /// Number of the sample that is heard next.
    pub(super) fn position(&self) -> u64 {
        self.open.as_ref().map_or(self.stream.cursor, |(_, listener)| listener.position())
    }

    /// Hears a little; `true` when all that there is was heard.
    pub(super) fn listen(
        &mut self,
        round: &Round,
        recogniser: &mut dyn Recogniser,
        board: &Arc<Board>,
        sink: &mpsc::Sender<Heard>,
    ) -> Result<bool, SpeechError> {
        if round.afresh || round.abandoned {
            self.open = None;
        }
        if round.abandoned {
            return Ok(true);
        }
        let lag = round.kept.saturating_sub(self.position());
        let behind = lag > TOO_FAR;
        let mut follower = || if behind { None } else { Board::follower(board) };
        let mut ears = Ears { recogniser, follower: &mut follower };
        let mut open = match self.open.take() {
            Some(open) => open,
            None => match self.start(&mut ears, sink)? {
                Some(open) => open,
                // Not even its beginning is there.
                None => return Ok(true),
            },
        };
        if behind {
            open.1.stop_following();
        }
        let (reader, listener) = &mut open;
        listener.hurry(lag > HURRY);
        for _ in 0..BLOCKS {
            let told = match reader.next() {
                Some(block) => listener.hear(&block?, &mut ears)?,
                None if round.closing => {
                    let told = listener.finish(&mut ears)?;
                    self.tell(told, sink);
                    return Ok(true);
                }
                None => {
                    self.open = Some(open);
                    return Ok(true);
                }
            };
            self.tell(told, sink);
        }
        self.open = Some(open);
        Ok(false)
    }

    /// Opens the log at the cursor.
    fn start(
        &mut self,
        ears: &mut Ears,
        sink: &mpsc::Sender<Heard>,
    ) -> Result<Option<(LogReader, Listener)>, SpeechError> {
        let Some(mut replay) = self.stream.replay()? else { return Ok(None) };
        let told = replay.listener.hear(&replay.first, ears)?;
        self.tell(told, sink);
        Ok(Some((replay.rest, replay.listener)))
    }

    fn tell(&mut self, told: Vec<Told>, sink: &mpsc::Sender<Heard>) {
        let stream = self.stream.stream;
        for one in told {
            let heard = match one {
                Told::Partial { start_ms, text } => Heard::Partial { stream, start_ms, text },
                Told::Step(step) => {
                    self.stream.cursor = step.until;
                    self.stream.nth += u64::from(step.utterance.is_some());
                    Heard::Step { stream, step }
                }
            };
            // Nobody takes it only when all is over: the cursor in the database has not moved then.
            let _ = sink.blocking_send(heard);
        }
    }
}
