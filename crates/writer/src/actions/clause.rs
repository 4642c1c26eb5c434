//! Clauses: the cues of a sentence, each with the words that it governs.

use super::cues::{self, Found, Kind};
use super::verbs::{self, Person};
use crate::token::Token;

/// A cue with the words that it governs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clause {
    pub cue: Found,
    /// The verb.
    pub verb: usize,
    /// Behind its last word.
    pub end: usize,
    /// Begin of what may say until when.
    pub from: usize,
}

/// All cues of a sentence, each with the words up to the next.
pub(crate) fn clauses(words: &[Token]) -> Vec<Clause> {
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let cue = cues::at(words, at).or_else(|| bare(words, at));
        match cue {
            Some(cue) => {
                at = cue.end.max(at + 1);
                found.push(cue);
            }
            None => at += 1,
        }
    }
    let bounds: Vec<(usize, usize)> = (0..found.len())
        .map(|i| {
            let from = if i == 0 { 0 } else { found[i].start };
            (from, found.get(i + 1).map_or(words.len(), |next| next.start))
        })
        .collect();
    found
        .into_iter()
        .zip(bounds)
        .map(|(cue, (from, end))| Clause { cue, verb: verbs::skip(words, cue.end).min(end), end, from })
        .collect()
}

/// A Spanish future that needs no other cue: `enviaré el informe`, `Ana enviará el informe`.
fn bare(words: &[Token], at: usize) -> Option<Found> {
    if verbs::spanish_future(&words[at].low) == Some(Person::First) {
        return Some(Found { kind: Kind::Promise, start: at, end: at, name: None });
    }
    let (length, name) = words[at].name?;
    let future = words.get(at + length).and_then(|w| verbs::spanish_future(&w.low));
    (future == Some(Person::Third)).then_some(Found {
        kind: Kind::Named,
        start: at,
        end: at + length,
        name: Some(name),
    })
}
