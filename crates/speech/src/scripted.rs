//! The recogniser of the tests: says what a file says, an utterance at a time.

use super::{Engine, Follower, Place, Recogniser, SpeechError};
use crate::Speech;
use huddle_domain::transcript::Word;
use serde::Deserialize;
use std::{collections::HashMap, path::Path, sync::Arc};

/// Samples after which the follower has understood one more word: 300 ms.
const PER_WORD: usize = 4_800;

/// A JSON file: `["first utterance", "second", …]`, the same for every stream, or
/// `{"<stream id>": […], "*": […]}` with the lines of some streams and those of all others. An utterance
/// beyond the last line, or an empty line, has no words.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Script {
    ForAll(Vec<String>),
    ByStream(HashMap<String, Vec<String>>),
}

impl Script {
    fn line(&self, place: Place) -> &str {
        let lines = match self {
            Script::ForAll(lines) => Some(lines),
            Script::ByStream(streams) => streams.get(place.stream).or_else(|| streams.get("*")),
        };
        let nth = usize::try_from(place.nth).unwrap_or(usize::MAX);
        lines.and_then(|lines| lines.get(nth)).map_or("", String::as_str)
    }
}

/// Says the lines of a script.
#[derive(Debug)]
pub struct Scripted(Arc<Script>);

impl Scripted {
    /// Reads the file that the setting `speech.script` names.
    pub fn open(settings: &Speech) -> Result<Self, SpeechError> {
        let missing =
            |what: String| SpeechError::Missing(format!("the scripted recogniser cannot speak: {what}"));
        let path: &Path =
            settings.script.as_deref().ok_or_else(|| missing("set speech.script to its JSON file".into()))?;
        let text = std::fs::read_to_string(path).map_err(|e| missing(format!("{}: {e}", path.display())))?;
        let script = serde_json::from_str(&text).map_err(|e| missing(format!("{}: {e}", path.display())))?;
        Ok(Self(Arc::new(script)))
    }

    /// The same lines for every stream.
    pub fn saying(lines: &[&str]) -> Self {
        Self(Arc::new(Script::ForAll(lines.iter().map(ToString::to_string).collect())))
    }
}

impl Engine for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    fn recogniser(&self) -> Result<Box<dyn Recogniser>, SpeechError> {
        Ok(Box::new(Reader(self.0.clone())))
    }

    fn follower(&self) -> Result<Box<dyn Follower>, SpeechError> {
        Ok(Box::new(Teleprompter { script: self.0.clone(), line: String::new(), heard: 0 }))
    }
}

struct Reader(Arc<Script>);

impl Recogniser for Reader {
    fn recognise(&mut self, place: Place, utterance: &[i16]) -> Result<Vec<Word>, SpeechError> {
        let words: Vec<&str> = self.0.line(place).split_whitespace().collect();
        let at = |i: usize| huddle_media::ms((utterance.len() * i / words.len().max(1)) as u64);
        Ok(words
            .iter()
            .enumerate()
            .map(|(i, word)| Word {
                text: (*word).to_owned(),
                start_ms: at(i),
                end_ms: at(i + 1),
                confidence: None,
            })
            .collect())
    }
}

struct Teleprompter {
    script: Arc<Script>,
    line: String,
    heard: usize,
}

impl Follower for Teleprompter {
    fn begin(&mut self, place: Place) -> Result<(), SpeechError> {
        self.line = self.script.line(place).to_owned();
        self.heard = 0;
        Ok(())
    }

    fn follow(&mut self, samples: &[i16]) -> Result<String, SpeechError> {
        self.heard += samples.len();
        let words: Vec<&str> = self.line.split_whitespace().take(self.heard / PER_WORD).collect();
        Ok(words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(script: &str, stream: &str, nth: u64) -> Vec<String> {
        let script = Scripted(Arc::new(serde_json::from_str(script).expect("a script")));
        let mut recogniser = script.recogniser().expect("always there");
        let words =
            recogniser.recognise(Place { stream, nth, hurried: false }, &[0; 16_000]).expect("never fails");
        words.into_iter().map(|w| format!("{}@{}-{}", w.text, w.start_ms, w.end_ms)).collect()
    }

    #[test]
    fn a_script_has_a_line_for_each_utterance() {
        assert_eq!(said(r#"["a b", "c"]"#, "x", 0), ["a@0-500", "b@500-1000"]);
        assert_eq!(said(r#"["a b", "c"]"#, "x", 1), ["c@0-1000"]);
        assert!(said(r#"["a b", "c"]"#, "x", 2).is_empty());
        assert_eq!(said(r#"{"x": ["a"], "*": ["b"]}"#, "x", 0), ["a@0-1000"]);
        assert_eq!(said(r#"{"x": ["a"], "*": ["b"]}"#, "y", 0), ["b@0-1000"]);
        assert!(said(r#"{"x": ["a"]}"#, "y", 0).is_empty());
    }

    #[test]
    fn a_missing_or_broken_script_says_what_to_do() {
        let why = |script: Option<&Path>| {
            let settings = Speech { script: script.map(Into::into), ..Speech::default() };
            Scripted::open(&settings).expect_err("no script").to_string()
        };
        assert!(why(None).contains("speech.script"));
        assert!(why(Some(Path::new("/no/such/file"))).contains("/no/such/file"));
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), "{").expect("written");
        assert!(why(Some(file.path())).contains("line 1"));
    }
}
