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
pub(super) fn pocketsphinx(grammar: Option<&Path>) -> Option<Arc<dyn Engine>> {
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

/// What is agreed in small meetings.
const GRAMMAR: &str = "#JSGF V1.0;
grammar meeting;
public <line> = good morning everybody
              | we will ship the release on friday
              | anna writes the report by monday
              | what does the budget look like
              | the decision is to move to madrid
              | no objections
              | thank you and goodbye;
";

fn grammar(dir: &tempfile::TempDir, text: &str) -> PathBuf {
    let path = dir.path().join("meeting.gram");
    std::fs::write(&path, text).expect("written");
    path
}

#[test]
fn a_grammar_is_understood_to_the_word() {
    let dir = tempfile::tempdir().expect("a folder");
    let Some(engine) = pocketsphinx(Some(&grammar(&dir, GRAMMAR))) else { return };
    let lines: Vec<&str> = GRAMMAR
        .lines()
        .filter_map(|line| line.split_once(['=', '|']))
        .map(|(_, line)| line.trim().trim_end_matches(';'))
        .collect();
    assert_eq!(lines.len(), 7);
    let (mut audio, mut starts) = (silence(500), Vec::new());
    for line in &lines {
        starts.push(audio.len() as i64 / 16);
        let Some(said) = spoken(line) else { return };
        audio.extend(said);
        audio.extend(silence(1_200));
    }
    let said = heard(&engine, &audio);
    assert_eq!(said.iter().map(|u| u.text.as_str()).collect::<Vec<_>>(), lines);
    for (utterance, start) in said.iter().zip(starts) {
        assert!(utterance.start_ms.abs_diff(start) < 500, "{} begins about {start} ms", utterance.start_ms);
        let mut last = utterance.start_ms;
        for word in &utterance.words {
            assert!(last <= word.start_ms && word.start_ms < word.end_ms && word.end_ms <= utterance.end_ms);
            assert!((0.0..=1.0).contains(&word.confidence.expect("PocketSphinx is sure or not")));
            last = word.end_ms;
        }
    }
}

#[test]
fn a_wrong_grammar_or_model_says_what_to_do() {
    let dir = tempfile::tempdir().expect("a folder");
    if pocketsphinx(None).is_none() {
        return;
    }
    let why = |settings: Speech| match PocketSphinx::open(&settings).map(|e| e.recogniser().map(drop)) {
        Err(why) | Ok(Err(why)) => why.to_string(),
        Ok(Ok(())) => panic!("opened"),
    };
    let with = |text: &str| Speech { grammar: Some(grammar(&dir, text)), ..Speech::default() };
    assert!(why(with("no grammar")).contains("meeting.gram"));
    let unknown = why(with("#JSGF V1.0; grammar g; public <l> = florbelating zzyzzx;"));
    assert!(unknown.contains("cmudict-en-us.dict"), "{unknown}");
    assert!(
        why(Speech { grammar: Some("/no/such.gram".into()), ..Speech::default() }).contains("/no/such.gram")
    );
    let nowhere = why(Speech { model_dir: "/no/model".into(), ..Speech::default() });
    assert!(nowhere.contains("pocketsphinx-en-us") && nowhere.contains("/no/model"), "{nowhere}");
}

#[test]
fn recorded_people_are_understood_about_as_well_as_this_engine_can() {
    let (Some(data), Some(engine)) = (recordings(), pocketsphinx(None)) else { return };
    let table = std::fs::read_to_string(data.join("speech/transcripts.tsv")).expect("the references");
    let (mut all, mut jfk) = (Errors::default(), None);
    for (file, said) in table.lines().skip(1).filter_map(|line| line.split_once('\t')) {
        let audio = huddle_media::Decoder::open(&data.join("speech").join(file)).expect("opens");
        let audio: Vec<i16> = audio.flat_map(|b| b.expect("decodes")).collect();
        // As a live stream is heard: through its log, with a second of silence after the words.
        let utterances = heard(&engine, &logged([audio, silence(1_000)].concat()));
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
    assert!(all.rate() <= 0.33);
}

/// What a microphone and a resampler do to a clip without anybody hearing it: every sample a part of a sample
/// later, half as loud.
fn moved(audio: &[i16], part: f64) -> Vec<i16> {
    use std::f64::consts::PI;
    let kernel: Vec<f64> = (-16..=16)
        .map(|k| {
            let x = f64::from(k) - part;
            let window = 0.5 + 0.5 * (PI * x / 17.0).cos();
            window * if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
        })
        .collect();
    let padded = [vec![0; 16], audio.to_vec(), vec![0; 16]].concat();
    let at = |near: &[i16]| near.iter().zip(&kernel).map(|(s, k)| f64::from(*s) * k).sum::<f64>();
    padded.windows(33).map(|near| (at(near) * 0.5).round() as i16).collect()
}

#[test]
fn a_part_of_a_sample_does_not_spoil_a_speech() {
    let (Some(data), Some(engine)) = (recordings(), pocketsphinx(None)) else { return };
    let table = std::fs::read_to_string(data.join("speech/transcripts.tsv")).expect("the references");
    let said = table.lines().find_map(|line| line.strip_prefix("jfk.wav\t")).expect("a reference");
    let audio = huddle_media::Decoder::open(&data.join("speech/jfk.wav")).expect("opens");
    let audio: Vec<i16> = audio.flat_map(|b| b.expect("decodes")).collect();
    for part in [0.25, 0.5, 0.75] {
        let utterances = heard(&engine, &logged([silence(70), moved(&audio, part), silence(1_000)].concat()));
        let rate = compare(said, &text(&utterances)).rate();
        println!("{rate:5.2}  moved by {part}: {}", text(&utterances));
        assert!(rate <= 0.35);
    }
}

/// What the codec of the log leaves of some audio.
fn logged(mut audio: Vec<i16>) -> Vec<i16> {
    audio.resize(audio.len().next_multiple_of(huddle_media::BLOCK), 0);
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("clip.ogg");
    let mut log = huddle_media::OpusLog::create(&path, 1).expect("created");
    audio.chunks_exact(huddle_media::BLOCK).for_each(|block| log.append(block).expect("appended"));
    log.finish().expect("finished");
    huddle_media::ogg::read(&path, 0).expect("opens").flat_map(|b| b.expect("decodes")).collect()
}
