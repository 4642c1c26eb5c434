//! The live side of meetings: who is there, the audio that comes in, the words that come out of it.
//! The kept file is the log of everything heard: audio is acknowledged once it is in there, and hearing
//! starts again from its cursor after any interruption.

mod captions;
pub mod presence;
mod stream;

use crate::{
    app::{App, AppError, AppResult, Caller, capture},
    bus::What,
};
use futures::future::join_all;
use huddle_domain::{MeetingId, ParticipantId, Refusal, StreamId, capture::Stream, meeting::MeetingState};
use huddle_speech::Hearing;
use presence::Presence;
use std::{collections::HashMap, sync::Arc, time::Duration};
use stream::OpenStream;
use tokio::{
    sync::{Mutex, MutexGuard},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// A stream that sends nothing for so long is set aside: what was said is finished, and its sender may
/// go on later.
const IDLE: Duration = Duration::from_secs(8);
/// How long after the end of a meeting its senders may still send what they had recorded.
const AFTER_END: Duration = Duration::from_secs(10);

/// How many streams can be opened or set aside at once.
const TURNS: usize = 64;

/// The live side of all meetings of this process.
#[derive(Debug)]
pub struct Live {
    app: Arc<App>,
    /// Who has a page open.
    pub presence: Presence,
    hearing: Option<Hearing>,
    /// Never held while the disk or the database is waited for: every frame passes here.
    streams: Mutex<HashMap<StreamId, Arc<OpenStream>>>,
    /// Held while a stream is opened or set aside, so that it is never both; some streams share one.
    turns: [Mutex<()>; TURNS],
    stopping: CancellationToken,
}

/// What a frame of audio is answered with.
#[derive(Debug)]
pub struct Accepted {
    /// The frame to send next; all before it are kept.
    pub next: u32,
    /// Why this frame was not kept.
    pub refusal: Option<Refusal>,
}

impl Live {
    /// Builds the live side and starts its housekeeping; it ends with [`Live::stop`].
    pub fn start(app: Arc<App>) -> Arc<Self> {
        let (sink, heard) = tokio::sync::mpsc::channel(256);
        let threads = app.config.speech.threads;
        let hearing = app.engine.as_ref().ok().map(|engine| Hearing::new(engine.clone(), threads, sink));
        let live = Arc::new(Self {
            app,
            presence: Presence::default(),
            hearing,
            streams: Mutex::default(),
            turns: std::array::from_fn(|_| Mutex::default()),
            stopping: CancellationToken::new(),
        });
        tokio::spawn(captions::run(live.clone(), heard));
        tokio::spawn(live.clone().keep_house());
        live
    }

    /// Opens a stream, or goes on with an interrupted one: the number of the frame to send first.
    pub async fn open(&self, caller: Caller, meeting: &str, id: StreamId, offset_ms: i64) -> AppResult<u32> {
        if self.stopping.is_cancelled() {
            return Err(STOPPING.into());
        }
        let _turn = self.turn(id).await;
        let (_, row) = capture::open(&self.app, caller, meeting, id, offset_ms).await?;
        if let Some(open) = self.streams.lock().await.get(&id) {
            return Ok(open.next());
        }
        let open = Arc::new(OpenStream::open(&self.app, row, self.hearing.as_ref()).await?);
        let next = open.next();
        let mut streams = self.streams.lock().await;
        if self.stopping.is_cancelled() {
            drop(streams);
            open.seal().await;
            return Err(STOPPING.into());
        }
        streams.insert(id, open);
        Ok(next)
    }

    async fn turn(&self, id: StreamId) -> MutexGuard<'_, ()> {
        let sum: usize = id.0.as_bytes().iter().map(|byte| usize::from(*byte)).sum();
        self.turns[sum % TURNS].lock().await
    }

    /// Keeps a frame: it is in the file when this answers.
    pub async fn accept(
        &self,
        by: ParticipantId,
        id: StreamId,
        seq: u32,
        bytes: &[u8],
    ) -> AppResult<Accepted> {
        let open = self.streams.lock().await.get(&id).filter(|s| s.row.participant == by).cloned();
        match open {
            Some(open) => open.accept(seq, bytes).await,
            None => Err(Refusal::NotFound("The stream").into()),
        }
    }

    /// Closes a stream for good: all that was sent will be heard.
    pub async fn close(&self, by: ParticipantId, id: StreamId) -> AppResult<()> {
        let _turn = self.turn(id).await;
        capture::close(&self.app, by, id).await?;
        let closed = self.streams.lock().await.remove(&id);
        if let Some(open) = closed {
            open.set_aside().await;
        }
        Ok(())
    }

    /// Milliseconds by which captions of a meeting are behind what was said.
    pub async fn lag_ms(&self, meeting: MeetingId) -> i64 {
        let streams = self.streams.lock().await;
        streams.values().filter(|s| s.row.meeting == meeting).map(|s| s.lag_ms()).max().unwrap_or(0)
    }

    /// How many streams are open, and by how many milliseconds captions are behind at worst.
    pub async fn measure(&self) -> (usize, i64) {
        let streams = self.streams.lock().await;
        (streams.len(), streams.values().map(|s| s.lag_ms()).max().unwrap_or(0))
    }

    /// Stops taking audio and sets every stream aside; hearing goes on after the next start.
    pub async fn stop(&self) {
        self.stopping.cancel();
        let open: Vec<_> = self.streams.lock().await.drain().map(|(_, s)| s).collect();
        let ids: Vec<_> = open.iter().map(|s| s.row.id).collect();
        // Each waits for the disk; together they take little longer than one.
        join_all(open.iter().map(|stream| stream.seal())).await;
        if let Some(hearing) = &self.hearing {
            hearing.stop();
        }
        if let Err(error) = crate::app::captions::stop_hearing(&self.app, &ids).await {
            tracing::warn!(error = %error, "Streams could not be let go; they will lapse");
        }
    }

    async fn keep_house(self: Arc<Self>) {
        let mut events = self.app.bus.listen();
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        let mut lags: HashMap<MeetingId, i64> = HashMap::new();
        let mut renewed = Instant::now();
        loop {
            tokio::select! {
                () = self.stopping.cancelled() => return,
                event = events.recv() => {
                    if let Ok(event) = event && matches!(event.what, What::Meeting) {
                        self.after_change(event.meeting).await;
                    }
                }
                _ = tick.tick() => {
                    self.set_aside_the_idle().await;
                    self.tell_lags(&mut lags).await;
                    if renewed.elapsed() > Duration::from_secs(4) {
                        renewed = Instant::now();
                        self.renew().await;
                    }
                }
            }
        }
    }

    /// Once a meeting has ended its streams have a little time to send the rest; of one that was deleted
    /// nobody waits for more.
    async fn after_change(self: &Arc<Self>, id: MeetingId) {
        let Ok(meeting) = crate::app::meetings::by_id(&self.app, id).await else { return };
        let patience = match meeting.state {
            _ if meeting.deleted_at.is_some() => Duration::ZERO,
            MeetingState::Ended => AFTER_END,
            MeetingState::Planned | MeetingState::Live => return,
        };
        let live = self.clone();
        tokio::spawn(async move {
            let _ = tokio::time::timeout(patience, live.until_closed(id)).await;
            live.close_all(id).await;
        });
    }

    async fn until_closed(&self, id: MeetingId) {
        while self.streams.lock().await.values().any(|s| s.row.meeting == id) {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn close_all(&self, id: MeetingId) {
        let left: Vec<_> = {
            let streams = self.streams.lock().await;
            streams.values().filter(|s| s.row.meeting == id).map(|s| (s.row.participant, s.row.id)).collect()
        };
        for (participant, stream) in left {
            // It may have been closed by its sender in this moment.
            let _ = self.close(participant, stream).await;
        }
    }

    async fn set_aside_the_idle(&self) {
        let is_idle = |open: &Arc<OpenStream>| open.idle() > IDLE;
        let streams = self.streams.lock().await;
        let idle: Vec<_> = streams.iter().filter(|(_, s)| is_idle(s)).map(|(id, _)| *id).collect();
        drop(streams);
        join_all(idle.into_iter().map(async |id| {
            let _turn = self.turn(id).await;
            let mut streams = self.streams.lock().await;
            // It may have gone on meanwhile.
            if !streams.get(&id).is_some_and(is_idle) {
                return;
            }
            let open = streams.remove(&id);
            drop(streams);
            if let Some(open) = open {
                open.set_aside().await;
            }
        }))
        .await;
    }

    async fn tell_lags(&self, told: &mut HashMap<MeetingId, i64>) {
        let mut now: HashMap<MeetingId, i64> = HashMap::new();
        for stream in self.streams.lock().await.values() {
            let lag = now.entry(stream.row.meeting).or_default();
            *lag = (*lag).max(stream.lag_ms() / 2_000);
        }
        for (meeting, lag) in &now {
            if told.get(meeting).copied().unwrap_or(0) != *lag {
                self.app.bus.tell(*meeting, What::Captions);
            }
        }
        *told = now;
    }

    async fn renew(&self) {
        let ids: Vec<_> = self.streams.lock().await.keys().copied().collect();
        if !ids.is_empty()
            && let Err(error) = crate::app::captions::keep_hearing(&self.app, &ids).await
        {
            tracing::warn!(error = %error, "The hearing of streams could not be renewed");
        }
    }
}

const STOPPING: Refusal =
    Refusal::Conflict { code: "unavailable", message: "The server is stopping: connect again." };

/// A fault of the disk while audio was being kept.
fn disk(error: impl std::error::Error + Send + Sync + 'static, row: &Stream) -> AppError {
    AppError::Fault(
        anyhow::Error::new(error).context(format!("the audio of stream {} could not be kept", row.id)),
    )
}
