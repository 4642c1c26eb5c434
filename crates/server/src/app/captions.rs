//! Captions: finals become segments, exactly once, whoever heard them.

use super::{App, AppError, AppResult, capture, meetings, work::Held};
use crate::{bus::What, db};
use chrono::TimeDelta;
use huddle_domain::{
    MeetingId, StreamId, agenda,
    capture::Stream,
    meeting::Meeting,
    transcript::{Segment, Word},
};
use huddle_speech::{SpeechError, Step, ToHear, Utterance};
use std::time::Duration;
use tokio::sync::mpsc;

/// How long a hearer may be silent before somebody else takes its stream.
pub const HEARING_LEASE: TimeDelta = TimeDelta::seconds(15);
/// How often a hearer says that it is there.
const HEARING_RENEWAL: Duration = Duration::from_secs(4);

/// Stores what was heard on `stream` in one step: at most one segment, and the moved cursor, in one
/// transaction. `false` if the cursor does not stand where the step begins: somebody else hears this stream,
/// and the caller has to stop.
pub async fn heard(app: &App, stream: &Stream, step: Step) -> AppResult<bool> {
    let meeting = meetings::by_id(app, stream.meeting).await?;
    let engine = app.engine.as_ref().map(|e| e.name().to_owned()).unwrap_or_default();
    let tx = app.db.begin().await?;
    if !db::capture::advance(&tx, stream.id, step.from, step.until).await? {
        return Ok(false);
    }
    let mut stored = None;
    if let Some(utterance) = step.utterance {
        let mut segment = segment(app, &meeting, stream, utterance, engine);
        let changes = db::agenda::changes(&tx, meeting.id).await?;
        segment.agenda_item = meeting.started_at.and_then(|start| {
            agenda::current_at(&changes, start + TimeDelta::milliseconds(segment.start_ms))
        });
        db::transcript::insert(&tx, meeting.id, stream.participant, &segment, app.now()).await?;
        let speaker = db::participant::by_id(&tx, stream.participant).await?;
        segment.speaker = speaker.map(|p| p.name).unwrap_or_default();
        stored = Some(segment);
    }
    tx.commit().await?;
    if let Some(segment) = stored {
        app.bus.tell(meeting.id, What::Segment(segment));
    }
    Ok(true)
}

fn segment(app: &App, meeting: &Meeting, stream: &Stream, heard: Utterance, engine: String) -> Segment {
    let on_clock = |ms: i64| stream.start_ms + ms;
    let words = heard.words.into_iter().map(|w| Word {
        text: w.text,
        start_ms: on_clock(w.start_ms),
        end_ms: on_clock(w.end_ms),
        confidence: w.confidence,
    });
    debug_assert_eq!(meeting.id, stream.meeting);
    Segment {
        id: app.next_id(),
        stream: Some(stream.id),
        participant: Some(stream.participant),
        speaker: String::new(),
        start_ms: on_clock(heard.start_ms),
        end_ms: on_clock(heard.end_ms),
        text: heard.text,
        words: words.collect(),
        engine,
        agenda_item: None,
    }
}

/// A stream as it is stored.
pub async fn stream(app: &App, id: StreamId) -> AppResult<Option<Stream>> {
    Ok(db::capture::by_id(app.db.read(), id).await?)
}

/// The name of who speaks on a stream.
pub async fn speaker(app: &App, stream: &Stream) -> AppResult<String> {
    let speaker = db::participant::by_id(app.db.read(), stream.participant).await?;
    Ok(speaker.map(|p| p.name).unwrap_or_default())
}

/// How many utterances of a stream are stored.
pub async fn utterances(app: &App, stream: &Stream) -> AppResult<u64> {
    Ok(db::capture::utterances(app.db.read(), stream.id).await?)
}

/// Keeps that all of a closed stream was heard.
pub async fn all_heard(app: &App, stream: &Stream) -> AppResult<()> {
    Ok(db::capture::mark_heard(app.db.read(), stream.id, app.now()).await?)
}

/// Says that these streams are being heard by this process for another [`HEARING_LEASE`].
pub async fn keep_hearing(app: &App, streams: &[StreamId]) -> AppResult<()> {
    Ok(db::capture::keep_hearing(app.db.read(), streams, Some(app.now() + HEARING_LEASE)).await?)
}

/// Says that this process hears these streams no more.
pub async fn stop_hearing(app: &App, streams: &[StreamId]) -> AppResult<()> {
    Ok(db::capture::keep_hearing(app.db.read(), streams, None).await?)
}

/// What became of the audio that was left when a meeting ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    /// Nothing is left.
    Heard,
    /// Words may be left: there is no recogniser here. They can still be heard where there is one.
    Unheard,
}

/// After the end of a meeting: waits for whoever still hears, and hears what is left from the kept audio.
/// [`super::minutes::heard`] comes after it. Safe to run again.
pub async fn finish(app: &App, held: Held, id: MeetingId) -> AppResult<Rest> {
    let mut rest = Rest::Heard;
    let streams = db::capture::of_meeting(app.db.read(), id).await?;
    let total = streams.len().max(1);
    for (done, stream) in streams.iter().enumerate() {
        let part = Part { held, done, total };
        part.progress(app, 0).await;
        while let Some(stream) = db::capture::by_id(app.db.read(), stream.id).await? {
            // What is still being taken in queues its hearing itself.
            if stream.heard_at.is_some() || stream.is_coming_in() {
                break;
            }
            match stream.hearing_until {
                Some(until) if until > app.now() => tokio::time::sleep(Duration::from_millis(300)).await,
                _ => {
                    if finish_stream(app, &stream, part).await? == Rest::Unheard {
                        rest = Rest::Unheard;
                        break;
                    }
                }
            }
        }
    }
    Ok(rest)
}

/// A stream's part in the progress of the task that hears all of them.
#[derive(Clone, Copy)]
struct Part {
    held: Held,
    /// Streams before this one.
    done: usize,
    /// Streams in all.
    total: usize,
}

impl Part {
    /// Says that so many hundredths of the stream are heard.
    async fn progress(self, app: &App, percent: u64) {
        let percent = (self.done as u64 * 100 + percent) / self.total as u64;
        self.held.progress(app, i32::try_from(percent).unwrap_or(100), "Hearing what was said").await;
    }
}

/// Hears a stream from its cursor to the end of its file. Ends early when somebody else hears it.
async fn finish_stream(app: &App, stream: &Stream, part: Part) -> AppResult<Rest> {
    let log = capture::path(app, stream);
    let engine = match &app.engine {
        Ok(engine) if log.exists() => engine.clone(),
        Err(_) if capture::kept(app, stream).await > 0 => return Ok(Rest::Unheard),
        // Nothing was kept.
        _ => {
            all_heard(app, stream).await?;
            return Ok(Rest::Heard);
        }
    };
    keep_hearing(app, &[stream.id]).await?;
    let nth = utterances(app, stream).await?;
    let measured = log.clone();
    let samples = tokio::task::spawn_blocking(move || huddle_media::ogg::duration(&measured)).await;
    let samples = samples.map_err(anyhow::Error::new)?.unwrap_or(0).max(1);
    let to_hear = ToHear { stream: stream.id, log, cursor: stream.heard_until, nth };
    let mut told = 0;
    let (steps, mut heard_steps) = mpsc::channel(4);
    let hearing = tokio::task::spawn_blocking(move || {
        huddle_speech::transcribe_rest(engine, &to_hear, |step| steps.blocking_send(step).is_ok())
    });
    let mut renew = tokio::time::interval(HEARING_RENEWAL);
    loop {
        tokio::select! {
            _ = renew.tick() => keep_hearing(app, &[stream.id]).await?,
            step = heard_steps.recv() => match step {
                Some(step) => {
                    let percent = (step.until * 100 / samples).min(100);
                    if percent > told {
                        told = percent;
                        part.progress(app, percent).await;
                    }
                    if !heard(app, stream, step).await? {
                        return Ok(Rest::Heard);
                    }
                }
                None => break,
            }
        }
    }
    match hearing.await.map_err(anyhow::Error::new)? {
        Ok(()) => {}
        // What can be read of it was heard, and will not be more another time.
        Err(SpeechError::Audio(why)) => tracing::error!(stream.id = %stream.id, why, "Kept audio is damaged"),
        Err(error) => return Err(AppError::Fault(anyhow::Error::new(error))),
    }
    stop_hearing(app, &[stream.id]).await?;
    all_heard(app, stream).await?;
    Ok(Rest::Heard)
}
