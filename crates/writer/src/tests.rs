//! What holds of all minutes.

use crate::write;
use chrono_tz::Tz;
use huddle_domain::{SegmentId, record::MeetingRecord, transcript::Segment};

/// A meeting of `(speaker, text)` lines, five seconds each, on Wednesday 18 November 2026 at noon in UTC.
pub(crate) fn meeting(lines: &[(&str, &str)]) -> MeetingRecord {
    let segments = lines.iter().enumerate().map(|(at, (speaker, text))| Segment {
        id: id(at),
        stream: None,
        participant: None,
        speaker: (*speaker).to_owned(),
        start_ms: at as i64 * 5_000,
        end_ms: at as i64 * 5_000 + 4_500,
        text: (*text).to_owned(),
        words: Vec::new(),
        engine: String::new(),
        agenda_item: None,
    });
    let json = serde_json::json!({"title": "", "timeZone": Tz::UTC, "people": [], "segments": [], "startedAt": "2026-11-18T12:00:00Z"});
    let mut record: MeetingRecord = serde_json::from_value(json).unwrap();
    record.segments = segments.collect();
    record
}

#[test]
fn a_meeting_of_one_sentence_is_summed_up_by_it() {
    let minutes = write(&meeting(&[(
        "JFK",
        "and so my fellow americans ask not what your country can do for you ask what you can do for your country",
    )]));
    assert_eq!(minutes.language, "en");
    assert_eq!(minutes.summary.len(), 1);
    assert_eq!(
        minutes.summary[0].text,
        "My fellow americans ask not what your country can do for you ask what you can do for your country."
    );
    assert_eq!((minutes.summary[0].evidence.start_ms, minutes.summary[0].evidence.end_ms), (0, 4_500));
    assert!(minutes.key_points.is_empty());
}

#[test]
fn nothing_said_gives_no_items() {
    let minutes = write(&meeting(&[]));
    assert!(minutes.summary.is_empty() && minutes.key_points.is_empty());
}

/// The id of the segment in line `at`.
pub(crate) fn id(at: usize) -> SegmentId {
    format!("00000000-0000-7000-8000-{:012x}", at + 1).parse().unwrap()
}
