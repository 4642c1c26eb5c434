//! Spanish deadlines.

use super::{Due, Today, calendar, number};
use crate::token::Token;
use chrono::{Datelike, NaiveDate, Weekday};

/// The deadline that begins at `words[at]`.
pub(crate) fn at(words: &[Token], at: usize, today: &Today) -> Option<Due> {
    let low = |i: usize| words.get(i).map_or("", |w| w.low.as_str());
    let before = |back: usize| at.checked_sub(back).map_or("", low);
    let article = matches!(before(1), "el" | "la" | "este" | "esta" | "próximo" | "próxima" | "al");
    let preposition = if article { before(2) } else { before(1) };
    if preposition == "desde" || before(1) == "pasado" && low(at) != "mañana" {
        return None;
    }
    let firm = matches!(preposition, "para" | "hasta" | "antes" | "del" | "de" | "a" | "tardar")
        && (preposition != "de" && preposition != "del"
            || matches!(before(2), "antes")
            || matches!(before(3), "antes"));
    let day = today.day;
    let found = relative(words, at, day)
        .or_else(|| span(words, at, day))
        .or_else(|| weekday(words, at, day))
        .or_else(|| dated(words, at, day))
        .or_else(|| calendar::written(low(at), day, false));
    found.map(|day| Due { day, firm })
}

/// `hoy`, `mañana`, `en dos semanas`, `dentro de quince días`.
fn relative(words: &[Token], at: usize, day: NaiveDate) -> Option<NaiveDate> {
    let low = |i: usize| words.get(at + i).map_or("", |w| w.low.as_str());
    let before = at.checked_sub(1).map_or("", |i| words[i].low.as_str());
    match low(0) {
        "hoy" => Some(day),
        "esta" if matches!(low(1), "tarde" | "noche") => Some(day),
        "mañana" if before == "pasado" => calendar::after(day, 2),
        // la mañana is the morning
        "mañana" if !matches!(before, "la" | "esta" | "cada") => calendar::after(day, 1),
        "en" => later(words, at + 1, day),
        "dentro" if low(1) == "de" => later(words, at + 2, day),
        _ => None,
    }
}

fn later(words: &[Token], at: usize, day: NaiveDate) -> Option<NaiveDate> {
    let (many, length, _) = number::at(words, at).filter(|(n, ..)| *n <= 400)?;
    match words.get(at + length)?.low.as_str() {
        "día" | "días" => calendar::after(day, many.into()),
        "semana" | "semanas" => calendar::after(day, 7 * u64::from(many)),
        "mes" | "meses" => calendar::months_after(day, many),
        _ => None,
    }
}

/// `fin de mes`, `esta semana`, `la semana que viene`, `el próximo trimestre`.
fn span(words: &[Token], at: usize, day: NaiveDate) -> Option<NaiveDate> {
    let low = |i: usize| words.get(at + i).map_or("", |w| w.low.as_str());
    let end = matches!(low(0), "fin" | "final" | "finales" | "principios" | "mediados")
        && matches!(low(1), "de" | "del");
    let mut i = if end { 2 } else { 0 };
    if end && matches!(low(i), "la" | "el" | "este" | "esta") {
        i += 1;
    }
    let named = matches!(low(i), "este" | "esta");
    let mut next = matches!(low(i), "próximo" | "próxima");
    if named || next {
        i += 1;
    }
    let unit = low(i);
    next |= matches!((low(i + 1), low(i + 2)), ("que", "viene") | ("próxima" | "próximo", _));
    if end && unit == "semana" && !next && i == 2 && low(0) == "fin" {
        // el fin de semana
        return calendar::this(day, Weekday::Sun);
    }
    if let (true, Some(month)) = (end, month(unit)) {
        return calendar::month_end(calendar::date(day.with_day(1)?, 1, month, None)?, 0);
    }
    if !(end || named || next) {
        return None;
    }
    match (unit, low(0)) {
        ("semana", "principios") if next => calendar::next_week(day, Weekday::Mon),
        ("semana", "mediados") if next => calendar::next_week(day, Weekday::Wed),
        ("semana", _) if next => calendar::next_week(day, Weekday::Fri),
        ("semana", "principios" | "mediados") => None,
        ("semana", _) => calendar::this(day, Weekday::Fri),
        ("mes", "principios") if next => calendar::month_end(day, 0)?.succ_opt(),
        ("mes", "principios" | "mediados") => None,
        ("mes", _) => calendar::month_end(day, u32::from(next)),
        ("trimestre", _) => calendar::quarter_end(day, u32::from(next)),
        ("año", _) if !next => calendar::year_end(day),
        _ => None,
    }
}

/// `el viernes`, `este viernes`, `el viernes que viene`, `el lunes de la semana que viene`.
fn weekday(words: &[Token], at: usize, day: NaiveDate) -> Option<NaiveDate> {
    let low = |i: usize| words.get(at + i).map_or("", |w| w.low.as_str());
    let before = at.checked_sub(1).map_or("", |i| words[i].low.as_str());
    let named = name_of_day(low(0))?;
    if low(1) == "pasado" || matches!(before, "los" | "cada") {
        return None;
    }
    let week = matches!((low(1), low(2), low(3)), ("de", "la", "semana" | "próxima"));
    if week { calendar::next_week(day, named) } else { calendar::next(day, named) }
}

/// `12 de marzo`, `doce de marzo de 2027`, `el día 15`.
fn dated(words: &[Token], at: usize, day: NaiveDate) -> Option<NaiveDate> {
    let low = |i: usize| words.get(i).map_or("", |w| w.low.as_str());
    let before = at.checked_sub(1).map_or("", low);
    let (date, length, _) = number::at(words, at).filter(|(n, ..)| (1..=31).contains(n))?;
    let after = at + length;
    if low(after) == "de"
        && let Some(month) = month(low(after + 1))
    {
        let of = after + 2 + usize::from(matches!(low(after + 2), "de" | "del"));
        let year = words.get(of).and_then(|w| w.low.parse().ok()).filter(|y| (1990..2200).contains(y));
        return calendar::date(day, date, month, year);
    }
    if before == "día" { calendar::day_of_month(day, date) } else { None }
}

fn name_of_day(low: &str) -> Option<Weekday> {
    const NAMES: &[&str] =
        &["lunes", "martes", "miércoles/miercoles", "jueves", "viernes", "sábado/sabado", "domingo"];
    let place = NAMES.iter().position(|n| n.split('/').any(|n| n == low))?;
    Weekday::try_from(place as u8).ok()
}

fn month(low: &str) -> Option<u32> {
    const NAMES: &[&str] = &[
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre/setiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ];
    NAMES.iter().position(|n| n.split('/').any(|n| n == low)).map(|i| i as u32 + 1)
}
