//! The cast of the demo: two synthetic voices (`scripts/demo_voices.py`) and the script that they speak.

use anyhow::Context;
use huddle_domain::{StreamId, capture::FRAME_SAMPLES};
use huddle_media::Decoder;
use serde_json::{Value, json};
use std::io::Cursor;

/// Lines of `Name: sentence`, in the order in which they are spoken.
const SCRIPT: &str = include_str!("script.txt");
/// Each voice's whole track, silent while the other speaks.
const TRACKS: [(&str, &[u8]); 2] = [("Ann", include_bytes!("ann.ogg")), ("Ben", include_bytes!("ben.ogg"))];

/// Somebody who speaks in the demo.
#[derive(Debug)]
pub(super) struct Voice {
    pub(super) name: &'static str,
    pub(super) stream: StreamId,
    /// 100 ms each, as the wire has them.
    pub(super) frames: Vec<Vec<u8>>,
}

/// All voices, decoded.
pub(super) fn cast() -> anyhow::Result<Vec<Voice>> {
    let voices = TRACKS.iter().map(|(name, track)| {
        let decoder = Decoder::read(Box::new(Cursor::new(*track)), Some("ogg"))?;
        let mut samples = Vec::new();
        for block in decoder {
            samples.extend(block?);
        }
        let frames = samples.chunks_exact(FRAME_SAMPLES);
        let frames = frames.map(|f| f.iter().flat_map(|s| s.to_le_bytes()).collect());
        Ok(Voice { name, stream: super::stream(), frames: frames.collect() })
    });
    voices.collect::<Result<_, huddle_media::Error>>().context("the demo's voices cannot be read")
}

fn lines() -> impl Iterator<Item = (&'static str, &'static str)> {
    SCRIPT.lines().filter_map(|line| line.split_once(": "))
}

/// The words of a line as a dictionary has them.
fn words(line: &str) -> String {
    let plain: String = line.chars().filter(|c| c.is_alphanumeric() || *c == ' ').collect();
    plain.to_lowercase()
}

/// A JSGF grammar of the script's sentences.
pub(super) fn grammar() -> String {
    let sentences: Vec<_> = lines().map(|(_, line)| words(line)).collect();
    format!("#JSGF V1.0;\ngrammar demo;\npublic <line> = ( {} )+;\n", sentences.join(" | "))
}

/// The script for the scripted recogniser: the lines of each voice's stream.
pub(super) fn script(voices: &[Voice]) -> Value {
    voices
        .iter()
        .map(|voice| {
            let own: Vec<_> = lines().filter(|(name, _)| *name == voice.name).map(|(_, line)| line).collect();
            (voice.stream.to_string(), json!(own))
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_somebodys_and_both_have_sound() {
        let names: Vec<_> = TRACKS.iter().map(|(name, _)| *name).collect();
        assert_eq!(lines().count(), SCRIPT.lines().count());
        assert!(lines().all(|(name, _)| names.contains(&name)));
        for voice in cast().expect("embedded") {
            assert!(voice.frames.len() > 100, "{} speaks", voice.name);
            assert!(voice.frames.iter().flatten().any(|byte| *byte != 0));
        }
    }

    #[test]
    fn the_grammar_holds_words_only() {
        assert!(grammar().contains("| we agreed to release the new version on friday |"));
        assert!(!grammar().contains('\''));
    }
}
