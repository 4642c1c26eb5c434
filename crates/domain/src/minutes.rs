//! Minutes: the written outcome of a meeting, made of items that each point at their evidence.

use crate::{AgendaItemId, ParticipantId, SegmentId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Where in the meeting an item comes from. Never empty: what has no evidence is not written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The segments, in order.
    pub segments: Vec<SegmentId>,
    /// Begin of the first, milliseconds on the meeting's clock.
    pub start_ms: i64,
    /// End of the last.
    pub end_ms: i64,
}

/// A sentence of the minutes with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Item {
    /// What it says.
    pub text: String,
    /// Where it comes from.
    pub evidence: Evidence,
    /// The agenda item it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agenda_item: Option<AgendaItemId>,
}

/// Something someone will do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ActionItem {
    /// What is to be done.
    pub task: String,
    /// Who does it, as a name; `None` where nobody took it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The owner, where a participant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<ParticipantId>,
    /// Until when, resolved against the meeting's date and zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
    /// Where it comes from.
    pub evidence: Evidence,
    /// The agenda item it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agenda_item: Option<AgendaItemId>,
}

/// The written outcome of a meeting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Minutes {
    /// Which writer made them, with its version: `extractive/1`.
    pub writer: String,
    /// BCP 47 language of the meeting as the writer saw it: `en`, `es`.
    pub language: String,
    /// What the meeting was about, sentence by sentence.
    pub summary: Vec<Item>,
    /// What was said that matters.
    pub key_points: Vec<Item>,
    /// What was decided.
    pub decisions: Vec<Item>,
    /// What will be done.
    pub action_items: Vec<ActionItem>,
    /// What stayed open.
    pub questions: Vec<Item>,
}
