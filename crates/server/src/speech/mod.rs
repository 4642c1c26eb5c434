//! Turning audio into words (being written).

use std::sync::Arc;

/// Why there are no words.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SpeechError(pub String);

/// A recogniser that can be opened many times.
pub trait Engine: Send + Sync + std::fmt::Debug {
    /// Its name, as segments carry it.
    fn name(&self) -> &str;
}

/// Chooses the engine that the settings name.
pub fn choose(_settings: &crate::config::Speech) -> Result<Arc<dyn Engine>, SpeechError> {
    Err(SpeechError("no recogniser is built in yet".into()))
}
