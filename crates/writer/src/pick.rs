//! Chooses the sentences of the summary and the key points: the best that say something new
//! (maximal marginal relevance, Carbonell and Goldstein, 1998).

use crate::rank::Scores;
use crate::sentence::Sentence;

/// Sentences chosen, as places in the list of sentences, in the order of the meeting.
#[derive(Debug, Default)]
pub(crate) struct Picked {
    pub summary: Vec<usize>,
    pub key_points: Vec<usize>,
}

/// Words of the summary of a long meeting.
const SUMMARY_WORDS: usize = 110;
const KEY_POINTS_MAX: usize = 10;
const NOVELTY: f64 = 0.5;

/// Chooses.
pub(crate) fn pick(sentences: &[Sentence<'_>], scores: &Scores) -> Picked {
    let spoken: usize = sentences.iter().map(|s| s.words.len()).sum();
    let mut left: Vec<usize> =
        (0..sentences.len()).filter(|&i| scores.score[i] > 0.0 && sentences[i].words.len() > 3).collect();
    let budget = (spoken / 8).clamp(30, SUMMARY_WORDS);
    let mut summary: Vec<usize> = Vec::new();
    let mut used = 0;
    while let Some(best) = best(&left, &summary, scores) {
        let at = left.remove(best);
        if !summary.is_empty() && used + sentences[at].words.len() > budget {
            break;
        }
        used += sentences[at].words.len();
        summary.push(at);
    }
    let mut chosen = summary.clone();
    let points = (spoken / 60).min(KEY_POINTS_MAX);
    while chosen.len() < summary.len() + points
        && let Some(best) = best(&left, &chosen, scores)
    {
        chosen.push(left.remove(best));
    }
    let mut key_points = chosen.split_off(summary.len());
    summary.sort_unstable();
    key_points.sort_unstable();
    Picked { summary, key_points }
}

/// The place in `left` of the sentence that is best and least like what is `chosen`.
fn best(left: &[usize], chosen: &[usize], scores: &Scores) -> Option<usize> {
    let top = left.iter().map(|&i| scores.score[i]).fold(f64::MIN_POSITIVE, f64::max);
    let value = |i: usize| {
        let near = chosen.iter().map(|&c| scores.likeness(i, c)).fold(0.0, f64::max);
        (1.0 - NOVELTY) * scores.score[i] / top - NOVELTY * near
    };
    (0..left.len()).max_by(|&a, &b| value(left[a]).total_cmp(&value(left[b])).then(b.cmp(&a)))
}
