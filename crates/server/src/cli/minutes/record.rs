//! The record of a meeting that was not held here: what the file and the flags tell of it.

use super::zone::{self, When};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use huddle_domain::{
    record::{self, MeetingRecord, Person},
    text,
    transcript::Segment,
};
use std::path::Path;

/// What is known of the meeting besides its words.
pub(super) struct About<'a> {
    pub title: Option<&'a str>,
    pub file: &'a Path,
    pub when: Option<When>,
    pub zone: Option<Tz>,
    /// When the file was last changed.
    pub changed: DateTime<Utc>,
}

/// The record: flags before our own export (`own`, if the file is one) before the file's name and date.
pub(super) fn of(about: &About<'_>, own: Option<MeetingRecord>, segments: Vec<Segment>) -> MeetingRecord {
    let zone = about.zone.or(own.as_ref().map(|o| o.time_zone)).unwrap_or_else(zone::of_this_machine);
    let mut record = own.unwrap_or_else(|| MeetingRecord {
        title: about.file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        description: String::new(),
        started_at: None,
        ended_at: None,
        time_zone: zone,
        people: people(&segments),
        agenda: Vec::new(),
        segments: Vec::new(),
    });
    if let Some(title) = about.title {
        record.title = title.to_owned();
    }
    record.title = text::visible(&record.title, false);
    match (about.when, record.started_at) {
        (Some(when), _) => (record.started_at, record.ended_at) = (Some(when.instant(zone)), None),
        (None, None) => record.started_at = Some(When::day_of(about.changed, zone).instant(zone)),
        (None, Some(_)) => {}
    }
    record.time_zone = zone;
    record.segments = segments;
    record
}

/// Who spoke, in order of first words, and for how long if that was measured.
fn people(segments: &[Segment]) -> Vec<Person> {
    let is_timed = segments.iter().all(Segment::is_timed);
    let spoken = record::spoken_by_name(segments).into_iter().filter(|(name, _)| !name.is_empty());
    spoken
        .map(|(name, ms)| Person { participant: None, name, talk_ms: if is_timed { ms } else { 0 } })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use huddle_domain::transcript::{Format, read};

    fn about(file: &str) -> About<'_> {
        let changed = "2026-11-20T23:30:00Z".parse().expect("an instant");
        About { title: None, file: Path::new(file), when: None, zone: Some(Tz::Europe__Madrid), changed }
    }

    #[test]
    fn a_strange_transcript_is_named_and_dated_by_its_file() {
        let segments = read("Bo: Hi\nAna: Hello\nBo: Bye", Format::Lines).expect("good lines");
        let record = of(&about("a/weekly.txt"), None, segments);
        assert_eq!(record.title, "weekly");
        assert_eq!(record.started_at.map(|t| t.to_rfc3339()).as_deref(), Some("2026-11-20T23:00:00+00:00"));
        let people: Vec<_> = record.people.iter().map(|p| (p.name.as_str(), p.talk_ms)).collect();
        assert_eq!(people, [("Bo", 0), ("Ana", 0)]);
    }

    #[test]
    fn measured_times_become_talk_time() {
        let segments = read("1\n00:00:01,000 --> 00:00:02,500\nAna: Hi", Format::Srt).expect("good cues");
        assert_eq!(of(&about("x.srt"), None, segments).people[0].talk_ms, 1_500);
    }

    #[test]
    fn our_own_export_keeps_what_it_knows_and_flags_win() {
        let own = MeetingRecord {
            description: "About".into(),
            started_at: "2026-01-02T10:00:00Z".parse().ok(),
            time_zone: Tz::UTC,
            ..of(&about("x.json"), None, vec![])
        };
        let kept = of(&About { zone: None, ..about("x.json") }, Some(own.clone()), vec![]);
        assert_eq!(kept, own);
        let when = zone::day_or_moment("2026-05-05").ok();
        let told = of(&About { title: Some("T"), when, ..about("x.json") }, Some(own), vec![]);
        assert_eq!((told.title.as_str(), told.description.as_str()), ("T", "About"));
        assert_eq!(told.started_at.map(|t| t.to_rfc3339()).as_deref(), Some("2026-05-04T22:00:00+00:00"));
    }
}
