//! Pieces of speech in which, most likely, only one voice is heard; and which of them sound alike.

use super::{features::Cepstra, gauss::Gauss, gauss::apart};
use std::ops::Range;

/// Frames to each side of a place that are compared: 1.2 s.
const SIDE: usize = 75;
/// Frames from one place to the next that is looked at.
const STEP: usize = 5;
/// No piece is shorter, in frames: less says too little about a voice.
const SHORTEST: usize = 60;
/// Pieces are no longer: a change that was not heard then spoils little.
const LONGEST: usize = 190;
/// So many pieces, the longest ones, decide what voices there are: their distances are all computed.
const MOST: usize = 700;

/// Cuts each of `regions` where the frames before and after differ most: at peaks of the generalised
/// likelihood ratio of two windows. Siegler, Jain, Raj and Stern, "Automatic segmentation, classification
/// and clustering of broadcast news audio" (1997). A change too many does no harm, one too few does.
pub fn cut(frames: &[Cepstra], regions: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    for region in regions {
        cut_at_changes(frames, region.clone(), &mut pieces);
    }
    pieces
}

fn cut_at_changes(frames: &[Cepstra], piece: Range<usize>, pieces: &mut Vec<Range<usize>>) {
    let places = (piece.start + SHORTEST..=piece.end.saturating_sub(SHORTEST)).step_by(STEP);
    let change = |at: usize| {
        let before = Gauss::of(&frames[at.saturating_sub(SIDE).max(piece.start)..at]);
        let after = Gauss::of(&frames[at..(at + SIDE).min(piece.end)]);
        // Per frame, as windows at the ends are shorter.
        apart(&before, &after, 0.0) / (before.count() + after.count())
    };
    let changes: Vec<(usize, f64)> = places.map(|at| (at, change(at))).collect();
    let mut cuts: Vec<usize> = Vec::new();
    let around = SHORTEST / STEP;
    for (i, &(at, height)) in changes.iter().enumerate() {
        let near = &changes[i.saturating_sub(around)..(i + around + 1).min(changes.len())];
        let peak = near.iter().all(|&(other, h)| h < height || (h == height && other >= at));
        if peak {
            cuts.push(at);
        }
    }
    let mut from = piece.start;
    for to in cuts.into_iter().chain([piece.end]) {
        let count = (to - from).div_ceil(LONGEST).max(1);
        for i in 0..count {
            pieces.push(from + (to - from) * i / count..from + (to - from) * (i + 1) / count);
        }
        from = to;
    }
}

/// Joins the two most alike of `pieces` again and again, by the Bayesian information criterion. For each
/// number of groups from 1 to `most`: the group of each piece, `None` for those too short to be asked.
pub fn groups(
    frames: &[Cepstra],
    pieces: &[Range<usize>],
    most: usize,
    penalty: f64,
) -> Vec<Vec<Option<usize>>> {
    let mut asked: Vec<usize> = (0..pieces.len()).collect();
    asked.sort_by_key(|&i| (std::cmp::Reverse(pieces[i].len()), i));
    asked.truncate(MOST);
    asked.sort_unstable();
    let mut alive: Vec<Group> = asked
        .iter()
        .map(|&i| Group { gauss: Gauss::of(&frames[pieces[i].clone()]), pieces: vec![i] })
        .collect();
    let mut apart_by: Vec<Vec<f64>> = (0..alive.len())
        .map(|a| (0..a).map(|b| apart(&alive[a].gauss, &alive[b].gauss, penalty)).collect())
        .collect();
    let mut answers = Vec::new();
    loop {
        if alive.len() <= most {
            let mut of = vec![None; pieces.len()];
            for (number, group) in alive.iter().enumerate() {
                group.pieces.iter().for_each(|&i| of[i] = Some(number));
            }
            answers.push(of);
        }
        let pairs = (0..alive.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let Some((a, b)) = pairs.min_by(|x, y| apart_by[x.0][x.1].total_cmp(&apart_by[y.0][y.1])) else {
            break;
        };
        let gone = alive.remove(a);
        apart_by.remove(a);
        apart_by.iter_mut().skip(a).for_each(|row| {
            row.remove(a);
        });
        alive[b].gauss = alive[b].gauss.with(&gone.gauss);
        alive[b].pieces.extend(gone.pieces);
        for other in (0..alive.len()).filter(|&o| o != b) {
            apart_by[other.max(b)][other.min(b)] = apart(&alive[other].gauss, &alive[b].gauss, penalty);
        }
    }
    answers.reverse();
    answers
}

struct Group {
    gauss: Gauss,
    pieces: Vec<usize>,
}
