//! Transcripts and minutes as JSON, with the names of `docs/protocol.md`;
//! `huddle_domain::transcript::read` reads both back.

use huddle_domain::{minutes::Minutes, record::MeetingRecord, transcript::Segment};
use serde::Serialize;

/// `{"segments": [Segment]}`.
pub fn transcript(segments: &[Segment]) -> String {
    #[derive(Serialize)]
    struct Transcript<'a> {
        segments: &'a [Segment],
    }
    print(&Transcript { segments })
}

/// The record of the meeting (title, times, people, agenda, segments) and its `minutes`.
pub fn minutes(record: &MeetingRecord, minutes: &Minutes) -> String {
    #[derive(Serialize)]
    struct File<'a> {
        #[serde(flatten)]
        record: &'a MeetingRecord,
        minutes: &'a Minutes,
    }
    print(&File { record, minutes })
}

fn print(value: &impl Serialize) -> String {
    let mut json = serde_json::to_string_pretty(value).expect("strings, numbers and lists are always JSON");
    json.push('\n');
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use huddle_domain::transcript::{self, Format};

    #[test]
    fn what_was_written_is_read_back_unchanged() {
        let record = example::english();
        let file = minutes(&record, &example::minutes());
        assert_eq!(transcript::read(&file, Format::Json), Ok(record.segments.clone()));
        let file = super::transcript(&record.segments);
        assert_eq!(transcript::read(&file, Format::Json), Ok(record.segments));
    }

    #[test]
    fn the_names_are_those_of_the_protocol() {
        insta::assert_snapshot!(minutes(&example::english(), &example::minutes()));
    }
}
