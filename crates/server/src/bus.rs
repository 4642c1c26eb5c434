//! Telling: what happened, to whoever watches, within this process. Bounded: a listener that falls
//! behind is told so and asks its clients to look again. Work that another process did is found by
//! `tasks::watch` and told here.

use huddle_domain::{
    MeetingId, ParticipantId, StreamId, TaskId, agenda::AgendaItem, chat::ChatLine, transcript::Segment,
};
use tokio::sync::broadcast;

/// Events that may wait for a slow listener.
const WAITING: usize = 4_096;

/// Something that happened in a meeting, after it was committed.
#[derive(Debug, Clone)]
pub struct Event {
    /// Where.
    pub meeting: MeetingId,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum What {
    /// The meeting's own data changed; read it again.
    Meeting,
    /// Somebody joined, came or went.
    Participants,
    /// A chat line was stored.
    Chat(ChatLine),
    /// The agenda as it now is.
    Agenda(Vec<AgendaItem>),
    /// Words on their way; an empty text takes the caption away.
    Caption(Caption),
    /// A final was stored.
    Segment(Segment),
    /// Captions changed state; ask for it.
    Captions,
    /// The minutes changed state; ask for it.
    Minutes,
    /// An export changed state; ask for it.
    Export(huddle_domain::ExportId),
    /// Background work moved; ask for it.
    Task(TaskId),
}

/// Words on their way.
#[derive(Debug, Clone)]
pub struct Caption {
    /// The stream they are heard on.
    pub stream: StreamId,
    /// Who speaks.
    pub participant: ParticipantId,
    /// The speaker's name.
    pub speaker: String,
    /// Begin of the utterance on the meeting's clock.
    pub start_ms: i64,
    /// What was understood so far.
    pub text: String,
}

/// The place where it is told.
#[derive(Debug, Clone)]
pub struct Bus(broadcast::Sender<Event>);

impl Default for Bus {
    fn default() -> Self {
        Self(broadcast::channel(WAITING).0)
    }
}

impl Bus {
    /// Tells everybody; call it only after the commit.
    pub fn tell(&self, meeting: MeetingId, what: What) {
        // An error only says that nobody listens.
        let _ = self.0.send(Event { meeting, what });
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Event> {
        self.0.subscribe()
    }
}
