//! What hearing promises: everything once, whatever stops it in between.

use super::*;
use crate::{
    Scripted, Utterance,
    tests::{silence, spoken},
    transcribe_rest,
};
use huddle_media::{BLOCK, OpusLog};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const LINES: [&str; 12] =
    ["zero", "one one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"];

fn scripted() -> Arc<dyn Engine> {
    Arc::new(Scripted::saying(&LINES))
}

fn stream() -> StreamId {
    StreamId(uuid::Uuid::nil())
}

fn to_hear(log: &Path, from: u64, nth: usize) -> ToHear {
    ToHear { stream: stream(), log: log.into(), cursor: from, nth: nth as u64 }
}

/// Sentences with pauses between them; whole blocks.
fn meeting() -> Option<Vec<i16>> {
    let mut audio = silence(700);
    for (sentence, pause) in [
        ("good morning everybody", 1_500),
        ("let us begin with the budget of the next year", 2_300),
        ("no", 900),
        ("who can write to the landlord until friday", 6_000),
        ("i will do that", 1_200),
        ("then we are done thank you all for coming", 1_700),
    ] {
        audio.extend(spoken(sentence)?);
        audio.extend(silence(pause));
    }
    audio.resize(audio.len().next_multiple_of(BLOCK), 0);
    Some(audio)
}

/// A log with all of `audio`, not finished.
fn log_of(dir: &TempDir, audio: &[i16]) -> PathBuf {
    let path = dir.path().join("stream.ogg");
    let mut log = OpusLog::create(&path, 1).expect("created");
    audio.chunks_exact(BLOCK).for_each(|block| log.append(block).expect("appended"));
    log.finish().expect("finished");
    path
}

fn rest(log: &Path, from: u64, nth: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    transcribe_rest(scripted(), &to_hear(log, from, nth), |step| {
        steps.push(step);
        true
    })
    .expect("heard");
    steps
}

fn said(steps: &[Step]) -> Vec<Utterance> {
    steps.iter().filter_map(|s| s.utterance.clone()).collect()
}

/// The same utterances, give or take a few frames: what the codec made of the sound may differ a little
/// where a log was resumed.
fn assert_same(some: &[Utterance], others: &[Utterance]) {
    let texts = |all: &[Utterance]| all.iter().map(|u| u.text.clone()).collect::<Vec<_>>();
    assert_eq!(texts(some), texts(others));
    for (a, b) in some.iter().zip(others) {
        assert!(a.start_ms.abs_diff(b.start_ms) <= 64 && a.end_ms.abs_diff(b.end_ms) <= 64, "{a:?} {b:?}");
    }
}

/// Takes what is heard until the stream is closed, or `most` steps.
fn take(heard: &mut mpsc::Receiver<Heard>, most: usize) -> Vec<Step> {
    let mut steps = Vec::new();
    while steps.len() < most {
        match heard.blocking_recv() {
            Some(Heard::Step { step, .. }) => steps.push(step),
            Some(Heard::Partial { .. }) => {}
            Some(Heard::Failed { reason, .. }) => panic!("{reason}"),
            Some(Heard::Closed { .. }) | None => break,
        }
    }
    steps
}

#[test]
fn hearing_that_begins_at_any_step_hears_the_rest() {
    let Some(audio) = meeting() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let log = log_of(&dir, &audio);
    let all = rest(&log, 0, 0);
    assert_eq!(said(&all).len(), 6);
    for (i, step) in all.iter().enumerate() {
        let before = said(&all[..=i]);
        assert_same(&[before.clone(), said(&rest(&log, step.until, before.len()))].concat(), &said(&all));
    }
}

#[test]
fn a_stream_is_heard_while_it_is_written() {
    let Some(audio) = meeting() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let whole = said(&rest(&log_of(&dir, &audio), 0, 0));
    let path = dir.path().join("live.ogg");
    let mut log = OpusLog::create(&path, 1).expect("created");
    let (sink, mut heard) = mpsc::channel(4);
    let hearing = Hearing::new(scripted(), 2, sink);
    let handle = hearing.open(to_hear(&path, 0, 0), 0);
    let listening = std::thread::spawn(move || {
        let (mut steps, mut partials) = (Vec::new(), Vec::new());
        loop {
            match heard.blocking_recv().expect("closed, in the end") {
                Heard::Step { step, .. } => steps.push(step),
                Heard::Partial { text, .. } => partials.push(text),
                Heard::Failed { reason, .. } => panic!("{reason}"),
                Heard::Closed { turn, .. } => return (steps, partials, turn),
            }
        }
    });
    for block in audio.chunks_exact(BLOCK) {
        log.append(block).expect("appended");
        handle.push(log.samples());
    }
    log.finish().expect("finished");
    handle.close();
    let (steps, partials, turn) = listening.join().expect("heard");
    assert_same(&said(&steps), &whole);
    let mut cursor = 0;
    for step in &steps {
        assert_eq!(step.from, cursor, "steps follow one another");
        cursor = step.until;
    }
    assert_eq!(cursor, audio.len() as u64, "all was heard");
    assert_eq!(handle.lag_ms(), 0);
    assert!(partials.iter().all(|p| LINES.iter().any(|line| line.starts_with(p.as_str()))), "{partials:?}");
    assert!(hearing.release(stream(), turn));
    assert!(!hearing.release(stream(), turn), "only once");
}

#[test]
fn a_killed_server_misses_and_doubles_nothing() {
    let Some(audio) = meeting() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let whole = said(&rest(&log_of(&dir, &audio), 0, 0));
    let blocks: Vec<&[i16]> = audio.chunks_exact(BLOCK).collect();
    let mut dice = 7u64;
    let mut chance = |below: usize| {
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (dice >> 33) as usize % below
    };
    for life in 0..20 {
        let path = dir.path().join(format!("{life}.ogg"));
        // What the database has: the stored steps.
        let mut stored: Vec<Step> = Vec::new();
        let mut kept = 0;
        while kept < blocks.len() {
            let (mut log, samples) = OpusLog::open(&path, 1).expect("opened");
            assert_eq!(samples, (kept * BLOCK) as u64, "acknowledged audio is there");
            let (sink, mut heard) = mpsc::channel(256);
            let hearing = Hearing::new(scripted(), 1, sink);
            let cursor = stored.last().map_or(0, |s| s.until);
            let handle = hearing.open(to_hear(&path, cursor, said(&stored).len()), samples);
            let until = (kept + 1 + chance(blocks.len() / 2)).min(blocks.len());
            for block in &blocks[kept..until] {
                log.append(block).expect("appended");
                handle.push(log.samples());
            }
            kept = until;
            // Killed here: whatever was heard by now, only so much of it was stored.
            let most = chance(4);
            if kept < blocks.len() {
                hearing.stop();
                drop((handle, hearing));
                stored.extend(take(&mut heard, most));
            } else {
                log.finish().expect("finished");
                handle.close();
                stored.extend(take(&mut heard, usize::MAX));
            }
        }
        assert_same(&said(&stored), &whole);
        assert_eq!(stored.last().map(|s| s.until), Some(audio.len() as u64));
        assert!(stored.windows(2).all(|pair| pair[0].until == pair[1].from));
    }
}

#[test]
fn a_stream_that_was_set_aside_goes_on_where_it_was() {
    let Some(audio) = meeting() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let whole = said(&rest(&log_of(&dir, &audio), 0, 0));
    // In the pause of six seconds.
    let (first, second) = audio.split_at(BLOCK * 150);
    let path = dir.path().join("live.ogg");
    let (sink, mut heard) = mpsc::channel(256);
    let hearing = Hearing::new(scripted(), 2, sink);
    let mut log = OpusLog::create(&path, 1).expect("created");
    let handle = hearing.open(to_hear(&path, 0, 0), 0);
    first.chunks_exact(BLOCK).for_each(|block| log.append(block).expect("appended"));
    log.finish().expect("finished");
    handle.push(log.samples());
    handle.close();
    // Opened again before anybody dealt with the closing, and with a cursor that is long past.
    let (mut log, samples) = OpusLog::resume(&path).expect("resumed");
    let handle = hearing.open(to_hear(&path, 0, 0), samples);
    second.chunks_exact(BLOCK).for_each(|block| log.append(block).expect("appended"));
    log.finish().expect("finished");
    handle.push(log.samples());
    handle.close();
    let mut steps = Vec::new();
    loop {
        match heard.blocking_recv().expect("closed, in the end") {
            Heard::Step { step, .. } => steps.push(step),
            Heard::Closed { turn, .. } if hearing.release(stream(), turn) => break,
            Heard::Closed { .. } | Heard::Partial { .. } => {}
            Heard::Failed { reason, .. } => panic!("{reason}"),
        }
    }
    assert_same(&said(&steps), &whole);
    assert!(steps.windows(2).all(|pair| pair[0].until == pair[1].from));
}

/// Fails, panics, and fails again.
#[derive(Debug)]
struct Broken;

impl Engine for Broken {
    fn name(&self) -> &str {
        "broken"
    }

    fn recogniser(&self) -> Result<Box<dyn Recogniser>, SpeechError> {
        Ok(Box::new(Self))
    }

    fn follower(&self) -> Result<Box<dyn Follower>, SpeechError> {
        Err(SpeechError::Missing("nothing here".into()))
    }
}

impl Recogniser for Broken {
    fn recognise(&mut self, place: Place, _: &[i16]) -> Result<Vec<Word>, SpeechError> {
        assert!(!place.stream.ends_with('1'), "a recogniser of no good quality");
        Err(SpeechError::Failed("out of words".into()))
    }
}

#[test]
fn a_broken_recogniser_is_told_and_takes_nothing_with_it() {
    let Some(audio) = meeting() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let log = log_of(&dir, &audio);
    let (sink, mut heard) = mpsc::channel(256);
    let hearing = Hearing::new(Arc::new(Broken), 1, sink);
    for n in [1u128, 2, 11, 12] {
        let stream = StreamId(uuid::Uuid::from_u128(n));
        let handle = hearing.open(ToHear { stream, ..to_hear(&log, 0, 0) }, audio.len() as u64);
        let mut failed = false;
        handle.close();
        loop {
            match heard.blocking_recv().expect("closed, in the end") {
                Heard::Failed { stream: s, .. } => failed |= s == stream,
                Heard::Closed { stream: s, turn } => break assert!(s == stream && hearing.release(s, turn)),
                Heard::Step { step, .. } => assert!(step.utterance.is_none()),
                Heard::Partial { .. } => panic!("nobody follows"),
            }
        }
        assert!(failed);
    }
}
