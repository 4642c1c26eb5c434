//! Words with the punctuation around them, and what two words have in common. Knows no language.

use crate::people::Name;

/// A word as it was said, with the marks before and after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Token {
    /// Opening marks: `"`, `(`, `¿`.
    pub lead: String,
    /// The word itself; empty for a mark that stands alone.
    pub core: String,
    /// Closing marks: `,`, `."`.
    pub trail: String,
    /// The core in lower case with straight apostrophes, for comparing.
    pub low: String,
    /// Which of the whitespace-separated pieces of its segment it is.
    pub at: usize,
    /// The person's name that begins here: its length in words and whose it is. Set for the
    /// cleaned words of a sentence only.
    pub name: Option<(usize, Name)>,
}

/// Longest word that is taken for one, in characters.
const WORD_MAX: usize = 120;

impl Token {
    fn new(piece: &str, at: usize) -> Self {
        let core_start = piece.find(is_word_char).unwrap_or(piece.len());
        let core_end = piece.rfind(is_word_char).map_or(core_start, |i| i + char_len(piece, i));
        // `C++`, `C#` and `50%` keep their marks
        let core_end =
            core_end + piece[core_end..].chars().take_while(|c| matches!(c, '+' | '#' | '%')).count();
        let core = &piece[core_start..core_end];
        Self {
            lead: piece[..core_start].to_owned(),
            core: core.to_owned(),
            trail: piece[core_end..].to_owned(),
            low: lower(core),
            at,
            name: None,
        }
    }

    /// Whether a sentence ends with this word.
    pub fn ends_sentence(&self) -> bool {
        self.trail.contains(is_terminal)
    }

    /// Whether the speaker asked.
    pub fn asks(&self) -> bool {
        self.trail.contains(['?', '？', '؟'])
    }

    /// Whether a pause mark follows.
    pub fn pauses(&self) -> bool {
        self.trail.contains([',', ';', ':', '、', '،'])
    }

    /// Whether the speaker broke off here: `I—`, `w-`, `…`.
    pub fn breaks_off(&self) -> bool {
        self.trail.ends_with(['-', '–', '—', '…']) || self.trail.ends_with("..")
    }

    /// Whether the word has a capital letter.
    pub fn is_capital(&self) -> bool {
        self.core.chars().next().is_some_and(char::is_uppercase)
    }
}

fn char_len(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(0, char::len_utf8)
}

fn is_word_char(c: char) -> bool {
    // combining marks belong to the word (Devanagari, Arabic vowels)
    c.is_alphanumeric()
        || matches!(c, '$' | '€' | '£' | '@' | '&' | '\u{300}'..='\u{36f}' | '\u{93e}'..='\u{94d}')
}

/// Marks that end a sentence.
pub(crate) fn is_terminal(c: char) -> bool {
    matches!(c, '.' | '?' | '!' | '…' | '。' | '？' | '！' | '؟' | '।')
}

/// Lower case with straight apostrophes.
pub(crate) fn lower(word: &str) -> String {
    word.to_lowercase().replace('’', "'")
}

/// The words of a text. Control characters and marks that turn the direction of writing are
/// spaces here; notes in brackets that are no words (`[laughter]`, `<v Ann>`) are left out; marks
/// that stand alone join the word before them.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let pieces: Vec<&str> = text.split(is_space).filter(|p| !p.is_empty()).collect();
    let mut at = 0;
    while at < pieces.len() {
        if let Some(after) = annotation(&pieces, at) {
            at = after;
            continue;
        }
        let token = Token::new(pieces[at], at);
        match found.last_mut() {
            Some(last) if token.core.is_empty() => {
                if last.trail.chars().count() < 4 {
                    // a dash keeps its distance, a stray full stop does not
                    if token.lead.starts_with(['-', '–', '—', '/', '=', '*']) {
                        last.trail.push(' ');
                    }
                    last.trail.push_str(&token.lead);
                }
            }
            None if token.core.is_empty() => {}
            _ if token.core.chars().nth(WORD_MAX).is_some() => {}
            _ => found.push(token),
        }
        at += 1;
    }
    found
}

fn is_space(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Where a note in brackets that begins at `at` ends, if one does: `[laughter]`, `{pause}`,
/// `<i>`, `(inaudible)`. Round brackets are only notes when they hold a single word.
fn annotation(pieces: &[&str], at: usize) -> Option<usize> {
    let (close, longest) = match pieces[at].chars().next()? {
        '[' => (']', 6),
        '{' => ('}', 6),
        '<' => ('>', 4),
        '(' if NOTES.contains(&lower(pieces[at]).trim_matches(|c: char| !c.is_alphabetic())) => (')', 1),
        _ => return None,
    };
    (at..pieces.len().min(at + longest)).find(|&i| pieces[i].ends_with(close)).map(|i| i + 1)
}

const NOTES: &[&str] = &[
    "laughs",
    "laughter",
    "laughing",
    "inaudible",
    "unintelligible",
    "applause",
    "crosstalk",
    "pause",
    "music",
    "silence",
    "coughs",
    "sighs",
    "risas",
    "aplausos",
    "inaudible",
    "música",
    "silencio",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn cores(text: &str) -> Vec<String> {
        tokens(text).into_iter().map(|t| t.core).collect()
    }

    #[test]
    fn words_keep_what_is_theirs() {
        assert_eq!(
            cores("(We'll use C++, at 12.5% - or $20.)"),
            ["We'll", "use", "C++", "at", "12.5%", "or", "$20"]
        );
    }

    #[test]
    fn notes_of_the_transcriber_are_no_words() {
        assert_eq!(
            cores("so [laughter] we {vocalsound} go <i> on (inaudible) (maybe)"),
            ["so", "we", "go", "on", "maybe"]
        );
        assert_eq!(
            cores("[an open bracket stays where no one closes it"),
            cores("an open bracket stays where no one closes it")
        );
    }

    #[test]
    fn control_characters_and_turned_writing_are_spaces() {
        assert_eq!(cores("a\u{0}b\u{202e}c\nd"), ["a", "b", "c", "d"]);
    }
}
