//! What PocketSphinx is asked to do here, on speech made by espeak-ng.

use super::*;
use crate::tests::{pocketsphinx, spoken};

/// Noise of the operating room kind: deterministic, −1 to 1.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    }
}

const PLACE: Place<'_> = Place { stream: "test", nth: 0, hurried: false };

#[test]
fn no_words_are_invented_where_nobody_speaks() {
    let Some(engine) = pocketsphinx(None) else { return };
    let mut recogniser = engine.recogniser().expect("opens");
    let samples = |seconds: usize, mut wave: Box<dyn FnMut(f64) -> f64>| -> Vec<i16> {
        (0..seconds * 16_000).map(|i| (wave(i as f64 / 16_000.0) * 32_000.0) as i16).collect()
    };
    let hum = |t: f64, hz: f64| (std::f64::consts::TAU * hz * t).sin();
    let sounds: [(&str, Vec<i16>); 7] = [
        ("nothing", Vec::new()),
        ("a moment", vec![0; 100]),
        ("digital silence", vec![0; 32_000]),
        ("a quiet room", {
            let mut n = noise(1);
            samples(4, Box::new(move |_| n() * 0.001))
        }),
        ("rain", {
            let mut n = noise(2);
            samples(4, Box::new(move |_| n() * 0.2))
        }),
        ("mains", samples(4, Box::new(move |t| 0.05 * (hum(t, 50.0) + hum(t, 150.0))))),
        ("clicks", {
            let mut n = noise(3);
            samples(4, Box::new(move |t| n() * if t % 0.7 < 0.01 { 0.5 } else { 0.001 }))
        }),
    ];
    for (sound, audio) in sounds {
        let words = recogniser.recognise(PLACE, &audio).expect("recognised");
        assert!(words.is_empty(), "{sound}: {words:?}");
    }
}

#[test]
fn the_same_utterance_gives_the_same_words_whatever_came_before() {
    let Some(engine) = pocketsphinx(None) else { return };
    let Some(sentence) = spoken("the meeting begins at ten") else { return };
    let Some(another) = spoken("thank you very much") else { return };
    let mut recogniser = engine.recogniser().expect("opens");
    let first = recogniser.recognise(PLACE, &sentence).expect("recognised");
    assert!(!first.is_empty());
    recogniser.recognise(PLACE, &another).expect("recognised");
    assert_eq!(recogniser.recognise(PLACE, &sentence).expect("recognised"), first);
    let mut fresh = engine.recogniser().expect("opens");
    assert_eq!(fresh.recognise(PLACE, &sentence).expect("recognised"), first);
}

#[test]
fn an_utterance_can_be_followed() {
    let Some(engine) = pocketsphinx(None) else { return };
    let Some(sentence) = spoken("the meeting begins at ten and ends at eleven") else { return };
    let mut follower = engine.follower().expect("opens");
    for _ in 0..2 {
        follower.begin(PLACE).expect("begins");
        let guesses: Vec<String> =
            sentence.chunks(1_600).map(|block| follower.follow(block).expect("follows")).collect();
        let words = |line: &String| line.split_whitespace().count();
        assert!(guesses.iter().map(words).max() > Some(3), "{guesses:?}");
        assert!(words(&guesses[5]) < words(guesses.last().expect("blocks")), "{guesses:?}");
        assert!(guesses.iter().all(|g| !g.contains(['<', '[', '('])), "{guesses:?}");
    }
}

#[test]
fn fillers_and_numbers_of_pronunciations_are_no_words() {
    let kept: Vec<_> = ["<s>", "the(2)", "<sil>", "[NOISE]", "++UM++", "can't", "(2)"]
        .into_iter()
        .filter_map(plain)
        .collect();
    assert_eq!(kept, ["the", "can't", "(2)"]);
}

#[test]
fn sureness_weighs_words_by_their_frames() {
    let piece = |first, last, probability| Piece { word: "so".into(), first, last, probability };
    assert!((sureness(&[piece(0, 29, 1.0), piece(30, 39, 0.2)]) - 0.8).abs() < 1e-9);
    assert!(sureness(&[]) < SURE);
}
