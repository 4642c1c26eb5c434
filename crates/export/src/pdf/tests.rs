//! PDF as poppler reads it.

use super::*;
use crate::example;
use std::{
    io::Write,
    process::{Command, Stdio},
    time::Instant,
};

/// What a reader sees, by poppler; `None` where it is not installed.
fn words_of(pdf: &[u8]) -> Option<String> {
    let mut command = Command::new("pdftotext");
    let spawned = command.args(["-layout", "-", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = spawned else {
        println!("skipped: pdftotext is not installed (apt install poppler-utils)");
        return None;
    };
    child.stdin.take().expect("a pipe").write_all(pdf).expect("pdftotext reads");
    let output = child.wait_with_output().expect("pdftotext ends");
    assert!(output.status.success());
    Some(String::from_utf8(output.stdout).expect("UTF-8"))
}

#[test]
fn the_same_meeting_is_the_same_bytes() {
    let print = || minutes(&example::english(), &example::minutes()).expect("a PDF");
    let (first, second) = (print(), print());
    assert!(first.starts_with(b"%PDF-"));
    assert!(first == second);
}

#[test]
fn every_word_is_on_the_page_as_it_was_said() {
    let pdf = minutes(&example::english(), &example::minutes()).expect("a PDF");
    let Some(words) = words_of(&pdf) else { return };
    for expected in [
        "Weekly *release* #planning",
        "Friday, 20 November 2026, 10:00–10:45 (Europe/Madrid) · 45 min",
        "Bring numbers.",
        "12 min",
        "Release date · Ana López",
        "Pricing [draft]",
        "Ship version 2.0 on the 27th of November.",
        "Fri 27 Nov 2026",
        "Who talks to the customers about the new prices?",
        "& we keep <b>beta</b> open.",
        "#let x = [5] $y$",
        "Unknown speaker",
        "33:20",
        "Written by example/1",
        "Page 2 of 2",
    ] {
        assert!(words.contains(expected), "{expected:?} is missing in\n{words}");
    }
}

#[test]
fn strange_letters_and_endless_words_are_set_too() {
    let mut record = example::english();
    record.title = "مرحبا 你好 🙂 \u{202E}x\u{0000}y ".repeat(20);
    record.people[0].name = "x".repeat(5_000);
    record.segments[0].text = "#".repeat(20_000);
    record.segments[1].text = "\\ #panic() `raw` $ / */ // \u{FFFF} \u{10FFFF} \u{0301}\u{0301} ".repeat(50);
    assert!(minutes(&record, &example::minutes()).expect("a PDF").starts_with(b"%PDF-"));
}

#[test]
fn a_meeting_without_anything_is_a_page() {
    let record = MeetingRecord { segments: vec![], people: vec![], agenda: vec![], ..example::english() };
    let pdf = minutes(&record, &Minutes { language: "es".into(), ..Minutes::default() }).expect("a PDF");
    let Some(words) = words_of(&pdf) else { return };
    assert!(
        words.contains("No se anotó ninguna decisión.") && words.contains("No se oyó ninguna palabra."),
        "{words}"
    );
}

#[test]
fn three_hours_of_talk_are_printed() {
    let mut record = example::english();
    let text = "So what I would like to do is to look at the numbers again before we decide anything at all.";
    record.segments = (0..2_700)
        .map(|n| {
            example::segment(
                n + 1,
                ["Ana López", "Bo Li"][n as usize / 3 % 2],
                n as i64 * 4_000,
                n as i64 * 4_000 + 3_500,
                text,
            )
        })
        .collect();
    let begun = Instant::now();
    let pdf = minutes(&record, &example::minutes()).expect("a PDF");
    println!("3 hours of talk: {} kB in {:.1?}", pdf.len() / 1_000, begun.elapsed());
    let Some(words) = words_of(&pdf) else { return };
    assert!(words.contains("2:59:56"));
}
