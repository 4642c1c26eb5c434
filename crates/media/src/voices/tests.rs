//! What is promised of turns, on made voices.

use super::{
    der::{Span, der},
    *,
};
use proptest::prelude::*;
use std::process::Command;

fn spans(turns: &[Turn]) -> Vec<Span> {
    turns.iter().map(|t| Span { start_ms: t.start_ms, end_ms: t.end_ms, who: t.voice }).collect()
}

fn count(turns: &[Turn]) -> usize {
    turns.iter().filter_map(|t| t.voice).max().map_or(0, |most| most + 1)
}

fn heard(audio: &[i16]) -> Vec<Turn> {
    diarize(audio.chunks(crate::BLOCK), &Options::default())
}

fn noise(samples: usize, amplitude: f64, seed: u64) -> Vec<i16> {
    let mut state = seed;
    (0..samples)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (amplitude * ((state >> 33) as f64 / f64::from(1u32 << 30) - 1.0)) as i16
        })
        .collect()
}

/// Speech made by espeak-ng, without the silence around it; `None` where that is not installed.
fn said(voice: &str, text: &str) -> Option<Vec<i16>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("said.wav");
    let done = Command::new("espeak-ng").args(["-v", voice, "-s", "160", "-w"]).arg(&file).arg(text).output();
    if !done.is_ok_and(|d| d.status.success()) {
        println!("skipped: espeak-ng is not installed, so nobody speaks");
        return None;
    }
    let audio: Vec<i16> = crate::Decoder::open(&file).unwrap().flat_map(Result::unwrap).collect();
    let loud = |s: &i16| s.unsigned_abs() > 200;
    let (from, to) = (audio.iter().position(loud).unwrap(), audio.iter().rposition(loud).unwrap());
    Some(audio[from..to].to_vec())
}

const TEXTS: [&str; 6] = [
    "Good morning everybody, let us begin with the budget of the coming year.",
    "I think we should wait until the numbers from the sales team have arrived.",
    "They promised them for Thursday, but nobody has seen anything so far.",
    "Then we move the decision to the next meeting and go on with the hiring plan.",
    "We had eleven applications and invited four people for an interview.",
    "Two of them were very good, and I would like to make them an offer soon.",
];

/// A talk in which the voices speak in turn, with short pauses; and who spoke when.
fn talk(voices: &[&str], lines: usize) -> Option<(Vec<i16>, Vec<Span>)> {
    let (mut audio, mut spoken) = (noise(16_000, 20.0, 1), Vec::new());
    for line in 0..lines {
        let who = line % voices.len();
        let from = audio.len();
        audio.extend(said(voices[who], TEXTS[line % TEXTS.len()])?.iter().map(|s| s / 2));
        let ms = |samples: usize| crate::ms(samples as u64);
        spoken.push(Span { start_ms: ms(from), end_ms: ms(audio.len()), who: Some(who) });
        audio.extend(noise(if line % 3 == 2 { 16_000 } else { 6_400 }, 20.0, line as u64 + 2));
    }
    Some((audio, spoken))
}

#[test]
fn two_voices_are_told_apart() {
    let Some((audio, spoken)) = talk(&["en-us+m3", "en-us+f4"], 8) else { return };
    let turns = heard(&audio);
    assert_eq!(count(&turns), 2, "{turns:#?}");
    let found = der(&spoken, &spans(&turns), 0);
    assert!(found.rate() <= 0.1, "{found:?} {turns:#?}");
}

#[test]
fn three_voices_are_told_apart() {
    let Some((audio, spoken)) = talk(&["en-us+m3", "en-us+f4", "en-gb+m7"], 12) else { return };
    let turns = heard(&audio);
    assert_eq!(count(&turns), 3, "{turns:#?}");
    let found = der(&spoken, &spans(&turns), 0);
    assert!(found.rate() <= 0.15, "{found:?} {turns:#?}");
}

#[test]
fn one_voice_alone_is_one() {
    for voice in ["en-us+m3", "en-us+f4"] {
        let Some((audio, spoken)) = talk(&[voice], 6) else { return };
        let turns = heard(&audio);
        assert_eq!(count(&turns), 1, "{voice}: {turns:#?}");
        assert!(der(&spoken, &spans(&turns), 0).rate() <= 0.1, "{voice}: {turns:#?}");
    }
}

#[test]
fn where_nobody_speaks_there_are_no_voices() {
    assert!(heard(&[]).is_empty());
    assert!(heard(&vec![0; 160_000]).is_empty());
    for amplitude in [30.0, 300.0, 3_000.0] {
        let turns = heard(&noise(480_000, amplitude, 7));
        assert!(turns.is_empty(), "{amplitude}: {turns:?}");
    }
}

/// An hour of the worst: all of it speech as far as the memory is concerned, as every frame is kept.
#[test]
fn an_hour_stays_small() {
    let mut listener = Listener::default();
    let block = noise(16_000, 500.0, 3);
    for _ in 0..3_600 {
        listener.push(&block);
    }
    assert!(listener.kept_bytes() < 40_000_000, "{}", listener.kept_bytes());
    assert_eq!(listener.0.heard(), 3_600 * 16_000);
}

/// Noises, hums, clicks and the extremes, in pieces.
fn any_audio() -> impl Strategy<Value = Vec<i16>> {
    let piece =
        (0u8..5, 1usize..20_000, 1.0f64..32_767.0, any::<u64>()).prop_map(|(kind, length, loud, seed)| {
            let noise = noise(length, loud, seed);
            let wave = |i: usize, hz: f64| (std::f64::consts::TAU * hz * i as f64 / 16_000.0).sin();
            match kind {
                0 => vec![0; length],
                1 => noise,
                2 => noise.iter().map(|&s| if s > 0 { i16::MAX } else { i16::MIN }).collect(),
                3 => (0..length).map(|i| (loud * wave(i, 150.0) * wave(i, 3.0)) as i16).collect(),
                _ => (0..length).map(|i| if i % 133 == 0 { loud as i16 } else { noise[i] / 16 }).collect(),
            }
        });
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_audio_gives_turns_that_can_be_relied_on(audio in any_audio(), block in 1usize..5_000, eager in any::<bool>()) {
        // Eager: all that is not silence is speech, so that the rest of the way is walked too.
        let options = if eager { Options { speech: 0.02, ..Options::default() } } else { Options::default() };
        let turns = diarize(audio.chunks(block), &options);
        prop_assert_eq!(&turns, &diarize([&audio], &options), "the length of blocks does not matter");
        let end = crate::ms(audio.len() as u64);
        for turn in &turns {
            prop_assert!(0 <= turn.start_ms && turn.start_ms < turn.end_ms && turn.end_ms <= end, "{turn:?}");
            prop_assert!((0.0..=1.0).contains(&turn.confidence), "{turn:?}");
        }
        for pair in turns.windows(2) {
            prop_assert!((pair[0].start_ms, pair[0].voice) < (pair[1].start_ms, pair[1].voice));
        }
        for (i, turn) in turns.iter().enumerate() {
            for other in turns[i + 1..].iter().filter(|o| o.start_ms < turn.end_ms) {
                prop_assert!(turn.overlap && other.overlap && turn.voice != other.voice, "{turn:?} {other:?}");
            }
        }
        let mut first: Vec<usize> = turns.iter().filter_map(|t| t.voice).collect();
        let mut seen = 0;
        first.retain(|&v| if v == seen { seen += 1; false } else { v > seen });
        prop_assert!(first.is_empty(), "voices are numbered as they appear");
    }
}
