//! The transcript: the segments of a meeting in order.

mod read;
pub mod wer;
pub use read::{Format, read};

use crate::{AgendaItemId, ParticipantId, SegmentId, StreamId};
use serde::{Deserialize, Serialize};

/// The `engine` of imported text that came without times: its times are estimated from the number of
/// words, good for order and for pointing at evidence, and never shown to people as times.
pub const UNTIMED: &str = "untimed";

/// A word with its place in time; milliseconds on the meeting's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Word {
    /// The word.
    pub text: String,
    /// Begins then.
    pub start_ms: i64,
    /// Ends then.
    pub end_ms: i64,
    /// The recogniser's confidence, 0–1, where it gives one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
}

/// A stored final: who said what, when; milliseconds on the meeting's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Segment {
    /// Its id.
    pub id: SegmentId,
    /// The stream it was heard on, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamId>,
    /// Who spoke, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<ParticipantId>,
    /// The speaker's name.
    pub speaker: String,
    /// Begins then.
    pub start_ms: i64,
    /// Ends then.
    pub end_ms: i64,
    /// What was said.
    pub text: String,
    /// The words with times, where the recogniser gives them.
    #[serde(default)]
    pub words: Vec<Word>,
    /// Which recogniser heard it; empty for imported text, [`UNTIMED`] where its times are estimates.
    #[serde(default)]
    pub engine: String,
    /// The agenda item current when it was spoken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agenda_item: Option<AgendaItemId>,
}

impl Segment {
    /// Whether its times were measured; `false` where they are only estimates ([`UNTIMED`]).
    pub fn is_timed(&self) -> bool {
        self.engine != UNTIMED
    }
}
