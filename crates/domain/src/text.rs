//! Cleaning of text that people type: one rule for every field of every door.

use crate::{Refusal, Refused};

/// Trims, refuses what is longer than `max` characters, and drops control characters (tabs and line
/// breaks stay when `lines` is set). Bidirectional overrides and isolates (U+202A–202E, U+2066–2069)
/// are dropped too: they could make one person's line reorder the text around it. Ordinary
/// right-to-left letters stay untouched.
pub fn clean(field: &'static str, text: &str, max: usize, lines: bool) -> Refused<String> {
    let kept = visible(&text.replace("\r\n", "\n"), lines);
    let kept = kept.trim();
    let count = kept.chars().count();
    if count > max {
        return Err(Refusal::invalid(field, format!("has {count} characters; at most {max} are allowed")));
    }
    Ok(kept.to_owned())
}

/// [`clean`], and refuses what is then empty.
pub fn required(field: &'static str, text: &str, max: usize, lines: bool) -> Refused<String> {
    let kept = clean(field, text, max, lines)?;
    if kept.is_empty() {
        return Err(Refusal::invalid(field, "must not be empty"));
    }
    Ok(kept)
}

/// `text` without the characters that [`clean`] drops.
pub fn visible(text: &str, lines: bool) -> String {
    text.chars()
        .filter(|&c| !is_hidden(c) && (lines && matches!(c, '\n' | '\t') || !c.is_control()))
        .collect()
}

fn is_hidden(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_overrides_go_and_letters_stay() {
        let dirty = " \u{202E}שלום\u{0007} a\u{0000}b\tc\nd ";
        assert_eq!(clean("text", dirty, 100, true).as_deref(), Ok("שלום ab\tc\nd"));
        assert_eq!(clean("text", dirty, 100, false).as_deref(), Ok("שלום abcd"));
    }

    #[test]
    fn length_is_counted_in_characters() {
        assert!(clean("name", &"é".repeat(80), 80, false).is_ok());
        let refusal = clean("name", &"é".repeat(81), 80, false).expect_err("too long");
        assert_eq!(refusal.to_string(), "name: has 81 characters; at most 80 are allowed");
    }

    #[test]
    fn what_is_required_may_not_be_blank() {
        assert!(required("title", " \u{0008} ", 10, false).is_err());
    }
}
