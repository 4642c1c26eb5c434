//! English deadlines.

use super::{Due, Today, calendar, number};
use crate::token::Token;
use chrono::{NaiveDate, Weekday};

/// The deadline that begins at `words[at]`.
pub(crate) fn at(words: &[Token], at: usize, today: &Today) -> Option<Due> {
    let low = |i: usize| words.get(i).map_or("", |w| w.low.as_str());
    let before = |back: usize| at.checked_sub(back).map_or("", low);
    // `by the end of…`: look through the article
    let preposition =
        if matches!(before(1), "the" | "this" | "next" | "coming") { before(2) } else { before(1) };
    if matches!(preposition, "last" | "since" | "from" | "past") || before(1) == "last" {
        return None;
    }
    let firm =
        matches!(preposition, "by" | "until" | "till" | "before" | "due" | "for" | "latest" | "within");
    let day = today.day;
    let found = span(words, at, day)
        .or_else(|| relative(words, at, day))
        .or_else(|| weekday(words, at, day, preposition))
        .or_else(|| dated(words, at, day, preposition))
        .or_else(|| calendar::written(low(at), day, today.month_first));
    found.map(|day| Due { day, firm: firm || matches!(low(at), "eod" | "eow" | "eom" | "cob" | "end") })
}

/// `today`, `tomorrow`, `in two weeks`.
fn relative(words: &[Token], at: usize, day: NaiveDate) -> Option<NaiveDate> {
    let low = |i: usize| words.get(at + i).map_or("", |w| w.low.as_str());
    match low(0) {
        "today" | "tonight" | "eod" | "cob" => Some(day),
        "this" if matches!(low(1), "afternoon" | "evening") => Some(day),
        "tomorrow" if at >= 2 && words[at - 1].low == "after" && words[at - 2].low == "day" => {
            calendar::after(day, 2)
        }
        "tomorrow" => calendar::after(day, 1),
        "in" | "within" => {
            let (many, length) = count(words, at + 1)?;
            // "in two weeks' time" as well as "in two weeks"
            units(low(1 + length).trim_end_matches('\''), many, day)
        }
        _ => {
            let (many, length) = count(words, at)?;
            let from = low(length + 1) == "from" && matches!(low(length + 2), "now" | "today");
            if from { units(low(length), many, day) } else { None }
        }
    }
}

/// `two`, `a`, `a couple of`, `the next three`.
fn count(words: &[Token], at: usize) -> Option<(u32, usize)> {
    let low = |i: usize| words.get(at + i).map_or("", |w| w.low.as_str());
    match (low(0), low(1), low(2)) {
        ("the", "next", _) => number::at(words, at + 2).map(|(n, l, _)| (n, l + 2)),
        ("a", "couple", "of") => Some((2, 3)),
        ("a", "couple", _) => Some((2, 2)),
        ("a" | "an", ..) => Some((1, 1)),
        _ => number::at(words, at).map(|(n, l, _)| (n, l)),
    }
}

fn units(unit: &str, many: u32, day: NaiveDate) -> Option<NaiveDate> {
    match unit {
        _ if many > 400 => None,
        "day" | "days" => calendar::after(day, many.into()),
        "week" | "weeks" => calendar::after(day, 7 * u64::from(many)),
        "fortnight" => calendar::after(day, 14),
        "month" | "months" => calendar::months_after(day, many),
        _ => None,
    }
}

/// `end of the week`, `this month`, `next quarter`.
fn span(words: &[Token], at: usize, day: NaiveDate) -> Option<NaiveDate> {
    let low = |i: usize| words.get(at + i).map_or("", |w| w.low.as_str());
    match low(0) {
        "eow" => return calendar::this(day, Weekday::Fri),
        "eom" => return calendar::month_end(day, 0),
        "eoy" => return calendar::year_end(day),
        _ => {}
    }
    let place = match low(0) {
        "end" | "close" | "beginning" | "start" | "middle" if low(1) == "of" => low(0),
        "this" | "next" => "",
        "weekend" => return calendar::this(day, Weekday::Sun),
        _ => return None,
    };
    let mut i = if place.is_empty() { 0 } else { 2 };
    let next = low(i) == "next";
    if matches!(low(i), "the" | "this" | "next") {
        i += 1;
    }
    let ahead = u32::from(next);
    match (low(i), place) {
        ("day" | "today" | "business", "end" | "close") => Some(day),
        ("tomorrow", "end") => calendar::after(day, 1),
        ("week", "beginning" | "start") if next => calendar::next_week(day, Weekday::Mon),
        ("week", "middle") if next => calendar::next_week(day, Weekday::Wed),
        ("week", _) if next => calendar::next_week(day, Weekday::Fri),
        ("week", "end" | "") => calendar::this(day, Weekday::Fri),
        ("weekend", _) => {
            calendar::this(day, Weekday::Sun).and_then(|d| calendar::after(d, 7 * u64::from(ahead)))
        }
        ("month", "beginning" | "start") if next => calendar::month_end(day, 0)?.succ_opt(),
        ("month", "end" | "") => calendar::month_end(day, ahead),
        ("quarter", "end" | "") => calendar::quarter_end(day, ahead),
        ("year", "end" | "") if !next => calendar::year_end(day),
        (name, "end") => calendar::month_end(calendar::date(first_of(day), 1, month(name)?, None)?, 0),
        _ => None,
    }
}

fn first_of(day: NaiveDate) -> NaiveDate {
    chrono::Datelike::with_day(&day, 1).unwrap_or(day)
}

/// `Friday`, `next Friday`, `this coming Friday`, where it is a time and not a name.
fn weekday(words: &[Token], at: usize, day: NaiveDate, preposition: &str) -> Option<NaiveDate> {
    let named = name_of_day(&words[at].low)?;
    let before = at.checked_sub(1).map_or("", |i| words[i].low.as_str());
    let after = words.get(at + 1).map_or("", |w| w.low.as_str());
    let time = matches!(preposition, "by" | "on" | "until" | "till" | "before" | "due" | "for" | "latest")
        || matches!(before, "this" | "next" | "coming");
    // "send it Friday" but not "the Friday report"
    let ends = words[at].pauses()
        || words[at].ends_sentence()
        || at + 1 == words.len()
        || AFTER_A_DAY.contains(&after);
    if !(time || ends && before != "the") {
        return None;
    }
    match before {
        "next" => calendar::next_week(day, named),
        "this" => calendar::this(day, named),
        _ if after == "week" => None,
        _ => calendar::next(day, named),
    }
}

const AFTER_A_DAY: &[&str] = &[
    "morning",
    "afternoon",
    "evening",
    "night",
    "noon",
    "at",
    "if",
    "then",
    "because",
    "and",
    "so",
    "or",
    "latest",
    "before",
    "after",
    "with",
    "okay",
    "ok",
    "but",
    "when",
    "please",
    "i'll",
    "i",
    "we",
    "we'll",
];

/// `12 March`, `the 12th of March`, `March 12`, `the 15th`, `in March`.
fn dated(words: &[Token], at: usize, day: NaiveDate, preposition: &str) -> Option<NaiveDate> {
    let low = |i: usize| words.get(i).map_or("", |w| w.low.as_str());
    if let Some(month) = month(low(at)) {
        if let Some((date, length, _)) = number::at(words, at + 1).filter(|(n, ..)| (1..=31).contains(n)) {
            return calendar::date(day, date, month, year(words, at + 1 + length));
        }
        if low(at + 1) == "the"
            && let Some((date, length, true)) = number::at(words, at + 2)
        {
            return calendar::date(day, date, month, year(words, at + 2 + length));
        }
        let first = calendar::date(first_of(day), 1, month, None)?;
        return match preposition {
            "in" | "during" => calendar::month_end(first, 0),
            "by" | "before" | "until" if first > day => Some(first),
            _ => None,
        };
    }
    let (date, length, ordinal) = number::at(words, at).filter(|(n, ..)| (1..=31).contains(n))?;
    let after = at + length;
    let of = usize::from(low(after) == "of");
    if let Some(month) = month(low(after + of)) {
        return calendar::date(day, date, month, year(words, after + of + 1));
    }
    let alone = ordinal
        && at > 0
        && words[at - 1].low == "the"
        && matches!(preposition, "by" | "on" | "until" | "before");
    if alone { calendar::day_of_month(day, date) } else { None }
}

fn year(words: &[Token], at: usize) -> Option<i32> {
    let word = words.get(at)?;
    word.low.parse().ok().filter(|y| (1990..2200).contains(y))
}

fn name_of_day(low: &str) -> Option<Weekday> {
    const NAMES: &[&str] = &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let place = NAMES.iter().position(|n| *n == low)?;
    Weekday::try_from(place as u8).ok()
}

fn month(low: &str) -> Option<u32> {
    const NAMES: &[&str] = &[
        "january/jan",
        "february/feb",
        "march",
        "april/apr",
        "may",
        "june/jun",
        "july/jul",
        "august/aug",
        "september/sept/sep",
        "october/oct",
        "november/nov",
        "december/dec",
    ];
    NAMES.iter().position(|n| n.split('/').any(|n| n == low)).map(|i| i as u32 + 1)
}
