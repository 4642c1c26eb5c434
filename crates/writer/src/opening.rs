//! Openings that only hold the floor, and those that do not. Only removes.

use crate::clean::{remove, starts_with};
use crate::language::Language;
use crate::token::Token;

/// Openings that only hold the floor: `okay so`, `well,`, `and`.
pub(crate) fn openings(words: &mut Vec<Token>, language: Language) {
    let (single, phrases) = match language {
        Language::Spanish => (OPEN_ES, OPEN_PHRASES_ES),
        _ => (OPEN_EN, OPEN_PHRASES_EN),
    };
    while words.len() > 1 {
        let next = words[1].low.as_str();
        let bound =
            BOUND.iter().any(|(opening, followers)| *opening == words[0].low && followers.contains(&next));
        let praise =
            PRAISE.contains(&words[0].low.as_str()) && (words[0].pauses() || AFTER_PRAISE.contains(&next));
        if words.len() > 3
            && FORMAL.contains(&words[0].low.as_str())
            && CHAIRS.contains(&next)
            && words[1].pauses()
        {
            (0..2).for_each(|_| remove(words, 0));
        } else if let Some(phrase) = phrases.iter().find(|p| starts_with(words, p)) {
            let length = phrase.split(' ').count();
            if length >= words.len() {
                break;
            }
            (0..length).for_each(|_| remove(words, 0));
        } else if (single.contains(&words[0].low.as_str()) && !bound || praise) && !words[0].ends_sentence() {
            remove(words, 0);
        } else {
            break;
        }
    }
}

/// Openings that belong to what follows them: `so far`, `right now`.
const BOUND: &[(&str, &[&str])] = &[
    (
        "so",
        &[
            "far", "that", "much", "many", "long", "called", "is", "are", "was", "does", "do", "did", "be",
            "on", "as",
        ],
    ),
    (
        "right",
        &[
            "now", "away", "here", "there", "after", "before", "at", "in", "on", "side", "hand", "of", "to",
            "across",
        ],
    ),
    (
        "well",
        &[
            "done",
            "known",
            "over",
            "before",
            "below",
            "above",
            "in",
            "under",
            "defined",
            "established",
            "into",
        ],
    ),
    ("but", &["for"]),
    ("yes", &["or"]),
    ("okay", &["with", "for"]),
    ("ok", &["with", "for"]),
    ("bien", &["hecho", "por"]),
    ("pero", &[]),
];

/// `Mr. Chair,` says nothing.
const FORMAL: &[&str] = &["mr", "mrs", "ms", "madam", "señor", "señora"];
const CHAIRS: &[&str] =
    &["chair", "speaker", "president", "chairman", "chairperson", "presidente", "presidenta"];

/// Words of praise that open a sentence when a pause or a new start follows.
const PRAISE: &[&str] = &[
    "cool",
    "great",
    "good",
    "perfect",
    "excellent",
    "fine",
    "right",
    "perfecto",
    "genial",
    "again",
    "now",
    "sure",
];
const AFTER_PRAISE: &[&str] = &[
    "so", "okay", "ok", "and", "well", "then", "i", "i'll", "we", "we'll", "let's", "thanks", "entonces",
    "pues", "vamos",
];

const OPEN_EN: &[&str] = &[
    "okay",
    "ok",
    "well",
    "right",
    "yeah",
    "yep",
    "alright",
    "so",
    "and",
    "but",
    "anyway",
    "basically",
    "actually",
    "obviously",
    "yes",
    "anyways",
    "'cause",
    "plus",
];
const OPEN_PHRASES_EN: &[&str] =
    &["i mean", "you know", "all right", "i guess", "as i said", "like i said", "of course"];
const OPEN_ES: &[&str] =
    &["bueno", "pues", "vale", "entonces", "y", "pero", "claro", "bien", "oye", "mira", "sí", "ok", "okay"];
const OPEN_PHRASES_ES: &[&str] =
    &["o sea", "a ver", "de acuerdo", "por supuesto", "es que", "la verdad es que"];
