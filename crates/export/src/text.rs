//! Transcripts as plain text.

use crate::{clean, time};
use huddle_domain::transcript::Segment;

/// One line per segment, `[00:01:05] Ana: words`; `huddle_domain::transcript::read` reads it back.
/// The time is left out where it is only estimated, the name where nobody knows it.
pub fn transcript(segments: &[Segment]) -> String {
    let mut out = String::new();
    for segment in segments {
        if segment.is_timed() {
            out += &format!("[{}] ", time::long_clock(segment.start_ms));
        }
        let speaker = clean::line(&segment.speaker);
        if !speaker.is_empty() {
            out += &format!("{speaker}: ");
        }
        out += &clean::line(&segment.text);
        out.push('\n');
    }
    out
}

/// Nothing but the words, one line per segment.
pub fn words(segments: &[Segment]) -> String {
    segments.iter().map(|s| clean::line(&s.text) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn a_transcript_reads_like_a_play() {
        let record = example::english();
        insta::assert_snapshot!(transcript(&record.segments));
        assert_eq!(words(&record.segments).lines().count(), record.segments.len());
    }
}
