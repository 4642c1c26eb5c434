//! The words of a task: where it ends, what does not belong to it, and whether it can stand alone.

use crate::clean;
use crate::language::Language;
use crate::people::Name;
use crate::token::Token;

/// The words of the task that begins with the verb at `verb` and ends before `end` at the latest.
pub(crate) fn cut(words: &[Token], verb: usize, end: usize) -> Vec<Token> {
    let ends = (verb + 3..end).find(|&at| ENDS.contains(&words[at].low.as_str()));
    let mut task = words[verb..ends.unwrap_or(end)].to_vec();
    while task.last().is_some_and(|w| LOOSE.contains(&w.low.as_str())) {
        task.pop();
    }
    without_address(&mut task);
    task
}

/// Takes `, Bob` off the end.
fn without_address(task: &mut Vec<Token>) {
    let Some(last) = task.len().checked_sub(1) else { return };
    let named = matches!(task[last].name, Some((1, Name::Known(_))));
    if named && last > 1 && task[last - 1].pauses() {
        task.pop();
    }
}

/// Words with which something else begins.
const ENDS: &[&str] = &[
    "okay", "ok", "alright", "great", "thanks", "because", "but", "vale", "gracias", "perfecto", "porque",
    "pero", "yeah", "cause",
];

/// Words that join a task to what came after it.
const LOOSE: &[&str] = &[
    "and", "then", "so", "but", "or", "y", "pero", "entonces", "that", "que", "if", "please", "right", "you",
    "know",
];

/// Whether a task names its object only by pointing back: `look into that by Wednesday`.
pub(crate) fn points_back(task: &[Token]) -> bool {
    let points = task.iter().skip(1).any(|w| POINTERS.contains(&w.low.as_str()));
    let names = |w: &Token| {
        !Language::Unknown.is_stop(&w.low)
            && !TIMES.contains(&w.low.as_str())
            && !w.low.contains(char::is_numeric)
    };
    points && !task.iter().skip(1).any(names)
}

const POINTERS: &[&str] =
    &["it", "that", "this", "them", "those", "these", "one", "ones", "eso", "esto", "ello", "ellos", "ellas"];

/// Words that say when.
const TIMES: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "today",
    "tomorrow",
    "tonight",
    "morning",
    "afternoon",
    "evening",
    "week",
    "weeks",
    "month",
    "months",
    "day",
    "days",
    "year",
    "quarter",
    "end",
    "lunes",
    "martes",
    "miércoles",
    "jueves",
    "viernes",
    "mañana",
    "semana",
    "mes",
    "día",
    "fin",
    "tarde",
    "soon",
    "later",
    "latest",
    "noon",
];

/// A task is asked for with a question and written as a statement.
pub(crate) fn statement(text: &str) -> String {
    let bare = text.trim_end_matches(['?', '？', '؟']);
    if bare.len() == text.len() { text.to_owned() } else { clean::dress(bare) }
}
