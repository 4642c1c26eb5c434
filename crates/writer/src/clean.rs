//! Compression: takes fillers, false starts, repeated words and empty openings out of a sentence,
//! and dresses what is left (a capital, a full stop). Only ever removes words, never adds one.

use crate::language::Language;
use crate::opening;
use crate::repair;
use crate::token::{Token, is_terminal};

/// The sentence without what carries nothing. May be empty. `marked` says that whoever wrote the
/// transcript wrote marks and capitals, and so perhaps broken-off words too.
pub(crate) fn compress(words: &[Token], language: Language, marked: bool) -> Vec<Token> {
    let mut words = words.to_vec();
    fillers(&mut words, language);
    repair::false_starts(&mut words, language, marked);
    repair::repetitions(&mut words);
    opening::openings(&mut words, language);
    words
}

/// Sounds and phrases that fill a pause.
fn fillers(words: &mut Vec<Token>, language: Language) {
    let mut at = 0;
    while at < words.len() {
        let rest = &words[at..];
        let length = SOUNDS.contains(&rest[0].low.as_str()) as usize;
        let length = if length > 0 { length } else { filler_phrase(words, at, language) };
        if length == 0 {
            at += 1;
        } else {
            (0..length).for_each(|_| remove(words, at));
        }
    }
}

const SOUNDS: &[&str] = &[
    "um", "umm", "uh", "uhh", "uhm", "erm", "er", "hmm", "hm", "mm", "mmm", "mm-hmm", "mhm", "uh-huh", "ehm",
    "eh", "em", "ah", "oh", "ahm", "ay", "jo",
];

/// Phrases that fill only when pause marks set them apart.
const APART_EN: &[&str] =
    &["you know", "i mean", "like", "sort of", "kind of", "basically", "actually", "you see"];
const APART_ES: &[&str] =
    &["o sea", "este", "pues", "bueno", "digamos", "sabes", "es decir", "a ver", "la verdad"];

fn filler_phrase(words: &[Token], at: usize, language: Language) -> usize {
    let apart = if language == Language::Spanish { APART_ES } else { APART_EN };
    for phrase in apart {
        let length = phrase.split(' ').count();
        if starts_with(&words[at..], phrase)
            && (at == 0 || words[at - 1].pauses())
            && words[at + length - 1].pauses()
        {
            return length;
        }
    }
    let hedge = language == Language::English
        && (starts_with(&words[at..], "sort of") || starts_with(&words[at..], "kind of"))
        && at > 0
        && words.get(at + 2).is_some_and(|w| !w.low.ends_with("ing") || words[at - 1].low.ends_with("'re"))
        && !NOUN_BEFORE.contains(&words[at - 1].low.as_str())
        && !words[at - 1].low.ends_with("ent");
    if hedge { 2 } else { 0 }
}

/// After these, `kind of` means a kind.
const NOUN_BEFORE: &[&str] = &[
    "a",
    "an",
    "the",
    "this",
    "that",
    "these",
    "those",
    "what",
    "which",
    "some",
    "any",
    "every",
    "each",
    "one",
    "other",
    "another",
    "same",
    "no",
    "two",
    "three",
    "new",
    "right",
    "wrong",
    "certain",
    "particular",
    "all",
    "own",
    "special",
    "whatever",
    "our",
    "their",
    "his",
    "her",
    "my",
    "your",
    "its",
    "many",
    "best",
    "first",
    "of",
    "only",
    "whole",
];

/// Whether `words` begin with `phrase`, given in lower case.
pub(crate) fn starts_with(words: &[Token], phrase: &str) -> bool {
    let mut words = words.iter();
    phrase.split(' ').all(|p| words.next().is_some_and(|w| w.low == p))
}

/// Takes a word out and mends the marks around the gap.
pub(crate) fn remove(words: &mut Vec<Token>, at: usize) {
    let gone = words.remove(at);
    if at > 0 {
        let before = &mut words[at - 1];
        if gone.ends_sentence() && !before.ends_sentence() {
            before.trail = gone.trail;
        } else if gone.trail.starts_with(',') && before.trail == "," {
            before.trail.clear();
        }
    } else if let Some(next) = words.first_mut()
        && next.lead.is_empty()
    {
        next.lead = gone.lead;
    }
}

/// The sentence as written: one space between words, a capital, a mark at the end.
pub(crate) fn render(words: &[Token], language: Language) -> String {
    let shouting = words.iter().all(|w| !w.core.contains(char::is_uppercase));
    let mut text = String::new();
    for word in words {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&word.lead);
        let pronoun = language == Language::English && (word.low == "i" || word.low.starts_with("i'"));
        let name = shouting && language == Language::English && CAPITALS.contains(&word.low.as_str());
        text.push_str(&if pronoun || name { capital(&word.core) } else { word.core.clone() });
        text.push_str(&word.trail);
    }
    dress(&text)
}

const CAPITALS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "english",
    "spanish",
];

/// Capital at the begin, mark at the end.
pub(crate) fn dress(text: &str) -> String {
    let text = text.trim_start_matches(|c: char| {
        matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '.' | '…' | ')' | ']') || c.is_whitespace()
    });
    let text = text.trim_end_matches(|c: char| {
        matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '…' | '(' | '[') || c.is_whitespace()
    });
    let mut out = capital(text);
    let last = out.trim_end_matches(['"', '”', '»', '\'', '’', ')']).chars().next_back();
    if last.is_some_and(|c| !is_terminal(c)) {
        out.push('.');
    }
    out
}

/// The first letter in upper case, where that changes nothing else.
fn capital(text: &str) -> String {
    let Some(at) = text.find(char::is_alphanumeric) else { return text.to_owned() };
    let letter = text[at..].chars().next().unwrap_or_default();
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(big), None) if big.to_lowercase().eq([letter]) => {
            format!("{}{big}{}", &text[..at], &text[at + letter.len_utf8()..])
        }
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::tokens;

    fn cleaned(text: &str) -> String {
        render(&compress(&tokens(text), Language::English, true), Language::English)
    }

    fn limpio(text: &str) -> String {
        render(&compress(&tokens(text), Language::Spanish, true), Language::Spanish)
    }

    #[test]
    fn fillers_go() {
        assert_eq!(
            cleaned("So, um, we, uh, need the the budget, you know, by March"),
            "We need the budget by March."
        );
        assert_eq!(cleaned("it's kind of slow"), "It's slow.");
        assert_eq!(cleaned("what kind of budget do we need?"), "What kind of budget do we need?");
        assert_eq!(
            limpio("eh, bueno, pues el presupuesto, o sea, no está listo"),
            "El presupuesto no está listo."
        );
    }

    #[test]
    fn words_said_twice_are_said_once() {
        assert_eq!(cleaned("we have to we have to ship it it's ready"), "We have to ship it's ready.");
        assert_eq!(cleaned("call five five five"), "Call five five five.");
        assert_eq!(cleaned("no no that is wrong"), "No no that is wrong.");
    }

    #[test]
    fn false_starts_go() {
        assert_eq!(
            cleaned("it — they — there was a lapse in the wireless"),
            "There was a lapse in the wireless."
        );
        assert_eq!(cleaned("w- we should th this time test it"), "We should this time test it.");
        assert_eq!(
            cleaned("so c looking at the func functions of plan b"),
            "Looking at the functions of plan b."
        );
        assert_eq!(cleaned("the q and a of the t v show"), "The q and a of the t v show.");
        assert_eq!(cleaned("Postgres — our database — is slow"), "Postgres — our database — is slow.");
    }

    #[test]
    fn openings_that_only_hold_the_floor_go() {
        assert_eq!(cleaned("okay so and the plan is ready"), "The plan is ready.");
        assert_eq!(cleaned("Right."), "Right.");
        assert_eq!(cleaned("so far so good"), "So far so good.");
        assert_eq!(cleaned("right, so right now we wait"), "Right now we wait.");
        assert_eq!(cleaned("great ideas win"), "Great ideas win.");
        assert_eq!(limpio("vale entonces el plan está listo"), "El plan está listo.");
    }

    #[test]
    fn what_a_recogniser_wrote_small_gets_its_capitals() {
        assert_eq!(cleaned("i'll send it on friday and i mean it"), "I'll send it on Friday and I mean it.");
    }
}
