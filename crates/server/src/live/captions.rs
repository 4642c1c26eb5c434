//! From what was heard to what is stored and told: one loop over all streams of this process.

use super::Live;
use crate::{
    app::{AppResult, captions},
    bus::{Caption, What},
    speech::Heard,
};
use huddle_domain::{StreamId, capture::Stream};
use std::{collections::HashMap, sync::Arc};
use tokio::sync::mpsc;

/// A stream being heard here.
struct Hearer {
    stream: Stream,
    speaker: String,
    /// Everything before this sample is stored.
    cursor: u64,
    /// Somebody else hears it; what comes from here is dropped.
    superseded: bool,
}

/// Runs until the hearing room closes.
pub(super) async fn run(live: Arc<Live>, mut heard: mpsc::Receiver<Heard>) {
    let mut hearers: HashMap<StreamId, Hearer> = HashMap::new();
    while let Some(event) = heard.recv().await {
        let id = event.stream();
        if let Err(error) = take(&live, &mut hearers, event).await {
            // The cursor has not moved: what this was about is heard again from the file.
            tracing::error!(stream.id = %id, error = %error, "Words could not be stored");
            if let Some(hearer) = hearers.get_mut(&id) {
                hearer.superseded = true;
            }
        }
    }
}

async fn take(live: &Live, hearers: &mut HashMap<StreamId, Hearer>, event: Heard) -> AppResult<()> {
    let app = &live.app;
    let id = event.stream();
    if let Heard::Closed { .. } = event {
        let Some(hearer) = hearers.remove(&id) else { return finish(live, id).await };
        caption(live, &hearer, 0, String::new());
        return if hearer.superseded { Ok(()) } else { finish(live, id).await };
    }
    let hearer = match hearers.get_mut(&id) {
        Some(hearer) => hearer,
        None => {
            let Some(stream) = db_stream(live, id).await? else { return Ok(()) };
            let speaker = captions::speaker(app, &stream).await?;
            let cursor = stream.heard_until;
            hearers.entry(id).or_insert(Hearer { stream, speaker, cursor, superseded: false })
        }
    };
    if hearer.superseded {
        return Ok(());
    }
    match event {
        Heard::Partial { start_ms, text, .. } => caption(live, hearer, start_ms, text),
        Heard::Final { heard, heard_until, .. } => {
            let stored = captions::heard(app, &hearer.stream, hearer.cursor, heard_until, Some(heard)).await?;
            hearer.superseded = !stored;
            hearer.cursor = heard_until;
        }
        Heard::Progress { heard_until, .. } => {
            let stored = captions::heard(app, &hearer.stream, hearer.cursor, heard_until, None).await?;
            hearer.superseded = !stored;
            hearer.cursor = heard_until;
            caption(live, hearer, 0, String::new());
        }
        Heard::Failed { reason, .. } => {
            tracing::error!(stream.id = %id, reason = %reason, "A recogniser failed; the stream is heard again after the meeting");
            hearer.superseded = true;
        }
        Heard::Closed { .. } => {}
    }
    Ok(())
}

async fn db_stream(live: &Live, id: StreamId) -> AppResult<Option<Stream>> {
    captions::stream(&live.app, id).await
}

/// All that this process will hear of a stream is stored.
async fn finish(live: &Live, id: StreamId) -> AppResult<()> {
    captions::stop_hearing(&live.app, &[id]).await?;
    match db_stream(live, id).await? {
        Some(stream) if stream.closed_at.is_some() => captions::all_heard(&live.app, &stream).await,
        _ => Ok(()),
    }
}

fn caption(live: &Live, hearer: &Hearer, start_ms: i64, text: String) {
    let caption = Caption {
        stream: hearer.stream.id,
        participant: hearer.stream.participant,
        speaker: hearer.speaker.clone(),
        start_ms: hearer.stream.start_ms + start_ms,
        text,
    };
    live.app.bus.tell(hearer.stream.meeting, What::Caption(caption));
}
