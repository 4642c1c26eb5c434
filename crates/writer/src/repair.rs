//! Repairs of speech: broken-off words, false starts and words said twice. Only removes.

use crate::clean::remove;
use crate::language::Language;
use crate::token::Token;

/// Broken-off words (`w- we`, `th this`) and short starts that are begun again (`it — they — there`).
pub(crate) fn false_starts(words: &mut Vec<Token>, language: Language, marked: bool) {
    let mut at = 0;
    let mut clause = 0;
    while at < words.len() {
        let stray = marked && is_stray_letter(words, at, language);
        if stray || at + 1 < words.len() && is_fragment(&words[at], &words[at + 1], language) {
            remove(words, at);
            continue;
        }
        let broken = at + 1 < words.len() && words[at].breaks_off();
        if broken && at - clause < 4 && words[clause..=at].iter().all(|w| language.is_stop(&w.low)) {
            (clause..=at).for_each(|_| remove(words, clause));
            at = clause;
            continue;
        }
        if words[at].breaks_off() || words[at].pauses() || words[at].ends_sentence() {
            clause = at + 1;
        }
        at += 1;
    }
}

/// Whether `word` is the beginning of `next`, broken off: `w- we`, `th this`, `func functions`.
fn is_fragment(word: &Token, next: &Token, language: Language) -> bool {
    let letters = word.low.chars().count();
    let more = next.low.chars().count().saturating_sub(letters);
    let begins = more > 0 && next.low.starts_with(&word.low) && word.low.chars().all(char::is_alphabetic);
    if !begins || word.pauses() || word.ends_sentence() {
        return false;
    }
    let vowel = word.low.contains(['a', 'e', 'i', 'o', 'u', 'y', 'á', 'é', 'í', 'ó', 'ú']);
    let capital = word.is_capital() && !next.is_capital() && letters > 1;
    word.trail.starts_with('-')
        || !capital && (!vowel && letters <= 3 || more > 2 && letters <= 4 && !language.is_stop(&word.low))
}

/// Whether a single small letter stands where no letter is named: `so c looking at it`.
fn is_stray_letter(words: &[Token], at: usize, language: Language) -> bool {
    let letter = |i: usize| {
        words.get(i).is_some_and(|w| w.low.len() == 1 && w.low.chars().all(|c| c.is_ascii_alphabetic()))
    };
    let word = |i: usize| words.get(i).map_or("", |w| w.low.as_str());
    let real = match language {
        Language::Spanish => ["a", "e", "o", "u", "y"].contains(&word(at)),
        _ => ["a", "i", "o"].contains(&word(at)),
    };
    let spelt = at > 0 && letter(at - 1)
        || letter(at + 1)
        || letter(at + 2) && matches!(word(at + 1), "and" | "to" | "y");
    let named = at > 0 && (words[at - 1].core.contains(char::is_numeric) || LETTERED.contains(&word(at - 1)));
    letter(at) && !real && !words[at].is_capital() && !spelt && !named
}

/// Words after which a letter names something.
const LETTERED: &[&str] = &[
    "plan", "option", "part", "letter", "vitamin", "team", "group", "button", "point", "item", "version",
    "type", "class", "grade", "series", "room", "gate", "appendix", "exhibit", "section", "step", "phase",
    "model", "variant", "opción", "parte", "letra", "vitamina", "equipo", "grupo", "botón", "punto",
    "versión", "tipo", "clase", "sala", "anexo", "fase", "the", "la", "and", "to", "of",
];

/// Words and runs of up to four words said twice: `we have we have`, `it it's`.
pub(crate) fn repetitions(words: &mut Vec<Token>) {
    for run in (1..=4).rev() {
        let mut at = 0;
        while at + 2 * run <= words.len() {
            let (first, second) = (&words[at..at + run], &words[at + run..at + 2 * run]);
            let same = first.iter().zip(second).enumerate().all(|(i, (a, b))| {
                a.low == b.low || i + 1 == run && b.low.starts_with(&format!("{}'", a.low))
            });
            // numbers are read out twice on purpose, and so is an emphatic `no`
            let meant = first.iter().any(|w| w.low.contains(|c: char| c.is_numeric()))
                || first.iter().any(Token::ends_sentence)
                || run == 1 && MEANT_TWICE.contains(&first[0].low.as_str());
            if same && !meant {
                (0..run).for_each(|_| remove(words, at));
            } else {
                at += 1;
            }
        }
    }
}

const MEANT_TWICE: &[&str] = &[
    "had", "no", "bye", "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez",
];
