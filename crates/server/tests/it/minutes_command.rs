//! `huddle minutes`: one file in, minutes out, from the command line.

use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

const LINES: &str = "Ana: Good morning. We decided to ship the new release in December.\n\
                     Bo: I will write the release notes by Friday.\n\
                     Ana: Who talks to the customers?\n";

/// Runs `huddle minutes …` in a directory of its own, with `files` in it.
fn minutes(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_huddle"))
        .env_clear()
        .current_dir(dir)
        .arg("minutes")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("huddle starts")
}

fn dir_with(files: &[(&str, &[u8])]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    for (name, bytes) in files {
        fs::write(dir.path().join(name), bytes).expect("it is ours");
    }
    dir
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success() && output.stdout.is_empty());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn lines_become_markdown_on_standard_output() {
    let dir = dir_with(&[("weekly.txt", LINES.as_bytes())]);
    let page =
        said(&minutes(dir.path(), &["weekly.txt", "--date", "2026-11-20", "--time-zone", "Europe/Madrid"]));
    assert!(page.starts_with("# weekly\n\nFriday, 20 November 2026\n\n**People:** Ana, Bo\n"), "{page}");
    assert!(page.contains("*Written by extractive/"), "{page}");
    // Nobody measured when these lines were spoken: no clock is shown.
    assert!(!page.contains("00:0"), "{page}");
    assert_eq!(fs::read_dir(dir.path()).expect("it is ours").count(), 1, "nothing is left behind");
}

#[test]
fn the_same_meeting_is_read_as_lines_subtitles_and_json() {
    let srt = "1\n00:00:01,000 --> 00:00:05,000\nAna: Good morning. We decided to ship the new release in December.\n\n\
               2\n00:00:06,000 --> 00:00:09,000\nBo: I will write the release notes by Friday.\n";
    let vtt = srt
        .replace("1\n00:00:01,000", "WEBVTT\n\n00:00:01.000")
        .replace(',', ".")
        .replace("Ana: ", "<v Ana>");
    let json = r#"[{"speaker": "Ana", "content": "Good morning. We decided to ship the new release in December."},
                   {"speaker": "Bo", "content": "I will write the release notes by Friday."}]"#;
    let files: [(&str, &[u8]); 4] = [
        ("a.txt", LINES.as_bytes()),
        ("a.srt", srt.as_bytes()),
        ("a.vtt", vtt.as_bytes()),
        ("a.json", json.as_bytes()),
    ];
    let dir = dir_with(&files);
    for (name, _) in files {
        let json = said(&minutes(dir.path(), &[name, "--format", "json", "--date", "2026-11-20"]));
        let file: Value = serde_json::from_str(&json).expect("JSON");
        assert_eq!(file["people"][0]["name"], "Ana", "{name}: {json}");
        assert_eq!(file["people"][1]["name"], "Bo", "{name}: {json}");
        assert!(file["minutes"]["writer"].is_string(), "{name}: {json}");
    }
}

#[test]
fn our_own_json_gives_the_same_minutes_again() {
    let dir = dir_with(&[("weekly.txt", LINES.as_bytes())]);
    let first = said(&minutes(
        dir.path(),
        &["weekly.txt", "--title", "T", "--format", "json", "--date", "2026-11-20"],
    ));
    fs::write(dir.path().join("again.json"), &first).expect("it is ours");
    assert_eq!(said(&minutes(dir.path(), &["again.json", "--format", "json"])), first);
}

#[test]
fn a_pdf_goes_to_the_file_that_out_names() {
    let dir = dir_with(&[("weekly.txt", LINES.as_bytes())]);
    assert_eq!(said(&minutes(dir.path(), &["weekly.txt", "--out", "weekly.pdf"])), "");
    assert!(fs::read(dir.path().join("weekly.pdf")).expect("a file").starts_with(b"%PDF-"));
}

#[test]
fn what_cannot_be_read_is_said_in_a_sentence() {
    let dir = dir_with(&[
        ("plain.txt", b"\nonly words"),
        ("latin1.srt", b"1\n00:00:01,000 --> 00:00:02,000\nJos\xe9: hola\n"),
        ("empty.txt", b""),
        ("noise.bin", b"\x00\xff\xfe\x01 neither words nor audio"),
        ("cut.wav", b"RIFF\x10\x00\x00\x00WAVE"),
    ]);
    for (arguments, told) in [
        (["nothing.txt"].as_slice(), "cannot read nothing.txt"),
        (&["plain.txt"], "plain.txt: line 2: nobody is named"),
        (&["latin1.srt"], "latin1.srt is not UTF-8 text: save it as UTF-8"),
        (&["empty.txt"], "there are no words in empty.txt"),
        (&["noise.bin"], "noise.bin"),
        (&["cut.wav"], "cut.wav"),
        (&["plain.txt", "--date", "soon"], "2026-11-20"),
        (&["plain.txt", "--time-zone", "Mars"], "Mars"),
        (&["plain.txt", "--out", "./plain.txt"], "--out names the file that is read"),
    ] {
        let complaint = complaint(&minutes(dir.path(), arguments));
        assert!(complaint.contains(told), "{arguments:?}: {complaint}");
        assert!(!complaint.contains("panicked"), "{complaint}");
    }
}
