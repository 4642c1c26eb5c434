//! OpenAI's Whisper on this machine, by whisper.cpp, with a model of the operator's choice. Finals are decoded
//! from the whole utterance; while it is spoken it is decoded again and again, and what two hypotheses agree
//! on stays.

mod agree;

use crate::{
    Engine, Follower, Place, Recogniser, Said, Settings, SpeechError,
    models::{Models, is_whole},
};
use agree::Agreement;
use huddle_domain::transcript::Word;
use huddle_media::SAMPLE_RATE;
use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperSegment, WhisperState,
};

const NAME: &str = "whisper";
/// whisper.cpp takes nothing shorter than a second; a little more than that.
const SHORTEST: usize = SAMPLE_RATE as usize * 11 / 10;
/// More new audio than this, in samples, is worth another look.
const STEP: usize = SAMPLE_RATE as usize * 8 / 10;
/// Above this, and less likely than [`UNLIKELY`], a segment is what Whisper makes of silence.
const NO_SPEECH: f32 = 0.6;
const UNLIKELY: f32 = -1.0;
/// Characters of a prompt; it may have 224 tokens.
const PROMPT: usize = 600;

/// Whisper with a model.
#[derive(Debug)]
pub struct Whisper {
    path: PathBuf,
    language: Option<&'static str>,
    vocabulary: Vec<String>,
    /// Threads of one decoding.
    threads: i32,
    /// Loaded when somebody speaks, and shared: each recogniser has only its own state.
    model: Mutex<Option<Arc<WhisperContext>>>,
}

impl Whisper {
    /// Looks whether there is a model.
    pub fn open(settings: &Settings) -> Result<Self, SpeechError> {
        let (path, name) = chosen(settings)?;
        let damaged = || {
            SpeechError::Missing(format!(
                "Whisper's model {} is damaged, or no model of whisper.cpp: fetch it again with `huddle models pull {name}`",
                path.display()
            ))
        };
        match is_whole(&path) {
            Ok(true) => {}
            Ok(false) => return Err(damaged()),
            Err(error) => {
                return Err(SpeechError::Missing(format!(
                    "Whisper's model {} cannot be read: {error}",
                    path.display()
                )));
            }
        }
        let language = match &settings.speech.language {
            Some(language) => Some(known(language)?),
            None => None,
        };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Self {
            path,
            language,
            vocabulary: settings.speech.vocabulary.clone(),
            threads: i32::try_from((cores / settings.speech.threads).clamp(1, 8)).unwrap_or(1),
            model: Mutex::default(),
        })
    }

    fn model(&self) -> Result<Arc<WhisperContext>, SpeechError> {
        let mut model = self.model.lock().expect("no holder of this lock panics");
        if let Some(model) = &*model {
            return Ok(model.clone());
        }
        whisper_rs::install_logging_hooks();
        let loaded = WhisperContext::new_with_params(&self.path, WhisperContextParameters::default());
        let loaded = loaded.map_err(|_| {
            SpeechError::Failed(format!(
                "Whisper cannot load {}: it is damaged, or there is not enough memory",
                self.path.display()
            ))
        })?;
        if !loaded.is_multilingual()
            && let Some(other) = self.language.filter(|l| *l != "en")
        {
            return Err(SpeechError::Failed(format!(
                "Whisper's model {} knows English only, and speech.language is {other}",
                self.path.display()
            )));
        }
        Ok(model.insert(Arc::new(loaded)).clone())
    }

    fn decoder(&self) -> Result<Decoder, SpeechError> {
        let model = self.model()?;
        let state = model.create_state().map_err(failed)?;
        let language = match self.language {
            Some(language) => language,
            None if model.is_multilingual() => "auto",
            None => "en",
        };
        let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 2 });
        params.set_n_threads(self.threads);
        params.set_language(Some(language));
        params.set_no_context(true);
        params.set_token_timestamps(true);
        params.set_suppress_nst(true);
        params.set_no_speech_thold(NO_SPEECH);
        params.set_logprob_thold(UNLIKELY);
        for print in
            [FullParams::set_print_special, FullParams::set_print_progress, FullParams::set_print_realtime]
        {
            print(&mut params, false);
        }
        Ok(Decoder {
            end: model.token_eot(),
            state,
            params,
            prompt: String::new(),
            vocabulary: self.vocabulary.clone(),
        })
    }
}

/// Whisper's word for a language: `es` of `es-419`.
fn known(language: &str) -> Result<&'static str, SpeechError> {
    let short = language.split('-').next().unwrap_or(language).to_ascii_lowercase();
    whisper_rs::get_lang_id(&short).and_then(whisper_rs::get_lang_str).ok_or_else(|| {
        SpeechError::Missing(format!("Whisper does not know the speech.language {language:?}"))
    })
}

/// The model's file and name.
fn chosen(settings: &Settings) -> Result<(PathBuf, String), SpeechError> {
    let models = Models::at(&settings.models_dir);
    let missing = || {
        SpeechError::Missing(
            "Whisper has no model: fetch one with `huddle models pull base.en` (`huddle models list` shows all)".into(),
        )
    };
    match &settings.speech.model {
        Some(path) if path.contains('/') => Ok((PathBuf::from(path), "base.en".into())),
        Some(name) if models.path(name).is_file() => Ok((models.path(name), name.clone())),
        Some(name) => Err(SpeechError::Missing(format!(
            "Whisper's model {name} is not here: fetch it with `huddle models pull {name}`, or set speech.model"
        ))),
        None => {
            let name = models.in_use().ok_or_else(missing)?;
            Ok((models.path(&name), name))
        }
    }
}

fn failed(error: whisper_rs::WhisperError) -> SpeechError {
    SpeechError::Failed(format!("Whisper: {error}"))
}

impl Engine for Whisper {
    fn name(&self) -> &'static str {
        NAME
    }

    fn recogniser(&self) -> Result<Box<dyn Recogniser>, SpeechError> {
        Ok(Box::new(self.decoder()?))
    }

    fn follower(&self) -> Result<Box<dyn Follower>, SpeechError> {
        let decoder = self.decoder()?;
        Ok(Box::new(Looking {
            decoder,
            audio: Vec::new(),
            looked: 0,
            next: STEP,
            agreed: Agreement::default(),
        }))
    }
}

/// A state of the model, with how it is to be used.
struct Decoder {
    state: WhisperState,
    params: FullParams<'static, 'static>,
    /// The first token that is no text.
    end: i32,
    prompt: String,
    vocabulary: Vec<String>,
}

impl Decoder {
    /// Tells the model which words are likely.
    fn expect(&mut self, place: Place) {
        let words = self.vocabulary.iter().chain(&place.wishes.vocabulary);
        let mut prompt = String::new();
        for word in words.filter(|word| !word.contains('\0')) {
            if prompt.len() + word.len() > PROMPT {
                break;
            }
            prompt.push_str(if prompt.is_empty() { "" } else { ", " });
            prompt.push_str(word);
        }
        // Each new prompt is kept by the binding for ever: it is given only when it changes.
        if prompt != self.prompt {
            self.params.set_initial_prompt(&prompt);
            self.prompt = prompt;
        }
    }

    fn words(&mut self, utterance: &[i16], quick: bool) -> Result<Vec<Word>, SpeechError> {
        if utterance.is_empty() {
            return Ok(Vec::new());
        }
        let mut audio: Vec<f32> = utterance.iter().map(|s| f32::from(*s) / 32_768.0).collect();
        audio.resize(audio.len().max(SHORTEST), 0.0);
        let mut params = self.params.clone();
        if quick {
            // The encoder looks at as much as there is, instead of half a minute; no second tries.
            let frames = audio.len() / 320 + 64;
            params.set_audio_ctx(i32::try_from(frames.clamp(256, 1_500)).unwrap_or(1_500));
            params.set_temperature_inc(0.0);
        }
        self.state.full(params, &audio).map_err(failed)?;
        let length_ms = huddle_media::ms(utterance.len() as u64);
        let segments = self.state.as_iter();
        Ok(segments.flat_map(|segment| words_of(&segment, self.end, length_ms)).collect())
    }
}

/// The words of a segment; none if nobody spoke in it.
fn words_of(segment: &WhisperSegment<'_>, end: i32, length_ms: i64) -> Vec<Word> {
    let mut pieces: Vec<(Vec<u8>, i64, i64, f32)> = Vec::new();
    let (mut log_sum, mut count) = (0.0, 0.0);
    for token in (0..segment.n_tokens()).filter_map(|n| segment.get_token(n)) {
        let data = token.token_data();
        let Ok(bytes) = token.to_bytes() else { continue };
        if data.id >= end || bytes.is_empty() {
            continue;
        }
        log_sum += data.plog;
        count += 1.0;
        match pieces.last_mut() {
            Some(word) if !bytes.starts_with(b" ") => {
                word.0.extend_from_slice(bytes);
                (word.2, word.3) = (data.t1 * 10, word.3.min(data.p));
            }
            _ => pieces.push((bytes.to_vec(), data.t0 * 10, data.t1 * 10, data.p)),
        }
    }
    let line: Vec<u8> = pieces.iter().flat_map(|piece| piece.0.iter().copied()).collect();
    let is_silence = segment.no_speech_probability() > NO_SPEECH && log_sum / f32::max(count, 1.0) < UNLIKELY;
    if is_silence || is_a_sound(&String::from_utf8_lossy(&line)) {
        return Vec::new();
    }
    let in_it = |at: i64| at.clamp(0, length_ms);
    pieces
        .into_iter()
        .filter_map(|(bytes, start, end, probability)| {
            let text = String::from_utf8_lossy(&bytes).trim().to_owned();
            (!text.is_empty()).then(|| Word {
                text,
                start_ms: in_it(start),
                end_ms: in_it(end.max(start)),
                confidence: Some(probability.clamp(0.0, 1.0)),
            })
        })
        .collect()
}

/// Whether a line describes a sound: `[BLANK_AUDIO]`, `(music)`, `♪`.
fn is_a_sound(line: &str) -> bool {
    let line = line.trim();
    let inside = |open, close| line.starts_with(open) && line.ends_with(close);
    line.is_empty() || inside('[', ']') || inside('(', ')') || inside('*', '*') || line.starts_with('♪')
}

impl Recogniser for Decoder {
    fn recognise(&mut self, place: Place, utterance: &[i16]) -> Result<Said, SpeechError> {
        self.expect(place);
        Ok(Said { words: self.words(utterance, false)?, engine: NAME })
    }
}

/// Decodes what there is of an utterance each time that enough is new.
struct Looking {
    decoder: Decoder,
    audio: Vec<i16>,
    /// Samples at the last look.
    looked: usize,
    /// Samples that have to be new for the next.
    next: usize,
    agreed: Agreement,
}

impl Follower for Looking {
    fn begin(&mut self, place: Place) -> Result<(), SpeechError> {
        self.decoder.expect(place);
        self.audio.clear();
        (self.looked, self.next, self.agreed) = (0, STEP, Agreement::default());
        Ok(())
    }

    fn follow(&mut self, samples: &[i16]) -> Result<String, SpeechError> {
        self.audio.extend_from_slice(samples);
        if self.audio.len() >= self.looked + self.next {
            let began = Instant::now();
            let words = self.decoder.words(&self.audio, true)?;
            self.agreed.take(words.into_iter().map(|word| word.text).collect());
            self.looked = self.audio.len();
            // Half of the time at most is spent on guesses.
            self.next = STEP.max(samples_in(began.elapsed() * 2));
        }
        Ok(self.agreed.line())
    }
}

fn samples_in(time: Duration) -> usize {
    (time.as_secs_f64() * f64::from(SAMPLE_RATE)) as usize
}

#[cfg(test)]
mod tests;
