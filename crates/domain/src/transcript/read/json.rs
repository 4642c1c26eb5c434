//! Transcripts as JSON: our own export, or what other programs write in the same spirit.

use super::{at_line, segments::Entry, time_ms};
use crate::{AgendaItemId, ParticipantId, Refused, StreamId, transcript::Word};
use serde::Deserialize;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The entries of a JSON transcript.
pub(super) fn entries(text: &str) -> Refused<Vec<Entry>> {
    let read = if text.trim_start().starts_with('[') {
        serde_json::from_str::<Vec<Spoken>>(text)
    } else {
        serde_json::from_str::<Document>(text).map(|d| d.0)
    };
    match read {
        Ok(spoken) => Ok(spoken.into_iter().map(|s| s.0).collect()),
        Err(error) => {
            let told = error.to_string();
            let problem = told.rsplit_once(" at line ").map_or(told.as_str(), |(problem, _)| problem);
            Err(at_line(error.line().max(1), problem))
        }
    }
}

#[derive(Deserialize)]
#[serde(try_from = "RawDocument")]
struct Document(Vec<Spoken>);

#[derive(Deserialize)]
struct RawDocument {
    segments: Option<Vec<Spoken>>,
    meeting_transcripts: Option<Vec<Spoken>>,
}

impl TryFrom<RawDocument> for Document {
    type Error = &'static str;
    fn try_from(raw: RawDocument) -> Result<Self, Self::Error> {
        let missing = "the object has neither `segments` nor `meeting_transcripts`";
        raw.segments.or(raw.meeting_transcripts).map(Document).ok_or(missing)
    }
}

#[derive(Deserialize)]
#[serde(try_from = "Fields")]
struct Spoken(Entry);

impl TryFrom<Fields> for Spoken {
    type Error = String;
    fn try_from(fields: Fields) -> Result<Self, String> {
        let text = fields.text(&["text", "content"])?.ok_or("an entry has neither `text` nor `content`")?;
        let words = match fields.any(&["words"]) {
            Some((_, Value::Array(words))) => words.iter().map(word).collect::<Result<_, _>>()?,
            Some(_) => return Err("`words` is not an array".into()),
            None => Vec::new(),
        };
        Ok(Self(Entry {
            line: 0,
            speaker: fields.text(&["speaker", "name"])?.unwrap_or_default(),
            text,
            start_ms: fields.start()?,
            end_ms: fields.end()?,
            words,
            id: fields.id("id"),
            stream: fields.id("stream").map(StreamId),
            participant: fields.id("participant").map(ParticipantId),
            engine: fields.text(&["engine"])?.unwrap_or_default(),
            agenda_item: fields.id("agendaItem").map(AgendaItemId),
        }))
    }
}

fn word(value: &Value) -> Result<Word, String> {
    let Value::Object(fields) = value else { return Err("a word is not an object".into()) };
    let fields = Fields(fields.clone());
    let text = fields.text(&["text", "word"])?.ok_or("a word has neither `text` nor `word`")?;
    let start_ms = fields.start()?.ok_or("a word has no time")?;
    let end_ms = fields.end()?.unwrap_or(start_ms).max(start_ms);
    let confidence = fields.any(&["confidence", "probability"]).and_then(|(_, v)| v.as_f64());
    Ok(Word { text, start_ms, end_ms, confidence: confidence.map(|c| c as f32) })
}

/// The members of an object; those that nobody asks for are ignored, `null` is as good as missing.
#[derive(Deserialize)]
struct Fields(Map<String, Value>);

impl Fields {
    fn any<'a>(&self, names: &[&'a str]) -> Option<(&'a str, &Value)> {
        names.iter().find_map(|n| Some((*n, self.0.get(*n).filter(|v| !v.is_null())?)))
    }

    fn text(&self, names: &[&str]) -> Result<Option<String>, String> {
        match self.any(names) {
            None => Ok(None),
            Some((_, Value::String(text))) => Ok(Some(text.clone())),
            Some((_, Value::Number(number))) => Ok(Some(number.to_string())),
            Some((name, _)) => Err(format!("`{name}` is not a string")),
        }
    }

    fn id(&self, name: &str) -> Option<Uuid> {
        self.0.get(name)?.as_str()?.parse().ok()
    }

    fn start(&self) -> Result<Option<i64>, String> {
        self.time(&["startMs", "start_ms"], &["start", "start_time", "startTime"])
    }

    fn end(&self) -> Result<Option<i64>, String> {
        self.time(&["endMs", "end_ms"], &["end", "end_time", "endTime"])
    }

    /// A time in milliseconds, or in seconds, or as `1:02:03.5`.
    fn time(&self, in_ms: &[&str], in_seconds: &[&str]) -> Result<Option<i64>, String> {
        let (found, unit_ms) = match self.any(in_ms) {
            Some(found) => (Some(found), 1.0),
            None => (self.any(in_seconds), 1_000.0),
        };
        let Some((name, value)) = found else { return Ok(None) };
        let stamp = value.as_str();
        let number = value.as_f64().or_else(|| stamp?.trim().parse().ok());
        let ms = match number {
            // A cast from float to integer saturates: what is too long is refused later, with its line.
            Some(number) if number >= 0.0 && number.is_finite() => Some((number * unit_ms).round() as i64),
            Some(_) => None,
            None => stamp.and_then(|s| time_ms(s.trim())),
        };
        ms.map(Some).ok_or_else(|| format!("`{name}` is not a time"))
    }
}
