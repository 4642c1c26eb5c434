//! One socket: its events in order, each answered `{ok: true, …}` or `{ok: false, error, …}`.

use super::Asked;
use crate::{
    app::{
        self, AppError, AppResult, Caller, agenda, chat, meetings, participants, permit,
        tokens::{self, Proof},
    },
    bus::What,
    doors::{
        House,
        api::{live::tell, view, wire},
    },
};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use huddle_domain::{AgendaItemId, MeetingId, ParticipantId, Refusal, StreamId, TokenFamilyId};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use socketioxide::extract::SocketRef;
use std::num::NonZeroU32;
use tokio::sync::mpsc;
use uuid::Uuid;

/// Segments and chat lines of a snapshot.
const LAST: u64 = 200;

/// One socket.
pub(super) struct Session {
    house: House,
    socket: SocketRef,
    caller: Caller,
    /// The sign-in that the caller's token came from; its end is the socket's.
    signed_in: Option<TokenFamilyId>,
    place: Option<Place>,
    /// Events apart from audio: beyond the burst they wait, and the queue behind them is bounded.
    pace: DefaultDirectRateLimiter,
    audio_pace: DefaultDirectRateLimiter,
    /// Streams being opened: each is a file and a row.
    open_pace: DefaultDirectRateLimiter,
}

/// Where the socket is.
#[derive(Clone)]
struct Place {
    meeting: MeetingId,
    named: String,
    participant: ParticipantId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Enter {
    meeting: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct OpenAudio {
    stream: Uuid,
    #[serde(default)]
    offset_ms: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame {
    stream: Uuid,
    seq: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CloseAudio {
    stream: Uuid,
}

fn pace(per_second: u32, burst: u32) -> DefaultDirectRateLimiter {
    let one = NonZeroU32::MIN;
    let quota = Quota::per_second(NonZeroU32::new(per_second).unwrap_or(one));
    RateLimiter::direct(quota.allow_burst(NonZeroU32::new(burst).unwrap_or(one)))
}

/// A refusal as an answer.
pub(super) fn refusal(refusal: &Refusal) -> Value {
    json!({ "ok": false, "error": { "code": refusal.code(), "message": refusal.to_string() } })
}

impl Session {
    pub(super) fn new(house: House, socket: SocketRef, proof: Proof) -> Self {
        let Proof { caller, session } = proof;
        let (open_pace, audio_pace, pace) = (pace(1, 20), pace(50, 100), pace(30, 60));
        Self { house, socket, caller, signed_in: session, place: None, pace, audio_pace, open_pace }
    }

    /// Answers events until the socket is gone or its session ends; what is being answered then is finished.
    pub(super) async fn run(mut self, mut waiting: mpsc::Receiver<Asked>) {
        let app = self.house.app.clone();
        let mut over = std::pin::pin!(tokens::until_ended(&app, self.signed_in));
        loop {
            let asked = tokio::select! {
                biased;
                () = &mut over => {
                    // It fails only when the socket is gone.
                    let _ = self.socket.clone().disconnect();
                    break;
                }
                asked = waiting.recv() => asked,
            };
            let Some(asked) = asked else { break };
            self.pace_of(&asked.event).until_ready().await;
            let answer = match self.answer(&asked).await {
                Ok(Value::Object(mut fields)) => {
                    fields.entry("ok").or_insert(Value::Bool(true));
                    Value::Object(fields)
                }
                Ok(_) => json!({ "ok": true }),
                Err(AppError::Refused(refused)) => refusal(&refused),
                Err(AppError::Fault(fault)) => {
                    tracing::error!(event = %asked.event.escape_debug(), error = format!("{fault:#}"), "An event failed");
                    json!({ "ok": false, "error": { "code": "fault", "message": "Something went wrong on the server. Try again." } })
                }
            };
            // It fails only when the socket is gone; then the queue ends too.
            let _ = asked.ack.send(&answer);
        }
        self.leave();
    }

    async fn answer(&mut self, asked: &Asked) -> AppResult<Value> {
        let body = &asked.body;
        match asked.event.as_str() {
            "enter" => self.enter(read::<Enter>(body)?.meeting).await,
            "leave" => {
                self.leave();
                Ok(Value::Null)
            }
            "chat" => self.chat(read(body)?).await,
            "audio.open" => self.open_audio(read(body)?).await,
            "audio" => self.audio(read(body)?, asked.binary.as_deref()).await,
            "audio.close" => self.close_audio(read(body)?).await,
            "agenda.current" => self.set_current(read(body)?).await,
            _ => Err(Refusal::invalid("event", "is not known").into()),
        }
    }

    fn pace_of(&self, event: &str) -> &DefaultDirectRateLimiter {
        match event {
            "audio" => &self.audio_pace,
            "audio.open" => &self.open_pace,
            _ => &self.pace,
        }
    }

    fn place(&self) -> Result<Place, Refusal> {
        self.place.clone().ok_or(Refusal::Conflict { code: "not_entered", message: "Enter a meeting first." })
    }

    async fn enter(&mut self, named: String) -> AppResult<Value> {
        let app = &self.house.app;
        let (meeting, access) = permit::open(app, self.caller, &named).await?;
        let participant = access.joined()?;
        self.leave();
        // First listen, then read: what happens in between is told twice rather than never.
        self.socket.join(tell::room(meeting.id));
        if self.house.live.presence.enter(meeting.id, participant) {
            self.house.app.bus.tell(meeting.id, What::Participants);
        }
        self.place = Some(Place { meeting: meeting.id, named: meeting.id.to_string(), participant });
        let app = &self.house.app;
        let is_host = access.role.require_host().is_ok();
        let people = participants::list(app, meeting.id).await?;
        let present = self.house.live.presence.present(meeting.id);
        let people: Vec<_> =
            people.into_iter().map(|p| view::participant(p, &present, Some(participant))).collect();
        let you = people.iter().find(|p| p.id == participant.0).cloned();
        let lines = chat::lines(app, self.caller, &named, None).await?;
        let agenda = agenda::list(app, self.caller, &named).await?;
        let segments = app::transcript::last(app, meeting.id, LAST).await?;
        let snapshot = json!({
            "captions": tell::captions(&self.house, meeting.id).await,
            "meeting": view::meeting(app, meetings::view(app, meeting).await?, Some(is_host)),
            "you": you,
            "participants": people,
            "chat": lines.into_iter().map(wire::ChatLine::from).collect::<Vec<_>>(),
            "agenda": agenda.into_iter().map(wire::AgendaItem::from).collect::<Vec<_>>(),
            "segments": segments.into_iter().map(wire::Segment::from).collect::<Vec<_>>(),
            "now": app.now(),
        });
        Ok(json!({ "snapshot": snapshot }))
    }

    fn leave(&mut self) {
        let Some(place) = self.place.take() else { return };
        self.socket.leave(tell::room(place.meeting));
        if self.house.live.presence.leave(place.meeting, place.participant) {
            self.house.app.bus.tell(place.meeting, What::Participants);
        }
    }

    async fn chat(&self, draft: wire::ChatDraft) -> AppResult<Value> {
        let place = self.place()?;
        let (line, _) =
            chat::say(&self.house.app, self.caller, &place.named, &draft.text, &draft.client_id).await?;
        Ok(json!({ "line": wire::ChatLine::from(line) }))
    }

    async fn open_audio(&self, asked: OpenAudio) -> AppResult<Value> {
        let place = self.place()?;
        let stream = StreamId(asked.stream);
        let next = self.house.live.open(self.caller, &place.named, stream, asked.offset_ms).await?;
        Ok(json!({ "next": next }))
    }

    async fn audio(&self, frame: Frame, bytes: Option<&[u8]>) -> AppResult<Value> {
        let place = self.place()?;
        let bytes = bytes.ok_or(Refusal::invalid("frame", "must be binary"))?;
        let accepted =
            self.house.live.accept(place.participant, StreamId(frame.stream), frame.seq, bytes).await?;
        let mut answer = match &accepted.refusal {
            Some(refused) => refusal(refused),
            None => json!({ "ok": true }),
        };
        answer["next"] = accepted.next.into();
        Ok(answer)
    }

    async fn close_audio(&self, asked: CloseAudio) -> AppResult<Value> {
        let place = self.place()?;
        self.house.live.close(place.participant, StreamId(asked.stream)).await?;
        Ok(Value::Null)
    }

    async fn set_current(&self, asked: wire::CurrentItem) -> AppResult<Value> {
        let place = self.place()?;
        meetings::set_current_item(&self.house.app, self.caller, &place.named, asked.item.map(AgendaItemId))
            .await?;
        Ok(Value::Null)
    }
}

fn read<T: DeserializeOwned>(body: &Value) -> Result<T, Refusal> {
    T::deserialize(body).map_err(|e| Refusal::invalid("payload", e.to_string()))
}
