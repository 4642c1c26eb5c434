//! Audio, and nothing but audio: reading files, resampling, levels, voice activity, who speaks, and the
//! crash-safe Ogg/Opus log. Everything that is heard is [`SAMPLE_RATE`] mono `i16`. No async, no clock, no network.

pub mod decode;
mod error;
pub mod level;
pub mod ogg;
pub mod resample;
pub mod vad;
pub mod voices;

pub use decode::Decoder;
pub use error::Error;
pub use ogg::{LogReader, OpusLog};
pub use resample::Resampler;
pub use vad::{Cut, Cutter, Vad};

/// Samples per second of everything that is heard.
pub const SAMPLE_RATE: u32 = 16_000;
/// Samples of one block of the log: 100 ms.
pub const BLOCK: usize = 1_600;

/// Milliseconds that `samples` last, rounded down.
pub fn ms(samples: u64) -> i64 {
    (samples / 16) as i64
}
