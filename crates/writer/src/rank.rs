//! Which sentences stand for the meeting: LexRank (Erkan and Radev, 2004) over the cosine of
//! tf-idf terms, weighed by what a reader wants of a sentence.

use crate::chatter;
use crate::people::People;
use crate::sentence::Sentence;
use std::collections::HashMap;

/// Most sentences that are compared with each other; of more, those with the weightiest terms.
const COMPARED_MAX: usize = 1_500;
const DAMPING: f64 = 0.85;
const ROUNDS: usize = 30;

/// How well a sentence stands for the meeting, and how near it is to others.
pub(crate) struct Scores {
    /// Per sentence; 0 for those that cannot stand for anything.
    pub score: Vec<f64>,
    /// Unit vectors of the terms, sorted by term.
    pub vectors: Vec<Vec<(u32, f64)>>,
}

impl Scores {
    /// How alike two sentences are, 0–1.
    pub fn likeness(&self, a: usize, b: usize) -> f64 {
        dot(&self.vectors[a], &self.vectors[b])
    }
}

/// Scores all sentences.
pub(crate) fn score(sentences: &[Sentence<'_>], people: &People) -> Scores {
    let vectors = vectors(sentences);
    let mut compared: Vec<usize> = (0..sentences.len()).filter(|&i| !vectors[i].is_empty()).collect();
    if compared.len() > COMPARED_MAX {
        compared.sort_by_key(|&i| std::cmp::Reverse(sentences[i].terms.len()));
        compared.truncate(COMPARED_MAX);
        compared.sort_unstable();
    }
    let central = lexrank(&compared, &vectors);
    let mut score = vec![0.0; sentences.len()];
    for (&at, central) in compared.iter().zip(central) {
        if !chatter::is_chatter(&sentences[at], people) {
            score[at] = central * weight(&sentences[at]);
        }
    }
    Scores { score, vectors }
}

/// Sentences of 8 to 30 words read well; questions and broken sentences do not sum up.
fn weight(sentence: &Sentence<'_>) -> f64 {
    let words = sentence.words.len() as f64;
    let length = (words / 12.0).min(1.0) * if words > 40.0 { 40.0 / words } else { 1.0 };
    let manner = if sentence.asks() { 0.3 } else { 1.0 } * if sentence.broken { 0.5 } else { 1.0 };
    length * manner
}

fn vectors(sentences: &[Sentence<'_>]) -> Vec<Vec<(u32, f64)>> {
    let mut ids: HashMap<&str, u32> = HashMap::new();
    let mut frequency: Vec<f64> = Vec::new();
    let mut counted: Vec<Vec<(u32, f64)>> = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let mut terms: Vec<u32> = Vec::with_capacity(sentence.terms.len());
        for term in &sentence.terms {
            let next = ids.len() as u32;
            terms.push(*ids.entry(term).or_insert(next));
        }
        terms.sort_unstable();
        let mut vector: Vec<(u32, f64)> = Vec::new();
        for term in terms {
            match vector.last_mut() {
                Some((last, count)) if *last == term => *count += 1.0,
                _ => vector.push((term, 1.0)),
            }
        }
        frequency.resize(ids.len(), 0.0);
        vector.iter().for_each(|&(term, _)| frequency[term as usize] += 1.0);
        counted.push(vector);
    }
    let all = sentences.len() as f64;
    for vector in &mut counted {
        for (term, value) in vector.iter_mut() {
            *value = (1.0 + value.ln()) * (1.0 + all / frequency[*term as usize]).ln();
        }
        let norm = vector.iter().map(|(_, v)| v * v).sum::<f64>().sqrt();
        vector.iter_mut().for_each(|(_, v)| *v /= norm);
    }
    counted
}

fn dot(a: &[(u32, f64)], b: &[(u32, f64)]) -> f64 {
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

/// Continuous LexRank by power iteration; sums to 1.
fn lexrank(compared: &[usize], vectors: &[Vec<(u32, f64)>]) -> Vec<f64> {
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
        let linked: Vec<(usize, f64)> = sums
            .iter_mut()
            .enumerate()
            .filter(|(_, s)| **s > 0.0)
            .map(|(i, s)| (i, std::mem::take(s)))
            .collect();
        links.push(linked);
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
