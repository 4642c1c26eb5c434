//! What the bus says, in the words of `/v1`, to everybody in the meeting.

use super::NAMESPACE;
use crate::{
    app::{self, AppResult, exports, meetings, minutes, participants},
    bus::{Event, What},
    doors::{
        House,
        api::{view, wire},
    },
};
use huddle_domain::MeetingId;
use serde_json::{Value, json};
use socketioxide::SocketIo;
use tokio::sync::broadcast::error::RecvError;

/// The Socket.IO room of a meeting.
pub(super) fn room(meeting: MeetingId) -> String {
    format!("meeting:{meeting}")
}

/// Tells until the bus closes.
pub(super) async fn run(house: House, io: SocketIo) {
    let mut events = house.app.bus.listen();
    loop {
        match events.recv().await {
            Ok(event) => {
                let meeting = event.meeting;
                match words(&house, event).await {
                    Ok((name, body)) => emit(&io, Some(meeting), name, &body).await,
                    Err(error) => {
                        tracing::warn!(meeting.id = %meeting, error = %error, "An event could not be told");
                        emit(&io, Some(meeting), "resync", &Value::Null).await;
                    }
                }
            }
            Err(RecvError::Lagged(missed)) => {
                tracing::warn!(missed, "Events came faster than they could be told; everybody looks again");
                metrics::counter!("huddle_events_missed_total").increment(missed);
                emit(&io, None, "resync", &Value::Null).await;
            }
            Err(RecvError::Closed) => return,
        }
    }
}

async fn emit(io: &SocketIo, meeting: Option<MeetingId>, name: &'static str, body: &Value) {
    let Some(everybody) = io.of(NAMESPACE) else { return };
    let told = match meeting {
        Some(meeting) => everybody.to(room(meeting)).emit(name, body).await,
        None => everybody.emit(name, body).await,
    };
    if let Err(error) = told {
        // A socket whose buffer is full loses this event; it is told to look again when it reads.
        tracing::debug!(error = %error, "An event did not reach every socket");
    }
}

/// The state of captions in a meeting.
pub(super) async fn captions(house: &House, meeting: MeetingId) -> wire::Captions {
    wire::Captions { lag_ms: house.live.lag_ms(meeting).await, ..view::captions(&house.app) }
}

async fn words(house: &House, event: Event) -> AppResult<(&'static str, Value)> {
    let app = &house.app;
    let id = event.meeting;
    Ok(match event.what {
        What::Meeting => {
            let meeting = meetings::by_id(app, id).await?;
            ("meeting", json!(view::meeting(app, meetings::view(app, meeting).await?, None)))
        }
        What::Participants => {
            let present = house.live.presence.present(id);
            let people = participants::list(app, id).await?;
            let people: Vec<_> = people.into_iter().map(|p| view::participant(p, &present, None)).collect();
            ("participants", json!(people))
        }
        What::Chat(line) => ("chat", json!(wire::ChatLine::from(line))),
        What::Agenda(items) => {
            ("agenda", json!(items.into_iter().map(wire::AgendaItem::from).collect::<Vec<_>>()))
        }
        What::Caption(c) => {
            let body = json!({
                "stream": c.stream, "participant": c.participant, "speaker": c.speaker, "startMs": c.start_ms, "text": c.text,
            });
            ("caption", body)
        }
        What::Segment(segment) => ("segment", json!(wire::Segment::from(segment))),
        What::Captions => ("captions.state", json!(captions(house, id).await)),
        What::Minutes => {
            let state = wire::MinutesState { minutes: None, ..minutes::state(app, id).await?.into() };
            ("minutes", json!(state))
        }
        What::Export(export) => ("export", json!(wire::Export::from(exports::by_id(app, export).await?))),
        What::Task(task) => ("task", json!(wire::Task::from(app::work::by_id(app, task).await?))),
    })
}
