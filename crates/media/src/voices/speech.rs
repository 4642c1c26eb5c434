//! Where anybody speaks.

use super::{Options, features::Features};
use std::ops::Range;

/// Frames over which the score is averaged, to both sides: a frame alone is a poor witness.
const AROUND: usize = 3;
/// Speech that has begun goes on while the score is this part of what it began with.
const GO_ON: f32 = 0.6;
/// Pauses shorter than this are breath and stops, in frames of 16 ms.
const PAUSE: usize = 22;
/// Speech shorter than this is a click or a cough.
const SHORTEST: usize = 12;

/// The stretches of frames in which somebody speaks, in order, with pauses between them: where the score
/// stays above what it may fall to, and somewhere reaches what speech begins with.
pub fn regions(features: &Features, options: &Options) -> Vec<Range<usize>> {
    let mut regions: Vec<Range<usize>> = Vec::new();
    let (mut from, mut sure) = (None, false);
    for frame in 0..=features.scores.len() {
        let score = score(features, frame);
        if score >= options.speech * GO_ON {
            from = from.or(Some(frame));
            sure |= score >= options.speech;
        } else if let Some(from) = from.take() {
            if sure {
                add(&mut regions, from..frame);
            }
            sure = false;
        }
    }
    regions.retain(|r| r.len() >= SHORTEST);
    regions
}

/// The score around `frame`; below 0 past the end.
fn score(features: &Features, frame: usize) -> f32 {
    let count = features.scores.len();
    if frame >= count {
        return -1.0;
    }
    let around = &features.scores[frame.saturating_sub(AROUND)..(frame + AROUND + 1).min(count)];
    around.iter().sum::<f32>() / around.len() as f32
}

/// Adds a region, or lengthens the last one over a short pause.
fn add(regions: &mut Vec<Range<usize>>, region: Range<usize>) {
    match regions.last_mut() {
        Some(last) if region.start - last.end < PAUSE => last.end = region.end,
        _ => regions.push(region),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(scores: &[(f32, usize)]) -> Vec<Range<usize>> {
        let scores: Vec<f32> = scores.iter().flat_map(|&(s, n)| std::iter::repeat_n(s, n)).collect();
        regions(&Features { scores, ..Features::default() }, &Options { speech: 0.5, ..Options::default() })
    }

    #[test]
    fn speech_is_what_scores_high_for_long_enough() {
        let found = found(&[(0.0, 100), (0.9, 100), (0.0, 100), (0.9, 3), (0.0, 100)]);
        let [ref speech] = found[..] else { panic!("{found:?}") };
        assert!(speech.start.abs_diff(100) <= AROUND && speech.end.abs_diff(200) <= AROUND, "{speech:?}");
    }

    #[test]
    fn a_breath_does_not_end_it_and_a_pause_does() {
        assert_eq!(found(&[(0.9, 50), (0.0, 15), (0.9, 50)]).len(), 1);
        assert_eq!(found(&[(0.9, 50), (0.0, 60), (0.9, 50)]).len(), 2);
    }

    #[test]
    fn nothing_is_nothing() {
        assert!(found(&[]).is_empty());
        assert!(found(&[(0.2, 1_000)]).is_empty());
        assert_eq!(found(&[(1.0, 40)]).first(), Some(&(0..40)));
    }
}
