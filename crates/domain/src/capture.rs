//! Capture: what a microphone sends, and how it stays whole. Audio travels in frames of exactly
//! [`FRAME_MS`] of 16 kHz mono PCM16 (little-endian), numbered from 0 per stream without gaps.

use crate::{MeetingId, ParticipantId, Refusal, Refused, StreamId};
use chrono::{DateTime, Utc};

/// Samples per second of everything that is heard.
pub const SAMPLE_RATE: u32 = 16_000;
/// Milliseconds of audio in a frame.
pub const FRAME_MS: i64 = 100;
/// Samples in a frame.
pub const FRAME_SAMPLES: usize = 1_600;
/// Bytes in a frame.
pub const FRAME_BYTES: usize = FRAME_SAMPLES * 2;

/// Where the audio of a stream comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StreamKind {
    /// A participant's microphone, while they speak.
    Microphone,
    /// An uploaded recording.
    File,
}

impl StreamKind {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            StreamKind::Microphone => "microphone",
            StreamKind::File => "file",
        }
    }

    /// The kind of a stored word.
    pub fn parse(word: &str) -> Self {
        if word == "file" { Self::File } else { Self::Microphone }
    }
}

/// One flow of audio being heard, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// Its id, chosen by its sender.
    pub id: StreamId,
    /// The meeting.
    pub meeting: MeetingId,
    /// Where its audio comes from.
    pub kind: StreamKind,
    /// Who speaks.
    pub participant: ParticipantId,
    /// Place of its first sample on the meeting's clock, milliseconds.
    pub start_ms: i64,
    /// Samples before this one have become segments or were silence.
    pub heard_until: u64,
    /// Opened then.
    pub opened_at: DateTime<Utc>,
    /// Its sender closed it.
    pub closed_at: Option<DateTime<Utc>>,
    /// All of its audio has been heard.
    pub heard_at: Option<DateTime<Utc>>,
    /// Somebody is hearing it until then at least; renewed while it is heard.
    pub hearing_until: Option<DateTime<Utc>>,
}

impl Stream {
    /// Whether it is a recording of which not all is in its log yet: hearing waits for the rest.
    pub fn is_coming_in(&self) -> bool {
        self.kind == StreamKind::File && self.closed_at.is_none()
    }
}

/// Samples as milliseconds.
pub fn ms(samples: u64) -> i64 {
    i64::try_from(samples * 1_000 / u64::from(SAMPLE_RATE)).unwrap_or(i64::MAX)
}

/// What to do with a frame that arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Keep it and answer with its number.
    Keep,
    /// It was kept before (the answer got lost): answer again.
    Known,
}

/// Judges frame `seq` when `next` is expected. A frame further ahead is refused with
/// `audio_gap`: the sender starts again from `next`, so that nothing is skipped.
pub fn judge(next: u32, seq: u32) -> Refused<Verdict> {
    match seq {
        s if s == next => Ok(Verdict::Keep),
        s if s < next => Ok(Verdict::Known),
        _ => Err(Refusal::Conflict {
            code: "audio_gap",
            message: "Frames are missing before this one: send again from the expected number.",
        }),
    }
}

/// Reads a frame's bytes, or refuses those of another length.
pub fn frame(bytes: &[u8]) -> Refused<Vec<i16>> {
    if bytes.len() != FRAME_BYTES {
        return Err(Refusal::invalid(
            "frame",
            format!("has {} bytes; a frame is exactly {FRAME_BYTES}", bytes.len()),
        ));
    }
    Ok(bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_kept_once_and_in_order() {
        assert_eq!(judge(3, 3), Ok(Verdict::Keep));
        assert_eq!(judge(3, 2), Ok(Verdict::Known));
        assert_eq!(judge(3, 4).map_err(|r| r.code()), Err("audio_gap"));
    }

    #[test]
    fn a_frame_has_one_length() {
        assert_eq!(frame(&[0; FRAME_BYTES]).map(|f| f.len()), Ok(FRAME_SAMPLES));
        for bad in [0, 1, FRAME_BYTES - 1, FRAME_BYTES + 1, 1_000_000] {
            assert!(frame(&vec![0; bad]).is_err());
        }
    }
}
