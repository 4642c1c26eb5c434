//! Which sentences stand for the meeting: LexRank (Erkan and Radev, 2004) over the cosine of
//! tf-idf terms, weighed by what a reader wants of a sentence.

use crate::sentence::Sentence;
use crate::weight;
use std::collections::{HashMap, HashSet};

/// Most sentences that are compared with each other; of more, those with the most terms.
const COMPARED_MAX: usize = 1_500;
const DAMPING: f64 = 0.85;
const ROUNDS: usize = 30;
/// What announces the subject counts up to so many times more at the very begin …
const OPENING: f64 = 16.0;
/// … and by e less after this share of all words.
const OPENING_SHARE: f64 = 0.1;
/// How much more a sentence counts for each of its terms, up to three, that stands in the title
/// or the agenda.
const ON_AGENDA: f64 = 0.3;

/// A shorter sentence after a question answers it and says little without it.
const SHORT_ANSWER: usize = 15;
const ANSWER: f64 = 0.6;

/// The weights of a sentence's terms, sorted by term, as a unit vector; empty without terms.
pub(crate) type Vector = Vec<(u32, f64)>;

/// How well each sentence stands for the meeting, and how near sentences are to each other.
pub(crate) struct Scores {
    /// For a key point: central and readable, 0–1 or a little more; 0 for what cannot stand for anything.
    pub point: Vec<f64>,
    /// For the summary: the same with weight on what the meeting was said to be about.
    pub gist: Vec<f64>,
    /// How well each sentence reads by itself, 0–1.
    pub reads: Vec<f64>,
    /// The terms of each sentence.
    pub vectors: Vec<Vector>,
}

impl Scores {
    /// How alike two sentences are, 0–1.
    pub fn likeness(&self, a: usize, b: usize) -> f64 {
        dot(&self.vectors[a], &self.vectors[b])
    }
}

/// Scores all sentences. `subject` are the terms of the meeting's title and agenda.
pub(crate) fn score(sentences: &[Sentence<'_>], subject: &HashSet<String>) -> Scores {
    let vectors = vectors(sentences);
    let mut compared: Vec<usize> = (0..sentences.len()).filter(|&i| !vectors[i].is_empty()).collect();
    if compared.len() > COMPARED_MAX {
        compared.sort_by_key(|&i| std::cmp::Reverse(sentences[i].terms.len()));
        compared.truncate(COMPARED_MAX);
        compared.sort_unstable();
    }
    let central = lexrank(&compared, &vectors);
    let top = central.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let (mut point, mut gist) = (vec![0.0; sentences.len()], vec![0.0; sentences.len()]);
    let (shares, reads) = (shares(sentences), reads(sentences));
    for (&at, central) in compared.iter().zip(central) {
        let sentence = &sentences[at];
        if weight::is_chatter(sentence) {
            continue;
        }
        let on_agenda = sentence.terms.iter().filter(|t| subject.contains(*t)).take(3).count() as f64;
        let central = central / top;
        let value = central * reads[at] * (1.0 + ON_AGENDA * on_agenda);
        let opening = (-shares[at] / OPENING_SHARE).exp();
        let announced = if weight::announces(sentence) { OPENING * opening } else { 0.0 };
        point[at] = value;
        // squared: a summary has room for the most central only
        gist[at] = central * value * (1.0 + announced);
    }
    Scores { point, gist, reads, vectors }
}

/// How well sentences read; what answers a question in a few words hangs on it.
fn reads(sentences: &[Sentence<'_>]) -> Vec<f64> {
    let answers = |at: usize| at > 0 && sentences[at - 1].asks() && sentences[at].words.len() < SHORT_ANSWER;
    let reads = |(at, sentence)| weight::reads_well(sentence) * if answers(at) { ANSWER } else { 1.0 };
    sentences.iter().enumerate().map(reads).collect()
}

/// Which share of all words was spoken before each sentence.
fn shares(sentences: &[Sentence<'_>]) -> Vec<f64> {
    let all = sentences.iter().map(|s| s.words.len()).sum::<usize>().max(1) as f64;
    let mut before = 0;
    let share = |s: &Sentence<'_>| {
        let share = before as f64 / all;
        before += s.words.len();
        share
    };
    sentences.iter().map(share).collect()
}

fn vectors(sentences: &[Sentence<'_>]) -> Vec<Vector> {
    let mut ids: HashMap<&str, u32> = HashMap::new();
    let mut holders: Vec<f64> = Vec::new();
    let mut vectors: Vec<Vector> = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let mut terms: Vec<u32> = Vec::with_capacity(sentence.terms.len());
        for term in &sentence.terms {
            let next = ids.len() as u32;
            terms.push(*ids.entry(term).or_insert(next));
        }
        terms.sort_unstable();
        let mut vector: Vector = Vec::new();
        for term in terms {
            match vector.last_mut() {
                Some((last, count)) if *last == term => *count += 1.0,
                _ => vector.push((term, 1.0)),
            }
        }
        holders.resize(ids.len(), 0.0);
        vector.iter().for_each(|&(term, _)| holders[term as usize] += 1.0);
        vectors.push(vector);
    }
    let all = sentences.len() as f64;
    for vector in &mut vectors {
        for (term, value) in vector.iter_mut() {
            *value = (1.0 + value.ln()) * (1.0 + all / holders[*term as usize]).ln();
        }
        normalise(vector);
    }
    vectors
}

/// Makes a vector as long as 1.
pub(crate) fn normalise(vector: &mut Vector) {
    let norm = vector.iter().map(|(_, v)| v * v).sum::<f64>().sqrt();
    vector.iter_mut().for_each(|(_, v)| *v /= norm);
}

/// The cosine of two unit vectors.
pub(crate) fn dot(a: &[(u32, f64)], b: &[(u32, f64)]) -> f64 {
    let (mut i, mut j, mut sum) = (0, 0, 0.0);
    while i < a.len() && j < b.len() {
        match a[i].0.cmp(&b[j].0) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                sum += a[i].1 * b[j].1;
                i += 1;
                j += 1;
            }
        }
    }
    sum
}

/// Continuous LexRank by power iteration. A sentence like no other keeps only what everybody gets.
fn lexrank(compared: &[usize], vectors: &[Vector]) -> Vec<f64> {
    let count = compared.len();
    let mut holders: HashMap<u32, Vec<(usize, f64)>> = HashMap::new();
    for (row, &at) in compared.iter().enumerate() {
        vectors[at].iter().for_each(|&(term, v)| holders.entry(term).or_default().push((row, v)));
    }
    let mut links: Vec<Vec<(usize, f64)>> = Vec::with_capacity(count);
    let mut sums = vec![0.0; count];
    for (row, &at) in compared.iter().enumerate() {
        for (term, v) in &vectors[at] {
            holders[term].iter().for_each(|&(other, w)| sums[other] += v * w);
        }
        sums[row] = 0.0;
        let linked = sums.iter_mut().enumerate().filter(|(_, s)| **s > 0.0);
        links.push(linked.map(|(i, s)| (i, std::mem::take(s))).collect());
    }
    let totals: Vec<f64> = links.iter().map(|l| l.iter().map(|(_, v)| v).sum()).collect();
    let mut rank = vec![1.0 / count as f64; count];
    for _ in 0..ROUNDS {
        let mut next = vec![(1.0 - DAMPING) / count as f64; count];
        for (row, linked) in links.iter().enumerate() {
            for &(other, v) in linked {
                next[other] += DAMPING * rank[row] * v / totals[row];
            }
        }
        rank = next;
    }
    rank
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_that_shares_most_with_others_is_central() {
        let unit = |terms: &[u32]| {
            let mut vector: Vector = terms.iter().map(|t| (*t, 1.0)).collect();
            normalise(&mut vector);
            vector
        };
        let vectors = [unit(&[1, 2]), unit(&[1, 2, 3, 4]), unit(&[3, 4]), unit(&[9])];
        let rank = lexrank(&[0, 1, 2, 3], &vectors);
        assert!(rank[1] > rank[0] && rank[1] > rank[2], "{rank:?}");
        assert!(rank[3] < rank[0], "{rank:?}");
        assert!((dot(&vectors[0], &vectors[0]) - 1.0).abs() < 1e-9);
    }
}
