//! The diarization error rate: how wrong it was said who spoke when.
//!
//! NIST, "The 2009 (RT-09) Rich Transcription Meeting Recognition Evaluation Plan": of the time that is
//! spoken (two at once count twice), how much was missed, taken for speech falsely, or given to another
//! voice, under the pairing of voices and speakers that is best for the voices.

/// Somebody speaks from `start_ms` until `end_ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Begins then.
    pub start_ms: i64,
    /// Ends then.
    pub end_ms: i64,
    /// Who, as a number of their own; `None` is speech of nobody in particular, and never right.
    pub who: Option<usize>,
}

/// Milliseconds of each kind; several files are added up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Der {
    /// Spoken, by each speaker.
    pub spoken: i64,
    /// Spoken, and not heard.
    pub missed: i64,
    /// Heard, and not spoken.
    pub false_alarm: i64,
    /// Heard, and given to another.
    pub confused: i64,
}

impl Der {
    /// All errors as a part of what was spoken; infinite where nobody spoke and somebody was heard.
    pub fn rate(&self) -> f64 {
        self.part(self.missed + self.false_alarm + self.confused)
    }

    /// `ms` as a part of what was spoken.
    pub fn part(&self, ms: i64) -> f64 {
        if ms == 0 { 0.0 } else { ms as f64 / self.spoken as f64 }
    }
}

impl std::ops::AddAssign for Der {
    fn add_assign(&mut self, other: Self) {
        self.spoken += other.spoken;
        self.missed += other.missed;
        self.false_alarm += other.false_alarm;
        self.confused += other.confused;
    }
}

/// Of the fewer side so many are paired; more take no part.
const MOST: usize = 16;

/// Compares what was heard to what was spoken. Within `collar_ms` of the beginning and end of each spoken
/// span nothing is counted: people do not agree on these to the millisecond.
pub fn der(spoken: &[Span], heard: &[Span], collar_ms: i64) -> Der {
    let pieces = pieces(spoken, heard, collar_ms);
    let count = |spans: &[Span]| spans.iter().filter_map(|s| s.who).max().map_or(0, |m| m + 1);
    let mut together = vec![vec![0i64; count(heard)]; count(spoken)];
    for piece in &pieces {
        for &speaker in &piece.speakers {
            for voice in piece.voices.iter().flatten() {
                together[speaker][*voice] += piece.ms;
            }
        }
    }
    let pairs = pair(&together);
    let mut der = Der::default();
    for Piece { ms, speakers, voices } in &pieces {
        let (spoke, told) = (speakers.len() as i64, voices.len() as i64);
        let right = speakers.iter().filter(|s| pairs[**s].is_some_and(|v| voices.contains(&Some(v)))).count();
        der.spoken += ms * spoke;
        der.missed += ms * (spoke - told).max(0);
        der.false_alarm += ms * (told - spoke).max(0);
        der.confused += ms * (spoke.min(told) - right as i64);
    }
    der
}

/// A time in which nothing changes.
struct Piece {
    ms: i64,
    speakers: Vec<usize>,
    voices: Vec<Option<usize>>,
}

fn pieces(spoken: &[Span], heard: &[Span], collar_ms: i64) -> Vec<Piece> {
    let collars: Vec<(i64, i64)> = spoken
        .iter()
        .flat_map(|s| [s.start_ms, s.end_ms])
        .map(|at| (at - collar_ms, at + collar_ms))
        .filter(|_| collar_ms > 0)
        .collect();
    let edges = spoken.iter().chain(heard).flat_map(|s| [s.start_ms, s.end_ms]);
    let mut edges: Vec<i64> = edges.chain(collars.iter().flat_map(|c| [c.0, c.1])).collect();
    edges.sort_unstable();
    edges.dedup();
    let at = |spans: &[Span], from: i64| {
        let mut there: Vec<Option<usize>> =
            spans.iter().filter(|s| s.start_ms <= from && from < s.end_ms).map(|s| s.who).collect();
        there.sort_unstable();
        there.dedup();
        there
    };
    edges
        .windows(2)
        .filter(|e| !collars.iter().any(|c| c.0 <= e[0] && e[1] <= c.1))
        .map(|e| Piece {
            ms: e[1] - e[0],
            speakers: at(spoken, e[0]).into_iter().flatten().collect(),
            voices: at(heard, e[0]),
        })
        .collect()
}

/// For each row the column that it is paired with, so that the sum over the pairs is the greatest: a walk
/// over the sets of columns that are taken.
fn pair(together: &[Vec<i64>]) -> Vec<Option<usize>> {
    let rows = together.len();
    let columns = together.first().map_or(0, Vec::len);
    if columns > MOST || (columns > rows && rows <= MOST) {
        // The other way round, with at most MOST columns then.
        let short = |c: usize| together.iter().take(MOST).map(|r| r[c]).collect();
        let turned: Vec<Vec<i64>> = (0..columns).map(short).collect();
        let mut pairs = vec![None; rows];
        for (column, row) in pair(&turned).into_iter().enumerate() {
            if let Some(row) = row {
                pairs[row] = Some(column);
            }
        }
        return pairs;
    }
    let sets = 1usize << columns;
    // The best sum for each set of taken columns, and which column each row took on the way there.
    let mut best: Vec<Option<i64>> = vec![None; sets];
    best[0] = Some(0);
    let mut taken: Vec<Vec<Option<usize>>> = Vec::with_capacity(rows);
    for row in together {
        let mut next = best.clone();
        let mut took = vec![None; sets];
        for (set, sum) in best.iter().enumerate().filter_map(|(set, sum)| Some((set, (*sum)?))) {
            for (column, &ms) in row.iter().enumerate().filter(|(c, _)| set & (1 << c) == 0) {
                let with = set | (1 << column);
                if next[with].is_none_or(|n| n < sum + ms) {
                    next[with] = Some(sum + ms);
                    took[with] = Some(column);
                }
            }
        }
        best = next;
        taken.push(took);
    }
    let mut set = (0..sets).rev().max_by_key(|&s| best[s]).unwrap_or(0);
    let mut pairs = vec![None; rows];
    for (row, took) in taken.iter().enumerate().rev() {
        if let Some(column) = took[set] {
            pairs[row] = Some(column);
            set &= !(1 << column);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn span(start_ms: i64, end_ms: i64, who: usize) -> Span {
        Span { start_ms, end_ms, who: Some(who) }
    }

    #[test]
    fn names_do_not_matter() {
        let spoken = [span(0, 1_000, 0), span(1_000, 3_000, 1)];
        let heard = [span(0, 1_000, 5), span(1_000, 3_000, 2)];
        assert_eq!(der(&spoken, &heard, 0), Der { spoken: 3_000, ..Der::default() });
    }

    #[test]
    fn each_error_is_counted_as_what_it_is() {
        let spoken = [span(0, 2_000, 0), span(1_500, 3_000, 1)];
        let heard = [span(500, 3_500, 0)];
        // One voice: paired with the one it shares more with. Speaker 0 has 1.5 s of it, speaker 1 as much.
        let found = der(&spoken, &heard, 0);
        assert_eq!(found, Der { spoken: 3_500, missed: 1_000, false_alarm: 500, confused: 1_000 });
        assert!((found.rate() - 2_500.0 / 3_500.0).abs() < 1e-9);
    }

    #[test]
    fn nothing_is_counted_within_the_collar() {
        let spoken = [span(1_000, 3_000, 0)];
        let heard = [span(800, 3_100, 0)];
        assert_eq!(der(&spoken, &heard, 250), Der { spoken: 1_500, ..Der::default() });
        assert_eq!(der(&spoken, &heard, 0).false_alarm, 300);
    }

    #[test]
    fn unknown_speech_is_heard_but_never_right() {
        let heard = [Span { start_ms: 0, end_ms: 1_000, who: None }];
        assert_eq!(der(&[span(0, 1_000, 0)], &heard, 0).confused, 1_000);
    }

    #[test]
    fn where_nobody_spoke_there_is_no_rate() {
        assert_eq!(der(&[], &[], 0).rate(), 0.0);
        assert_eq!(der(&[], &[span(0, 10, 0)], 0).rate(), f64::INFINITY);
    }

    fn brute(together: &[Vec<i64>], row: usize, free: &mut Vec<bool>) -> i64 {
        if row == together.len() {
            return 0;
        }
        let mut best = brute(together, row + 1, free);
        for column in 0..free.len() {
            if free[column] {
                free[column] = false;
                best = best.max(together[row][column] + brute(together, row + 1, free));
                free[column] = true;
            }
        }
        best
    }

    proptest! {
        #[test]
        fn the_pairing_is_the_best_there_is(rows in 0usize..5, columns in 0usize..5, numbers in prop::collection::vec(0i64..100, 25)) {
            let together: Vec<Vec<i64>> = (0..rows).map(|r| numbers[r * 5..r * 5 + columns].to_vec()).collect();
            let pairs = pair(&together);
            let mut used: Vec<usize> = pairs.iter().flatten().copied().collect();
            used.sort_unstable();
            used.dedup();
            prop_assert_eq!(used.len(), pairs.iter().flatten().count());
            let sum: i64 = pairs.iter().enumerate().filter_map(|(r, c)| c.map(|c| together[r][c])).sum();
            prop_assert_eq!(sum, brute(&together, 0, &mut vec![true; columns]));
        }
    }
}
