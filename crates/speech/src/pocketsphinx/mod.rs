//! CMU PocketSphinx with Debian's model of English: small, local, modest. Finals are decoded from the whole
//! utterance, normalised here; while it is spoken a cheaper decoder follows it.

mod ffi;

use super::{Engine, Follower, Place, Recogniser, SpeechError};
use crate::Speech;
use ffi::{Decoder, Frames, Piece};
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

    /// The model's own parameters of features, without its normalisation, which is ours.
    fn features(&self) -> Result<Vec<(String, String)>, SpeechError> {
        let path = self.model.join(ACOUSTIC).join("feat.params");
        let text = std::fs::read_to_string(&path).map_err(|e| {
            SpeechError::Missing(format!("PocketSphinx has no model: {}: {e}", path.display()))
        })?;
        let given = text.lines().filter_map(|line| line.split_once(char::is_whitespace));
        let kept = given.filter(|(name, _)| !matches!(*name, "-cmn" | "-cmninit" | "-model"));
        let ours = [("-featparams", "/dev/null"), ("-cmn", "none")];
        Ok(kept.chain(ours).map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect())
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

/// Finals search wider than the library does by itself: twice the time for a quarter fewer wrong words on the
/// recordings that this was chosen with.
const THOROUGH: &[(&str, &str)] = &[
    ("-beam", "1e-60"),
    ("-pbeam", "1e-60"),
    ("-wbeam", "1e-35"),
    ("-lpbeam", "1e-50"),
    ("-lponlybeam", "1e-35"),
    ("-fwdflatbeam", "1e-70"),
    ("-maxhmmpf", "10000"),
];
/// A grammar has few ways through it: none is to be lost.
const IN_GRAMMAR: &[(&str, &str)] = &[("-beam", "1e-100"), ("-pbeam", "1e-100"), ("-wbeam", "1e-80")];
/// Guesses are made in one pass.
const QUICK: &[(&str, &str)] = &[("-fwdflat", "no"), ("-bestpath", "no")];

impl Engine for PocketSphinx {
    fn name(&self) -> &str {
        "pocketsphinx"
    }

    fn recogniser(&self) -> Result<Box<dyn Recogniser>, SpeechError> {
        let features = self.features()?;
        let mut options: Vec<(&str, &str)> = features.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        options.extend(if self.grammar.is_some() { IN_GRAMMAR } else { THOROUGH });
        let beginnings = if self.grammar.is_some() { &BEGINNINGS[..1] } else { BEGINNINGS };
        Ok(Box::new(Thorough { decoder: self.decoder(&options)?, beginnings }))
    }

    fn follower(&self) -> Result<Box<dyn Follower>, SpeechError> {
        Ok(Box::new(Quick(self.decoder(QUICK)?)))
    }
}

/// Where the first frame of a search may begin, in samples: a frame is 160 of them. The model is so near to
/// its limits that a quarter of a frame can change every other word of an utterance.
const BEGINNINGS: &[usize] = &[0, 80, 40, 120];
/// Who is as sure as this of what was said is not asked again.
const SURE: f64 = 0.7;

/// Searches whole utterances; those it is not sure of from several [`BEGINNINGS`], and keeps what it is surest
/// of. On the recordings that this was chosen with, moved by parts of a sample and made quieter, that leaves a
/// quarter fewer wrong words for less than twice the time, and the worst cases go.
struct Thorough {
    decoder: Decoder,
    beginnings: &'static [usize],
}

impl Recogniser for Thorough {
    fn recognise(&mut self, place: Place, utterance: &[i16]) -> Result<Vec<Word>, SpeechError> {
        let length_ms = huddle_media::ms(utterance.len() as u64);
        let mut best = (f64::MIN, Vec::new());
        for (nth, from) in self.beginnings.iter().map(|from| (*from).min(utterance.len())).enumerate() {
            let pieces = self.search(&utterance[from..])?;
            let (sure, words) = (sureness(&pieces), words(pieces, huddle_media::ms(from as u64)));
            // In noise every further search would only be one more chance to find words.
            if nth == 0 && is_made_up(&words, length_ms) {
                return Ok(Vec::new());
            }
            if sure > best.0 && !is_made_up(&words, length_ms) {
                best = (sure, words);
            }
            if best.0 >= SURE || place.hurried {
                break;
            }
        }
        Ok(best.1)
    }
}

impl Thorough {
    fn search(&mut self, samples: &[i16]) -> Result<Vec<Piece>, SpeechError> {
        let mut frames = self.decoder.frames(samples)?;
        normalise(&mut frames);
        self.decoder.begin()?;
        self.decoder.hear_frames(&mut frames)?;
        self.decoder.end()?;
        Ok(self.decoder.pieces())
    }
}

/// The mean posterior probability of all frames, silences included.
fn sureness(pieces: &[Piece]) -> f64 {
    let frames = |piece: &Piece| (piece.last + 1).saturating_sub(piece.first) as f64;
    let all: f64 = pieces.iter().map(frames).sum();
    pieces.iter().map(|piece| piece.probability * frames(piece)).sum::<f64>() / all.max(1.0)
}

struct Quick(Decoder);

impl Follower for Quick {
    fn begin(&mut self, _: Place) -> Result<(), SpeechError> {
        self.0.begin()
    }

    fn follow(&mut self, samples: &[i16]) -> Result<String, SpeechError> {
        self.0.hear(samples)?;
        Ok(self.0.line())
    }
}

/// Frames so much less loud than loud ones are no part of the channel: digital silence, above all, whose
/// loudness has no bounds.
const FAINT: f32 = 60.0;

/// Takes the mean of the frames in which there is something from all frames: what is left does not depend on
/// the microphone, nor on how much silence was cut along with the words.
fn normalise(frames: &mut Frames) {
    let rows = frames.values.chunks_exact(frames.width);
    let mut loudness: Vec<f32> = rows.clone().map(|row| row[0]).collect();
    loudness.sort_by(f32::total_cmp);
    let Some(loud) = loudness.get(loudness.len() * 95 / 100) else { return };
    let faint = loud - FAINT;
    let mut mean = vec![0.0f64; frames.width];
    let mut count = 0.0;
    for row in rows.filter(|row| row[0] > faint) {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += f64::from(*value));
        count += 1.0;
    }
    for row in frames.values.chunks_exact_mut(frames.width) {
        row[0] = row[0].max(faint);
        row.iter_mut().zip(&mean).for_each(|(value, sum)| *value -= (sum / count) as f32);
    }
}

/// Whether these words were found in mere noise: they fill next to nothing of what is taken for speech, or
/// none of them is likely. What was really said does neither.
fn is_made_up(words: &[Word], length_ms: i64) -> bool {
    let spoken_ms: i64 = words.iter().map(|w| w.end_ms - w.start_ms).sum();
    let surest = words.iter().filter_map(|w| w.confidence).fold(0.0, f32::max);
    spoken_ms * 10 < length_ms || surest < 0.15
}

/// The words among the pieces, which begin at `from_ms`: no silences, no noises, no numbers of pronunciations.
fn words(pieces: Vec<Piece>, from_ms: i64) -> Vec<Word> {
    let ms = |frames: usize| from_ms + i64::try_from(frames * FRAME_MS).unwrap_or(i64::MAX / 2);
    pieces
        .into_iter()
        .filter_map(|piece| {
            let text = plain(&piece.word)?;
            Some(Word {
                text: text.to_owned(),
                start_ms: ms(piece.first),
                end_ms: ms(piece.last + 1),
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
