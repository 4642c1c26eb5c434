//! Who is meant: names that are spoken, matched with the people of the meeting.

use crate::language::Language;
use crate::sentence::Sentence;
use crate::token::{Token, lower};
use huddle_domain::{ParticipantId, record::MeetingRecord};
use std::collections::HashMap;

/// A name found in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    /// The person at this place in the list.
    Known(usize),
    /// Somebody who was not there: the word at this place in the sentence.
    Other(usize),
}

/// A person of the meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub name: String,
    pub participant: Option<ParticipantId>,
    /// The words of the name, folded.
    words: Vec<String>,
}

/// Everybody of the meeting: who was there and who spoke.
#[derive(Debug, Default)]
pub(crate) struct People {
    all: Vec<Person>,
    /// Who has this word, folded, as the first or last of their name.
    by_word: HashMap<String, Vec<usize>>,
}

impl People {
    /// The people of a record.
    pub fn of(record: &MeetingRecord) -> Self {
        let mut people = Self::default();
        for person in &record.people {
            people.add(&person.name, person.participant);
        }
        for segment in &record.segments {
            people.add(&segment.speaker, segment.participant);
        }
        people
    }

    fn add(&mut self, name: &str, participant: Option<ParticipantId>) {
        let known = |p: &Person| {
            if participant.is_some() && p.participant.is_some() {
                p.participant == participant
            } else {
                p.name == name
            }
        };
        if name.trim().is_empty() || self.all.iter().any(known) {
            return;
        }
        let words =
            name.split_whitespace().map(|w| fold(&lower(w.trim_matches(|c: char| !c.is_alphanumeric()))));
        let words: Vec<String> = words.filter(|w| !w.is_empty() && !TITLES.contains(&w.as_str())).collect();
        for word in words.first().into_iter().chain(words.last().filter(|_| words.len() > 1)) {
            if word.chars().nth(1).is_some() {
                self.by_word.entry(word.clone()).or_default().push(self.all.len());
            }
        }
        self.all.push(Person { name: name.to_owned(), participant, words });
    }

    /// The person at a place.
    pub fn get(&self, at: usize) -> Option<&Person> {
        self.all.get(at)
    }

    /// Who said a sentence.
    pub fn speaker(&self, sentence: &Sentence<'_>) -> Option<usize> {
        let said = sentence.segments[0];
        self.all
            .iter()
            .position(|p| said.participant.is_some() && p.participant == said.participant)
            .or_else(|| self.all.iter().position(|p| p.name == said.speaker))
    }

    /// Writes into the words which names begin there.
    pub fn mark(&self, words: &mut [Token]) {
        for at in 0..words.len() {
            words[at].name = self.name_at(words, at);
        }
    }

    /// The name that begins at `words[at]`: its length in words and whose it is. A full name, or
    /// a first or last name that only one person has.
    fn name_at(&self, words: &[Token], at: usize) -> Option<(usize, Name)> {
        let holders = self.by_word.get(&fold(&words[at].low)).map_or(&[][..], Vec::as_slice);
        let full = |p: &&usize| {
            let name = &self.all[**p].words;
            name.len() > 1
                && name.iter().enumerate().all(|(i, w)| words.get(at + i).is_some_and(|t| fold(&t.low) == *w))
        };
        if let Some(&found) = holders.iter().find(full) {
            return Some((self.all[found].words.len(), Name::Known(found)));
        }
        if holders.is_empty() {
            return self.other_at(words, at);
        }
        let doubtful =
            is_also_a_word(&words[at].low) && !(words[at].is_capital() && at > 0) && is_cased(words);
        let [only] = holders else { return None };
        let person = &self.all[*only].words;
        let numbered = person.last().is_some_and(|w| w.chars().all(char::is_numeric));
        (!doubtful && !numbered).then_some((1, Name::Known(*only)))
    }

    /// A word that looks like the name of somebody else.
    fn other_at(&self, words: &[Token], at: usize) -> Option<(usize, Name)> {
        let word = &words[at];
        if !word.is_capital() {
            return None;
        }
        let plain = word.core.chars().all(char::is_alphabetic) && word.core.chars().nth(2).is_some();
        let known_word = Language::Unknown.is_stop(&word.low) || is_also_a_word(&word.low);
        let cased = words.iter().any(|w| w.core.starts_with(char::is_lowercase));
        // at the begin of a sentence every word has a capital
        let tells = word.is_capital() && cased && word.core.chars().skip(1).all(char::is_lowercase);
        (plain && tells && !known_word).then_some((1, Name::Other(at)))
    }

    /// The other one, where only two spoke or were there.
    pub fn other_of_two(&self, one: usize) -> Option<usize> {
        (self.all.len() == 2 && one < 2).then_some(1 - one)
    }
}

/// The person who is addressed in a sentence: a name at its begin or end, set apart.
pub(crate) fn addressed(words: &[Token]) -> Option<usize> {
    (0..words.len()).find_map(|at| {
        let Some((length, Name::Known(person))) = words[at].name else { return None };
        let after = at + length;
        let last = after == words.len();
        let apart = words[after - 1].pauses() || words[after - 1].ends_sentence();
        let before = at == 0 || words[at - 1].pauses() || GREETINGS.contains(&words[at - 1].low.as_str());
        // "as the designer, you will"
        let before = before || at > 1 && words[at - 1].low == "the" && words[at - 2].low == "as";
        let asked = words.get(after).is_some_and(|w| CALLS.contains(&w.low.as_str()));
        (last && at > 0 || apart && before || before && asked || at == 0 && last).then_some(person)
    })
}

const TITLES: &[&str] = &["mr", "mrs", "ms", "dr", "prof", "sr", "sra", "dra", "the", "hon"];
const GREETINGS: &[&str] = &["hey", "so", "and", "okay", "ok", "oye", "y", "thanks", "please"];
const CALLS: &[&str] = &["can", "could", "would", "will", "please", "puedes", "podrías", "you"];

fn is_cased(words: &[Token]) -> bool {
    words.iter().any(|w| w.is_capital() && w.low != "i" && !w.low.starts_with("i'"))
}

/// Names that are words too.
fn is_also_a_word(low: &str) -> bool {
    const WORDS: &[&str] = &[
        "will",
        "mark",
        "may",
        "grace",
        "hope",
        "rose",
        "bill",
        "art",
        "pat",
        "sue",
        "june",
        "april",
        "august",
        "faith",
        "joy",
        "frank",
        "dean",
        "chase",
        "drew",
        "miles",
        "guy",
        "rich",
        "grant",
        "penny",
        "summer",
        "autumn",
        "dawn",
        "luz",
        "mar",
        "paz",
        "sol",
        "alba",
        "consuelo",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "july",
        "september",
        "october",
        "november",
        "december",
        "lunes",
        "martes",
        "miércoles",
        "jueves",
        "viernes",
        "sábado",
        "domingo",
    ];
    WORDS.contains(&low) || Language::Unknown.is_stop(low)
}

/// Without accents: people are written José and Jose.
pub(crate) fn fold(low: &str) -> String {
    let plain = |c| match c {
        'á' | 'à' | 'ä' | 'â' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ë' | 'ê' => 'e',
        'í' | 'ì' | 'ï' | 'î' => 'i',
        'ó' | 'ò' | 'ö' | 'ô' | 'õ' => 'o',
        'ú' | 'ù' | 'ü' | 'û' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        c => c,
    };
    low.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::tokens;

    fn people(names: &[&str]) -> People {
        let mut people = People::default();
        names.iter().for_each(|n| people.add(n, None));
        people
    }

    fn found(names: &[&str], text: &str, at: usize) -> Option<(usize, Name)> {
        people(names).name_at(&tokens(text), at)
    }

    #[test]
    fn a_first_name_is_enough_where_only_one_has_it() {
        assert_eq!(found(&["Ann Lee", "Bob Hall"], "bob sends it", 0), Some((1, Name::Known(1))));
        assert_eq!(found(&["Bob Lee", "Bob Hall"], "bob sends it", 0), None);
        assert_eq!(found(&["Bob Lee", "Bob Hall"], "bob hall sends it", 0), Some((2, Name::Known(1))));
        assert_eq!(found(&["José Díaz"], "jose lo envía", 0), Some((1, Name::Known(0))));
    }

    #[test]
    fn a_name_that_is_also_a_word_needs_its_capital() {
        assert_eq!(found(&["Will Hall"], "And will Bob send it", 1), None);
        assert_eq!(found(&["Will Hall"], "Then Will sends it", 1), Some((1, Name::Known(0))));
    }

    #[test]
    fn speakers_who_are_only_numbered_are_nobodys_names() {
        assert_eq!(found(&["Speaker 1"], "the speaker will send it", 1), None);
    }

    #[test]
    fn who_is_addressed_is_set_apart() {
        let people = people(&["Ann Lee", "Bob Hall"]);
        let addressed = |text: &str| {
            let mut words = tokens(text);
            people.mark(&mut words);
            addressed(&words)
        };
        assert_eq!(addressed("Bob, can you check it?"), Some(1));
        assert_eq!(addressed("Can you check it, Ann?"), Some(0));
        assert_eq!(addressed("ann could you check it"), Some(0));
        assert_eq!(addressed("Did Bob check it with the vendor?"), None);
    }
}
