//! AssemblyAI's streaming, version 3: one WebSocket, `Begin`, `Turn`s, `Termination`. What is heard again
//! goes the same way, about as fast as it was spoken.

use super::{
    Trouble,
    codec::{Codec, Event, Live, Malformed, Reader, Request, address},
};
use crate::{AssemblyAi as Settings, Speech, SpeechError, Wishes};
use huddle_domain::transcript::Word;
use secrecy::SecretString;
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};
use url::Url;

const FORCE: &str = r#"{"type":"ForceEndpoint"}"#;
const TERMINATE: &str = r#"{"type":"Terminate"}"#;
/// What a session may name at most.
const KEYTERMS: usize = 100;

/// AssemblyAI with a key.
#[derive(Debug)]
pub(crate) struct AssemblyAi {
    base: Url,
    key: SecretString,
    model: String,
    vocabulary: Vec<String>,
    mask_profanity: bool,
}

impl AssemblyAi {
    pub(crate) fn open(settings: &Settings, speech: &Speech) -> Result<Self, SpeechError> {
        let key = settings.api_key.clone();
        let key = key.ok_or_else(|| super::no_key("assemblyai", "ASSEMBLYAI_API_KEY"))?;
        let is_english = speech.language.as_ref().is_none_or(|l| l == "en" || l.starts_with("en-"));
        let by_language =
            if is_english { "universal-streaming-english" } else { "universal-streaming-multilingual" };
        Ok(Self {
            base: super::base_url("assemblyai", &settings.base_url)?,
            key,
            model: settings.model.clone().unwrap_or_else(|| by_language.into()),
            vocabulary: speech.vocabulary.clone(),
            mask_profanity: speech.mask_profanity,
        })
    }
}

impl Codec for AssemblyAi {
    fn name(&self) -> &'static str {
        "assemblyai"
    }

    fn request(&self, _: &[i16], _: &Wishes) -> Option<Request> {
        None
    }

    fn answer(&self, _: &[u8], _: i64) -> Result<Vec<Word>, Malformed> {
        Err(Malformed("nothing was asked".into()))
    }

    fn live(&self, wishes: &Wishes) -> Option<Live> {
        let mut url = address(&self.base, "v3/ws", true);
        let mut query = url.query_pairs_mut();
        query
            .append_pair("sample_rate", "16000")
            .append_pair("encoding", "pcm_s16le")
            .append_pair("speech_model", &self.model)
            .append_pair("format_turns", "true")
            // Where an utterance ends is found out here, and told with `ForceEndpoint`.
            .append_pair("end_of_turn_confidence_threshold", "1")
            .append_pair("max_turn_silence", "5000");
        if self.mask_profanity {
            query.append_pair("filter_profanity", "true");
        }
        let terms: Vec<_> = self.vocabulary.iter().chain(&wishes.vocabulary).take(KEYTERMS).collect();
        if let Ok(terms) = serde_json::to_string(&terms)
            && terms != "[]"
        {
            query.append_pair("keyterms_prompt", &terms);
        }
        drop(query);
        Some(Live {
            url,
            authorization: self.key.clone(),
            greets: true,
            flush: FORCE,
            bye: TERMINATE,
            keep_alive: None,
            // A session is paid for while it is open.
            linger: Duration::from_secs(10),
            pace: Duration::from_millis(900),
            reader: Box::<Turns>::default(),
        })
    }
}

/// A frame; what is not listed is of no interest.
#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
enum Frame {
    Begin {},
    Turn {
        turn_order: u64,
        end_of_turn: bool,
        #[serde(default)]
        turn_is_formatted: bool,
        words: Vec<Spoken>,
    },
    Termination {},
    Error {
        #[serde(default)]
        error_code: Option<u16>,
        #[serde(default)]
        error: Option<String>,
    },
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize)]
struct Spoken {
    text: String,
    start: f64,
    end: f64,
    confidence: Option<f32>,
}

/// Gathers turns; each message repeats the whole turn so far.
#[derive(Debug, Default)]
struct Turns(BTreeMap<u64, Vec<Word>>);

impl Reader for Turns {
    fn take(&mut self, text: &str) -> Result<Event, Malformed> {
        Ok(match serde_json::from_str(text)? {
            Frame::Begin {} => Event::Ready,
            Frame::Turn { turn_order, end_of_turn, turn_is_formatted, words } => {
                self.0.insert(turn_order, words.into_iter().map(Spoken::word).collect());
                if end_of_turn && turn_is_formatted { Event::Flushed } else { Event::Heard }
            }
            Frame::Termination {} => Event::Over,
            Frame::Error { error_code, error } => Event::Ended(why(error_code, error)),
            Frame::Other => Event::Other,
        })
    }

    fn line(&self) -> String {
        self.0.values().flatten().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn words(&mut self) -> Vec<Word> {
        std::mem::take(&mut self.0).into_values().flatten().filter(|w| !w.text.is_empty()).collect()
    }
}

impl Spoken {
    fn word(self) -> Word {
        Word {
            text: self.text.trim().to_owned(),
            start_ms: self.start as i64,
            end_ms: self.end as i64,
            confidence: self.confidence.map(|c| c.clamp(0.0, 1.0)),
        }
    }
}

fn why(code: Option<u16>, said: Option<String>) -> Trouble {
    let said = said.unwrap_or_else(|| "it reported an error".into());
    match code {
        Some(1008 | 4001..=4003) => Trouble::Refused(format!("it does not take the key: {said}")),
        Some(3006) => Trouble::Refused(said),
        Some(4029 | 4102) => Trouble::Busy { after: None },
        _ => Trouble::Broken(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn open(language: Option<&str>) -> Live {
        let settings = Settings { api_key: Some("key".into()), ..Settings::default() };
        let speech = Speech { language: language.map(Into::into), ..Speech::default() };
        let wishes = Wishes { vocabulary: vec!["Ana".into(), "Bo \"B\"".into()], ..Wishes::default() };
        AssemblyAi::open(&settings, &speech).expect("opens").live(&wishes).expect("live")
    }

    #[test]
    fn the_address_says_all_that_is_wished() {
        let live = open(None);
        assert_eq!(
            live.url.as_str(),
            "wss://streaming.assemblyai.com/v3/ws?sample_rate=16000&encoding=pcm_s16le\
             &speech_model=universal-streaming-english&format_turns=true&end_of_turn_confidence_threshold=1\
             &max_turn_silence=5000&keyterms_prompt=%5B%22Ana%22%2C%22Bo+%5C%22B%5C%22%22%5D"
        );
        assert_eq!(live.authorization.expose_secret(), "key", "without a scheme");
        assert!(open(Some("es")).url.as_str().contains("speech_model=universal-streaming-multilingual"));
        assert!(open(Some("en-GB")).url.as_str().contains("speech_model=universal-streaming-english"));
    }

    /// As in the documentation of the message sequence.
    #[test]
    fn turns_repeat_themselves_until_they_are_formatted() {
        let mut turns = Turns::default();
        let begin = r#"{"type":"Begin","id":"de5d9927-73a6-4be8-b52d-b4c07be37e6b","expires_at":1759796682}"#;
        assert_eq!(turns.take(begin), Ok(Event::Ready));
        let turn = |text: &str, end: bool, formatted: bool| {
            format!(
                r#"{{"turn_order":0,"turn_is_formatted":{formatted},"end_of_turn":{end},"transcript":"","utterance":"",
                "end_of_turn_confidence":0.017454,"words":[{text}],"type":"Turn"}}"#
            )
        };
        let hi = r#"{"start":1920,"end":2000,"text":"hi","confidence":0.874618,"word_is_final":false}"#;
        assert_eq!(turns.take(&turn(hi, false, false)), Ok(Event::Heard));
        assert_eq!(turns.line(), "hi");
        let hi_my =
            format!(r#"{hi},{{"start":2800,"end":2880,"text":"my","confidence":0.81,"word_is_final":true}}"#);
        assert_eq!(turns.take(&turn(&hi_my, true, false)), Ok(Event::Heard));
        let written = hi_my.replace("\"hi\"", "\"Hi,\"").replace("\"my\"", "\"my.\"");
        assert_eq!(turns.take(&turn(&written, true, true)), Ok(Event::Flushed));
        let words = turns.words();
        assert_eq!(words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>(), ["Hi,", "my."]);
        assert_eq!((words[0].start_ms, words[1].end_ms), (1_920, 2_880));
        assert_eq!(turns.line(), "");
        let over = r#"{"type":"Termination","audio_duration_seconds":2,"session_duration_seconds":3}"#;
        assert_eq!(turns.take(over), Ok(Event::Over));
    }

    #[test]
    fn an_error_says_whether_asking_again_helps() {
        let mut turns = Turns::default();
        let mut error = |code: u16| {
            turns.take(&format!(r#"{{"type":"Error","error_code":{code},"error":"what happened"}}"#))
        };
        assert!(matches!(error(1008), Ok(Event::Ended(Trouble::Refused(_)))));
        assert!(matches!(error(3008), Ok(Event::Ended(Trouble::Broken(said))) if said == "what happened"));
        assert!(matches!(error(4029), Ok(Event::Ended(Trouble::Busy { .. }))));
        for wrong in ["", "{", r#"{"type":"Turn","words":1}"#] {
            assert!(turns.take(wrong).is_err(), "{wrong}");
        }
    }
}
