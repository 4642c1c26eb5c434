//! Listening for real: speech made by espeak-ng, and the recorded clips of `HUDDLE_TEST_DATA`.

use super::*;
use huddle_domain::transcript::wer::{Errors, compare};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// What a program of the tests makes; `None`, and said so, if it is not installed.
fn made_by(program: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    match Command::new(program).args(arguments).output() {
        Ok(output) => {
            assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
            Some(output.stdout)
        }
        Err(error) => {
            println!("skipped: {program} is not installed ({error})");
            None
        }
    }
}

/// A sentence as espeak-ng says it, 16 kHz mono.
pub(super) fn spoken(text: &str) -> Option<Vec<i16>> {
    let wav = made_by("espeak-ng", &["-v", "en-us", "-s", "140", "--stdout", text])?;
    let blocks =
        huddle_media::Decoder::read(Box::new(std::io::Cursor::new(wav)), Some("wav")).expect("a WAV");
    Some(blocks.flat_map(|b| b.expect("decodes")).collect())
}

pub(super) fn silence(ms: usize) -> Vec<i16> {
    vec![0; ms * 16]
}

/// The folder of real recordings; `None`, and said so, if it is not there.
fn recordings() -> Option<PathBuf> {
    let named = std::env::var_os("HUDDLE_TEST_DATA").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let found = named.or_else(|| beside.is_dir().then_some(beside));
    if found.is_none() {
        println!("skipped: HUDDLE_TEST_DATA is not set, so there are no recordings to hear");
    }
    found
}

/// PocketSphinx as it is installed; `None`, and said so, if it is not.
fn pocketsphinx(grammar: Option<&Path>) -> Option<Arc<dyn Engine>> {
    let settings = Speech { grammar: grammar.map(Into::into), ..Speech::default() };
    match PocketSphinx::open(&settings) {
        Ok(engine) => Some(Arc::new(engine)),
        Err(why) => {
            println!("skipped: {why}");
            None
        }
    }
}

/// All that is said in some audio.
fn heard(engine: &Arc<dyn Engine>, audio: &[i16]) -> Vec<Utterance> {
    let blocks = audio.chunks(huddle_media::BLOCK).map(|b| Ok(b.to_vec()));
    let (mut said, mut cursor) = (Vec::new(), 0);
    transcribe(engine.clone(), "test", blocks, |step| {
        assert_eq!(step.from, cursor, "steps follow one another");
        cursor = step.until;
        said.extend(step.utterance);
        true
    })
    .expect("heard");
    assert_eq!(cursor, audio.len() as u64, "all was heard");
    said
}

fn text(said: &[Utterance]) -> String {
    said.iter().map(|u| u.text.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn recorded_people_are_understood_about_as_well_as_this_engine_can() {
    let (Some(data), Some(engine)) = (recordings(), pocketsphinx(None)) else { return };
    let table = std::fs::read_to_string(data.join("speech/transcripts.tsv")).expect("the references");
    let (mut all, mut jfk) = (Errors::default(), None);
    for (file, said) in table.lines().skip(1).filter_map(|line| line.split_once('\t')) {
        let audio = huddle_media::Decoder::open(&data.join("speech").join(file)).expect("opens");
        let audio: Vec<i16> = audio.flat_map(|b| b.expect("decodes")).collect();
        let utterances = heard(&engine, &[audio, silence(1_000)].concat());
        let errors = compare(said, &text(&utterances));
        println!("{:5.2}  {file}", errors.rate());
        for u in &utterances {
            println!("         {:5}–{:5} ms  {}", u.start_ms, u.end_ms, u.text);
        }
        all += errors;
        if file == "jfk.wav" {
            jfk = Some(errors.rate());
        }
    }
    println!("{:5.2}  all", all.rate());
    assert!(jfk.expect("jfk.wav is among them") <= 0.35);
    assert!(all.rate() <= 0.45);
}
