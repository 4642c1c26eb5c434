//! Times as people read them.

use huddle_domain::transcript::Segment;

/// `1:02:03`, or `02:03` below an hour.
pub fn clock(ms: i64) -> String {
    let (h, m, s) = parts(ms);
    if h > 0 { format!("{h}:{m:02}:{s:02}") } else { format!("{m:02}:{s:02}") }
}

/// `01:02:03`, always with hours.
pub fn long_clock(ms: i64) -> String {
    let (h, m, s) = parts(ms);
    format!("{h:02}:{m:02}:{s:02}")
}

/// `01:02:03` and milliseconds after `point`, as subtitles write it.
pub fn stamp(ms: i64, point: char) -> String {
    format!("{}{point}{:03}", long_clock(ms), ms.max(0) % 1_000)
}

/// A length: `45 s`, `12 min`, `1 h 05 min`.
pub fn length(ms: i64) -> String {
    let seconds = ms.max(0) / 1_000 + i64::from(ms.max(0) % 1_000 >= 500);
    let minutes = seconds / 60 + i64::from(seconds % 60 >= 30);
    match minutes {
        _ if seconds < 60 => format!("{seconds} s"),
        ..60 => format!("{minutes} min"),
        _ => format!("{} h {:02} min", minutes / 60, minutes % 60),
    }
}

/// Where a segment is, for a reader: its time, or its number where the time is only estimated.
pub fn place(segment: &Segment, index: usize) -> String {
    if segment.is_timed() { clock(segment.start_ms) } else { format!("¶\u{a0}{}", index + 1) }
}

fn parts(ms: i64) -> (i64, i64, i64) {
    let s = ms.max(0) / 1_000;
    (s / 3_600, s / 60 % 60, s % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_for_people_and_for_players() {
        assert_eq!([0, 59_999, 3_600_000].map(clock), ["00:00", "00:59", "1:00:00"]);
        assert_eq!(stamp(3_723_045, ','), "01:02:03,045");
        assert_eq!(stamp(-5, '.'), "00:00:00.000");
    }

    #[test]
    fn lengths_are_rounded_to_what_people_say() {
        assert_eq!(
            [0, 59_400, 60_000, 90_000, 3_900_000].map(length),
            ["0 s", "59 s", "1 min", "2 min", "1 h 05 min"]
        );
    }
}
