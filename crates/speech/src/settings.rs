//! What the operator may choose.

use secrecy::SecretString;
use serde::Deserialize;
use std::path::PathBuf;

/// The recognisers that can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum EngineChoice {
    /// The best local one: Whisper once a model is installed, else PocketSphinx.
    #[default]
    Auto,
    /// whisper.cpp with a model from `huddle models pull`.
    Whisper,
    /// CMU PocketSphinx.
    Pocketsphinx,
    /// Any server with OpenAI's `/audio/transcriptions`.
    Openai,
    /// Deepgram, live and for what is heard again.
    Deepgram,
    /// AssemblyAI's streaming.
    Assemblyai,
    /// Says what a file says: for tests.
    Scripted,
    /// Captions off.
    Off,
}

impl EngineChoice {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Auto,
        Self::Whisper,
        Self::Pocketsphinx,
        Self::Openai,
        Self::Deepgram,
        Self::Assemblyai,
        Self::Scripted,
        Self::Off,
    ];

    /// Its word in settings, in the API and in segments.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Whisper => "whisper",
            Self::Pocketsphinx => "pocketsphinx",
            Self::Openai => "openai",
            Self::Deepgram => "deepgram",
            Self::Assemblyai => "assemblyai",
            Self::Scripted => "scripted",
            Self::Off => "off",
        }
    }

    /// The choice with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|choice| choice.name() == word)
    }
}

/// `[speech]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Speech {
    /// Which recogniser.
    pub engine: EngineChoice,
    /// Language of what is said, as `en` or `es-419`; each engine's own default or detection if absent.
    pub language: Option<String>,
    /// Names and terms that are likely to be said, in every meeting.
    pub vocabulary: Vec<String>,
    /// Asks engines that can to mask swear words.
    pub mask_profanity: bool,
    /// Threads that recognise; about two people who speak at once each with PocketSphinx.
    pub threads: usize,
    /// Directory of PocketSphinx's acoustic model, dictionary and language model.
    pub model_dir: PathBuf,
    /// Whisper's model: a name as `huddle models list` shows it, or a path; what `huddle models use` chose
    /// if absent.
    pub model: Option<String>,
    /// Where `huddle models pull` finds models.
    pub models_url: String,
    /// JSGF grammar to recognise instead of free speech.
    pub grammar: Option<PathBuf>,
    /// What the scripted recogniser says: a JSON file, see [`crate::Scripted`].
    pub script: Option<PathBuf>,
}

impl Default for Speech {
    fn default() -> Self {
        Self {
            engine: EngineChoice::Auto,
            language: None,
            vocabulary: Vec::new(),
            mask_profanity: false,
            threads: 2,
            model_dir: "/usr/share/pocketsphinx/model/en-us".into(),
            model: None,
            models_url: "https://huggingface.co/ggerganov/whisper.cpp/resolve/main".into(),
            grammar: None,
            script: None,
        }
    }
}

/// `[deepgram]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Deepgram {
    /// The key.
    pub api_key: Option<SecretString>,
    /// Its address, without `/v1`.
    pub base_url: String,
    /// The model.
    pub model: String,
    /// Follow people live over a WebSocket; otherwise each utterance is sent when it is over.
    pub live: bool,
}

impl Default for Deepgram {
    fn default() -> Self {
        Self {
            api_key: None,
            base_url: "https://api.deepgram.com".into(),
            model: "nova-3".into(),
            live: true,
        }
    }
}

/// `[openai]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OpenAi {
    /// The key; servers of one's own may need none.
    pub api_key: Option<SecretString>,
    /// Its address, with `/v1`.
    pub base_url: String,
    /// The model that transcribes.
    pub transcription_model: String,
}

impl Default for OpenAi {
    fn default() -> Self {
        Self { api_key: None, base_url: OPENAI.into(), transcription_model: "whisper-1".into() }
    }
}

/// OpenAI's own address, which takes nobody without a key.
pub(crate) const OPENAI: &str = "https://api.openai.com/v1";

/// `[assemblyai]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AssemblyAi {
    /// The key.
    pub api_key: Option<SecretString>,
    /// Address of its streaming, without `/v3`.
    pub base_url: String,
    /// The model; by the language if absent.
    pub model: Option<String>,
}

impl Default for AssemblyAi {
    fn default() -> Self {
        Self { api_key: None, base_url: "https://streaming.assemblyai.com".into(), model: None }
    }
}

/// All that hearing can be told.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `[speech]`
    pub speech: Speech,
    /// `[deepgram]`
    pub deepgram: Deepgram,
    /// `[openai]`
    pub openai: OpenAi,
    /// `[assemblyai]`
    pub assemblyai: AssemblyAi,
    /// Where Whisper's models are kept.
    pub models_dir: PathBuf,
}
