//! Cues: short patterns over words, and where they occur in a sentence.
//!
//! A pattern is words between spaces: `a|b` one of them, `a?` or none, `_` any word, `*` up to
//! three words, `@` a person's name, `^` in front of all: only at the begin of the sentence.

use crate::people::{Name, People};
use crate::token::Token;

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
pub(crate) struct Phrase {
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
    pub fn new(pattern: &'static str) -> Self {
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

    /// Reads many.
    pub fn all(patterns: &[&'static str]) -> Vec<Self> {
        patterns.iter().map(|p| Self::new(p)).collect()
    }

    /// The pattern at exactly `start`.
    pub fn at(&self, words: &[Token], start: usize, people: &People) -> Option<Found> {
        if self.anchored && start > 0 {
            return None;
        }
        let (end, name) = follow(&self.slots, words, start, people)?;
        Some(Found { start, end, name })
    }

    /// The first place where the pattern is found.
    pub fn find(&self, words: &[Token], people: &People) -> Option<Found> {
        let last = if self.anchored { 1 } else { words.len() };
        (0..last.min(words.len())).find_map(|start| self.at(words, start, people))
    }
}

/// Whether one of the patterns is found, and where the first is.
pub(crate) fn find_any(phrases: &[Phrase], words: &[Token], people: &People) -> Option<Found> {
    phrases.iter().find_map(|p| p.find(words, people))
}

fn follow(slots: &[Slot], words: &[Token], at: usize, people: &People) -> Option<(usize, Option<Name>)> {
    let Some((slot, rest)) = slots.split_first() else { return Some((at, None)) };
    match slot {
        Slot::Words(these, optional) => {
            let here = words.get(at).is_some_and(|w| these.contains(&w.low.as_str()));
            here.then(|| follow(rest, words, at + 1, people))
                .flatten()
                .or_else(|| optional.then(|| follow(rest, words, at, people)).flatten())
        }
        Slot::Any => words.get(at).and_then(|_| follow(rest, words, at + 1, people)),
        Slot::Gap => (0..=3).find_map(|gap| follow(rest, words, at + gap, people)),
        Slot::Name(optional) => {
            let named = people.name_at(words, at).and_then(|(length, name)| {
                follow(rest, words, at + length, people).map(|(end, _)| (end, Some(name)))
            });
            named.or_else(|| optional.then(|| follow(rest, words, at, people)).flatten())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::tokens;

    fn found(pattern: &'static str, text: &str) -> Option<(usize, usize)> {
        Phrase::new(pattern).find(&tokens(text), &People::default()).map(|f| (f.start, f.end))
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
