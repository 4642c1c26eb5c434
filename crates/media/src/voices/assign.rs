//! Who spoke the words: recognised words and turns, laid over each other.

use super::Turn;
use std::ops::Range;

/// Words in a row that one voice spoke.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Which of the words.
    pub words: Range<usize>,
    /// The voice; `None` where nobody could tell.
    pub voice: Option<usize>,
    /// How surely it is this voice, 0–1.
    pub confidence: f32,
    /// Another spoke at the same time, during one of the words at least.
    pub overlap: bool,
}

/// A word that no turn touches belongs to the turn that is at most so far away.
const NEAR_MS: i64 = 500;
/// Fewer words than this between words of one other voice, with no pause around them, are theirs: recognisers place words
/// by some 100 ms, and turns have no sharper ends.
const SHORTEST: usize = 2;
/// A pause between words, after which a lone word may well be another's.
const PAUSE_MS: i64 = 300;

/// Splits words (begin and end in milliseconds, in order) where the voice changes. Every word is in
/// exactly one run. A word belongs to the voice that speaks for most of it.
pub fn assign(turns: &[Turn], words: &[(i64, i64)]) -> Vec<Run> {
    let mut told: Vec<Told> = words.iter().map(|&word| tell(turns, word)).collect();
    smooth(&mut told, words);
    let mut runs: Vec<Run> = Vec::new();
    for (i, word) in told.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if run.voice == word.voice => {
                let before = run.words.len() as f32;
                run.confidence = (run.confidence * before + word.confidence) / (before + 1.0);
                run.overlap |= word.overlap;
                run.words.end = i + 1;
            }
            _ => runs.push(Run {
                words: i..i + 1,
                voice: word.voice,
                confidence: word.confidence,
                overlap: word.overlap,
            }),
        }
    }
    runs
}

/// What is known of one word.
#[derive(Clone, Copy)]
struct Told {
    voice: Option<usize>,
    confidence: f32,
    overlap: bool,
}

fn tell(turns: &[Turn], (start, end): (i64, i64)) -> Told {
    let end = end.max(start.saturating_add(1));
    let near = turns
        .iter()
        .filter(|t| t.start_ms < end.saturating_add(NEAR_MS) && start < t.end_ms.saturating_add(NEAR_MS));
    let mut by_voice: Vec<(Option<usize>, i64, f32)> = Vec::new();
    let mut overlap = false;
    for turn in near {
        // Shared time; below 0 it is the distance.
        let shared = turn.end_ms.min(end) - turn.start_ms.max(start);
        overlap |= turn.overlap && shared > 0;
        match by_voice.iter_mut().find(|v| v.0 == turn.voice) {
            Some(v) if v.1 > 0 && shared > 0 => {
                v.2 = (v.2 * v.1 as f32 + turn.confidence * shared as f32) / (v.1 + shared) as f32;
                v.1 += shared;
            }
            Some(v) if shared > v.1 => (v.1, v.2) = (shared, turn.confidence),
            Some(_) => {}
            None => by_voice.push((turn.voice, shared, turn.confidence)),
        }
    }
    // The first of equals: turns are in order.
    let best = by_voice.into_iter().reduce(|best, v| if v.1 > best.1 { v } else { best });
    best.map_or(Told { voice: None, confidence: 0.0, overlap }, |(voice, _, confidence)| Told {
        voice,
        confidence,
        overlap,
    })
}

/// Gives a lone word between two of another voice to that voice, where nobody paused.
fn smooth(told: &mut [Told], words: &[(i64, i64)]) {
    let mut from = 0;
    while from < told.len() {
        let voice = told[from].voice;
        let to = (from..told.len()).find(|&i| told[i].voice != voice).unwrap_or(told.len());
        let before = from.checked_sub(1).map(|i| told[i]);
        let after = told.get(to).copied();
        if let (Some(before), Some(after)) = (before, after) {
            let paused =
                words[from].0 - words[from - 1].1 >= PAUSE_MS || words[to].0 - words[to - 1].1 >= PAUSE_MS;
            if to - from < SHORTEST && before.voice == after.voice && !paused {
                for word in &mut told[from..to] {
                    word.voice = before.voice;
                    word.confidence = word.confidence.min(before.confidence).min(after.confidence);
                }
            }
        }
        from = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn turn(start_ms: i64, end_ms: i64, voice: usize) -> Turn {
        Turn { start_ms, end_ms, voice: Some(voice), confidence: 0.9, overlap: false }
    }

    fn short(runs: &[Run]) -> Vec<(Range<usize>, Option<usize>)> {
        runs.iter().map(|r| (r.words.clone(), r.voice)).collect()
    }

    #[test]
    fn an_utterance_is_split_where_the_voice_changes() {
        let turns = [turn(0, 1_000, 0), turn(1_000, 2_500, 1)];
        let words = [(0, 400), (450, 950), (960, 1_400), (1_500, 2_000)];
        assert_eq!(short(&assign(&turns, &words)), [(0..2, Some(0)), (2..4, Some(1))]);
    }

    #[test]
    fn a_word_between_turns_is_the_nearest_ones_and_one_far_away_is_nobodys() {
        let turns = [turn(0, 1_000, 0), turn(2_000, 3_000, 1)];
        assert_eq!(short(&assign(&turns, &[(1_100, 1_200)])), [(0..1, Some(0))]);
        assert_eq!(short(&assign(&turns, &[(1_700, 1_900)])), [(0..1, Some(1))]);
        assert_eq!(short(&assign(&turns, &[(9_000, 9_100)])), [(0..1, None)]);
        assert_eq!(short(&assign(&[], &[(0, 100)])), [(0..1, None)]);
    }

    #[test]
    fn a_lone_word_is_not_torn_out_of_a_sentence_but_an_answer_is() {
        let turns = [turn(0, 1_000, 0), turn(1_000, 1_200, 1), turn(1_200, 3_000, 0)];
        let fluent = [(0, 900), (990, 1_190), (1_250, 2_000)];
        assert_eq!(short(&assign(&turns, &fluent)), [(0..3, Some(0))]);
        let answered = [(0, 600), (1_000, 1_190), (1_600, 2_000)];
        assert_eq!(assign(&turns, &answered).len(), 3);
    }

    #[test]
    fn overlap_is_told() {
        let both = Turn { overlap: true, ..turn(500, 1_000, 1) };
        let turns = [turn(0, 500, 0), Turn { overlap: true, ..turn(500, 1_000, 0) }, both];
        let runs = assign(&turns, &[(0, 400), (450, 950)]);
        assert_eq!(short(&runs), [(0..2, Some(0))]);
        assert!(runs[0].overlap);
        assert!(!assign(&turns, &[(0, 400)])[0].overlap);
    }

    proptest! {
        #[test]
        fn every_word_is_in_one_run(turns in prop::collection::vec((0i64..9_000, 0i64..3_000, 0usize..3, any::<bool>()), 0..8), words in prop::collection::vec((-100i64..9_000, -50i64..800), 0..12)) {
            let mut turns: Vec<Turn> = turns.into_iter().map(|(s, l, v, overlap)| Turn { overlap, ..turn(s, s + l, v) }).collect();
            turns.sort_by_key(|t| t.start_ms);
            let mut words: Vec<(i64, i64)> = words.into_iter().map(|(s, l)| (s, s + l)).collect();
            words.sort_unstable();
            let runs = assign(&turns, &words);
            let all: Vec<usize> = runs.iter().flat_map(|r| r.words.clone()).collect();
            prop_assert_eq!(all, (0..words.len()).collect::<Vec<_>>());
            prop_assert!(runs.windows(2).all(|r| r[0].voice != r[1].voice));
            prop_assert!(runs.iter().all(|r| !r.words.is_empty() && (0.0..=1.0).contains(&r.confidence)));
        }
    }
}
