//! Deadlines as people say them, on Wednesday 18 November 2026.

use super::*;
use crate::token::tokens;

fn said(text: &str, language: Language, month_first: bool) -> Option<String> {
    let day = NaiveDate::from_ymd_opt(2026, 11, 18).unwrap();
    Today { day, month_first }.due(&tokens(text), language).map(|d| d.day.to_string())
}

#[track_caller]
fn en(text: &str, day: &str) {
    assert_eq!(said(text, Language::English, false).as_deref(), Some(day), "{text}");
}

#[track_caller]
fn es(text: &str, day: &str) {
    assert_eq!(said(text, Language::Spanish, false).as_deref(), Some(day), "{text}");
}

#[test]
fn near_days_are_counted_from_the_meeting() {
    en("I'll send it today", "2026-11-18");
    en("by end of day", "2026-11-18");
    en("by the end of the day", "2026-11-18");
    en("I'll do it tomorrow morning", "2026-11-19");
    en("the day after tomorrow", "2026-11-20");
    es("lo mando hoy", "2026-11-18");
    es("lo mando mañana por la mañana", "2026-11-19");
    es("pasado mañana", "2026-11-20");
}

#[test]
fn a_weekday_is_the_next_one() {
    en("by Friday", "2026-11-20");
    en("send it friday", "2026-11-20");
    en("by Wednesday", "2026-11-25");
    en("on monday morning", "2026-11-23");
    en("this Friday", "2026-11-20");
    en("next Friday", "2026-11-27");
    en("by next Monday at the latest", "2026-11-23");
    es("para el viernes", "2026-11-20");
    es("el lunes que viene", "2026-11-23");
    es("antes del miércoles", "2026-11-25");
    es("el jueves de la semana que viene", "2026-11-26");
}

#[test]
fn weeks_months_and_quarters_end_on_their_last_day() {
    en("this week", "2026-11-20");
    en("by the end of the week", "2026-11-20");
    en("next week", "2026-11-27");
    en("by the end of next week", "2026-11-27");
    en("at the beginning of next week", "2026-11-23");
    en("end of the month", "2026-11-30");
    en("end of month", "2026-11-30");
    en("next month", "2026-12-31");
    en("by the end of the quarter", "2026-12-31");
    en("end of March", "2027-03-31");
    en("before the end of the year", "2026-12-31");
    en("over the weekend", "2026-11-22");
    es("esta semana", "2026-11-20");
    es("la semana que viene", "2026-11-27");
    es("la próxima semana", "2026-11-27");
    es("a fin de mes", "2026-11-30");
    es("a finales de este mes", "2026-11-30");
    es("el mes que viene", "2026-12-31");
    es("este fin de semana", "2026-11-22");
}

#[test]
fn spans_of_time_are_added() {
    en("in two weeks", "2026-12-02");
    en("in 3 days", "2026-11-21");
    en("within a week", "2026-11-25");
    en("in a couple of days", "2026-11-20");
    en("two weeks from now", "2026-12-02");
    en("in a month", "2026-12-18");
    es("en dos semanas", "2026-12-02");
    es("dentro de quince días", "2026-12-03");
    es("en un mes", "2026-12-18");
}

#[test]
fn a_date_is_the_next_of_its_name() {
    en("by 12 March", "2027-03-12");
    en("by the 12th of March", "2027-03-12");
    en("on March 12th", "2027-03-12");
    en("by november twenty first", "2026-11-21");
    en("by March 12, 2028", "2028-03-12");
    en("by the 15th", "2026-12-15");
    en("by the twentieth", "2026-11-20");
    en("by 2026-12-01", "2026-12-01");
    en("by December", "2026-12-01");
    en("in December", "2026-12-31");
    es("el 12 de marzo", "2027-03-12");
    es("para el doce de marzo de 2028", "2028-03-12");
    es("antes del día 15", "2026-12-15");
}

#[test]
fn the_zone_tells_which_number_is_the_month() {
    en("by 3/12", "2026-12-03");
    en("by 12/25", "2026-12-25");
    en("by 3/12/2027", "2027-12-03");
    es("para el 3/12", "2026-12-03");
    assert_eq!(said("by 3/12", Language::English, true).as_deref(), Some("2027-03-12"));
    assert!(counts_months_first(Tz::America__Chicago) && !counts_months_first(Tz::Europe__London));
}

#[test]
fn what_was_or_is_only_named_is_no_deadline() {
    for text in [
        "the notes from Monday",
        "last Friday",
        "since Tuesday",
        "the Friday report",
        "on 1 March 2020",
        "three of them",
        "may I come in",
        "in the end",
        "by 45/99",
        "99999999999/1",
        "in 99999 weeks",
    ] {
        assert_eq!(said(text, Language::English, false), None, "{text}");
    }
    for text in ["el viernes pasado", "por la mañana", "desde el lunes", "todos los martes", "en una reunión"]
    {
        assert_eq!(said(text, Language::Spanish, false), None, "{text}");
    }
}

#[test]
fn a_deadline_goes_before_a_time() {
    en("tomorrow I'll start so that you have it by Friday", "2026-11-20");
}

#[test]
fn dates_at_the_edge_of_the_calendar_do_not_panic() {
    let today = Today { day: NaiveDate::MAX, month_first: false };
    for text in [
        "tomorrow",
        "by the end of next month",
        "in 300 months",
        "by Friday",
        "12 March",
        "next quarter",
        "end of March",
    ] {
        let _ = today.due(&tokens(text), Language::English);
    }
    let leap = Today { day: NaiveDate::from_ymd_opt(2027, 1, 5).unwrap(), month_first: false };
    assert_eq!(leap.due(&tokens("29 February"), Language::English).unwrap().day.to_string(), "2028-02-29");
}
