//! The Socket.IO namespace `/v1` (docs/protocol.md, "Live events"). Each socket has one bounded queue and one
//! task, so that its events are answered in the order in which they were sent.

mod session;
mod tell;

use crate::doors::{House, extract};
use bytes::Bytes;
use huddle_domain::Refusal;
use serde_json::Value;
use session::Session;
use socketioxide::{
    SocketIo,
    adapter::LocalAdapter,
    extract::{AckSender, SocketRef, State, TryData},
    handler::{ConnectHandler, FromMessageParts},
    layer::SocketIoLayer,
    socket::Socket,
};
use socketioxide_core::Value as Packet;
use std::{convert::Infallible, fmt, sync::Arc};
use tokio::sync::mpsc;

/// The namespace.
pub const NAMESPACE: &str = "/v1";
/// Largest message, bytes; a larger one ends the connection.
const MESSAGE_MAX: usize = 1 << 20;
/// Events of one socket that may wait for their answer.
const WAITING: usize = 64;

/// An event on its way to its socket's task.
struct Asked {
    event: String,
    /// The first argument; null if there is none.
    body: Value,
    /// The binary that came with it.
    binary: Option<Bytes>,
    ack: AckSender,
}

/// The queue of a socket; dropped with it, which ends its task.
#[derive(Clone)]
struct Queue(mpsc::Sender<Asked>);

/// Builds the layer and starts telling what the bus says.
pub async fn layer(house: House) -> SocketIoLayer {
    let (layer, io) = SocketIo::builder()
        .with_state(house.clone())
        .ws_max_message_size(MESSAGE_MAX)
        .max_payload(MESSAGE_MAX as u64)
        .build_layer();
    let admit = async |socket: SocketRef, auth: TryData<Value>, State(house): State<House>| {
        admit(&socket, auth.0.ok(), house)
    };
    io.ns(NAMESPACE, (async |_: SocketRef| {}).with(admit));
    tokio::spawn(tell::run(house, io));
    layer
}

/// Refuses strangers and foreign pages before the connection is made; then listens.
fn admit(socket: &SocketRef, auth: Option<Value>, house: House) -> Result<(), Refused> {
    let token = auth.as_ref().and_then(|a| a.get("token")).and_then(Value::as_str);
    let parts = socket.req_parts();
    let foreign = !extract::is_own_origin(&house.app, &parts.headers);
    let proof = extract::proof_of(&house.app, &parts.headers, token).map_err(|r| Refused(r.code()))?;
    let proof = proof.filter(|_| !foreign).ok_or(Refused("unauthenticated"))?;
    let (queue, waiting) = mpsc::channel(WAITING);
    socket.extensions.insert(Queue(queue));
    socket.on_fallback(async |_: InOrder| {});
    tokio::spawn(Session::new(house, socket.clone(), proof).run(waiting));
    socket.on_disconnect(async |socket: SocketRef| {
        socket.extensions.remove::<Queue>();
    });
    Ok(())
}

/// Why a connection is refused: the `message` of `connect_error`.
struct Refused(&'static str);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Puts the event into its socket's queue. An extractor, because only extractors run in the order in which
/// packets arrive: handlers are spawned.
struct InOrder;

impl FromMessageParts<LocalAdapter> for InOrder {
    type Error = Infallible;

    fn from_message_parts(
        socket: &Arc<Socket>,
        packet: &mut Packet,
        ack_id: &Option<i64>,
    ) -> Result<Self, Infallible> {
        let ack = AckSender::from_message_parts(socket, packet, ack_id)?;
        let Packet::Str(text, binaries) = packet else { return Ok(Self) };
        let binary = binaries.as_mut().and_then(|b| b.pop_front());
        let mut arguments = serde_json::from_str::<Vec<Value>>(text).unwrap_or_default().into_iter();
        let event = arguments.next().and_then(|e| e.as_str().map(str::to_owned)).unwrap_or_default();
        let asked = Asked { event, body: arguments.next().unwrap_or_default(), binary, ack };
        if let Some(queue) = socket.extensions.get::<Queue>()
            && let Err(mpsc::error::TrySendError::Full(refused)) = queue.0.try_send(asked)
        {
            let _ = refused.ack.send(&session::refusal(&TOO_MANY));
        }
        Ok(Self)
    }
}

/// The answer to an event for which there is no room.
const TOO_MANY: Refusal = Refusal::Exhausted {
    code: "too_many_requests",
    message: "Too many events are waiting for their answers: wait for those first.",
    retry_after: None,
};
