//! Cutting a segment into cues that fit the screen and come when the words are spoken.

use crate::clean;
use huddle_domain::transcript::Segment;

/// Characters in a line, as most broadcasters have it.
pub(super) const LINE_MAX: usize = 42;
/// A pause in the words that begins a new cue.
const PAUSE_MS: i64 = 1_200;
/// Most cues that are made equally long.
const EVEN_MAX: usize = 12;

/// A piece of a segment: one or two lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cue {
    pub start_ms: i64,
    pub end_ms: i64,
    pub lines: Vec<String>,
}

/// Where the speaker's name goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Before the words of the first cue.
    InText,
    /// The caller writes it.
    Apart,
}

/// A piece of text that is not cut, with its time.
#[derive(Clone)]
struct Token {
    text: String,
    length: usize,
    start_ms: i64,
    end_ms: i64,
}

/// The cues of a segment, in order, none of them empty or backwards.
pub(super) fn of(segment: &Segment, names: Names) -> Vec<Cue> {
    let mut cues = Vec::new();
    let mut rest = tokens(segment, names);
    while !rest.is_empty() {
        let breath = rest.windows(2).position(|pair| pair[1].start_ms - pair[0].end_ms > PAUSE_MS);
        let after = rest.split_off(breath.map_or(rest.len(), |at| at + 1));
        cues.extend(cut_evenly(&rest).into_iter().filter_map(cue));
        rest = after;
    }
    cues
}

/// Cuts what is said in one breath into as few cues as it takes, of nearly the same length: no last word
/// stands alone. In long speeches that is not worth the search.
fn cut_evenly(tokens: &[Token]) -> Vec<&[Token]> {
    let full = cut_at(tokens, 2 * LINE_MAX);
    if !(2..=EVEN_MAX).contains(&full.len()) {
        return full;
    }
    let fair = length(tokens) / full.len();
    let even = (fair..2 * LINE_MAX).map(|goal| cut_at(tokens, goal)).find(|cuts| cuts.len() == full.len());
    even.unwrap_or(full)
}

/// Fills cues up to `goal` characters, and never beyond two lines.
fn cut_at(mut tokens: &[Token], goal: usize) -> Vec<&[Token]> {
    let mut cuts = Vec::new();
    while !tokens.is_empty() {
        // A cue's worth is 86 characters: no token beyond the next 86 can fit.
        let near = tokens.len().min(2 * LINE_MAX + 2);
        let fits = |n: &usize| length(&tokens[..*n]) <= goal && lines(&tokens[..*n]).is_some();
        let taken = (1..=near).take_while(fits).last().unwrap_or(1);
        let (cue, rest) = tokens.split_at(taken);
        cuts.push(cue);
        tokens = rest;
    }
    cuts
}

fn cue(tokens: &[Token]) -> Option<Cue> {
    let (first, last) = (tokens.first()?, tokens.last()?);
    Some(Cue { start_ms: first.start_ms, end_ms: last.end_ms.max(first.start_ms + 1), lines: lines(tokens)? })
}

/// Characters of the tokens with a space between each.
fn length(tokens: &[Token]) -> usize {
    tokens.iter().map(|t| t.length + 1).sum::<usize>().saturating_sub(1)
}

/// The tokens on one line, or on two of nearly the same length; `None` if they do not fit.
fn lines(tokens: &[Token]) -> Option<Vec<String>> {
    let line = |tokens: &[Token]| tokens.iter().map(|t| t.text.as_str()).collect::<Vec<_>>().join(" ");
    if length(tokens) <= LINE_MAX {
        return Some(vec![line(tokens)]);
    }
    (1..tokens.len())
        .map(|at| tokens.split_at(at))
        .filter(|(a, b)| length(a) <= LINE_MAX && length(b) <= LINE_MAX)
        .min_by_key(|(a, b)| length(a).abs_diff(length(b)))
        .map(|(a, b)| vec![line(a), line(b)])
}

fn tokens(segment: &Segment, names: Names) -> Vec<Token> {
    let text = clean::line(&segment.text);
    let words: Vec<&str> = text.split(' ').filter(|w| !w.is_empty()).collect();
    let times = times(segment, &words);
    let mut tokens: Vec<Token> = Vec::with_capacity(words.len());
    let speaker = clean::line(&segment.speaker);
    if names == Names::InText && !speaker.is_empty() && !words.is_empty() {
        let start = times.first().map_or(segment.start_ms, |t| t.0);
        for part in format!("{speaker}:").split(' ') {
            cut(part, start, start, &mut tokens);
        }
    }
    for (word, (start_ms, end_ms)) in words.iter().zip(times) {
        cut(word, start_ms, end_ms, &mut tokens);
    }
    tokens
}

/// Words longer than a line are cut.
fn cut(word: &str, start_ms: i64, end_ms: i64, tokens: &mut Vec<Token>) {
    let chars: Vec<char> = word.chars().collect();
    for piece in chars.chunks(LINE_MAX) {
        tokens.push(Token { text: piece.iter().collect(), length: piece.len(), start_ms, end_ms });
    }
}

/// When each word is spoken: as the recogniser heard it where its words are those of the text, else
/// spread over the segment by their length.
fn times(segment: &Segment, words: &[&str]) -> Vec<(i64, i64)> {
    let (start, end) = (segment.start_ms.max(0), segment.end_ms.max(segment.start_ms).max(0));
    let mut from = start;
    if segment.words.len() == words.len() {
        let heard = segment.words.iter().map(|w| {
            let span = (w.start_ms.clamp(from, end.max(from)), w.end_ms.clamp(from, end.max(from)));
            from = span.0;
            (span.0, span.1.max(span.0))
        });
        return heard.collect();
    }
    let total: usize = words.iter().map(|w| w.chars().count() + 1).sum();
    let mut said = 0;
    let mut at = |more: usize| {
        said += more;
        start + ((end - start) as f64 * said as f64 / total.max(1) as f64) as i64
    };
    words
        .iter()
        .map(|w| {
            let begin = at(0);
            (begin, at(w.chars().count() + 1))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use huddle_domain::transcript::Word;

    #[test]
    fn a_long_segment_is_cut_into_two_lines_of_42_in_the_time_of_its_words() {
        let text = "word ".repeat(100) + &"x".repeat(100) + " שלום 🙂";
        let cues = of(&example::segment(0, "Ana", 1_000, 61_000, &text), Names::InText);
        assert_eq!((cues[0].start_ms, cues.last().map(|c| c.end_ms)), (1_000, Some(61_000)));
        for pair in cues.windows(2) {
            assert!(pair[0].start_ms <= pair[1].start_ms && pair[0].start_ms < pair[0].end_ms, "{pair:?}");
        }
        assert!(cues.iter().all(|c| c.lines.len() <= 2));
        assert!(cues.iter().flat_map(|c| &c.lines).all(|l| !l.is_empty() && l.chars().count() <= LINE_MAX));
        let joined: Vec<&str> = cues.iter().flat_map(|c| &c.lines).flat_map(|l| l.split(' ')).collect();
        assert_eq!(joined.concat(), format!("Ana:{}", text.replace(' ', "")));
    }

    #[test]
    fn a_cue_comes_when_its_words_were_heard_and_ends_at_a_pause() {
        let mut segment = example::segment(0, "Ana", 0, 10_000, "Now. Later.");
        let word =
            |text: &str, start_ms, end_ms| Word { text: text.into(), start_ms, end_ms, confidence: None };
        segment.words = vec![word("now", 500, 900), word("later", 9_000, 9_500)];
        let line = |text: &str| vec![text.to_owned()];
        assert_eq!(
            of(&segment, Names::InText),
            [
                Cue { start_ms: 500, end_ms: 900, lines: line("Ana: Now.") },
                Cue { start_ms: 9_000, end_ms: 9_500, lines: line("Later.") },
            ]
        );
    }

    #[test]
    fn lines_are_of_nearly_the_same_length() {
        let segment = example::segment(0, "", 0, 4_000, "we will ship the new release on Friday afternoon");
        let cues = of(&segment, Names::InText);
        assert_eq!(cues[0].lines, ["we will ship the new", "release on Friday afternoon"]);
    }

    #[test]
    fn no_last_word_stands_alone() {
        let text = "we decided to ship version two on the 27th of November, and we keep the beta open";
        let cues = of(&example::segment(0, "Bo Li", 0, 8_000, text), Names::InText);
        let lengths: Vec<usize> = cues.iter().map(|c| c.lines.join(" ").len()).collect();
        assert!(lengths.len() == 2 && lengths[0].abs_diff(lengths[1]) < 12, "{cues:?}");
    }

    #[test]
    fn nothing_said_is_no_cue() {
        assert_eq!(of(&example::segment(0, "Ana", 5, 5, " \u{0} "), Names::InText), []);
    }
}
