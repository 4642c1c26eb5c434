//! The most likely sequence of voices in which nobody speaks for less than a moment; and where two speak.

use super::bayes::{Speech, Voice};
use std::ops::Range;

/// Nobody speaks for fewer frames without a pause before: 0.5 s.
const SHORTEST: usize = 31;
/// Two at once for fewer frames are not believed: 0.3 s.
const SHORTEST_BOTH: usize = 20;

/// Came here by going on.
const WENT_ON: u8 = 0;
/// Came here by a change [`SHORTEST`] frames ago.
const CHANGED: u8 = 1;
/// Came here by a change at the beginning of a region that is shorter than that.
const CHANGED_IN_REGION: u8 = 2;

/// The voice of each frame: Viterbi's algorithm over the scores, each `weight` heavy. Nobody speaks for less than
/// [`SHORTEST`] frames, unless all there is between two pauses is shorter. `regions` are ranges of frames of
/// `speech` between pauses.
pub fn best(
    speech: &Speech,
    voices: &[Voice],
    regions: &[Range<usize>],
    weight: f64,
    change: f64,
) -> Vec<usize> {
    let (frames, count) = (speech.len(), voices.len());
    if count < 2 {
        return vec![0; frames];
    }
    let mut scores = Vec::new();
    // Sums of scores up to each of the last SHORTEST + 1 places, in a ring.
    let ring = SHORTEST + 1;
    let mut sums = vec![vec![0.0f64; count]; ring];
    // The best that ends at each of these places, and with which voice.
    let mut ends = vec![(0.0f64, 0usize); ring];
    let mut best = vec![f64::NEG_INFINITY; count];
    let mut came = vec![WENT_ON; frames * count];
    let mut from = vec![0u8; frames + 1];
    let mut region = 0;
    for frame in 0..frames {
        while regions[region].end <= frame {
            region += 1;
        }
        let Range { start, end } = regions[region].clone();
        speech.scores(frame, voices, &mut scores);
        let at = frame + 1;
        for voice in 0..count {
            let score = weight * scores[voice];
            sums[at % ring][voice] = sums[frame % ring][voice] + score;
            let began = |place: usize, cost: f64| {
                ends[place % ring].0 + sums[at % ring][voice] - sums[place % ring][voice] - cost
            };
            let mut options = [best[voice] + score, f64::NEG_INFINITY, f64::NEG_INFINITY];
            if let Some(place) = at.checked_sub(SHORTEST) {
                options[CHANGED as usize] = began(place, if place == start { 0.0 } else { change });
            }
            if at == end && end - start < SHORTEST {
                options[CHANGED_IN_REGION as usize] = began(start, 0.0);
            }
            let way =
                (0..3u8).max_by(|&a, &b| options[a as usize].total_cmp(&options[b as usize]).then(b.cmp(&a)));
            let way = way.unwrap_or(WENT_ON);
            best[voice] = options[way as usize];
            came[frame * count + voice] = way;
        }
        let winner = (0..count).max_by(|&a, &b| best[a].total_cmp(&best[b]).then(b.cmp(&a))).unwrap_or(0);
        ends[at % ring] = (best[winner], winner);
        from[at] = winner as u8;
    }
    walk_back(&came, &from, count, regions)
}

fn walk_back(came: &[u8], from: &[u8], count: usize, regions: &[Range<usize>]) -> Vec<usize> {
    let mut path = vec![0; from.len() - 1];
    let mut at = path.len();
    let mut voice = usize::from(from[at]);
    while at > 0 {
        let began = match came[(at - 1) * count + voice] {
            CHANGED => at.saturating_sub(SHORTEST),
            CHANGED_IN_REGION => {
                let region = regions.partition_point(|r| r.end < at);
                regions.get(region).map_or(at - 1, |r| r.start)
            }
            _ => {
                at -= 1;
                path[at] = voice;
                continue;
            }
        };
        path[began..at].fill(voice);
        at = began;
        voice = usize::from(from[at]);
    }
    path
}

/// Where a second voice speaks too: the stretches of frames in which the two together explain by `gain` more
/// than the first alone does, each with the second voice, in order, and never two of them at once. `gain` is in
/// units of log likelihood, each frame `weight` heavy.
pub fn both(
    speech: &Speech,
    voices: &[Voice],
    path: &[usize],
    weight: f64,
    gain: f64,
) -> Vec<(Range<usize>, usize)> {
    let mut found: Vec<(f64, Range<usize>, usize)> = Vec::new();
    let mut scores = Vec::new();
    let pairs: Vec<Vec<Voice>> =
        voices.iter().map(|a| voices.iter().map(|b| a.together(b)).collect()).collect();
    // Runs with the greatest sum, by Ruzzo and Tompa's thought: a run ends when it has lost what it won.
    let mut runs: Vec<Run> = vec![Run::default(); voices.len()];
    for frame in 0..=path.len() {
        let first = path.get(frame).copied();
        if let Some(first) = first {
            speech.scores(frame, &pairs[first], &mut scores);
        }
        let changed = frame == 0 || first != path.get(frame - 1).copied();
        for (second, run) in runs.iter_mut().enumerate() {
            if changed || run.sum <= 0.0 || run.top - run.sum > gain {
                if run.top >= gain && run.end - run.start >= SHORTEST_BOTH {
                    found.push((run.top, run.start..run.end, second));
                }
                *run = Run { start: frame, end: frame, ..Run::default() };
            }
            let Some(first) = first.filter(|&f| f != second) else { continue };
            run.sum += weight * (scores[second] - scores[first]);
            if run.sum > run.top {
                (run.top, run.end) = (run.sum, frame + 1);
            }
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.start.cmp(&b.1.start)));
    let mut kept: Vec<(Range<usize>, usize)> = Vec::new();
    for (_, range, second) in found {
        if kept.iter().all(|(other, _)| range.end <= other.start || other.end <= range.start) {
            kept.push((range, second));
        }
    }
    kept.sort_by_key(|(range, _)| range.start);
    kept
}

#[derive(Clone, Default)]
struct Run {
    start: usize,
    end: usize,
    sum: f64,
    top: f64,
}
