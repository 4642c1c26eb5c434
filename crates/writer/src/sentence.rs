//! Sentences: the transcript cut where a thought ends, each knowing which segments it came from.

use crate::clean;
use crate::language::{self, Language};
use crate::people::People;
use crate::token::{self, Token};
use huddle_domain::SegmentId;
use huddle_domain::minutes::{Evidence, Item};
use huddle_domain::record::MeetingRecord;
use huddle_domain::transcript::Segment;
use std::collections::BTreeMap;

/// Something somebody said, cleaned, with where it was said.
#[derive(Debug, Clone)]
pub(crate) struct Sentence<'a> {
    /// The segments it was said in, in order; never empty.
    pub segments: Vec<&'a Segment>,
    /// The places of these segments in the transcript.
    pub places: Vec<usize>,
    /// Begin of its first word as far as that is known, milliseconds on the meeting's clock.
    pub start_ms: i64,
    /// End of its last word.
    pub end_ms: i64,
    /// As it was said.
    pub said: Vec<Token>,
    /// Without fillers and false starts.
    pub words: Vec<Token>,
    /// The words as written.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// Stems of the words that mean something.
    pub terms: Vec<String>,
    /// Whether the speaker broke off.
    pub broken: bool,
}

impl<'a> Sentence<'a> {
    /// Who said it.
    pub fn speaker(&self) -> &'a str {
        &self.segments[0].speaker
    }

    /// The sentence as an item of the minutes.
    pub fn item(&self) -> Item {
        let evidence = evidence(std::iter::once(self));
        Item { text: self.text.clone(), evidence, agenda_item: self.segments[0].agenda_item }
    }

    /// Whether it asks, by its mark.
    pub fn asks(&self) -> bool {
        self.said.last().is_some_and(Token::asks)
    }
}

/// Where sentences were said: their segments in order, from the first word to the last.
pub(crate) fn evidence<'s, 'a: 's>(sentences: impl Iterator<Item = &'s Sentence<'a>>) -> Evidence {
    let mut said: BTreeMap<usize, SegmentId> = BTreeMap::new();
    let (mut start_ms, mut end_ms) = (i64::MAX, i64::MIN);
    for sentence in sentences {
        said.extend(sentence.places.iter().copied().zip(sentence.segments.iter().map(|s| s.id)));
        start_ms = start_ms.min(sentence.start_ms);
        end_ms = end_ms.max(sentence.end_ms);
    }
    Evidence { segments: said.into_values().collect(), start_ms, end_ms }
}

/// The stems of the words that mean something.
pub(crate) fn terms(words: &[Token], language: Language) -> Vec<String> {
    words.iter().filter(|w| is_term(&w.low, language)).map(|w| language.stem(&w.low)).collect()
}

/// Longest sentence, in words; a longer one is cut where it is weakest.
const WORDS_MAX: usize = 60;
/// Speech without any mark is cut at a conjunction after this many words.
const UNMARKED_MAX: usize = 30;
/// A sentence goes on in a later segment of its speaker that begins within this time.
const GAP_MAX_MS: i64 = 6_000;

/// All sentences of a meeting in the order in which they were begun.
pub(crate) fn all<'a>(record: &'a MeetingRecord, whole: Language, people: &People) -> Vec<Sentence<'a>> {
    let marked = is_marked(&record.segments);
    let mut done: Vec<(usize, Piece)> = Vec::new();
    let mut open: Vec<(usize, Piece)> = Vec::new();
    for (at, segment) in record.segments.iter().enumerate() {
        let words = token::tokens(&segment.text);
        if words.is_empty() {
            continue;
        }
        let timed =
            !segment.words.is_empty() && segment.words.len() == segment.text.split_whitespace().count();
        let mut pieces =
            cut(&words).into_iter().map(|w| Piece::new(at, segment, w, timed)).collect::<Vec<_>>();
        let earlier = open.iter().position(|(_, p)| p.segments[0].speaker == segment.speaker);
        let mut first = at;
        if let Some((begun, mut piece)) = earlier.map(|i| open.remove(i)) {
            if piece.goes_on_in(&pieces[0]) {
                piece.append(pieces.remove(0));
                pieces.insert(0, piece);
                first = begun;
            } else {
                done.push((begun, piece));
            }
        }
        if words.len() > 3 {
            // someone else took the floor: nobody's sentence goes on after that
            done.append(&mut open);
        }
        let last = pieces.pop();
        for (i, piece) in pieces.into_iter().enumerate() {
            done.push((if i == 0 { first } else { at }, piece));
            first = at;
        }
        if let Some(piece) = last {
            let ended = !marked || piece.words.last().is_some_and(Token::ends_sentence);
            if ended { &mut done } else { &mut open }.push((first, piece));
        }
    }
    done.append(&mut open);
    done.sort_by_key(|(at, piece)| (*at, piece.words[0].at));
    done.into_iter().filter_map(|(_, piece)| piece.finish(whole, marked, people)).collect()
}

/// Whether the transcript has marks at all: recognisers without punctuation end no sentence.
fn is_marked(segments: &[Segment]) -> bool {
    let long = |s: &&Segment| s.text.split_whitespace().nth(5).is_some();
    let ended = segments.iter().filter(long).filter(|s| s.text.contains(token::is_terminal)).count();
    ended * 3 >= segments.iter().filter(long).count()
}

/// A sentence in the making.
struct Piece<'a> {
    segments: Vec<&'a Segment>,
    places: Vec<usize>,
    words: Vec<Token>,
    start_ms: i64,
    end_ms: i64,
}

impl<'a> Piece<'a> {
    fn new(place: usize, segment: &'a Segment, words: Vec<Token>, timed: bool) -> Self {
        let (mut start_ms, mut end_ms) = (segment.start_ms, segment.end_ms);
        // the segment's own word times place a sentence to the second
        if timed {
            let time = |t: Option<&Token>| t.and_then(|t| segment.words.get(t.at));
            start_ms =
                time(words.first()).map_or(start_ms, |w| w.start_ms.clamp(start_ms, end_ms.max(start_ms)));
            end_ms = time(words.last()).map_or(end_ms, |w| w.end_ms.clamp(start_ms, end_ms.max(start_ms)));
        }
        Self { segments: vec![segment], places: vec![place], words, start_ms, end_ms }
    }

    fn goes_on_in(&self, next: &Self) -> bool {
        !next.words[0].is_capital()
            && next.start_ms.saturating_sub(self.end_ms) <= GAP_MAX_MS
            && self.words.len() + next.words.len() <= WORDS_MAX
    }

    fn append(&mut self, next: Self) {
        self.segments.extend(next.segments);
        self.places.extend(next.places);
        self.words.extend(next.words);
        self.end_ms = self.end_ms.max(next.end_ms);
    }

    fn finish(self, whole: Language, marked: bool, people: &People) -> Option<Sentence<'a>> {
        let language = language::of_words(&self.words, whole);
        let mut words = clean::compress(&self.words, language, marked);
        people.mark(&mut words);
        if words.is_empty() {
            return None;
        }
        Some(Sentence {
            segments: self.segments,
            places: self.places,
            start_ms: self.start_ms,
            end_ms: self.end_ms,
            text: clean::render(&words, language),
            terms: words
                .iter()
                .filter(|w| is_term(&w.low, language))
                .map(|w| language.stem(&w.low))
                .collect(),
            broken: self.words.last().is_some_and(Token::breaks_off),
            said: self.words,
            words,
            language,
        })
    }
}

fn is_term(low: &str, language: Language) -> bool {
    low.chars().nth(1).is_some() && !language.is_stop(low)
}

/// Cuts a segment's words into sentences.
fn cut(words: &[Token]) -> Vec<Vec<Token>> {
    let mut sentences = Vec::new();
    let mut from = 0;
    for at in 0..words.len() {
        if at + 1 == words.len() || ends(&words[at], &words[at + 1]) {
            shorten(&words[from..=at], &mut sentences);
            from = at + 1;
        }
    }
    sentences
}

/// Whether a sentence ends between two words.
fn ends(word: &Token, next: &Token) -> bool {
    if !word.ends_sentence() {
        return false;
    }
    let dot_only = word.trail.starts_with('.') && !word.trail.starts_with("..");
    let initial = word.core.chars().count() == 1 && word.is_capital() && word.low != "i";
    !(dot_only
        && (initial
            || ABBREVIATIONS.contains(&word.low.as_str())
            || next.core.starts_with(char::is_lowercase) && word.core.contains('.')))
}

const ABBREVIATIONS: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g", "i.e", "approx", "hon", "sr", "sra", "srta", "dra",
    "dña", "ud", "uds", "p.ej", "inc", "ltd", "jan", "feb", "aug", "sept", "oct", "nov", "dec", "fig", "núm",
];

/// Halves what is too long for a sentence, at its weakest place.
fn shorten(words: &[Token], sentences: &mut Vec<Vec<Token>>) {
    let marked = words.iter().any(|w| w.pauses() || w.ends_sentence());
    let most = if marked { WORDS_MAX } else { UNMARKED_MAX };
    let mut rest = words;
    while rest.len() > most {
        let least = most / 3;
        let weakest = (least..most).rev().max_by_key(|&i| {
            let joint = JOINTS.contains(&rest[i].low.as_str());
            2 * u8::from(rest[i - 1].trail.contains([';', ':', '—', '–']))
                + u8::from(rest[i - 1].pauses())
                + 2 * u8::from(joint)
        });
        let (head, tail) = rest.split_at(weakest.unwrap_or(most).max(1));
        sentences.push(head.to_vec());
        rest = tail;
    }
    if !rest.is_empty() {
        sentences.push(rest.to_vec());
    }
}

/// Words at which a long sentence falls apart.
const JOINTS: &[&str] = &[
    "and", "but", "so", "because", "then", "or", "which", "y", "pero", "entonces", "porque", "o", "además",
    "pues",
];
