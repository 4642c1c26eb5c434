//! Which language a meeting is held in, told by its stop words, and what the writer knows of each.

use crate::token::{self, Token};
use huddle_domain::record::MeetingRecord;
use rust_stemmers::{Algorithm, Stemmer};
use std::collections::HashSet;
use std::sync::LazyLock;

/// A language that the writer can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    English,
    Spanish,
    /// Neither, or too little to tell. Treated like English where a choice must be made.
    Unknown,
}

impl Language {
    /// BCP 47.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::Unknown => "und",
        }
    }

    /// Whether `low` carries no meaning of its own.
    pub fn is_stop(self, low: &str) -> bool {
        match self {
            Self::English => ENGLISH.contains(low),
            Self::Spanish => SPANISH.contains(low),
            Self::Unknown => ENGLISH.contains(low) || SPANISH.contains(low),
        }
    }

    /// The stem of a word, so that `decide` and `decided` are one term.
    pub fn stem(self, low: &str) -> String {
        let algorithm = match self {
            Self::English => Algorithm::English,
            Self::Spanish => Algorithm::Spanish,
            Self::Unknown => return low.to_owned(),
        };
        Stemmer::create(algorithm).stem(low.trim_end_matches("'s")).into_owned()
    }
}

/// Most words looked at: the first thousands tell.
const WORDS_MAX: usize = 20_000;

/// The language of a meeting.
pub(crate) fn of(record: &MeetingRecord) -> Language {
    let mut count = Count::default();
    for segment in &record.segments {
        for token in token::tokens(&segment.text) {
            count.add(&token);
        }
        if count.words > WORDS_MAX {
            break;
        }
    }
    count.language()
}

/// The language of one stretch of words, or `whole` where it is too short to tell.
pub(crate) fn of_words(words: &[Token], whole: Language) -> Language {
    let mut count = Count::default();
    words.iter().for_each(|w| count.add(w));
    if count.english.abs_diff(count.spanish) < 3 { whole } else { count.language() }
}

#[derive(Default)]
struct Count {
    words: usize,
    english: usize,
    spanish: usize,
}

impl Count {
    fn add(&mut self, token: &Token) {
        self.words += 1;
        self.english += usize::from(ENGLISH.contains(token.low.as_str()));
        self.spanish += usize::from(SPANISH.contains(token.low.as_str()));
    }

    fn language(&self) -> Language {
        // a tenth of everyday speech in any language would be more than half stop words
        if self.english.max(self.spanish) * 10 < self.words.max(1) {
            Language::Unknown
        } else if self.english >= self.spanish {
            Language::English
        } else {
            Language::Spanish
        }
    }
}

static ENGLISH: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("stop_en.txt").split_whitespace().collect());
static SPANISH: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("stop_es.txt").split_whitespace().collect());

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Language {
        let mut count = Count::default();
        token::tokens(text).iter().for_each(|t| count.add(t));
        count.language()
    }

    #[test]
    fn stop_words_tell_the_language() {
        assert_eq!(told("so we should talk about the budget for next year"), Language::English);
        assert_eq!(
            told("entonces tenemos que hablar del presupuesto para el año que viene"),
            Language::Spanish
        );
        assert_eq!(told("wir müssen über den haushalt sprechen und zwar heute noch"), Language::Unknown);
        assert_eq!(told(""), Language::Unknown);
    }
}
