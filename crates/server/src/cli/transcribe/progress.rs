//! How far the hearing of a file has come: a bar on a terminal, plain lines elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{self, IsTerminal},
    path::Path,
};

/// Where a file does not say how long it is, plain lines come so often (of audio).
const EVERY_MS: u64 = 5 * 60 * 1_000;

/// Progress of one file on standard error.
pub(super) enum Progress {
    /// For people.
    Bar(ProgressBar),
    /// For logs.
    Lines {
        /// Of which file.
        name: String,
        /// Its length, where known.
        duration_ms: Option<u64>,
        /// When the next line is due, in milliseconds of audio.
        next_ms: u64,
    },
}

impl Progress {
    /// Begins with a file.
    pub(super) fn begin(path: &Path, duration_ms: Option<u64>) -> Self {
        let name = path.display().to_string();
        if io::stderr().is_terminal() {
            let (bar, template) = match duration_ms {
                Some(length) => {
                    (ProgressBar::new(length), "{prefix}  {bar:30} {percent:>3} %  {eta_precise} left")
                }
                None => (ProgressBar::no_length(), "{prefix}  {spinner} {msg}"),
            };
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            return Self::Bar(bar.with_style(style).with_prefix(name));
        }
        eprintln!(
            "huddle: hearing {name}{}",
            duration_ms.map(|ms| format!(" ({})", clock(ms))).unwrap_or_default()
        );
        let mut lines = Self::Lines { name, duration_ms, next_ms: 0 };
        lines.plan(0);
        lines
    }

    /// All before `ms` is heard.
    pub(super) fn at(&mut self, ms: i64) {
        let ms = u64::try_from(ms).unwrap_or(0);
        match self {
            Self::Bar(bar) => {
                bar.set_position(ms);
                bar.set_message(clock(ms));
            }
            Self::Lines { name, duration_ms, next_ms } if ms >= *next_ms => {
                match duration_ms {
                    Some(length) => eprintln!("huddle: {name}: {} %", (ms * 100 / (*length).max(1)).min(100)),
                    None => eprintln!("huddle: {name}: {}", clock(ms)),
                }
                self.plan(ms);
            }
            Self::Lines { .. } => {}
        }
    }

    /// The file is done.
    pub(super) fn end(self, utterances: usize) {
        let said = match utterances {
            0 => "nobody says anything in it that can be understood".to_owned(),
            1 => "1 utterance".to_owned(),
            n => format!("{n} utterances"),
        };
        match self {
            Self::Bar(bar) => {
                let name = bar.prefix();
                bar.finish_and_clear();
                eprintln!("{name}: {said}");
            }
            Self::Lines { name, .. } => eprintln!("huddle: {name}: {said}"),
        }
    }

    /// The next line comes after a tenth of the file, and not before a minute of it.
    fn plan(&mut self, now: u64) {
        if let Self::Lines { duration_ms, next_ms, .. } = self {
            *next_ms = now + duration_ms.map_or(EVERY_MS, |length| (length / 10).max(60_000));
        }
    }
}

/// `1:02:03` or `2:03`.
fn clock(ms: u64) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}
