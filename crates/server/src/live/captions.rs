//! From what was heard to what is stored and told: one loop over all streams of this process.

use super::Live;
use crate::{
    app::{AppError, AppResult, captions},
    bus::{Caption, What},
};
use huddle_domain::{StreamId, capture::Stream};
use huddle_speech::{Heard, Step};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::sync::mpsc;

/// How often a step is offered to a database that fails, and how long after the first failure again.
const ATTEMPTS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(200);

/// A stream being heard here.
struct Hearer {
    stream: Stream,
    speaker: String,
    /// A caption is shown.
    shown: bool,
    /// Hearing gave up on it, or somebody else hears it: what comes from here is dropped.
    given_up: bool,
}

/// Runs until the hearing ends.
pub(super) async fn run(live: Arc<Live>, mut heard: mpsc::Receiver<Heard>) {
    let mut hearers: HashMap<StreamId, Hearer> = HashMap::new();
    while let Some(event) = heard.recv().await {
        let id = event.stream();
        if let Err(error) = take(&live, &mut hearers, event).await {
            // The cursor has not moved: what this was about is heard again from the file.
            tracing::error!(stream.id = %id, error = %error, "Words could not be stored; they are heard again after the meeting");
            give_up(&live, hearers.get_mut(&id), id);
        }
    }
}

async fn take(live: &Live, hearers: &mut HashMap<StreamId, Hearer>, event: Heard) -> AppResult<()> {
    let id = event.stream();
    if let Heard::Closed { turn, .. } = event {
        let known = hearers.remove(&id);
        if let Some(hearer) = known.as_ref().filter(|h| h.shown) {
            tell(live, hearer, 0, String::new());
        }
        let released = live.hearing.as_ref().is_some_and(|hearing| hearing.release(id, turn));
        return if released { finish(live, id, known.is_some_and(|h| h.given_up)).await } else { Ok(()) };
    }
    let hearer = match hearers.entry(id) {
        std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
        std::collections::hash_map::Entry::Vacant(new) => {
            let Some(stream) = captions::stream(&live.app, id).await? else { return Ok(()) };
            let speaker = captions::speaker(&live.app, &stream).await?;
            new.insert(Hearer { stream, speaker, shown: false, given_up: false })
        }
    };
    if hearer.given_up {
        return Ok(());
    }
    match event {
        Heard::Partial { start_ms, text, .. } => {
            hearer.shown = !text.is_empty();
            tell(live, hearer, start_ms, text);
        }
        Heard::Step { step, .. } => {
            let said = step.utterance.is_some();
            if !store(live, &hearer.stream, step).await? {
                tracing::info!(stream.id = %id, "Somebody else hears this stream");
                give_up(live, Some(hearer), id);
                return Ok(());
            }
            // A stored segment takes the caption away; without one it is taken away here.
            if std::mem::take(&mut hearer.shown) && !said {
                tell(live, hearer, 0, String::new());
            }
        }
        Heard::Failed { reason, .. } => {
            tracing::error!(stream.id = %id, reason = %reason, "A stream cannot be heard; it is tried again after the meeting");
            hearer.given_up = true;
        }
        Heard::Closed { .. } => {}
    }
    Ok(())
}

/// Stores a step; a database that is away for a moment is waited for, and with it all hearing.
async fn store(live: &Live, stream: &Stream, step: Step) -> AppResult<bool> {
    let mut pause = PAUSE;
    for _ in 1..ATTEMPTS {
        match captions::heard(&live.app, stream, step.clone()).await {
            Err(AppError::Fault(error)) => {
                tracing::warn!(stream.id = %stream.id, error = %error, "Words could not be stored; trying again");
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            done => return done,
        }
    }
    captions::heard(&live.app, stream, step).await
}

fn give_up(live: &Live, hearer: Option<&mut Hearer>, id: StreamId) {
    if let Some(hearer) = hearer {
        hearer.given_up = true;
    }
    if let Some(hearing) = &live.hearing {
        hearing.abandon(id);
    }
}

/// All that this process will hear of a stream is stored.
async fn finish(live: &Live, id: StreamId, given_up: bool) -> AppResult<()> {
    captions::stop_hearing(&live.app, &[id]).await?;
    match captions::stream(&live.app, id).await? {
        Some(stream) if stream.closed_at.is_some() && !given_up => {
            captions::all_heard(&live.app, &stream).await
        }
        _ => Ok(()),
    }
}

fn tell(live: &Live, hearer: &Hearer, start_ms: i64, text: String) {
    let caption = Caption {
        stream: hearer.stream.id,
        participant: hearer.stream.participant,
        speaker: hearer.speaker.clone(),
        start_ms: hearer.stream.start_ms + start_ms,
        text,
    };
    live.app.bus.tell(hearer.stream.meeting, What::Caption(caption));
}
