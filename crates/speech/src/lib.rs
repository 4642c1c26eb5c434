//! Turning audio into words. [`Engine`] is the seam; a stream is cut into utterances by a [`Listener`],
//! live by the threads of [`Hearing`] and a file at a time by [`transcribe`].
//!
//! ```text
//!  log file ──► Cutter ──► utterance ──► Recogniser ──► Step { from, until, words }
//!                  └─ so far ──► Follower ──► words on their way
//! ```

mod hearing;
mod listen;
mod pocketsphinx;
mod replay;
mod scripted;
mod settings;
mod transcribe;

pub use hearing::{Heard, Hearing, StreamHandle};
pub use listen::{Listener, Start, Step, Utterance};
pub use pocketsphinx::PocketSphinx;
pub use replay::ToHear;
pub use scripted::Scripted;
pub use settings::{EngineChoice, Speech};
pub use transcribe::{transcribe, transcribe_rest};

use huddle_domain::transcript::Word;
use std::sync::Arc;

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
    fn name(&self) -> &str;

    /// Something that recognises whole utterances.
    fn recogniser(&self) -> Result<Box<dyn Recogniser>, SpeechError>;

    /// Something that follows an utterance while it is spoken.
    fn follower(&self) -> Result<Box<dyn Follower>, SpeechError>;
}

/// Where an utterance belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'a> {
    /// Its stream (the id) or file (the name).
    pub stream: &'a str,
    /// How many utterances with words the stream had before.
    pub nth: u64,
    /// Hearing is behind: words soon count for more than the best words.
    pub hurried: bool,
}

/// Recognises whole utterances, one at a time. What it says depends on the place and the samples only.
pub trait Recogniser: Send {
    /// The words of an utterance of 16 kHz mono, with milliseconds from its first sample; none if nobody
    /// spoke in it.
    fn recognise(&mut self, place: Place, utterance: &[i16]) -> Result<Vec<Word>, SpeechError>;
}

/// Follows an utterance while it is spoken; its guesses are shown and never stored.
pub trait Follower: Send {
    /// A new utterance begins; what was followed before is forgotten.
    fn begin(&mut self, place: Place) -> Result<(), SpeechError>;

    /// Hears more of it: what was understood so far.
    fn follow(&mut self, samples: &[i16]) -> Result<String, SpeechError>;
}

/// Chooses the engine that the settings name. Cheap: models are loaded when somebody speaks.
pub fn choose(settings: &Speech) -> Result<Arc<dyn Engine>, SpeechError> {
    match settings.engine {
        EngineChoice::Auto | EngineChoice::Pocketsphinx => Ok(Arc::new(PocketSphinx::open(settings)?)),
        EngineChoice::Scripted => Ok(Arc::new(Scripted::open(settings)?)),
        EngineChoice::Off => {
            Err(SpeechError::Missing("captions are switched off by the setting speech.engine".into()))
        }
    }
}

#[cfg(test)]
mod tests;
