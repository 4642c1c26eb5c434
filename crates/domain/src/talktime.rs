//! How long each person spoke.

use crate::{ParticipantId, transcript::Segment};

/// Milliseconds that `participant` spoke, counted over the segments.
pub fn of_participant(segments: &[Segment], participant: ParticipantId) -> i64 {
    segments.iter().filter(|s| s.participant == Some(participant)).map(|s| s.end_ms - s.start_ms).sum()
}

/// Milliseconds per speaker name, in order of first words: for transcripts without participants.
pub fn by_name(segments: &[Segment]) -> Vec<(String, i64)> {
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
