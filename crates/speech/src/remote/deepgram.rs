//! Deepgram: `POST /v1/listen` for a whole utterance, and the same address as a WebSocket, live.

use super::{
    Trouble,
    codec::{Codec, Event, Live, Malformed, Reader, Request, address, ms, wav, with_scheme},
};
use crate::{Deepgram as Settings, Speech, SpeechError, Wishes};
use huddle_domain::transcript::Word;
use secrecy::SecretString;
use serde::Deserialize;
use std::time::Duration;
use url::Url;

/// Deepgram ends a connection that is silent for ten seconds, unless it is told that somebody is there.
const KEEP_ALIVE: &str = r#"{"type":"KeepAlive"}"#;
const FINALIZE: &str = r#"{"type":"Finalize"}"#;
const CLOSE: &str = r#"{"type":"CloseStream"}"#;
/// What a request may name at most.
const KEYTERMS: usize = 100;

/// Deepgram with a key.
#[derive(Debug)]
pub(crate) struct Deepgram {
    base: Url,
    key: SecretString,
    model: String,
    language: Option<String>,
    vocabulary: Vec<String>,
    mask_profanity: bool,
    live: bool,
}

impl Deepgram {
    pub(crate) fn open(settings: &Settings, speech: &Speech) -> Result<Self, SpeechError> {
        let key = settings.api_key.clone().ok_or_else(|| super::no_key("deepgram", "DEEPGRAM_API_KEY"))?;
        Ok(Self {
            base: super::base_url("deepgram", &settings.base_url)?,
            key,
            model: settings.model.clone(),
            language: speech.language.clone(),
            vocabulary: speech.vocabulary.clone(),
            mask_profanity: speech.mask_profanity,
            live: settings.live,
        })
    }

    fn url(&self, wishes: &Wishes, live: bool) -> Url {
        let mut url = address(&self.base, "v1/listen", live);
        let mut query = url.query_pairs_mut();
        query.append_pair("model", &self.model);
        if let Some(language) = &self.language {
            query.append_pair("language", language);
        }
        query.append_pair("smart_format", "true").append_pair("punctuate", "true");
        if self.mask_profanity {
            query.append_pair("profanity_filter", "true");
        }
        // Nova-3 takes keyterms; what came before it, keywords.
        let term = if self.model.starts_with("nova-3") { "keyterm" } else { "keywords" };
        for word in self.vocabulary.iter().chain(&wishes.vocabulary).take(KEYTERMS) {
            query.append_pair(term, word);
        }
        if live {
            query
                .append_pair("encoding", "linear16")
                .append_pair("sample_rate", "16000")
                .append_pair("channels", "1")
                .append_pair("interim_results", "true")
                .append_pair("endpointing", "300");
        }
        drop(query);
        url
    }
}

impl Codec for Deepgram {
    fn name(&self) -> &'static str {
        "deepgram"
    }

    fn request(&self, utterance: &[i16], wishes: &Wishes) -> Option<Request> {
        Some(Request {
            url: self.url(wishes, false),
            authorization: Some(with_scheme("Token", &self.key)),
            content_type: "audio/wav".into(),
            body: wav(utterance),
        })
    }

    fn answer(&self, body: &[u8], _: i64) -> Result<Vec<Word>, Malformed> {
        let answer: Answer = serde_json::from_slice(body)?;
        let channel = answer.results.channels.into_iter().next();
        Ok(channel.map(Channel::words).unwrap_or_default())
    }

    fn live(&self, wishes: &Wishes) -> Option<Live> {
        self.live.then(|| Live {
            url: self.url(wishes, true),
            authorization: with_scheme("Token", &self.key),
            greets: false,
            flush: FINALIZE,
            bye: CLOSE,
            keep_alive: Some(KEEP_ALIVE),
            linger: Duration::from_secs(30),
            pace: Duration::from_millis(100),
            reader: Box::<Results>::default(),
        })
    }
}

/// What `POST /v1/listen` answers.
#[derive(Debug, Deserialize)]
struct Answer {
    results: Channels,
}

#[derive(Debug, Deserialize)]
struct Channels {
    channels: Vec<Channel>,
}

#[derive(Debug, Deserialize, Default)]
struct Channel {
    alternatives: Vec<Alternative>,
}

impl Channel {
    fn words(self) -> Vec<Word> {
        let best = self.alternatives.into_iter().next().unwrap_or_default();
        best.words.into_iter().filter_map(Spoken::word).collect()
    }
}

#[derive(Debug, Deserialize, Default)]
struct Alternative {
    #[serde(default)]
    transcript: String,
    #[serde(default)]
    words: Vec<Spoken>,
}

#[derive(Debug, Deserialize)]
struct Spoken {
    word: String,
    punctuated_word: Option<String>,
    start: f64,
    end: f64,
    confidence: Option<f32>,
}

impl Spoken {
    fn word(self) -> Option<Word> {
        let text = self.punctuated_word.unwrap_or(self.word);
        let is_word = !text.trim().is_empty();
        is_word.then(|| Word {
            text: text.trim().to_owned(),
            start_ms: ms(self.start),
            end_ms: ms(self.end),
            confidence: self.confidence.map(|c| c.clamp(0.0, 1.0)),
        })
    }
}

/// A frame of the live connection; what is not listed is of no interest.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
enum Frame {
    Results {
        channel: Channel,
        is_final: bool,
        #[serde(default)]
        from_finalize: bool,
    },
    Metadata {},
    Error {
        #[serde(default)]
        description: Option<String>,
    },
    #[serde(other)]
    Other,
}

/// Gathers results: finals stay, the interim one replaces itself.
#[derive(Debug, Default)]
struct Results {
    finals: Vec<Word>,
    interim: String,
}

impl Reader for Results {
    fn take(&mut self, text: &str) -> Result<Event, Malformed> {
        Ok(match serde_json::from_str(text)? {
            Frame::Results { channel, is_final, from_finalize } => {
                if is_final {
                    self.interim.clear();
                    self.finals.extend(channel.words());
                } else {
                    let best = channel.alternatives.into_iter().next().unwrap_or_default();
                    self.interim = best.transcript;
                }
                if from_finalize { Event::Flushed } else { Event::Heard }
            }
            // The summary: it comes after all results, once the stream was closed.
            Frame::Metadata {} => Event::Over,
            Frame::Error { description } => {
                Event::Ended(Trouble::Broken(description.unwrap_or_else(|| "it reported an error".into())))
            }
            Frame::Other => Event::Other,
        })
    }

    fn line(&self) -> String {
        let finals = self.finals.iter().map(|w| w.text.as_str());
        let all = finals.chain(Some(self.interim.as_str()).filter(|i| !i.is_empty()));
        all.collect::<Vec<_>>().join(" ")
    }

    fn words(&mut self) -> Vec<Word> {
        self.interim.clear();
        std::mem::take(&mut self.finals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn deepgram() -> Deepgram {
        let settings = Settings { api_key: Some("key".into()), ..Settings::default() };
        let speech = Speech {
            language: Some("en".into()),
            vocabulary: vec!["Huddle".into()],
            mask_profanity: true,
            ..Speech::default()
        };
        Deepgram::open(&settings, &speech).expect("opens")
    }

    #[test]
    fn a_request_says_all_that_is_wished() {
        let wishes = Wishes { vocabulary: vec!["Ana & Co".into()], ..Wishes::default() };
        let request = deepgram().request(&[1, -1], &wishes).expect("pre-recorded");
        assert_eq!(
            request.url.as_str(),
            "https://api.deepgram.com/v1/listen?model=nova-3&language=en&smart_format=true&punctuate=true\
             &profanity_filter=true&keyterm=Huddle&keyterm=Ana+%26+Co"
        );
        assert_eq!(request.authorization.as_ref().map(ExposeSecret::expose_secret), Some("Token key"));
        assert_eq!(
            (request.content_type.as_str(), &request.body[44..]),
            ("audio/wav", &[1, 0, 255, 255][..])
        );
        assert!(!format!("{request:?} {:?}", deepgram()).contains("key\""), "secrets are not shown");
        let live = deepgram().live(&wishes).expect("live");
        assert!(live.url.as_str().starts_with("wss://api.deepgram.com/v1/listen?model=nova-3"));
        assert!(live.url.as_str().ends_with(
            "&encoding=linear16&sample_rate=16000&channels=1&interim_results=true&endpointing=300"
        ));
    }

    /// As in the documentation of pre-recorded audio.
    #[test]
    fn an_answer_is_read_with_punctuation_and_times() {
        let body = br#"{"metadata":{"transaction_key":"deprecated","request_id":"2479c8c8-8185-40ac-9ac6-f0874419f793",
            "sha256":"154e291ecfa8be6ab8343560bcc109008fa7853eb5372533e8efdefc9b504c33","created":"2024-02-06T19:56:16.180Z",
            "duration":25.933313,"channels":1,"models":["30089e05"],"model_info":{}},
            "results":{"channels":[{"alternatives":[{"transcript":"Yeah. As much as","confidence":0.99902344,"words":[
            {"word":"yeah","start":0.08,"end":0.32,"confidence":0.9975586,"punctuated_word":"Yeah."},
            {"word":"as","start":0.32,"end":0.79999995,"confidence":0.9921875,"speaker":0,"punctuated_word":"As"},
            {"word":"much","start":0.8,"end":1.04,"confidence":0.5}]}]}]}}"#;
        let words = deepgram().answer(body, 25_933).expect("read");
        let shown: Vec<_> = words.iter().map(|w| (w.text.as_str(), w.start_ms, w.end_ms)).collect();
        assert_eq!(shown, [("Yeah.", 80, 320), ("As", 320, 800), ("much", 800, 1_040)]);
        assert_eq!(words[2].confidence, Some(0.5));
        let silent =
            br#"{"results":{"channels":[{"alternatives":[{"transcript":"","confidence":0.0,"words":[]}]}]}}"#;
        assert!(deepgram().answer(silent, 1_000).expect("read").is_empty());
        for wrong in [&b"<html>"[..], b"{}", b"{\"results\":", b"\xff\xfe", b""] {
            assert!(deepgram().answer(wrong, 1_000).is_err(), "{wrong:?}");
        }
    }

    /// As in the documentation of interim results and of `Finalize`.
    #[test]
    fn interim_results_replace_one_another_and_finals_stay() {
        let mut reader = Results::default();
        let results = |text: &str, words: &str, is_final: bool, from_finalize: bool| {
            format!(
                r#"{{"type":"Results","channel_index":[0,1],"duration":1.03,"start":0.0,"is_final":{is_final},
                "speech_final":false,"channel":{{"alternatives":[{{"transcript":"{text}","confidence":0.9,
                "words":[{words}]}}]}},"metadata":{{"request_id":"52cc0efe"}},"from_finalize":{from_finalize}}}"#
            )
        };
        let another =
            r#"{"word":"another","start":0.1,"end":0.5,"confidence":0.9,"punctuated_word":"Another"}"#;
        let big = r#"{"word":"big","start":0.5,"end":0.9,"confidence":0.9,"punctuated_word":"big."}"#;
        assert_eq!(reader.take(&results("an other", "", false, false)), Ok(Event::Heard));
        assert_eq!(reader.line(), "an other");
        assert_eq!(reader.take(&results("Another", another, true, false)), Ok(Event::Heard));
        assert_eq!(reader.take(&results("pig", "", false, false)), Ok(Event::Heard));
        assert_eq!(reader.line(), "Another pig");
        assert_eq!(reader.take(&results("big.", big, true, true)), Ok(Event::Flushed));
        let words = reader.words();
        assert_eq!(words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), ["Another", "big."]);
        assert_eq!((words[1].start_ms, words[1].end_ms), (500, 900));
        assert_eq!(reader.line(), "");
    }

    #[test]
    fn what_is_no_result_is_told_apart() {
        let mut reader = Results::default();
        let summary = r#"{"type":"Metadata","transaction_key":"deprecated","request_id":"8c8ebea9","sha256":"e3b0",
            "created":"2024-08-29T22:37:55.202Z","duration":0.0,"channels":0}"#;
        assert_eq!(reader.take(summary), Ok(Event::Over));
        assert_eq!(
            reader.take(r#"{"type":"SpeechStarted","channel":[0],"timestamp":9.5}"#),
            Ok(Event::Other)
        );
        assert_eq!(
            reader.take(r#"{"type":"UtteranceEnd","channel":[0,1],"last_word_end":3.1}"#),
            Ok(Event::Other)
        );
        assert!(matches!(
            reader.take(r#"{"type":"Error","variant":"x","description":"too slow","message":"m"}"#),
            Ok(Event::Ended(Trouble::Broken(_)))
        ));
        for wrong in ["", "{", "[]", r#"{"type":"Results"}"#, r#"{"no":"type"}"#] {
            assert!(reader.take(wrong).is_err(), "{wrong}");
        }
    }
}
