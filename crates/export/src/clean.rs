//! Words of people on their way into a file: one line, no control characters, nothing that could
//! reorder or hide the text around them. The doors clean too; files do not rely on it.

use huddle_domain::text;

/// `text` on one line.
pub fn line(text: &str) -> String {
    let spaced: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).collect();
    text::visible(&spaced.join(" "), false).trim().to_owned()
}

/// `text` in paragraphs: line breaks stay, empty lines at the ends go.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(line).filter(|l| !l.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_break_a_line_or_hide_words_is_gone() {
        assert_eq!(line(" a\r\n\tb\u{0007}c\u{202E}d\u{2028}e "), "a b cd e");
        assert_eq!(paragraphs("one\n\n \u{0000}\ntwo"), ["one", "two"]);
    }
}
