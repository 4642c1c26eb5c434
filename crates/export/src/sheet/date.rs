//! Dates in the words of a language and in the zone of the meeting.

use crate::{labels::Labels, time};
use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, TimeDelta};
use chrono_tz::Tz;
use huddle_domain::record::MeetingRecord;

/// Day, times, zone and length of a meeting. A beginning at midnight sharp without an end is the day
/// alone: nobody knows the hour.
pub(super) fn when(record: &MeetingRecord, labels: &Labels) -> Option<String> {
    let zone = record.time_zone;
    let start = record.started_at?.with_timezone(&zone);
    let day = long_day(start.date_naive(), labels);
    let Some(end) = record.ended_at.map(|e| e.with_timezone(&zone)).filter(|e| *e >= start) else {
        let hour = if start.time() == NaiveTime::MIN {
            String::new()
        } else {
            format!(", {} ({zone})", clock(start))
        };
        return Some(day + &hour);
    };
    let end_day = if end.date_naive() == start.date_naive() {
        String::new()
    } else {
        long_day(end.date_naive(), labels) + ", "
    };
    let joint = if end_day.is_empty() { "–" } else { " – " };
    let length = match end - start {
        none if none < TimeDelta::seconds(1) => String::new(),
        some => format!(" · {}", time::length(some.num_milliseconds())),
    };
    Some(format!("{day}, {}{joint}{end_day}{} ({zone}){length}", clock(start), clock(end)))
}

/// `Fri 27 Nov 2026`.
pub(super) fn day(date: NaiveDate, labels: &Labels) -> String {
    let short = |name: &str| name.chars().take(3).collect::<String>();
    let (weekday, month) = names(date, labels);
    format!("{} {} {} {}", short(weekday), date.day(), short(month), date.year())
}

fn long_day(date: NaiveDate, labels: &Labels) -> String {
    let (weekday, month) = names(date, labels);
    let joint = labels.date_joint;
    format!("{weekday}, {}{joint}{month}{joint}{}", date.day(), date.year())
}

fn names(date: NaiveDate, labels: &Labels) -> (&'static str, &'static str) {
    (labels.weekdays[date.weekday().num_days_from_monday() as usize], labels.months[date.month0() as usize])
}

fn clock(at: DateTime<Tz>) -> String {
    at.format("%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{example, labels};

    #[test]
    fn days_and_hours_are_those_of_the_meetings_zone_and_language() {
        let mut record = example::english();
        let tell = |record: &MeetingRecord, language| when(record, labels::of(language));
        assert_eq!(
            tell(&record, "en-GB").as_deref(),
            Some("Friday, 20 November 2026, 10:00–10:45 (Europe/Madrid) · 45 min")
        );
        record.ended_at = record.started_at.map(|t| t + TimeDelta::hours(15));
        assert_eq!(
            tell(&record, "es").as_deref(),
            Some(
                "viernes, 20 de noviembre de 2026, 10:00 – sábado, 21 de noviembre de 2026, 01:00 (Europe/Madrid) · 15 h 00 min"
            )
        );
        record.ended_at = None;
        assert_eq!(tell(&record, "en").as_deref(), Some("Friday, 20 November 2026, 10:00 (Europe/Madrid)"));
        record.started_at = "2026-11-19T23:00:00Z".parse().ok();
        assert_eq!(tell(&record, "en").as_deref(), Some("Friday, 20 November 2026"));
        record.started_at = None;
        assert_eq!(tell(&record, "en"), None);
    }

    #[test]
    fn due_dates_are_short() {
        let date = NaiveDate::from_ymd_opt(2026, 9, 2).expect("a date");
        assert_eq!(
            [day(date, labels::of("")), day(date, labels::of("es-MX"))],
            ["Wed 2 Sep 2026", "mié 2 sep 2026"]
        );
    }
}
