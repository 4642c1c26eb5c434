//! What the operator may choose.

use serde::Deserialize;
use std::path::PathBuf;

/// The recognisers that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum EngineChoice {
    /// The best one installed, or none.
    #[default]
    Auto,
    /// CMU PocketSphinx.
    Pocketsphinx,
    /// Says what a file says: for tests.
    Scripted,
    /// Captions off.
    Off,
}

/// `[speech]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Speech {
    /// Which recogniser.
    pub engine: EngineChoice,
    /// Threads that recognise; about two people who speak at once each with PocketSphinx.
    pub threads: usize,
    /// Directory of PocketSphinx's acoustic model, dictionary and language model.
    pub model_dir: PathBuf,
    /// JSGF grammar to recognise instead of free speech.
    pub grammar: Option<PathBuf>,
    /// What the scripted recogniser says: a JSON file, see [`crate::Scripted`].
    pub script: Option<PathBuf>,
}

impl Default for Speech {
    fn default() -> Self {
        Self {
            engine: EngineChoice::Auto,
            threads: 2,
            model_dir: "/usr/share/pocketsphinx/model/en-us".into(),
            grammar: None,
            script: None,
        }
    }
}
