//! The in-process extractive writer: a meeting's record in, minutes with evidence out. Pure and
//! deterministic: no IO, no clock, no chance, no model. It takes sentences that were said, strips
//! fillers and false starts, and sorts them; it never writes a word that nobody spoke.
//!
//! ```text
//! segments ─ sentence ─ clean ─┬─ topics ─ rank ─ pick ──▶ summary, key points
//!                              ├─ decisions ─────────────▶ decisions
//!                              ├─ actions (people, due) ─▶ action items
//!                              └─ questions ─────────────▶ open questions
//! ```

mod actions;
mod clean;
mod decisions;
mod due;
mod language;
mod opening;
mod people;
mod phrase;
mod pick;
mod questions;
mod rank;
mod repair;
mod sentence;
mod token;
mod topics;
mod weight;

use huddle_domain::{minutes::Minutes, record::MeetingRecord};
use std::collections::HashSet;

/// What [`Minutes::writer`] says of minutes made here; the number grows when the same record would
/// give other minutes.
pub const WRITER: &str = "extractive/1";

/// Writes the minutes of a meeting. The same record always gives the same minutes; a record in
/// which nothing was said gives minutes without items.
pub fn write(record: &MeetingRecord) -> Minutes {
    let language = language::of(record);
    let people = people::People::of(record);
    let sentences = sentence::all(record, language, &people);
    let decisions = decisions::find(&sentences);
    let actions = actions::find(&sentences, &people, due::Today::of(record, language));
    let questions = questions::find(&sentences);
    let told: Vec<usize> = decisions.iter().chain(&questions).flat_map(|(_, from)| from.clone()).collect();
    let promised: Vec<usize> = actions.iter().flat_map(|(_, from)| from.clone()).collect();
    let scores = rank::score(&sentences, &subject(record, language));
    let picked = pick::pick(&sentences, &scores, &told, &promised);
    Minutes {
        writer: WRITER.to_owned(),
        language: language.tag().to_owned(),
        summary: picked.summary.iter().map(|&at| sentences[at].item()).collect(),
        key_points: picked.key_points.iter().map(|&at| sentences[at].item()).collect(),
        decisions: decisions.into_iter().map(|(item, _)| item).collect(),
        action_items: actions.into_iter().map(|(item, _)| item).collect(),
        questions: questions.into_iter().map(|(item, _)| item).collect(),
    }
}

/// The terms of the title and the agenda.
fn subject(record: &MeetingRecord, language: language::Language) -> HashSet<String> {
    let titles = std::iter::once(&record.title).chain(record.agenda.iter().map(|item| &item.title));
    titles.flat_map(|title| sentence::terms(&token::tokens(title), language)).collect()
}

#[cfg(test)]
mod tests;
