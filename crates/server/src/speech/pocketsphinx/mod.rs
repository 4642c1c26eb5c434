//! CMU PocketSphinx with Debian's model of English: small, local, modest. Finals are decoded from the whole
//! utterance, where its own mean can be taken; while it is spoken a cheaper decoder follows it.

mod ffi;

use super::{Engine, Follower, Place, Recogniser, SpeechError};
use crate::config::Speech;
use ffi::{Decoder, Piece};
use huddle_domain::transcript::Word;
use std::path::PathBuf;

/// Frames per second of the decoder, as milliseconds.
const FRAME_MS: usize = 10;

/// PocketSphinx, installed and with a model.
#[derive(Debug)]
pub struct PocketSphinx {
    model: PathBuf,
    grammar: Option<PathBuf>,
}

impl PocketSphinx {
    /// Looks whether all is there.
    pub fn open(settings: &Speech) -> Result<Self, SpeechError> {
        ffi::available().map_err(|why| {
            SpeechError::Missing(format!(
                "PocketSphinx is not installed ({why}): install the packages pocketsphinx and pocketsphinx-en-us, \
                 then start Huddle again"
            ))
        })?;
        let model = settings.model_dir.clone();
        let needed: &[&str] = if settings.grammar.is_some() {
            &[ACOUSTIC, DICTIONARY]
        } else {
            &[ACOUSTIC, DICTIONARY, LANGUAGE]
        };
        if let Some(absent) = needed.iter().map(|name| model.join(name)).find(|path| !path.exists()) {
            return Err(SpeechError::Missing(format!(
                "PocketSphinx has no model: {} is not there; install the package pocketsphinx-en-us, or set \
                 speech.model_dir",
                absent.display()
            )));
        }
        if let Some(grammar) = &settings.grammar {
            let wrong =
                |what: &str| SpeechError::Missing(format!("speech.grammar: {} {what}", grammar.display()));
            if !grammar.is_file() {
                return Err(wrong("is not there"));
            }
            if !ffi::is_grammar(grammar).map_err(SpeechError::Missing)? {
                return Err(wrong("is not a JSGF grammar"));
            }
        }
        Ok(Self { model, grammar: settings.grammar.clone() })
    }

    fn decoder(&self, more: &[(&str, &str)]) -> Result<Decoder, SpeechError> {
        let path = |name: &str| self.model.join(name).to_string_lossy().into_owned();
        // The cutter finds the silences; the decoder's own removal would spoil the times of words.
        let mut options =
            vec![("-hmm", path(ACOUSTIC)), ("-dict", path(DICTIONARY)), ("-remove_silence", "no".into())];
        match &self.grammar {
            Some(grammar) => options.push(("-jsgf", grammar.to_string_lossy().into_owned())),
            None => options.push(("-lm", path(LANGUAGE))),
        }
        options.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        Decoder::open(&options)?.ok_or_else(|| {
            SpeechError::Failed(match &self.grammar {
                Some(grammar) => format!(
                    "PocketSphinx refused the grammar {}: every word has to be in {}",
                    grammar.display(),
                    self.model.join(DICTIONARY).display()
                ),
                None => format!("PocketSphinx refused the model in {}", self.model.display()),
            })
        })
    }
}

const ACOUSTIC: &str = "en-us";
const DICTIONARY: &str = "cmudict-en-us.dict";
const LANGUAGE: &str = "en-us.lm.bin";

/// Finals may search wider: nobody waits for each syllable.
const THOROUGH: &[(&str, &str)] = &[("-maxhmmpf", "-1"), ("-pl_window", "0")];
/// Guesses are made in one pass.
const QUICK: &[(&str, &str)] = &[("-fwdflat", "no"), ("-bestpath", "no")];

impl Engine for PocketSphinx {
    fn name(&self) -> &str {
        "pocketsphinx"
    }

    fn recogniser(&self) -> Result<Box<dyn Recogniser>, SpeechError> {
        Ok(Box::new(Thorough(self.decoder(THOROUGH)?)))
    }

    fn follower(&self) -> Result<Box<dyn Follower>, SpeechError> {
        Ok(Box::new(Quick(self.decoder(QUICK)?)))
    }
}

struct Thorough(Decoder);

impl Recogniser for Thorough {
    fn recognise(&mut self, _: Place, utterance: &[i16]) -> Result<Vec<Word>, SpeechError> {
        self.0.begin()?;
        self.0.hear(utterance, true)?;
        self.0.end()?;
        Ok(words(self.0.pieces()))
    }
}

struct Quick(Decoder);

impl Follower for Quick {
    fn begin(&mut self, _: Place) -> Result<(), SpeechError> {
        self.0.begin()
    }

    fn follow(&mut self, samples: &[i16]) -> Result<String, SpeechError> {
        self.0.hear(samples, false)?;
        Ok(self.0.line())
    }
}

/// The words among the pieces: no silences, no noises, no numbers of pronunciations.
fn words(pieces: Vec<Piece>) -> Vec<Word> {
    pieces
        .into_iter()
        .filter_map(|piece| {
            let text = plain(&piece.word)?;
            Some(Word {
                text: text.to_owned(),
                start_ms: i64::try_from(piece.first * FRAME_MS).unwrap_or(i64::MAX),
                end_ms: i64::try_from((piece.last + 1) * FRAME_MS).unwrap_or(i64::MAX),
                confidence: Some(piece.probability.clamp(0.0, 1.0) as f32),
            })
        })
        .collect()
}

/// `word` of `word(2)`; `None` for `<sil>`, `[NOISE]` and `++BREATH++`.
fn plain(word: &str) -> Option<&str> {
    if word.is_empty() || word.starts_with(['<', '[']) || word.starts_with("++") {
        return None;
    }
    Some(match word.strip_suffix(')').and_then(|w| w.rsplit_once('(')) {
        Some((word, number)) if number.bytes().all(|b| b.is_ascii_digit()) && !word.is_empty() => word,
        _ => word,
    })
}

#[cfg(test)]
mod tests;
