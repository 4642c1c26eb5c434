//! The record of a meeting: everything that a writer or an export needs, in one value.

use crate::{ParticipantId, agenda::AgendaItem, transcript::Segment};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Someone who was there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The participant, where the meeting was held here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<ParticipantId>,
    /// Name.
    pub name: String,
    /// How long they spoke, in milliseconds.
    pub talk_ms: i64,
}

/// Everything that a writer or an export needs of a meeting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MeetingRecord {
    /// Title; empty where nobody gave one.
    pub title: String,
    /// What it was about.
    #[serde(default)]
    pub description: String,
    /// Begun then, where known.
    #[serde(default)]
    pub started_at: Option<DateTime<Utc>>,
    /// Over since then, where known.
    #[serde(default)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Zone in which its dates are meant.
    pub time_zone: Tz,
    /// Who was there, in order of arrival.
    pub people: Vec<Person>,
    /// The agenda in order.
    #[serde(default)]
    pub agenda: Vec<AgendaItem>,
    /// The transcript in order.
    pub segments: Vec<Segment>,
}

/// Milliseconds spoken under each name, in order of first words: for transcripts without participants.
pub fn spoken_by_name(segments: &[Segment]) -> Vec<(String, i64)> {
    let mut spoken: Vec<(String, i64)> = Vec::new();
    for segment in segments {
        let length = segment.end_ms - segment.start_ms;
        match spoken.iter_mut().find(|(name, _)| *name == segment.speaker) {
            Some((_, sum)) => *sum += length,
            None => spoken.push((segment.speaker.clone(), length)),
        }
    }
    spoken
}
