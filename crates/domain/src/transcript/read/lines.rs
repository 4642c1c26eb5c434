//! Lines of `Name: text`, each with or without a time before it.

use super::{at_line, name, segments::Entry, time_ms};
use crate::Refused;

/// The entries of lines; a line that names nobody goes on with the line before it.
pub(super) fn entries(text: &str) -> Refused<Vec<Entry>> {
    let mut entries: Vec<Entry> = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let (start_ms, words) = time(line.trim());
        let named = name::split(words);
        match (start_ms, named, entries.last_mut()) {
            (None, None, None) => {
                return Err(at_line(index + 1, "nobody is named; write lines of `Name: text`"));
            }
            (None, None, Some(last)) => {
                last.text.push(' ');
                last.text += words;
            }
            _ => {
                let (speaker, text) = named.unwrap_or(("", words));
                let (speaker, text) = (speaker.to_owned(), text.to_owned());
                entries.push(Entry { line: index + 1, speaker, text, start_ms, ..Entry::default() });
            }
        }
    }
    Ok(entries)
}

/// A time at the beginning of a line, in brackets or bare, and what follows it.
fn time(line: &str) -> (Option<i64>, &str) {
    let split = match line.chars().next() {
        Some('[') => line[1..].split_once(']'),
        Some('(') => line[1..].split_once(')'),
        _ => line.split_once(char::is_whitespace),
    };
    match split.and_then(|(stamp, rest)| Some((time_ms(stamp.trim())?, rest))) {
        Some((ms, rest)) => (Some(ms), rest.trim_start_matches([' ', '\t', '-', '–'])),
        None => (None, line),
    }
}
