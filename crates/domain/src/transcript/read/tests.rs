//! Every form of transcript, what is refused, and whatever else comes.

use super::*;
use crate::{SegmentId, transcript::UNTIMED};
use proptest::prelude::*;

fn told(segments: &[Segment]) -> Vec<(&str, i64, i64, &str)> {
    segments.iter().map(|s| (s.speaker.as_str(), s.start_ms, s.end_ms, s.text.as_str())).collect()
}

fn problem(text: &str, format: Format) -> String {
    read(text, format).expect_err("refused").to_string()
}

#[test]
fn lines_name_who_speaks_and_go_on_until_the_next_name() {
    let read = read(
        "\u{FEFF}Ana: Good\tmorning.\r\n\r\nBo Li: Hi,\r\n  at 10:30 we\u{0007} start\u{202E}.\r\nAna: Yes.\r\n",
        Format::Lines,
    )
    .expect("good lines");
    assert_eq!(
        told(&read),
        [
            ("Ana", 0, 1_000, "Good morning."),
            ("Bo Li", 1_000, 3_000, "Hi, at 10:30 we start."),
            ("Ana", 3_000, 4_000, "Yes."),
        ]
    );
    assert!(read.iter().all(|s| s.engine == UNTIMED && !s.is_timed()));
}

#[test]
fn lines_may_have_times() {
    let read = read("[00:00:05] Ana: Hi\n(1:02) Bo: Yes\n1:00:00.5 - nobody named\n", Format::Lines);
    let read = read.expect("good lines");
    assert_eq!(
        told(&read),
        [
            ("Ana", 5_000, 6_000, "Hi"),
            ("Bo", 62_000, 63_000, "Yes"),
            ("", 3_600_500, 3_601_500, "nobody named")
        ]
    );
    assert!(read.iter().all(Segment::is_timed));
}

#[test]
fn subrip_cues_become_segments_and_halves_of_a_sentence_meet() {
    let srt = "1\r\n00:00:01,000 --> 00:00:02,500\r\nAna: We ship\r\non <i>Friday</i>,\r\n\r\n\
               2\r\n00:00:02,600 --> 00:00:04,000\r\nI hope.\r\n\r\n\
               3\r\n00:00:04,000 --> 00:00:05,000\r\nBo: a < b\r\n";
    assert_eq!(
        told(&read(srt, Format::Srt).expect("good cues")),
        [("Ana", 1_000, 4_000, "We ship on Friday, I hope."), ("Bo", 4_000, 5_000, "a < b")]
    );
}

#[test]
fn webvtt_voices_become_speakers() {
    let vtt = "WEBVTT - weekly\n\nNOTE\nmade by hand\n\nSTYLE\n::cue {}\n\nintro\n00:01.000 --> 00:02.000 align:start\n\
               <v Ana>Q&amp;A first</v>\n<v Bo>Yes.\n\n01:00:02.000 --> 01:00:03.000\nAna: Done.\n";
    assert_eq!(
        told(&read(vtt, Format::Vtt).expect("good cues")),
        [
            ("Ana", 1_000, 2_000, "Q&A first"),
            ("Bo", 1_000, 2_000, "Yes."),
            ("Ana", 3_602_000, 3_603_000, "Done.")
        ]
    );
}

#[test]
fn json_of_other_programs_is_read() {
    let json = r#"{"topic_list": [], "meeting_transcripts": [
        {"speaker": "Ana", "content": "one two three four"}, {"speaker": "Bo", "content": " "}, {"speaker": 3, "content": "yes"}]}"#;
    assert_eq!(
        told(&read(json, Format::Json).expect("good JSON")),
        [("Ana", 0, 1_600, "one two three four"), ("3", 1_600, 2_600, "yes")]
    );
    let json = r#"{"text": "all", "segments": [
        {"start": 1.25, "end": "0:02.5", "text": " Hi", "words": [{"word": " Hi", "start": 1.25, "end": 1.5, "probability": 0.5}]}]}"#;
    let read = read(json, Format::Json).expect("good JSON");
    assert_eq!(told(&read), [("", 1_250, 2_500, "Hi")]);
    assert_eq!((read[0].words[0].text.as_str(), read[0].words[0].end_ms), ("Hi", 1_500));
}

#[test]
fn what_we_write_is_what_we_read() {
    let mut segments = read("Ana: Hi\nBo: Yes", Format::Lines).expect("good lines");
    segments[0].id = SegmentId(uuid::Uuid::from_u128(7));
    let json = serde_json::to_string(&segments).expect("JSON");
    assert_eq!(read(&json, Format::Json), Ok(segments));
}

#[test]
fn a_missing_end_is_the_next_beginning_or_an_estimate() {
    let json = r#"[{"startMs": 0, "text": "a b c d e f g h"}, {"startMs": 900, "text": "i"}]"#;
    let read = read(json, Format::Json).expect("good JSON");
    assert_eq!(told(&read), [("", 0, 900, "a b c d e f g h"), ("", 900, 1_900, "i")]);
}

#[test]
fn timed_segments_are_put_in_order() {
    let json = r#"[{"start": 9, "text": "late"}, {"start": 1, "text": "early"}]"#;
    let read = read(json, Format::Json).expect("good JSON");
    assert_eq!(read.iter().map(|s| s.text.as_str()).collect::<Vec<_>>(), ["early", "late"]);
}

#[test]
fn the_same_file_has_the_same_ids_and_another_has_others() {
    let ids = |text: &str| -> Vec<SegmentId> {
        read(text, Format::Lines).expect("good lines").iter().map(|s| s.id).collect()
    };
    assert_eq!(ids("A: x\nB: y"), ids("A: x\nB: y"));
    assert_ne!(ids("A: x\nB: y")[0], ids("A: x\nB: z")[0]);
    assert_ne!(ids("A: x\nB: y")[0], ids("A: x\nB: y")[1]);
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    for (text, format, told) in [
        ("\n\nhello there", Format::Lines, "line 3: nobody is named; write lines of `Name: text`"),
        (
            "{\"segments\": [\n{\"text\": 1},\n{\"text\": []}]}",
            Format::Json,
            "line 3: `text` is not a string",
        ),
        ("[{\"text\": \"a\",\n \"start\": -1}]", Format::Json, "line 2: `start` is not a time"),
        ("[{\"text\": \"a\",\n", Format::Json, "line 2: EOF while parsing a value"),
        ("{}", Format::Json, "line 1: the object has neither `segments` nor `meeting_transcripts`"),
        ("", Format::Json, "line 1: EOF while parsing a value"),
        ("hello", Format::Vtt, "line 1: a WebVTT file begins with the line WEBVTT"),
        ("1\nhello", Format::Srt, "line 1: times are missing; write 00:00:01,000 --> 00:00:02,500"),
        (
            "1\n0:61 --> 0:62\nx",
            Format::Srt,
            "line 2: these times are malformed; write 00:00:01,000 --> 00:00:02,500",
        ),
        ("\n00:02,0 --> 00:01,0\nx", Format::Srt, "line 2: the cue ends before it begins"),
        (
            "00:01,0 --> 00:02,0\nx\n00:03,0 --> 00:04,0\ny",
            Format::Srt,
            "line 3: an empty line is missing before this cue",
        ),
        ("A: x\n[9999:00:00] B: y", Format::Lines, "line 2: is later than 1,000 hours after the beginning"),
    ] {
        assert_eq!(problem(text, format), format!("transcript: {told}"), "{text:?}");
    }
    let twice = r#"[{"id": "00000000-0000-0000-0000-000000000001", "text": "a"},
                    {"id": "00000000-0000-0000-0000-000000000001", "text": "b"}]"#;
    assert_eq!(problem(twice, Format::Json), "transcript: entry 2: has the id of an entry before it");
    let long = format!("[{{\"text\": \"{}\"}}]", "x".repeat(100_001));
    assert_eq!(
        problem(&long, Format::Json),
        "transcript: entry 1: the text has 100001 characters; at most 100000 are allowed"
    );
}

#[test]
fn a_deep_nest_is_refused() {
    let nest = format!("[{{\"text\": {}", "[".repeat(100_000));
    assert!(problem(&nest, Format::Json).contains("recursion limit"));
}

#[test]
fn the_form_is_told_from_the_name_or_the_text() {
    for (name, text, format) in [
        ("a.JSON", "", Format::Json),
        ("a.srt", "", Format::Srt),
        ("a.vtt", "", Format::Vtt),
        ("a.txt", "\u{FEFF}WEBVTT\n", Format::Vtt),
        ("a", " [ {", Format::Json),
        ("a", "[]", Format::Json),
        ("a", "[00:01] Ana: Hi", Format::Lines),
        ("a", "1\n00:00:01,000 --> 00:00:02,500\nx", Format::Srt),
        ("", "Ana: Hi", Format::Lines),
    ] {
        assert_eq!(Format::of(name, text), format, "{name} {text:?}");
    }
}

#[test]
fn real_meetings_are_read_turn_by_turn() {
    let folder = std::env::var("HUDDLE_TEST_DATA").map(std::path::PathBuf::from).unwrap_or_default();
    let Ok(files) = std::fs::read_dir(folder.join("meetings")) else {
        println!("skipped: no real meetings (set HUDDLE_TEST_DATA)");
        return;
    };
    for file in files.map(|f| f.expect("an entry").path()) {
        let text = std::fs::read_to_string(&file).expect("UTF-8");
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let read = read(&text, Format::of("", &text)).expect("a transcript");
        let turns = json["meeting_transcripts"].as_array().expect("turns");
        let has_words =
            |turn: &&serde_json::Value| turn["content"].as_str().is_some_and(|c| !c.trim().is_empty());
        assert_eq!(read.len(), turns.iter().filter(has_words).count(), "{}", file.display());
        assert!(read.iter().all(|s| !s.speaker.is_empty()));
    }
}

fn any_format() -> impl Strategy<Value = Format> {
    prop_oneof![Just(Format::Json), Just(Format::Srt), Just(Format::Vtt), Just(Format::Lines)]
}

/// Text made of the pieces that the readers look for, so that chance reaches their corners.
fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            "WEBVTT",
            "\n",
            "\r\n",
            "\n\n",
            "-->",
            " --> ",
            "00:00:01,000",
            "99:59.9",
            "0:1",
            "<v ",
            "<",
            ">",
            "&",
            "&amp;",
            "{\\an8",
            "}",
            "[{",
            "}]",
            "{\"segments\":[",
            "\"text\":",
            "\"start\":",
            "1e400",
            "-1",
            "null",
            "\"",
            ":",
            "： ",
            "Ana: ",
            "[",
            "]",
            "(",
            "\u{FEFF}",
            "\u{202E}",
            "\u{0}",
            "é",
            "שלום",
            "🙂",
        ])
        .prop_map(str::to_owned),
        ".{0,6}",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn whatever_comes_is_refused_or_becomes_clean_segments(text in any_text(), format in any_format()) {
        if let Ok(segments) = read(&text, format) {
            for s in &segments {
                prop_assert!(0 <= s.start_ms && s.start_ms <= s.end_ms);
                prop_assert!(!s.text.is_empty() && s.text.trim() == s.text);
                prop_assert!(!s.text.chars().chain(s.speaker.chars()).any(char::is_control));
            }
            let json = serde_json::to_string(&segments).expect("JSON");
            prop_assert_eq!(read(&json, Format::Json), Ok(segments));
        }
    }
}
