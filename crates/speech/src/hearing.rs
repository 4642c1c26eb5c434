//! The threads that listen to live streams. Each stream's log file is what they hear, a moment after it was
//! written: whoever falls behind only reads later, and nobody who keeps audio ever waits for them.

mod ear;

use super::{Engine, Follower, Place, Recogniser, SpeechError, Step, ToHear};
use ear::{Ear, Round};
use huddle_domain::{StreamId, transcript::Word};
use std::{
    collections::{HashMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};
use tokio::sync::mpsc;

/// What was heard on a stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// Words on their way; replaces the last of these.
    Partial {
        /// The stream.
        stream: StreamId,
        /// Begin of the utterance, milliseconds from the stream's first sample.
        start_ms: i64,
        /// What was understood so far.
        text: String,
    },
    /// All between two samples was heard; to be stored before the next step of the stream.
    Step {
        /// The stream.
        stream: StreamId,
        /// From where to where, and what was said.
        step: Step,
    },
    /// Hearing gave up on the stream: it is heard again from its log after the meeting.
    Failed {
        /// The stream.
        stream: StreamId,
        /// Why.
        reason: SpeechError,
    },
    /// Nothing more comes, unless the stream was opened again: [`Hearing::release`] knows.
    Closed {
        /// The stream.
        stream: StreamId,
        /// Which time it was closed.
        turn: u32,
    },
}

impl Heard {
    /// Which stream it is about.
    pub fn stream(&self) -> StreamId {
        match self {
            Self::Partial { stream, .. }
            | Self::Step { stream, .. }
            | Self::Failed { stream, .. }
            | Self::Closed { stream, .. } => *stream,
        }
    }
}

/// Hears all live streams of this process on a few threads.
pub struct Hearing(Arc<Board>);

impl std::fmt::Debug for Hearing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hearing").field("engine", &self.0.engine).finish_non_exhaustive()
    }
}

/// Tells the hearing about one stream.
pub struct StreamHandle {
    stream: StreamId,
    board: Arc<Board>,
    position: Arc<AtomicU64>,
}

impl std::fmt::Debug for StreamHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamHandle").field("stream", &self.stream).finish_non_exhaustive()
    }
}

/// What the threads share.
struct Board {
    engine: Arc<dyn Engine>,
    state: Mutex<State>,
    rung: Condvar,
    followers: Mutex<Followers>,
}

#[derive(Default)]
struct State {
    streams: HashMap<StreamId, Slot>,
    /// Streams with something to do that nobody does yet.
    queue: VecDeque<StreamId>,
    stopping: bool,
}

/// A stream as the threads know it.
struct Slot {
    /// Away while a thread listens with it.
    ear: Option<Ear>,
    kept: u64,
    position: Arc<AtomicU64>,
    /// In the queue, or being listened to.
    busy: bool,
    /// Something came while it was busy.
    again: bool,
    /// Its sender has set it aside: hear to the end of the log.
    closing: bool,
    /// Its log was cut and goes on: read it afresh from the cursor.
    afresh: bool,
    /// Somebody else hears it.
    abandoned: bool,
    /// Heard to the end.
    done: bool,
    turn: u32,
}

/// Followers are few: each has models of its own.
struct Followers {
    free: Vec<Box<dyn Follower>>,
    /// How many more may be made.
    left: usize,
}

/// Followers per thread: more people than that rarely speak at once, and those who do are heard, only later.
const FOLLOWERS: usize = 2;

impl Hearing {
    /// Starts `threads` threads that send what they hear to `sink`; they end with [`Hearing::stop`], or when
    /// this is dropped.
    pub fn new(engine: Arc<dyn Engine>, threads: usize, sink: mpsc::Sender<Heard>) -> Self {
        let followers = Mutex::new(Followers { free: Vec::new(), left: threads * FOLLOWERS });
        let board = Arc::new(Board { engine, state: Mutex::default(), rung: Condvar::new(), followers });
        for n in 0..threads {
            let (board, sink) = (board.clone(), sink.clone());
            let named = std::thread::Builder::new().name(format!("hearing-{n}"));
            if let Err(error) = named.spawn(move || Worker::new(board, sink).run()) {
                tracing::error!(error = %error, "A hearing thread could not be started");
            }
        }
        Self(board)
    }

    /// Begins to hear a stream, or goes on with it if its end is still being heard: then from where that has
    /// come, which may be further than what is stored. Its log has `kept` samples.
    pub fn open(&self, stream: ToHear, kept: u64) -> StreamHandle {
        let id = stream.stream;
        let mut state = self.0.state();
        let slot = state.streams.entry(id).or_insert_with(|| Slot::new(stream));
        slot.kept = kept;
        slot.afresh |= slot.closing;
        (slot.closing, slot.done) = (false, false);
        let position = slot.position.clone();
        state.ring(id);
        self.0.rung.notify_one();
        StreamHandle { stream: id, board: self.0.clone(), position }
    }

    /// Forgets a stream whose closing was told and is dealt with; `false` if it was opened again since.
    pub fn release(&self, stream: StreamId, turn: u32) -> bool {
        let mut state = self.0.state();
        let over = state.streams.get(&stream).is_some_and(|s| s.done && s.turn == turn);
        if over {
            state.streams.remove(&stream);
        }
        over
    }

    /// Hears no more of a stream until it is closed: somebody else does.
    pub fn abandon(&self, stream: StreamId) {
        if let Some(slot) = self.0.state().streams.get_mut(&stream) {
            slot.abandoned = true;
        }
    }

    /// Ends the threads as soon as each has done what it is at. What they have not heard stays in the logs.
    pub fn stop(&self) {
        self.0.state().stopping = true;
        self.0.rung.notify_all();
    }
}

impl Drop for Hearing {
    fn drop(&mut self) {
        self.stop();
    }
}

impl StreamHandle {
    /// Says that the log has so many samples now. Never waits for hearing.
    pub fn push(&self, kept: u64) {
        self.tell(|slot| slot.kept = slot.kept.max(kept));
    }

    /// Milliseconds of kept audio that are not heard yet.
    pub fn lag_ms(&self) -> i64 {
        let kept = self.board.state().streams.get(&self.stream).map_or(0, |s| s.kept);
        huddle_media::ms(kept.saturating_sub(self.position.load(Relaxed)))
    }

    /// Says that the log has got its end: all of it is heard, then [`Heard::Closed`] is told.
    pub fn close(&self) {
        self.tell(|slot| slot.closing = true);
    }

    fn tell(&self, what: impl FnOnce(&mut Slot)) {
        let mut state = self.board.state();
        if let Some(slot) = state.streams.get_mut(&self.stream) {
            what(slot);
            state.ring(self.stream);
            self.board.rung.notify_one();
        }
    }
}

impl Board {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }

    /// A follower, if one is free or may still be made.
    fn follower(self: &Arc<Self>) -> Option<Box<dyn Follower>> {
        let mut followers = self.followers.lock().expect("no holder of this lock panics");
        let follower = match followers.free.pop() {
            Some(free) => free,
            None => {
                followers.left = followers.left.checked_sub(1)?;
                drop(followers);
                let made = self.engine.follower();
                made.inspect_err(|e| tracing::warn!(error = %e, "There are no words on their way")).ok()?
            }
        };
        Some(Box::new(Lent { follower: Some(follower), board: self.clone() }))
    }
}

/// A follower that goes back to the board when it is dropped.
struct Lent {
    follower: Option<Box<dyn Follower>>,
    board: Arc<Board>,
}

impl Lent {
    fn follower(&mut self) -> &mut dyn Follower {
        &mut **self.follower.as_mut().expect("it is here until it is dropped")
    }
}

impl Follower for Lent {
    fn begin(&mut self, place: Place) -> Result<(), SpeechError> {
        self.follower().begin(place)
    }

    fn follow(&mut self, samples: &[i16]) -> Result<String, SpeechError> {
        self.follower().follow(samples)
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let mut followers = self.board.followers.lock().expect("no holder of this lock panics");
        followers.free.extend(self.follower.take());
    }
}

impl State {
    /// Has somebody look after a stream.
    fn ring(&mut self, stream: StreamId) {
        let Some(slot) = self.streams.get_mut(&stream) else { return };
        if slot.busy {
            slot.again = true;
        } else {
            slot.busy = true;
            self.queue.push_back(stream);
        }
    }
}

impl Slot {
    fn new(stream: ToHear) -> Self {
        Self {
            kept: stream.cursor,
            position: Arc::new(AtomicU64::new(stream.cursor)),
            ear: Some(Ear::new(stream)),
            busy: false,
            again: false,
            closing: false,
            afresh: false,
            abandoned: false,
            done: false,
            turn: 0,
        }
    }
}

/// One thread.
struct Worker {
    board: Arc<Board>,
    sink: mpsc::Sender<Heard>,
    recogniser: WhenNeeded,
}

impl Worker {
    fn new(board: Arc<Board>, sink: mpsc::Sender<Heard>) -> Self {
        let recogniser = WhenNeeded::new(board.engine.clone());
        Self { board, sink, recogniser }
    }

    fn run(mut self) {
        while let Some((stream, mut ear, round)) = self.next() {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                ear.listen(&round, &mut self.recogniser, &self.board, &self.sink)
            }));
            let outcome = outcome.unwrap_or_else(|_| {
                // What panicked is not used again.
                self.recogniser = WhenNeeded::new(self.board.engine.clone());
                Err(SpeechError::Failed("it panicked".into()))
            });
            self.put_back(stream, ear, outcome);
        }
    }

    /// Waits for a stream with something to do; `None` when all is over.
    fn next(&self) -> Option<(StreamId, Ear, Round)> {
        let mut state = self.board.state();
        loop {
            if state.stopping {
                return None;
            }
            let Some(stream) = state.queue.pop_front() else {
                state = self.board.rung.wait(state).expect("no holder of this lock panics");
                continue;
            };
            let Some(slot) = state.streams.get_mut(&stream) else { continue };
            let Some(ear) = slot.ear.take() else { continue };
            slot.again = false;
            let round = Round {
                kept: slot.kept,
                closing: slot.closing,
                afresh: std::mem::take(&mut slot.afresh),
                abandoned: slot.abandoned,
            };
            return Some((stream, ear, round));
        }
    }

    fn put_back(&self, stream: StreamId, ear: Ear, outcome: Result<bool, SpeechError>) {
        let mut state = self.board.state();
        let mut tell = None;
        let Some(slot) = state.streams.get_mut(&stream) else { return };
        slot.position.store(ear.position(), Relaxed);
        slot.ear = Some(ear);
        slot.busy = false;
        let mut more = std::mem::take(&mut slot.again);
        match outcome {
            Ok(true) if slot.closing && !more => {
                slot.done = true;
                slot.turn += 1;
                tell = Some(Heard::Closed { stream, turn: slot.turn });
            }
            Ok(all) => more |= !all,
            Err(reason) => {
                slot.abandoned = true;
                more |= slot.closing;
                tell = Some(Heard::Failed { stream, reason });
            }
        }
        if more {
            state.ring(stream);
            self.board.rung.notify_one();
        }
        drop(state);
        if let Some(heard) = tell {
            // Nobody listens any more only when all is over.
            let _ = self.sink.blocking_send(heard);
        }
    }
}

/// A recogniser whose models are loaded when the first utterance is there.
pub(super) struct WhenNeeded {
    engine: Arc<dyn Engine>,
    recogniser: Option<Box<dyn Recogniser>>,
}

impl WhenNeeded {
    pub(super) fn new(engine: Arc<dyn Engine>) -> Self {
        Self { engine, recogniser: None }
    }
}

impl Recogniser for WhenNeeded {
    fn recognise(&mut self, place: Place, utterance: &[i16]) -> Result<Vec<Word>, SpeechError> {
        let recogniser = match &mut self.recogniser {
            Some(recogniser) => recogniser,
            none => none.insert(self.engine.recogniser()?),
        };
        recogniser.recognise(place, utterance)
    }
}

#[cfg(test)]
mod tests;
