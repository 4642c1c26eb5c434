//! Topics: the meeting cut where its words change (after TextTiling, Hearst, 1997).

use crate::rank::{self, Vector};
use std::collections::HashMap;

/// How many words with meaning are compared on each side of a gap.
const WINDOW_TERMS: usize = 120;
/// A topic has at least as many words with meaning.
const TOPIC_TERMS: usize = 100;

/// Most topics of a meeting, beside those of the agenda.
const TOPICS_MAX: usize = 12;

/// The topic of each sentence, counted from 0. `vectors` are the sentences' terms; `cut` says
/// whether a new topic begins with a sentence in any case.
pub(crate) fn of(vectors: &[Vector], cut: impl Fn(usize) -> bool) -> Vec<usize> {
    let likeness: Vec<f64> = (0..vectors.len()).map(|gap| likeness(vectors, gap)).collect();
    let mut depths: Vec<(f64, usize)> = (1..vectors.len()).map(|gap| (depth(&likeness, gap), gap)).collect();
    let mean = depths.iter().map(|(d, _)| d).sum::<f64>() / depths.len().max(1) as f64;
    let spread =
        (depths.iter().map(|(d, _)| (d - mean).powi(2)).sum::<f64>() / depths.len().max(1) as f64).sqrt();
    depths.retain(|(d, _)| *d > mean + spread / 2.0);
    depths.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    let size = |from: usize, to: usize| vectors[from..to].iter().map(Vec::len).sum::<usize>();
    let mut cuts: Vec<usize> =
        (0..=vectors.len()).filter(|&at| at == 0 || at == vectors.len() || cut(at)).collect();
    let most = cuts.len() + TOPICS_MAX - 1;
    for (_, gap) in depths {
        if cuts.len() == most {
            break;
        }
        let place = cuts.partition_point(|c| *c < gap);
        if cuts[place] == gap {
            continue;
        }
        if size(cuts[place - 1], gap) >= TOPIC_TERMS && size(gap, cuts[place]) >= TOPIC_TERMS {
            cuts.insert(place, gap);
        }
    }
    (0..vectors.len()).map(|at| cuts.partition_point(|c| *c <= at) - 1).collect()
}

/// How alike the words before and after a gap are.
fn likeness(vectors: &[Vector], gap: usize) -> f64 {
    let before = block(vectors[..gap].iter().rev());
    let after = block(vectors[gap..].iter());
    rank::dot(&before, &after)
}

/// The words next to a gap as a unit vector.
fn block<'v>(sentences: impl Iterator<Item = &'v Vector>) -> Vector {
    let mut sums: HashMap<u32, f64> = HashMap::new();
    let mut terms = 0;
    for vector in sentences {
        vector.iter().for_each(|(term, v)| *sums.entry(*term).or_default() += v);
        terms += vector.len();
        if terms >= WINDOW_TERMS {
            break;
        }
    }
    let mut block: Vector = sums.into_iter().collect();
    block.sort_unstable_by_key(|(term, _)| *term);
    rank::normalise(&mut block);
    block
}

/// How far the likeness falls into a gap from the peaks around it.
fn depth(likeness: &[f64], gap: usize) -> f64 {
    let climb = |values: &mut dyn Iterator<Item = f64>| {
        let mut peak = likeness[gap];
        for value in values {
            if value < peak {
                break;
            }
            peak = value;
        }
        peak - likeness[gap]
    };
    climb(&mut likeness[..gap].iter().rev().copied()) + climb(&mut likeness[gap + 1..].iter().copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_begins_where_the_words_change() {
        // sixty sentences of four words each: cats first, then the budget, with one word in common
        let about = |base: u32| {
            (0..60).map(move |i| {
                vec![(0, 0.5), (base + i % 3, 0.5), (base + 3 + i % 4, 0.5), (base + 8 + i % 5, 0.5)]
            })
        };
        let vectors: Vec<Vector> = about(10).chain(about(50)).collect();
        let topics = of(&vectors, |_| false);
        assert_eq!((topics[0], topics[59], topics[60], topics[119]), (0, 0, 1, 1));
        // the agenda cuts as well
        let topics = of(&vectors, |at| at == 20);
        assert_eq!((topics[19], topics[20], topics[119]), (0, 1, 2));
        assert!(of(&[], |_| true).is_empty());
    }
}
