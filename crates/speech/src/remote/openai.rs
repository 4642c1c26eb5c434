//! OpenAI's `POST /audio/transcriptions`, as many servers offer it: a whole utterance at a time.

use super::codec::{Codec, Live, Malformed, Request, address, ms, spread, wav, with_scheme};
use crate::{OpenAi as Settings, Speech, SpeechError, Wishes, settings::OPENAI};
use huddle_domain::transcript::Word;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

/// A server with that address.
#[derive(Debug)]
pub(crate) struct OpenAi {
    base: Url,
    key: Option<SecretString>,
    model: String,
    language: Option<String>,
    vocabulary: Vec<String>,
}

/// Between the parts of a body; no WAV of ours has it, and no text may.
const BOUNDARY: &str = "huddle-7d1f6b3a9c5e4f20";
/// The prompt may have 224 tokens; about so many characters.
const PROMPT: usize = 600;
/// Above this, and below [`UNLIKELY`], a segment is what Whisper makes of silence.
const NO_SPEECH: f64 = 0.6;
const UNLIKELY: f64 = -1.0;

impl OpenAi {
    pub(crate) fn open(settings: &Settings, speech: &Speech) -> Result<Self, SpeechError> {
        let base = super::base_url("openai", &settings.base_url)?;
        if settings.api_key.is_none() && settings.base_url.trim_end_matches('/') == OPENAI {
            return Err(super::no_key("openai", "OPENAI_API_KEY"));
        }
        Ok(Self {
            base,
            key: settings.api_key.clone(),
            model: settings.transcription_model.clone(),
            // ISO 639-1: `en` of `en-GB`.
            language: speech.language.as_ref().map(|l| l.split('-').next().unwrap_or(l).to_owned()),
            vocabulary: speech.vocabulary.clone(),
        })
    }

    /// The newer models tell no times.
    fn tells_times(&self) -> bool {
        !self.model.starts_with("gpt-")
    }

    fn prompt(&self, wishes: &Wishes) -> Option<String> {
        let mut prompt = String::new();
        for word in self.vocabulary.iter().chain(&wishes.vocabulary) {
            if prompt.len() + word.len() > PROMPT {
                break;
            }
            prompt.push_str(if prompt.is_empty() { "" } else { ", " });
            prompt.push_str(word);
        }
        (!prompt.is_empty()).then_some(prompt)
    }
}

impl Codec for OpenAi {
    fn name(&self) -> &'static str {
        "openai"
    }

    fn request(&self, utterance: &[i16], wishes: &Wishes) -> Option<Request> {
        let mut fields = vec![("model", self.model.clone()), ("temperature", "0".into())];
        if self.tells_times() {
            fields.push(("response_format", "verbose_json".into()));
            fields.push(("timestamp_granularities[]", "word".into()));
            fields.push(("timestamp_granularities[]", "segment".into()));
        } else {
            fields.push(("response_format", "json".into()));
        }
        fields.extend(self.language.clone().map(|language| ("language", language)));
        fields.extend(self.prompt(wishes).map(|prompt| ("prompt", prompt)));
        Some(Request {
            url: address(&self.base, "audio/transcriptions", false),
            authorization: self.key.as_ref().map(|key| with_scheme("Bearer", key)),
            content_type: format!("multipart/form-data; boundary={BOUNDARY}"),
            body: multipart(&fields, &wav(utterance)),
        })
    }

    fn answer(&self, body: &[u8], length_ms: i64) -> Result<Vec<Word>, Malformed> {
        let answer: Answer = serde_json::from_slice(body)?;
        Ok(answer.words(length_ms))
    }

    fn live(&self, _: &Wishes) -> Option<Live> {
        None
    }
}

fn multipart(fields: &[(&str, String)], file: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(file.len() + 1_024);
    let mut part = |head: String, content: &[u8]| {
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes());
        body.extend(content);
        body.extend(b"\r\n");
    };
    for (name, value) in fields {
        part(format!("name=\"{name}\""), value.as_bytes());
    }
    part("name=\"file\"; filename=\"utterance.wav\"\r\nContent-Type: audio/wav".into(), file);
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    body
}

/// `verbose_json`, or `json` with the text only.
#[derive(Debug, Deserialize)]
struct Answer {
    text: String,
    #[serde(default)]
    words: Option<Vec<Spoken>>,
    #[serde(default)]
    segments: Option<Vec<Segment>>,
}

#[derive(Debug, Deserialize)]
struct Spoken {
    word: String,
    start: f64,
    end: f64,
}

#[derive(Debug, Deserialize)]
struct Segment {
    text: String,
    start: f64,
    end: f64,
    #[serde(default)]
    no_speech_prob: Option<f64>,
    #[serde(default)]
    avg_logprob: Option<f64>,
}

impl Segment {
    /// Said by the model, and by nobody else.
    fn is_made_up(&self) -> bool {
        self.no_speech_prob.is_some_and(|p| p > NO_SPEECH) && self.avg_logprob.is_some_and(|p| p < UNLIKELY)
    }
}

impl Answer {
    fn words(self, length_ms: i64) -> Vec<Word> {
        let segments = self.segments.unwrap_or_default();
        let made_up = |at: f64| segments.iter().any(|s| s.is_made_up() && s.start <= at && at < s.end);
        if let Some(words) = self.words.filter(|words| !words.is_empty()) {
            // The words have times and no punctuation, the text the other way round.
            let written: Vec<&str> = self.text.split_whitespace().collect();
            let written = if written.len() == words.len() { written } else { Vec::new() };
            return words
                .iter()
                .enumerate()
                .filter(|(_, w)| !w.word.trim().is_empty() && !made_up((w.start + w.end) / 2.0))
                .map(|(i, w)| Word {
                    text: written.get(i).copied().unwrap_or(w.word.trim()).to_owned(),
                    start_ms: ms(w.start),
                    end_ms: ms(w.end),
                    confidence: None,
                })
                .collect();
        }
        if segments.is_empty() {
            return spread(&self.text, 0, length_ms);
        }
        segments
            .iter()
            .filter(|s| !s.is_made_up())
            .flat_map(|s| spread(&s.text, ms(s.start), ms(s.end).min(length_ms)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn openai(model: &str) -> OpenAi {
        let settings = Settings {
            api_key: Some("key".into()),
            base_url: "https://api.openai.com/v1/".into(),
            transcription_model: model.into(),
        };
        let speech = Speech {
            language: Some("es-419".into()),
            vocabulary: vec!["Huddle".into()],
            ..Speech::default()
        };
        OpenAi::open(&settings, &speech).expect("opens")
    }

    fn shown(words: &[Word]) -> Vec<(&str, i64, i64)> {
        words.iter().map(|w| (w.text.as_str(), w.start_ms, w.end_ms)).collect()
    }

    #[test]
    fn a_request_is_a_form_with_the_utterance_as_wav() {
        let wishes = Wishes { vocabulary: vec!["Ana".into()], ..Wishes::default() };
        let request = openai("whisper-1").request(&[0; 160], &wishes).expect("a request");
        assert_eq!(request.url.as_str(), "https://api.openai.com/v1/audio/transcriptions");
        assert_eq!(request.content_type, format!("multipart/form-data; boundary={BOUNDARY}"));
        let body = String::from_utf8_lossy(&request.body);
        for field in [
            "name=\"model\"\r\n\r\nwhisper-1\r\n",
            "name=\"response_format\"\r\n\r\nverbose_json\r\n",
            "name=\"timestamp_granularities[]\"\r\n\r\nword\r\n",
            "name=\"language\"\r\n\r\nes\r\n",
            "name=\"prompt\"\r\n\r\nHuddle, Ana\r\n",
            "name=\"file\"; filename=\"utterance.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF",
        ] {
            assert!(body.contains(field), "{field:?}");
        }
        assert!(body.ends_with(&format!("\r\n--{BOUNDARY}--\r\n")));
        let request = openai("gpt-4o-transcribe").request(&[0; 160], &wishes).expect("a request");
        let body = String::from_utf8_lossy(&request.body);
        assert!(body.contains("\r\n\r\njson\r\n") && !body.contains("granularities"));
    }

    /// As in the documentation of `verbose_json` with both granularities.
    #[test]
    fn words_have_their_times_and_the_punctuation_of_the_text() {
        let body = br#"{"task":"transcribe","language":"english","duration":8.47,
            "text":"The beach was a popular spot.",
            "words":[{"word":"The","start":0.0,"end":0.24},{"word":"beach","start":0.24,"end":0.56},
            {"word":"was","start":0.56,"end":0.8},{"word":"a","start":0.8,"end":0.9},
            {"word":"popular","start":0.9,"end":1.4},{"word":"spot","start":1.4,"end":1.8}],
            "segments":[{"id":0,"seek":0,"start":0.0,"end":3.3,"text":" The beach was a popular spot.",
            "tokens":[50364],"temperature":0.0,"avg_logprob":-0.28,"compression_ratio":1.2,"no_speech_prob":0.009}]}"#;
        let words = openai("whisper-1").answer(body, 8_470).expect("read");
        assert_eq!(words.last().map(|w| w.text.as_str()), Some("spot."));
        assert_eq!(shown(&words)[1], ("beach", 240, 560));
    }

    #[test]
    fn servers_that_tell_less_are_understood_too() {
        let codec = openai("whisper-1");
        let segments = br#"{"text":" So it is.","segments":[{"start":1.0,"end":2.0,"text":" So it is."}]}"#;
        let words = codec.answer(segments, 3_000).expect("read");
        assert_eq!((words[0].start_ms, words[2].end_ms, words.len()), (1_000, 2_000, 3));
        let text = codec.answer(br#"{"text":"So it is."}"#, 3_000).expect("read");
        assert_eq!((text[0].start_ms, text[2].end_ms), (0, 3_000));
        assert!(codec.answer(br#"{"text":""}"#, 3_000).expect("read").is_empty());
        for wrong in [&b"<html>"[..], b"{}", b"[]", b"\xff", b"{\"text\":1}"] {
            assert!(codec.answer(wrong, 1_000).is_err());
        }
    }

    #[test]
    fn what_the_model_says_of_silence_is_dropped() {
        let body = br#"{"text":"Hello. Thanks for watching!","words":[{"word":"Hello","start":0.1,"end":0.4},
            {"word":"Thanks","start":2.1,"end":2.4},{"word":"for","start":2.4,"end":2.6},
            {"word":"watching","start":2.6,"end":3.0}],
            "segments":[{"start":0.0,"end":2.0,"text":" Hello.","avg_logprob":-0.2,"no_speech_prob":0.01},
            {"start":2.0,"end":4.0,"text":" Thanks for watching!","avg_logprob":-1.3,"no_speech_prob":0.93}]}"#;
        let words = openai("whisper-1").answer(body, 4_000).expect("read");
        assert_eq!(shown(&words), [("Hello.", 100, 400)]);
    }

    #[test]
    fn only_the_provider_itself_insists_on_a_key() {
        let with = |base: &str| {
            let settings = Settings { base_url: base.into(), ..Settings::default() };
            OpenAi::open(&settings, &Speech::default())
        };
        let why = with("https://api.openai.com/v1").expect_err("no key").to_string();
        assert!(why.contains("OPENAI_API_KEY"), "{why}");
        assert!(with("http://localhost:8000/v1").is_ok());
        assert!(with("localhost").expect_err("no address").to_string().contains("openai.base_url"));
    }
}
