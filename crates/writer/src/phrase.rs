//! Cues: short patterns over words, and where they occur in a sentence.
//!
//! A pattern is words between spaces: `a|b` one of them, `a?` or none, `_` any word, `*` up to
//! three words, `@` a person's name, `^` in front of all: only at the begin of the sentence.

use crate::people::Name;
use crate::token::Token;
use std::collections::HashMap;

#[derive(Debug)]
enum Slot {
    /// One of these words; whether it may be missing.
    Words(Vec<&'static str>, bool),
    Any,
    Gap,
    /// A name; whether it may be missing.
    Name(bool),
}

/// A pattern, ready to be looked for.
#[derive(Debug)]
struct Phrase {
    slots: Vec<Slot>,
    anchored: bool,
}

/// Where a pattern was found: `words[start..end]`, and the name in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub start: usize,
    pub end: usize,
    pub name: Option<Name>,
}

impl Phrase {
    /// Reads a pattern.
    fn new(pattern: &'static str) -> Self {
        let (anchored, pattern) = match pattern.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        let slots = pattern.split_whitespace().map(|slot| match slot {
            "_" => Slot::Any,
            "*" => Slot::Gap,
            "@" | "@?" => Slot::Name(slot.ends_with('?')),
            _ => Slot::Words(slot.trim_end_matches('?').split('|').collect(), slot.ends_with('?')),
        });
        Self { slots: slots.collect(), anchored }
    }

    /// The words with which the pattern can begin; `None` where any word may.
    fn first_words(&self) -> Option<Vec<&'static str>> {
        let mut words = Vec::new();
        for slot in &self.slots {
            let Slot::Words(these, optional) = slot else { return None };
            words.extend(these);
            if !optional {
                break;
            }
        }
        Some(words)
    }

    /// The pattern at exactly `start`.
    fn at(&self, words: &[Token], start: usize) -> Option<Found> {
        if self.anchored && start > 0 {
            return None;
        }
        let (end, name) = follow(&self.slots, words, start)?;
        Some(Found { start, end, name })
    }
}

/// Many patterns, found by the words with which they begin.
#[derive(Debug)]
pub(crate) struct Phrases {
    all: Vec<Phrase>,
    by_word: HashMap<&'static str, Vec<usize>>,
    /// Those that may begin with any word.
    others: Vec<usize>,
}

impl Phrases {
    /// Reads patterns.
    pub fn new(patterns: &[&'static str]) -> Self {
        let all: Vec<Phrase> = patterns.iter().map(|p| Phrase::new(p)).collect();
        let (mut by_word, mut others): (HashMap<_, Vec<usize>>, _) = (HashMap::new(), Vec::new());
        for (place, phrase) in all.iter().enumerate() {
            match phrase.first_words() {
                Some(words) => words.into_iter().for_each(|w| by_word.entry(w).or_default().push(place)),
                None => others.push(place),
            }
        }
        Self { all, by_word, others }
    }

    /// The first of the patterns that is at exactly `start`, and its place among them.
    pub fn at(&self, words: &[Token], start: usize) -> Option<(usize, Found)> {
        let named =
            words.get(start).and_then(|w| self.by_word.get(w.low.as_str())).map_or(&[][..], Vec::as_slice);
        let of = |places: &[usize]| places.iter().find_map(|&p| Some((p, self.all[p].at(words, start)?)));
        match (of(named), of(&self.others)) {
            (Some(a), Some(b)) => Some(if a.0 <= b.0 { a } else { b }),
            (a, b) => a.or(b),
        }
    }

    /// The first place in a sentence where one of the patterns is found.
    pub fn find(&self, words: &[Token]) -> Option<Found> {
        (0..words.len()).find_map(|start| self.at(words, start)).map(|(_, found)| found)
    }

    /// Whether one of the patterns is found.
    pub fn are_in(&self, words: &[Token]) -> bool {
        self.find(words).is_some()
    }
}

fn follow(slots: &[Slot], words: &[Token], at: usize) -> Option<(usize, Option<Name>)> {
    let Some((slot, rest)) = slots.split_first() else { return Some((at, None)) };
    match slot {
        Slot::Words(these, optional) => {
            let here = words.get(at).is_some_and(|w| these.contains(&w.low.as_str()));
            here.then(|| follow(rest, words, at + 1))
                .flatten()
                .or_else(|| optional.then(|| follow(rest, words, at)).flatten())
        }
        Slot::Any => words.get(at).and_then(|_| follow(rest, words, at + 1)),
        Slot::Gap => (0..=3).find_map(|gap| follow(rest, words, at + gap)),
        Slot::Name(optional) => {
            let named = words.get(at).and_then(|w| w.name).and_then(|(length, name)| {
                follow(rest, words, at + length).map(|(end, _)| (end, Some(name)))
            });
            named.or_else(|| optional.then(|| follow(rest, words, at)).flatten())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::tokens;

    fn found(pattern: &'static str, text: &str) -> Option<(usize, usize)> {
        Phrases::new(&[pattern]).find(&tokens(text)).map(|f| (f.start, f.end))
    }

    #[test]
    fn patterns_find_words_alternatives_and_gaps() {
        assert_eq!(found("we|i have? decided", "so we decided"), Some((1, 3)));
        assert_eq!(found("we|i have? decided", "I have decided"), Some((0, 3)));
        assert_eq!(found("^we decided", "so we decided"), None);
        assert_eq!(found("can * please", "can you do that please"), Some((0, 5)));
        assert_eq!(found("can * please", "can you do that for me please"), None);
        assert_eq!(found("we _ it", "we it"), None);
    }
}
