//! `huddle transcribe`: audio files in, words out, from the command line.

use crate::hearing::{script, spoken};
use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

/// Runs `huddle transcribe …` in `dir`; the recogniser says what `script.json` there says.
fn transcribe(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_huddle"))
        .env_clear()
        .env("HUDDLE_SPEECH_ENGINE", "scripted")
        .env("HUDDLE_SPEECH_SCRIPT", "script.json")
        .current_dir(dir)
        .arg("transcribe")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("huddle starts")
}

/// A folder with a recording of two sentences; `None` without espeak-ng.
fn recording() -> Option<tempfile::TempDir> {
    let dir = tempfile::tempdir().expect("a folder");
    let wav = spoken("good morning everybody. <break time=\"2s\"/> who writes the report")?;
    fs::write(dir.path().join("weekly.wav"), wav).expect("written");
    script(dir.path(), &["Good morning everybody.", "Who writes the report?"]);
    Some(dir)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn plain_words_go_to_standard_output_and_progress_to_standard_error() {
    let Some(dir) = recording() else { return };
    let output = transcribe(dir.path(), &["weekly.wav"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(text(&output.stdout), "Good morning everybody.\nWho writes the report?\n");
    let progress = text(&output.stderr);
    // espeak-ng does not know the length when it writes the header, and nobody makes one up.
    assert!(progress.contains("hearing weekly.wav\n"), "{progress}");
    assert!(progress.contains("2 utterances") && !progress.contains('\u{1b}'), "{progress}");
}

#[test]
fn a_file_that_cannot_be_heard_is_named_and_the_others_still_are() {
    let Some(dir) = recording() else { return };
    fs::write(dir.path().join("notes.txt"), "no audio").expect("written");
    let output = transcribe(dir.path(), &["missing.wav", "weekly.wav", "notes.txt"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stdout), "# weekly.wav\nGood morning everybody.\nWho writes the report?\n");
    let complaints = text(&output.stderr);
    assert!(complaints.contains("cannot read missing.wav: No such file"), "{complaints}");
    assert!(complaints.contains("cannot read notes.txt: this is not audio"), "{complaints}");
}

#[test]
fn subtitles_and_json_have_times() {
    let Some(dir) = recording() else { return };
    let said = |arguments: &[&str]| {
        let output = transcribe(dir.path(), arguments);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    assert!(said(&["--format", "vtt", "weekly.wav"]).starts_with("WEBVTT\n\n00:00:0"));
    assert!(said(&["--format", "srt", "weekly.wav"]).starts_with("1\n00:00:0"));
    let json: serde_json::Value =
        serde_json::from_str(&said(&["--format", "json", "weekly.wav"])).expect("JSON");
    assert_eq!(json["segments"][1]["text"], "Who writes the report?");
    assert_eq!(json["segments"][1]["words"].as_array().map(Vec::len), Some(4));
    assert_eq!(said(&["weekly.wav", "--out", "weekly.srt"]), "");
    assert!(fs::read_to_string(dir.path().join("weekly.srt")).expect("written").contains(" --> "));
    assert_eq!(said(&["weekly.wav", "weekly.wav", "--format", "vtt", "--out", "all"]), "");
    assert!(dir.path().join("all/weekly.wav.vtt").exists());
    let refused = transcribe(dir.path(), &["weekly.wav", "--out", "weekly.wav"]);
    assert!(!refused.status.success() && text(&refused.stderr).contains("--out names the file"));
}
