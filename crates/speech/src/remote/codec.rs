//! What a provider is: bytes and JSON in, words out. A codec opens no socket, waits for nobody and knows no
//! clock; the room does all that, with every provider alike.

use super::Trouble;
use crate::Wishes;
use huddle_domain::transcript::Word;
use huddle_media::SAMPLE_RATE;
use secrecy::{ExposeSecret, SecretString};
use std::time::Duration;
use url::Url;

/// One provider of recognition, as its public documentation describes it.
pub(crate) trait Codec: Send + Sync + std::fmt::Debug {
    /// Its name, as segments carry it.
    fn name(&self) -> &'static str;

    /// The request that has a whole utterance recognised; `None` if it can only be done live.
    fn request(&self, utterance: &[i16], wishes: &Wishes) -> Option<Request>;

    /// The words of the answer to such a request, milliseconds from the utterance's begin; `length_ms` is
    /// how long it was.
    fn answer(&self, body: &[u8], length_ms: i64) -> Result<Vec<Word>, Malformed>;

    /// How it follows people live, if it does.
    fn live(&self, wishes: &Wishes) -> Option<Live>;
}

/// A request over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) url: Url,
    /// What `Authorization` says, if anything.
    pub(crate) authorization: Option<SecretString>,
    pub(crate) content_type: String,
    pub(crate) body: Vec<u8>,
}

/// A live connection: a WebSocket that takes PCM16 as binary and says JSON.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) url: Url,
    pub(crate) authorization: SecretString,
    /// It speaks first: no audio before [`Event::Ready`].
    pub(crate) greets: bool,
    /// Asks for the rest of the words at the end of an utterance.
    pub(crate) flush: &'static str,
    /// Ends the session; the rest of the words come before its end.
    pub(crate) bye: &'static str,
    /// Says that the client is still there while nobody speaks.
    pub(crate) keep_alive: Option<&'static str>,
    /// How long a session waits for the next utterance before it is ended.
    pub(crate) linger: Duration,
    /// How long a second of audio takes at least, once more than one is sent at a stroke.
    pub(crate) pace: Duration,
    /// Reads what it says.
    pub(crate) reader: Box<dyn Reader>,
}

/// Reads what is said on a live connection.
pub(crate) trait Reader: Send + Sync + std::fmt::Debug {
    /// Takes a text frame.
    fn take(&mut self, text: &str) -> Result<Event, Malformed>;

    /// What was understood since the last [`Reader::words`], for good or not, as a line.
    fn line(&self) -> String;

    /// Takes the final words of the utterance that was flushed; milliseconds from the first sample of the
    /// connection.
    fn words(&mut self) -> Vec<Word>;
}

/// What a text frame meant.
#[derive(Debug, PartialEq)]
pub(crate) enum Event {
    /// Audio may come.
    Ready,
    /// There may be more words.
    Heard,
    /// All words of the flushed utterance are there.
    Flushed,
    /// The session is over, and all words are there.
    Over,
    /// The session is refused or broken off.
    Ended(Trouble),
    /// Nothing of interest.
    Other,
}

/// The provider said what its documentation does not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("its answer was not understood: {0}")]
pub(crate) struct Malformed(pub(crate) String);

impl From<serde_json::Error> for Malformed {
    fn from(error: serde_json::Error) -> Self {
        // Where, not what: the answer has what people said in it.
        Self(format!("at line {} column {}", error.line(), error.column()))
    }
}

/// `Authorization: <scheme> <key>`.
pub(super) fn with_scheme(scheme: &str, key: &SecretString) -> SecretString {
    format!("{scheme} {}", key.expose_secret()).into()
}

/// An address below a provider's base; `http` becomes `ws` for sockets.
pub(super) fn address(base: &Url, path: &str, socket: bool) -> Url {
    let mut url = base.clone();
    let joined = format!("{}/{path}", base.path().trim_end_matches('/'));
    url.set_path(&joined);
    let scheme = match (url.scheme(), socket) {
        ("https" | "wss", true) => "wss",
        ("http" | "ws", true) => "ws",
        ("wss", false) => "https",
        ("ws", false) => "http",
        (other, _) => other,
    };
    let scheme = scheme.to_owned();
    // All four are special schemes, between which one may change.
    let _ = url.set_scheme(&scheme);
    url
}

/// Samples as little-endian bytes.
pub(crate) fn pcm(samples: &[i16]) -> Vec<u8> {
    samples.iter().flat_map(|s| s.to_le_bytes()).collect()
}

/// Samples as a WAV file: 16 kHz mono PCM16.
pub(crate) fn wav(samples: &[i16]) -> Vec<u8> {
    let bytes = u32::try_from(samples.len() * 2).unwrap_or(u32::MAX - 36);
    let mut wav = Vec::with_capacity(44 + samples.len() * 2);
    wav.extend(b"RIFF");
    wav.extend((36 + bytes).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(16u32.to_le_bytes());
    wav.extend(1u16.to_le_bytes());
    wav.extend(1u16.to_le_bytes());
    wav.extend(SAMPLE_RATE.to_le_bytes());
    wav.extend((SAMPLE_RATE * 2).to_le_bytes());
    wav.extend(2u16.to_le_bytes());
    wav.extend(16u16.to_le_bytes());
    wav.extend(b"data");
    wav.extend(bytes.to_le_bytes());
    wav.extend(pcm(samples));
    wav
}

/// Seconds, as providers give them, in milliseconds.
pub(super) fn ms(seconds: f64) -> i64 {
    (seconds * 1_000.0).round() as i64
}

/// Words without times, spread over a span of time by their length.
pub(super) fn spread(text: &str, from_ms: i64, until_ms: i64) -> Vec<Word> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let weight = |word: &&str| word.chars().count() as i64 + 1;
    let total = words.iter().map(weight).sum::<i64>().max(1);
    let length = (until_ms - from_ms).max(0);
    let mut before = 0;
    let mut spread = Vec::with_capacity(words.len());
    for word in &words {
        let start_ms = from_ms + length * before / total;
        before += weight(word);
        spread.push(Word {
            text: (*word).to_owned(),
            start_ms,
            end_ms: from_ms + length * before / total,
            confidence: None,
        });
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_below_the_base_whatever_its_end() {
        let at = |base: &str, socket| address(&base.parse().expect("a URL"), "v1/listen", socket).to_string();
        assert_eq!(at("https://api.deepgram.com", false), "https://api.deepgram.com/v1/listen");
        assert_eq!(at("https://api.deepgram.com/", true), "wss://api.deepgram.com/v1/listen");
        assert_eq!(at("http://127.0.0.1:9/deep/", true), "ws://127.0.0.1:9/deep/v1/listen");
        assert_eq!(at("wss://eu.example", false), "https://eu.example/v1/listen");
    }

    #[test]
    fn a_wav_is_read_back_as_it_was() {
        let samples: Vec<i16> = (0..3_200).map(|i| (i * 7 % 2_000) as i16 - 1_000).collect();
        let read = huddle_media::Decoder::read(Box::new(std::io::Cursor::new(wav(&samples))), Some("wav"));
        let read: Vec<i16> = read.expect("a WAV").flat_map(|b| b.expect("decodes")).collect();
        assert_eq!(read, samples);
    }

    #[test]
    fn words_without_times_fill_their_span_in_order() {
        let words = spread(" so it is ", 100, 1_100);
        assert_eq!(words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), ["so", "it", "is"]);
        assert_eq!((words[0].start_ms, words[2].end_ms), (100, 1_100));
        assert!(words.windows(2).all(|pair| pair[0].end_ms == pair[1].start_ms));
        assert!(spread("", 0, 100).is_empty());
    }

    #[test]
    fn what_was_not_understood_is_not_repeated() {
        let error = serde_json::from_str::<Vec<u8>>(r#"["a secret word"]"#).expect_err("no number");
        assert!(!Malformed::from(error).to_string().contains("secret"));
    }
}
