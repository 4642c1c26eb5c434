//! A made-up meeting for the tests: every section, awkward characters, an agenda.

use chrono::{DateTime, NaiveDate};
use chrono_tz::Tz;
use huddle_domain::{
    AgendaItemId,
    agenda::AgendaItem,
    minutes::{ActionItem, Evidence, Item, Minutes},
    record::{MeetingRecord, Person},
    transcript::Segment,
};

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(n: u128) -> T {
    format!("{n:032x}").parse().expect("32 hexadecimal digits are an id")
}

pub fn segment(n: u128, speaker: &str, start_ms: i64, end_ms: i64, text: &str) -> Segment {
    Segment {
        id: id(n),
        stream: None,
        participant: None,
        speaker: speaker.into(),
        start_ms,
        end_ms,
        text: text.into(),
        words: vec![],
        engine: String::new(),
        agenda_item: None,
    }
}

/// 45 minutes in Madrid, in English.
pub fn english() -> MeetingRecord {
    let instant = |text: &str| Some(text.parse::<DateTime<chrono::Utc>>().expect("an instant"));
    let person = |name: &str, talk_ms| Person { participant: None, name: name.into(), talk_ms };
    let point = |n: u8, title: &str, owner: Option<&str>| AgendaItem {
        id: id(100 + u128::from(n)),
        title: title.into(),
        owner: owner.map(str::to_owned),
        position: n.into(),
    };
    MeetingRecord {
        title: "Weekly *release* #planning".into(),
        description: "What ships, and when.\nBring numbers.".into(),
        started_at: instant("2026-11-20T09:00:00Z"),
        ended_at: instant("2026-11-20T09:45:00Z"),
        time_zone: Tz::Europe__Madrid,
        people: vec![person("Ana López", 721_000), person("Bo Li", 304_000), person("דנה", 0)],
        agenda: vec![point(0, "Release date", Some("Ana López")), point(1, "Pricing [draft]", None)],
        segments: vec![
            segment(1, "Ana López", 5_000, 9_500, "Good morning. Let us fix the date of the release today."),
            segment(
                2,
                "Bo Li",
                10_000,
                17_000,
                "We decided to ship version 2.0 on the 27th of November, & we keep <b>beta</b> open.",
            ),
            segment(3, "Ana López", 18_000, 24_000, "I will write the release notes by next Friday."),
            segment(4, "דנה", 25_000, 27_000, "שלום לכולם, #let x = [5] $y$"),
            segment(5, "Bo Li", 28_000, 31_000, "Who talks to the customers about the new prices?"),
            segment(6, "", 2_000_000, 2_004_000, "Goodbye."),
        ],
    }
}

/// The minutes of [`english`].
pub fn minutes() -> Minutes {
    let evidence = |ids: &[u128], start_ms, end_ms| Evidence {
        segments: ids.iter().map(|&n| id(n)).collect(),
        start_ms,
        end_ms,
    };
    let point = |n: u128| Some(id::<AgendaItemId>(100 + n));
    let item = |text: &str, evidence, agenda_item| Item { text: text.into(), evidence, agenda_item };
    Minutes {
        writer: "example/1".into(),
        language: "en".into(),
        summary: vec![item(
            "The meeting fixed the date of release 2.0.",
            evidence(&[1, 2], 5_000, 17_000),
            None,
        )],
        key_points: vec![
            item("Beta stays open | for *everyone*.", evidence(&[2], 10_000, 17_000), point(0)),
            item("Prices are new.", evidence(&[5], 28_000, 31_000), point(1)),
        ],
        decisions: vec![item(
            "Ship version 2.0 on the 27th of November.",
            evidence(&[2], 10_000, 17_000),
            point(0),
        )],
        action_items: vec![
            ActionItem {
                task: "Write the release notes.".into(),
                owner: Some("Ana López".into()),
                participant: None,
                due: NaiveDate::from_ymd_opt(2026, 11, 27),
                evidence: evidence(&[3], 18_000, 24_000),
                agenda_item: None,
            },
            ActionItem {
                task: "Talk to customers.".into(),
                owner: None,
                participant: None,
                due: None,
                evidence: evidence(&[5], 28_000, 31_000),
                agenda_item: point(1),
            },
        ],
        questions: vec![item(
            "Who talks to the customers about the new prices?",
            evidence(&[5], 28_000, 31_000),
            point(1),
        )],
    }
}
