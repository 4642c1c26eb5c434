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

/// Puts places where a line may break (U+200B) into runs of more than 24 characters without a space.
pub fn make_breakable(text: &mut String) {
    const RUN_MAX: usize = 24;
    let is_long = |run: &str| run.chars().nth(RUN_MAX).is_some();
    if !text.split(char::is_whitespace).any(is_long) {
        return;
    }
    let mut run = 0;
    let mut out = String::with_capacity(text.len() + text.len() / RUN_MAX);
    for c in text.chars() {
        run = if c.is_whitespace() { 0 } else { run + 1 };
        if run > RUN_MAX {
            out.push('\u{200B}');
            run = 1;
        }
        out.push(c);
    }
    *text = out;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_break_a_line_or_hide_words_is_gone() {
        assert_eq!(line(" a\r\n\tb\u{0007}c\u{202E}d\u{2028}e "), "a b cd e");
        assert_eq!(paragraphs("one\n\n \u{0000}\ntwo"), ["one", "two"]);
    }

    #[test]
    fn only_long_runs_may_break_inside() {
        let mut text = format!("a {} b", "x".repeat(50));
        make_breakable(&mut text);
        assert_eq!(text, format!("a {0}\u{200B}{0}\u{200B}xx b", "x".repeat(24)));
        let mut text = String::from("nothing to do");
        make_breakable(&mut text);
        assert_eq!(text, "nothing to do");
    }
}
