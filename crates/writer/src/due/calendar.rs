//! Days counted from a day. Nothing here knows a language.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// `days` later.
pub(crate) fn after(day: NaiveDate, days: u64) -> Option<NaiveDate> {
    day.checked_add_days(Days::new(days))
}

/// `months` later; the last day of the month where it is shorter.
pub(crate) fn months_after(day: NaiveDate, months: u32) -> Option<NaiveDate> {
    day.checked_add_months(Months::new(months))
}

/// The next `weekday` after `day`.
pub(crate) fn next(day: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    after(day, 1 + u64::from(weekday.days_since(day.weekday().succ())))
}

/// The next `weekday`, which may be `day` itself.
pub(crate) fn this(day: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    after(day, u64::from(weekday.days_since(day.weekday())))
}

/// `weekday` of the week after that of `day`; weeks begin on Monday.
pub(crate) fn next_week(day: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    after(next(day, Weekday::Mon)?, u64::from(weekday.num_days_from_monday()))
}

/// The last day of the month `ahead` months later.
pub(crate) fn month_end(day: NaiveDate, ahead: u32) -> Option<NaiveDate> {
    months_after(day.with_day(1)?, ahead + 1)?.pred_opt()
}

/// The last day of the quarter `ahead` quarters later.
pub(crate) fn quarter_end(day: NaiveDate, ahead: u32) -> Option<NaiveDate> {
    month_end(day.with_day(1)?, 2 - day.month0() % 3 + 3 * ahead)
}

/// The last day of the year.
pub(crate) fn year_end(day: NaiveDate) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(day.year(), 12, 31)
}

/// `date` of `month` in `year`, or where no year is said the next that is not past.
pub(crate) fn date(today: NaiveDate, date: u32, month: u32, year: Option<i32>) -> Option<NaiveDate> {
    match year {
        Some(year) => NaiveDate::from_ymd_opt(year, month, date),
        // eight years on every date has come, 29 February too
        None => (0..=8)
            .filter_map(|ahead| NaiveDate::from_ymd_opt(today.year() + ahead, month, date))
            .find(|d| *d >= today),
    }
}

/// The next day that is the `date`th of its month.
pub(crate) fn day_of_month(today: NaiveDate, date: u32) -> Option<NaiveDate> {
    (0..4).filter_map(|ahead| months_after(today.with_day(1)?, ahead)?.with_day(date)).find(|d| *d > today)
}

/// `3/12`, `3/12/2027`, `2027-12-03`.
pub(crate) fn written(word: &str, today: NaiveDate, month_first: bool) -> Option<NaiveDate> {
    if let Ok(iso) = NaiveDate::parse_from_str(word, "%Y-%m-%d") {
        return Some(iso);
    }
    let parts: Vec<u32> = word.split('/').map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let (a, b, year) = match parts[..] {
        [a, b] => (a, b, None),
        [a, b, year] if year < 100 => (a, b, Some(2000 + year as i32)),
        [a, b, year] if year < 9000 => (a, b, Some(year as i32)),
        _ => return None,
    };
    let (day, month) = if (month_first && b <= 31 && a <= 12) || b > 12 { (b, a) } else { (a, b) };
    date(today, day, month, year)
}
