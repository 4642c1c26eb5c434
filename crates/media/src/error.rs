//! What can go wrong with audio, told so that a person knows what to do.

use std::io;
use thiserror::Error;

/// A fault of reading or writing audio.
#[derive(Debug, Error)]
pub enum Error {
    /// The disk or the source failed.
    #[error("the audio could not be read or written: {0}")]
    Io(#[from] io::Error),
    /// No known container, or no audio in it.
    #[error("this is not audio that Huddle can read: {0}. WAV, FLAC, MP3, Ogg, M4A and WebM work")]
    NotAudio(String),
    /// A rate or a number of channels that makes no sense.
    #[error("this is not audio that Huddle can read: {rate} Hz with {channels} channels")]
    Shape {
        /// Samples per second.
        rate: u32,
        /// Channels.
        channels: usize,
    },
    /// The codec refused.
    #[error("opus: {0}")]
    Opus(#[from] opus::Error),
    /// A file that is not one of our logs, or whose beginning is gone.
    #[error("{0} is not an audio log of Huddle, or its beginning is damaged")]
    NotALog(String),
    /// A block of the wrong length was to be logged.
    #[error("a block has {0} samples; the log takes {expected} at a time", expected = crate::BLOCK)]
    BlockLength(usize),
    /// The log was finished before.
    #[error("the audio log is finished; resume it to go on")]
    Finished,
}
