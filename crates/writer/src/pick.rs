//! Chooses the sentences of the summary and the key points: the best that say something new
//! (maximal marginal relevance, Carbonell and Goldstein, 1998), from all topics and speakers.

use crate::rank::Scores;
use crate::sentence::Sentence;
use crate::topics;
use crate::weight;

/// Sentences chosen, as places in the list of sentences, in the order of the meeting.
#[derive(Debug, Default)]
pub(crate) struct Picked {
    pub summary: Vec<usize>,
    pub key_points: Vec<usize>,
}

/// Words of the summary of a long meeting.
const SUMMARY_WORDS: usize = 110;
/// How many sentences that are too long for the rest of the summary are passed over for the next.
const TRIED_MAX: usize = 5;
/// Words spoken for one key point.
const WORDS_PER_POINT: usize = 60;
/// Most key points; a meeting of hours gets more.
const POINTS_MAX: usize = 10;
const POINTS_MAX_LONG: usize = 16;
/// A long meeting has more words than that.
const LONG: usize = 15_000;
/// Shortest sentence that stands for anything, in words, where there are longer ones.
const WORDS_LEAST: usize = 5;

/// How well a key point must read, and a sentence of the summary where another does.
const LEAST: f64 = 0.5;

/// How sentences are chosen beside each other.
struct Taste {
    /// What another sentence of the same topic counts.
    topic: f64,
    /// What another sentence of the same speaker counts.
    speaker: f64,
    /// How much being new counts against being good, 0–1.
    novelty: f64,
}

const FOR_SUMMARY: Taste = Taste { topic: 0.8, speaker: 1.0, novelty: 0.5 };
const FOR_POINTS: Taste = Taste { topic: 0.6, speaker: 0.95, novelty: 0.4 };

/// Chooses. Neither the sentences of the decisions and questions (`told`) nor those of the actions
/// (`promised`) become key points.
pub(crate) fn pick(
    sentences: &[Sentence<'_>],
    scores: &Scores,
    told: &[usize],
    promised: &[usize],
) -> Picked {
    let agenda: Vec<_> = sentences.iter().map(|s| s.segments[0].agenda_item).collect();
    let choice =
        Choice { sentences, scores, topics: topics::of(&scores.vectors, |at| agenda[at] != agenda[at - 1]) };
    let spoken: usize = sentences.iter().map(|s| s.words.len()).sum();
    let mut left: Vec<usize> = (0..sentences.len()).filter(|&i| scores.point[i] > 0.0).collect();
    if left.iter().any(|&i| sentences[i].words.len() >= WORDS_LEAST) {
        left.retain(|&i| sentences[i].words.len() >= WORDS_LEAST);
    }
    let budget = (spoken / 6).clamp(40, SUMMARY_WORDS);
    let mut summary: Vec<usize> = Vec::new();
    let (mut used, mut tried) = (0, 0);
    // what somebody will do stands in its own list, where anything else was said
    let well = |i: usize| scores.reads[i] >= LEAST;
    let others = |i: &usize| !promised.contains(i) && (well(*i) || weight::announces(&sentences[*i]));
    let mut offered = left.clone();
    if left.iter().any(others) {
        offered.retain(others);
    }
    while let Some(at) = choice.best(&offered, &summary, &scores.gist, &FOR_SUMMARY) {
        let fits = used + sentences[at].words.len() <= budget;
        if summary.is_empty() || fits {
            used += sentences[at].words.len();
            summary.push(at);
        } else {
            tried += 1;
            if tried > TRIED_MAX {
                break;
            }
        }
        offered.retain(|&i| i != at);
    }
    left.retain(|&i| !summary.contains(&i) && !promised.contains(&i) && !told.contains(&i) && well(i));
    let most = if spoken > LONG { POINTS_MAX_LONG } else { POINTS_MAX };
    let mut chosen = summary.clone();
    while chosen.len() < summary.len() + (spoken / WORDS_PER_POINT).min(most)
        && let Some(at) = choice.best(&left, &chosen, &scores.point, &FOR_POINTS)
    {
        chosen.push(at);
        left.retain(|&i| i != at);
    }
    let mut key_points = chosen.split_off(summary.len());
    summary.sort_unstable();
    key_points.sort_unstable();
    Picked { summary, key_points }
}

struct Choice<'c, 's> {
    sentences: &'c [Sentence<'s>],
    scores: &'c Scores,
    topics: Vec<usize>,
}

impl Choice<'_, '_> {
    /// Which of those `left` is best beside those `chosen`; the earlier of equals.
    fn best(&self, left: &[usize], chosen: &[usize], score: &[f64], taste: &Taste) -> Option<usize> {
        let top = left.iter().map(|&i| score[i]).fold(f64::MIN_POSITIVE, f64::max);
        let value = |i: usize| {
            let mut near: f64 = 0.0;
            let mut good = score[i] / top;
            for &other in chosen {
                near = near.max(self.scores.likeness(i, other));
                good *= if self.topics[other] == self.topics[i] { taste.topic } else { 1.0 };
                good *= if self.sentences[other].speaker() == self.sentences[i].speaker() {
                    taste.speaker
                } else {
                    1.0
                };
            }
            (1.0 - taste.novelty) * good - taste.novelty * near
        };
        let values: Vec<(f64, usize)> = left.iter().map(|&i| (value(i), i)).collect();
        values.into_iter().max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))).map(|(_, i)| i)
    }
}
