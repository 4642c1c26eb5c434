//! Turning audio into words. [`Engine`] is the seam; a stream is cut into utterances by a [`Listener`],
//! live by the threads of [`Hearing`] and a file at a time by [`transcribe`].
//!
//! ```text
//!  log file ──► Cutter ──► utterance ──► Recogniser ──► Step { from, until, words, engine }
//!                  └─ so far ──► Follower ──► words on their way (and the final ones, if it streams)
//! ```
//!
//! [`choose`] opens the engines that the settings allow and answers with one that does for each utterance
//! what its meeting wishes ([`Wishes`]). Local engines are lent from a shelf, so that few models are
//! loaded; a provider is a pure codec, and one room owns the sockets, the retries and the way back to a
//! local engine. `docs/engines.md` is the same for operators.

mod engines;
mod hearing;
mod listen;
pub mod models;
mod pocketsphinx;
mod remote;
mod replay;
mod scripted;
mod settings;
mod shelf;
mod tls;
mod transcribe;
#[cfg(feature = "whisper")]
mod whisper;

pub use engines::{alone, choose};
pub use hearing::{Heard, Hearing, StreamHandle};
pub use listen::{Listener, Start, Step, Utterance};
pub use pocketsphinx::PocketSphinx;
pub use replay::ToHear;
pub use scripted::Scripted;
pub use settings::{AssemblyAi, Deepgram, EngineChoice, OpenAi, Settings, Speech};
pub use transcribe::{transcribe, transcribe_rest};
#[cfg(feature = "whisper")]
pub use whisper::Whisper;

use huddle_domain::transcript::Word;

/// Why there are no words; says what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpeechError {
    /// No recogniser: it is switched off, or something has to be installed or set right.
    #[error("{0}")]
    Missing(String),
    /// The recogniser gave up.
    #[error("the recogniser failed: {0}")]
    Failed(String),
    /// The audio could not be read.
    #[error("{0}")]
    Audio(String),
}

impl From<huddle_media::Error> for SpeechError {
    fn from(error: huddle_media::Error) -> Self {
        Self::Audio(error.to_string())
    }
}

/// What turns audio into words; opened as often as there are threads that listen.
pub trait Engine: Send + Sync + std::fmt::Debug {
    /// Its name, as segments carry it.
    fn name(&self) -> &'static str;

    /// Something that recognises whole utterances.
    fn recogniser(&self) -> Result<Box<dyn Recogniser>, SpeechError>;

    /// Something that follows an utterance while it is spoken.
    fn follower(&self) -> Result<Box<dyn Follower>, SpeechError>;

    /// How many threads should listen with it, where the operator set `wanted`: more where they mostly
    /// wait for somebody else's machine.
    fn threads(&self, wanted: usize) -> usize {
        wanted
    }

    /// The engines that a meeting may wish for; none if there is no choice.
    fn choices(&self) -> Vec<EngineChoice> {
        Vec::new()
    }
}

/// What a meeting wishes of its hearing; an engine does what it can of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wishes {
    /// Which engine; the deployment's if absent or not usable (any more).
    pub engine: Option<EngineChoice>,
    /// Names and terms that are likely to be said.
    pub vocabulary: Vec<String>,
}

/// Nothing in particular.
pub static NO_WISHES: Wishes = Wishes { engine: None, vocabulary: Vec::new() };

/// Where an utterance belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Its stream (the id) or file (the name).
    pub stream: &'a str,
    /// How many utterances with words the stream had before.
    pub nth: u64,
    /// What its meeting wishes.
    pub wishes: &'a Wishes,
    /// Hearing is behind: words soon count for more than the best words.
    pub hurried: bool,
}

impl<'a> Place<'a> {
    /// A place in a stream without wishes.
    pub fn of(stream: &'a str, nth: u64) -> Self {
        Self { stream, nth, wishes: &NO_WISHES, hurried: false }
    }
}

/// What was said in an utterance, and who heard it.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The words, with milliseconds from the utterance's first sample; none if nobody spoke in it.
    pub words: Vec<Word>,
    /// Name of the engine that heard them: where a provider failed, the local one that took over.
    pub engine: &'static str,
}

impl Said {
    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// Recognises whole utterances, one at a time. What a local one says depends on the place and the samples
/// only.
pub trait Recogniser: Send {
    /// What was said in an utterance of 16 kHz mono.
    fn recognise(&mut self, place: Place, utterance: &[i16]) -> Result<Said, SpeechError>;
}

/// Follows an utterance while it is spoken; its guesses are shown and never stored.
pub trait Follower: Send {
    /// A new utterance begins; what was followed before is forgotten.
    fn begin(&mut self, place: Place) -> Result<(), SpeechError>;

    /// Hears more of it: what was understood so far.
    fn follow(&mut self, samples: &[i16]) -> Result<String, SpeechError>;

    /// The utterance is over; `rest` is what was not followed of it. A follower that has heard it as well
    /// as a recogniser would says what was said, and nobody hears it again; `None` asks the recogniser.
    fn finish(&mut self, rest: &[i16]) -> Result<Option<Said>, SpeechError> {
        let _ = rest;
        Ok(None)
    }
}

#[cfg(test)]
mod tests;
