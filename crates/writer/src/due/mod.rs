//! Due dates: `by Friday`, `tomorrow`, `in two weeks`, `el 12 de marzo`, resolved against the day
//! of the meeting. A deadline is the last day on which the thing is in time: `next week` is its
//! Friday, `this month` its last day. What lies before the meeting is no deadline.

mod calendar;
mod english;
mod number;
mod spanish;

use crate::language::Language;
use crate::token::Token;
use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;
use huddle_domain::record::MeetingRecord;

/// The day of the meeting and how its people write dates.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Today {
    day: NaiveDate,
    /// `3/12` is the twelfth of March.
    month_first: bool,
}

/// A deadline found in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    /// The last day in time.
    pub day: NaiveDate,
    /// Whether it was said as a deadline (`by`, `until`, `para`) or only as a time.
    pub firm: bool,
}

impl Today {
    /// The day of a meeting in its zone, where it is known when it was.
    pub fn of(record: &MeetingRecord, language: Language) -> Option<Self> {
        let day = record.started_at?.with_timezone(&record.time_zone).date_naive();
        let sane = (1970..9000).contains(&day.year());
        sane.then_some(Self {
            day,
            month_first: language != Language::Spanish && counts_months_first(record.time_zone),
        })
    }

    /// The deadline that the words name: the first that is said as one, else the first at all.
    pub fn due(&self, words: &[Token], language: Language) -> Option<Due> {
        let mut soft = None;
        for at in 0..words.len() {
            let found = match language {
                Language::Spanish => spanish::at(words, at, self),
                _ => english::at(words, at, self),
            };
            match found {
                Some(due) if due.day < self.day => {}
                Some(due) if due.firm => return Some(due),
                Some(due) => soft = soft.or(Some(due)),
                None => {}
            }
        }
        soft
    }
}

/// Zones of the United States write the month first.
fn counts_months_first(zone: Tz) -> bool {
    const CITIES: &[&str] = &[
        "America/New_York",
        "America/Chicago",
        "America/Denver",
        "America/Los_Angeles",
        "America/Phoenix",
        "America/Anchorage",
        "America/Detroit",
        "America/Boise",
        "Pacific/Honolulu",
    ];
    let name = zone.name();
    CITIES.contains(&name)
        || ["US/", "America/Indiana/", "America/Kentucky/", "America/North_Dakota/"]
            .iter()
            .any(|p| name.starts_with(p))
}

#[cfg(test)]
mod tests;
