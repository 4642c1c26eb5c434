//! Whisper without weights: a model that has everything but them loads, decodes and says nothing.

use super::*;
use crate::models::check_tests::empty_model;
use std::{fs, io::Write};

fn with(
    bytes: &[u8],
    change: impl FnOnce(&mut Settings),
) -> (tempfile::TempDir, Result<Whisper, SpeechError>) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut settings = Settings { models_dir: dir.path().into(), ..Settings::default() };
    let mut file = fs::File::create(dir.path().join("ggml-tiny.en.bin")).expect("made");
    file.write_all(bytes).expect("written");
    change(&mut settings);
    let whisper = Whisper::open(&settings);
    (dir, whisper)
}

#[test]
fn a_model_loads_and_one_without_weights_says_nothing() {
    let (_dir, whisper) = with(&empty_model(), |_| {});
    let whisper = whisper.expect("opens");
    let mut recogniser = whisper.recogniser().expect("loads");
    let tone: Vec<i16> = (0..16_000).map(|i| ((i % 80) * 200) as i16).collect();
    let said = recogniser.recognise(Place::of("test", 0), &tone).expect("decodes");
    assert!(said.is_empty() && said.engine == "whisper", "{said:?}");
    assert!(recogniser.recognise(Place::of("test", 0), &[]).expect("nothing to do").is_empty());
    let mut follower = whisper.follower().expect("loads");
    follower.begin(Place::of("test", 0)).expect("begins");
    for block in tone.chunks(1_600) {
        assert_eq!(follower.follow(block).expect("follows"), "");
    }
}

#[test]
fn a_damaged_model_is_refused_with_what_to_do() {
    let whole = empty_model();
    let mut other = whole.clone();
    other[0] = b'x';
    // whisper.cpp takes the whole process with it where a file ends too early: it never gets to see one.
    let lengths = [20, 60, 1_000, 70_000, whole.len() - 100];
    let cut = lengths.map(|length| &whole[..length]);
    for bytes in cut.into_iter().chain([&b"<!doctype html>"[..], &other]) {
        let why = with(bytes, |_| {}).1.map(drop).expect_err("no model").to_string();
        assert!(why.contains("damaged") && why.contains("huddle models pull tiny.en"), "{why}");
    }
}

#[test]
fn what_does_not_fit_is_said() {
    let why = |change: fn(&mut Settings)| {
        let (_dir, whisper) = with(&empty_model(), change);
        match whisper {
            Err(why) => why.to_string(),
            Ok(whisper) => whisper.recogniser().map(drop).expect_err("does not fit").to_string(),
        }
    };
    assert!(why(|s| s.speech.model = Some("small".into())).contains("huddle models pull small"));
    assert!(why(|s| s.speech.model = Some("/no/such/model.bin".into())).contains("/no/such/model.bin"));
    assert!(why(|s| s.speech.language = Some("es".into())).contains("English only"));
    assert!(why(|s| s.speech.language = Some("klingon".into())).contains("klingon"));
    assert!(why(|s| s.models_dir = "/nowhere".into()).contains("huddle models pull"));
}

#[test]
fn sounds_are_no_words() {
    for sound in ["[BLANK_AUDIO]", " (upbeat music)", "*sighs*", "♪ la la ♪", "  "] {
        assert!(is_a_sound(sound), "{sound}");
    }
    for words in ["(so) it is", "it is [so]", "hello"] {
        assert!(!is_a_sound(words), "{words}");
    }
}
