//! Days, moments and the zone they are meant in.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use std::{fs, path::Path};

/// When a meeting was: a day, or a moment of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct When {
    day: NaiveDate,
    time: Option<NaiveTime>,
}

/// Reads `2026-11-20` or `2026-11-20T10:00`.
pub(super) fn day_or_moment(text: &str) -> Result<When, String> {
    let moment = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];
    let moment = moment.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    match (moment, text.parse()) {
        (Some(moment), _) => Ok(When { day: moment.date(), time: Some(moment.time()) }),
        (None, Ok(day)) => Ok(When { day, time: None }),
        (None, Err(_)) => Err("write a day such as 2026-11-20, or a moment such as 2026-11-20T10:00".into()),
    }
}

impl When {
    /// The day of an instant.
    pub(super) fn day_of(instant: DateTime<Utc>, zone: Tz) -> Self {
        When { day: instant.with_timezone(&zone).date_naive(), time: None }
    }

    /// The instant; of a day alone, its first moment.
    pub(super) fn instant(self, zone: Tz) -> DateTime<Utc> {
        let local = self.day.and_time(self.time.unwrap_or(NaiveTime::MIN));
        // Where clocks are put forward an hour is missing; what was meant then is an hour later.
        let found = zone.from_local_datetime(&local).earliest();
        let found = found.or_else(|| zone.from_local_datetime(&(local + TimeDelta::hours(1))).earliest());
        found.map_or_else(|| local.and_utc(), |at| at.to_utc())
    }
}

/// The zone of this machine, else UTC.
pub(super) fn of_this_machine() -> Tz {
    let named = std::env::var("TZ").ok().and_then(|name| name.trim_start_matches(':').parse().ok());
    named.or_else(|| zone_of_link(&fs::read_link("/etc/localtime").ok()?)).unwrap_or(Tz::UTC)
}

fn zone_of_link(link: &Path) -> Option<Tz> {
    let name = link.to_str()?.split_once("zoneinfo/")?.1;
    if matches!(name, "Etc/UTC" | "UCT" | "Etc/UCT") { Some(Tz::UTC) } else { name.parse().ok() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_those_of_the_zone() {
        let instant = |text: &str| {
            let when = day_or_moment(text).expect("good");
            when.instant(Tz::Europe__Madrid).to_rfc3339()
        };
        assert_eq!(instant("2026-11-20"), "2026-11-19T23:00:00+00:00");
        assert_eq!(instant("2026-11-20T10:30"), "2026-11-20T09:30:00+00:00");
        assert_eq!(instant("2026-03-29T02:30"), "2026-03-29T01:30:00+00:00");
        assert!(day_or_moment("tomorrow").is_err() && day_or_moment("2026-02-30").is_err());
    }

    #[test]
    fn the_machine_tells_its_zone_by_a_link() {
        let zone = |link: &str| zone_of_link(Path::new(link));
        assert_eq!(zone("/usr/share/zoneinfo/America/Argentina/Salta"), Some(Tz::America__Argentina__Salta));
        assert_eq!(zone("../usr/share/zoneinfo/Etc/UTC"), Some(Tz::UTC));
        assert_eq!(zone("/etc/other"), None);
    }
}
