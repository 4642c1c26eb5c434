//! Capture: streams of audio being opened and closed. Their bytes are the live room's; here is who may
//! send, and what the database keeps.

use super::{App, AppError, AppResult, Caller, meetings, permit};
use crate::db;
use huddle_domain::{
    ParticipantId, Refusal, StreamId,
    capture::{Stream, StreamKind, ms},
    meeting::{Meeting, MeetingState},
};
use std::path::PathBuf;

/// Streams that one participant may have open.
pub const OPEN_MAX: u64 = 4;
/// Streams that one participant may open in the life of a meeting: each switching on of a microphone is one.
pub const STREAMS_MAX: u64 = 2_000;
/// How far back, in milliseconds, the first sample of a new stream may have been recorded: a day. A sender
/// keeps minutes of audio, but who fell silent while the connection was away may send it hours later.
pub const OFFSET_MAX: i64 = 24 * 60 * 60 * 1_000;

/// Opens a stream, or the one that was interrupted. A new one needs a live meeting; an interrupted one may
/// be finished after the end, so that what was said last is not lost.
pub async fn open(
    app: &App,
    caller: Caller,
    named: &str,
    id: StreamId,
    offset_ms: i64,
) -> AppResult<(Meeting, Stream)> {
    let (meeting, access) = permit::open(app, caller, named).await?;
    let participant = access.joined()?;
    if let Some(known) = db::capture::by_id(app.db.read(), id).await? {
        return match known {
            _ if known.participant != participant => Err(Refusal::NotFound("The stream").into()),
            _ if known.closed_at.is_some() || known.kind != StreamKind::Microphone => Err(CLOSED.into()),
            _ => Ok((meeting, known)),
        };
    }
    if !(0..=OFFSET_MAX).contains(&offset_ms) {
        return Err(Refusal::invalid("offsetMs", format!("must be between 0 and {OFFSET_MAX}")).into());
    }
    let tx = app.db.begin().await?;
    let meeting = meetings::lock(&tx, meeting.id).await?;
    meeting.require_live()?;
    if db::capture::open_count(&tx, participant).await? >= OPEN_MAX {
        return Err(too_many("This participant has too many open streams; close one first."));
    }
    if db::capture::count(&tx, participant).await? >= STREAMS_MAX {
        return Err(too_many("This participant has opened too many streams in this meeting."));
    }
    let now = app.now();
    let stream = Stream {
        id,
        meeting: meeting.id,
        kind: StreamKind::Microphone,
        participant,
        // Nothing was said before the meeting began.
        start_ms: (meeting.elapsed_ms(now) - offset_ms).max(0),
        heard_until: 0,
        opened_at: now,
        closed_at: None,
        heard_at: None,
        hearing_until: None,
    };
    db::capture::insert(&tx, &stream).await?;
    tx.commit().await?;
    Ok((meeting, stream))
}

fn too_many(message: &'static str) -> AppError {
    Refusal::Exhausted { code: "too_many_requests", message, retry_after: None }.into()
}

/// The refusal of audio for a stream that its sender closed.
pub const CLOSED: Refusal =
    Refusal::Conflict { code: "stream_closed", message: "The stream is closed: open a new one." };

/// Keeps that its sender closed the stream: no more audio comes.
pub async fn close(app: &App, by: ParticipantId, id: StreamId) -> AppResult<()> {
    let known = db::capture::by_id(app.db.read(), id).await?;
    let known = known.filter(|s| s.participant == by && s.kind == StreamKind::Microphone);
    let stream = known.ok_or(Refusal::NotFound("The stream"))?;
    Ok(db::capture::close(app.db.read(), stream.id, app.now()).await?)
}

/// Where the audio of a stream is kept.
pub fn path(app: &App, stream: &Stream) -> PathBuf {
    app.audio_dir().join(stream.meeting.to_string()).join(format!("{}.ogg", stream.id))
}

/// A stream with its speaker's name, for the result page.
#[derive(Debug, Clone)]
pub struct Track {
    /// The stream.
    pub stream: Stream,
    /// Who spoke.
    pub participant: ParticipantId,
    /// The speaker's name.
    pub name: String,
    /// How much was kept.
    pub duration_ms: i64,
}

/// The kept audio of a meeting, for people with an account who were in it; empty streams are left out.
pub async fn tracks(app: &App, caller: Caller, named: &str) -> AppResult<(Meeting, Vec<Track>)> {
    let (meeting, access) = permit::open(app, caller, named).await?;
    access.require_account()?;
    let people = db::participant::of_meeting(app.db.read(), meeting.id).await?;
    let mut tracks = Vec::new();
    for stream in db::capture::of_meeting(app.db.read(), meeting.id).await? {
        let duration_ms = ms(kept(app, &stream).await);
        if duration_ms == 0 {
            continue;
        }
        let name =
            people.iter().find(|p| p.id == stream.participant).map(|p| p.name.clone()).unwrap_or_default();
        tracks.push(Track { participant: stream.participant, name, duration_ms, stream });
    }
    Ok((meeting, tracks))
}

/// How many samples of a stream are kept; none if its file is not there or cannot be read.
pub async fn kept(app: &App, stream: &Stream) -> u64 {
    let file = path(app, stream);
    let length = tokio::task::spawn_blocking(move || huddle_media::ogg::duration(&file)).await;
    length.ok().and_then(Result::ok).unwrap_or(0)
}

/// Whether every stream of a meeting that has ended was heard to its end.
pub async fn is_all_heard(app: &App, meeting: &Meeting) -> AppResult<bool> {
    let streams = db::capture::of_meeting(app.db.read(), meeting.id).await?;
    Ok(meeting.state == MeetingState::Ended && streams.iter().all(|s| s.heard_at.is_some()))
}
