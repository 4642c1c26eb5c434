//! Subtitles: SubRip and WebVTT.

use super::{
    at_line, name,
    segments::{Entry, one_line},
    time_ms,
};
use crate::{Refused, transcript::read::cues::markup::Voice};

mod markup;

/// Cues of one speaker closer than this are one sentence, unless it ended.
const PAUSE_MAX_MS: i64 = 1_000;
/// Longest segment that cues are joined into, in bytes.
const JOINED_MAX: usize = 600;

/// The entries of a SubRip file.
pub(super) fn srt(text: &str) -> Refused<Vec<Entry>> {
    let mut entries = Vec::new();
    for block in blocks(text) {
        let cue = cue(&block)?;
        entries.push(cue.entry(Voice { name: None, text: markup::without_srt_tags(&cue.text) }));
    }
    Ok(join(entries, true))
}

/// The entries of a WebVTT file.
pub(super) fn vtt(text: &str) -> Refused<Vec<Entry>> {
    let mut blocks = blocks(text).into_iter();
    let header = blocks.next().and_then(|b| b.first().copied()).unwrap_or((1, ""));
    if !header.1.starts_with("WEBVTT") {
        return Err(at_line(header.0, "a WebVTT file begins with the line WEBVTT"));
    }
    let mut entries = Vec::new();
    let mut has_voices = false;
    for block in blocks {
        let first = block.first().map_or("", |(_, line)| line.split_whitespace().next().unwrap_or(""));
        if matches!(first, "NOTE" | "STYLE" | "REGION") && !block[0].1.contains("-->") {
            continue;
        }
        let cue = cue(&block)?;
        for voice in markup::voices(&cue.text) {
            has_voices |= voice.name.is_some();
            entries.push(cue.entry(voice));
        }
    }
    Ok(join(entries, !has_voices))
}

type Block<'a> = Vec<(usize, &'a str)>;

/// Lines with their numbers, in blocks that empty lines set apart.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = vec![Block::new()];
    for (index, line) in text.lines().enumerate() {
        match (line.trim().is_empty(), blocks.last_mut()) {
            (false, Some(block)) => block.push((index + 1, line)),
            (true, Some(block)) if !block.is_empty() => blocks.push(Block::new()),
            _ => {}
        }
    }
    blocks.retain(|b| !b.is_empty());
    blocks
}

struct Cue {
    line: usize,
    start_ms: i64,
    end_ms: i64,
    text: String,
}

impl Cue {
    fn entry(&self, voice: Voice) -> Entry {
        let text = one_line(&voice.text);
        let (speaker, text) = match (voice.name, name::split(&text)) {
            (Some(name), _) => (name, text),
            (None, Some((name, rest))) => (name.to_owned(), rest.to_owned()),
            (None, None) => (String::new(), text),
        };
        let (start_ms, end_ms) = (Some(self.start_ms), Some(self.end_ms));
        Entry { line: self.line, speaker, text, start_ms, end_ms, ..Entry::default() }
    }
}

/// A block: an optional line that names or counts the cue, the times, the words.
fn cue(block: &Block) -> Refused<Cue> {
    let begin = block.iter().take(2).position(|(_, line)| line.contains("-->"));
    let Some(begin) = begin else {
        let (line, _) = block[0];
        return Err(at_line(line, "times are missing; write 00:00:01,000 --> 00:00:02,500"));
    };
    let (line, times) = block[begin];
    let Some((start_ms, end_ms)) = span(times) else {
        return Err(at_line(line, "these times are malformed; write 00:00:01,000 --> 00:00:02,500"));
    };
    if end_ms < start_ms {
        return Err(at_line(line, "the cue ends before it begins"));
    }
    let words = &block[begin + 1..];
    if let Some((line, _)) = words.iter().find(|(_, text)| span(text).is_some()) {
        return Err(at_line(*line, "an empty line is missing before this cue"));
    }
    let text = words.iter().map(|(_, text)| *text).collect::<Vec<_>>().join("\n");
    Ok(Cue { line, start_ms, end_ms, text })
}

/// `begin --> end`, with or without settings behind.
fn span(line: &str) -> Option<(i64, i64)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((time_ms(start.trim())?, time_ms(end)?))
}

/// Joins the cues of one sentence; `inherits` gives those without a name the last one named.
fn join(cues: Vec<Entry>, inherits: bool) -> Vec<Entry> {
    let mut joined: Vec<Entry> = Vec::new();
    let mut speaker = String::new();
    for mut cue in cues {
        if inherits && cue.speaker.is_empty() {
            cue.speaker.clone_from(&speaker);
        }
        speaker.clone_from(&cue.speaker);
        match joined.last_mut() {
            Some(last) if goes_on(last, &cue) => {
                last.text.push(' ');
                last.text += &cue.text;
                last.end_ms = cue.end_ms.max(last.end_ms);
            }
            _ => joined.push(cue),
        }
    }
    joined
}

fn goes_on(last: &Entry, next: &Entry) -> bool {
    let pause = next.start_ms.zip(last.end_ms).map_or(0, |(start, end)| start - end);
    last.speaker == next.speaker
        && (0..=PAUSE_MAX_MS).contains(&pause)
        && !last.text.ends_with(['.', '?', '!', '…', '。', '？', '！'])
        && last.text.len() + next.text.len() < JOINED_MAX
}
