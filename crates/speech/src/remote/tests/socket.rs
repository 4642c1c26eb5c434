//! What the stand-ins of live providers have in common: a WebSocket with a strict door, and faults.

#![expect(clippy::result_large_err, reason = "the callback of the handshake has this shape")]

use super::http::Asked;
use std::{
    net::TcpStream,
    time::{Duration, Instant},
};
use tokio_tungstenite::tungstenite::{
    self, Message, WebSocket, accept_hdr,
    handshake::server::{ErrorResponse, Request, Response},
    http::StatusCode,
    protocol::{CloseFrame, frame::coding::CloseCode},
};

/// What goes wrong with a connection.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fault {
    Nothing,
    /// The door answers with this status, and `Retry-After` if there are seconds.
    Status(u16, Option<u32>),
    /// Breaks off after so many frames of audio.
    Drop(usize),
    /// Closes with this code after so many frames of audio.
    Close(u16, usize),
    /// Reads no more after so many frames of audio.
    Deaf(usize),
    /// Says something that is no JSON.
    Gibberish,
    /// Says JSON that is in no documentation.
    Strange,
    /// Takes everything and says nothing.
    Mute,
    /// Does not answer to a flush, only to the end of the session.
    NoFlush,
    /// Does not even shake hands.
    NoHands,
}

/// Longer than anybody waits here.
pub(super) fn for_long() {
    std::thread::sleep(Duration::from_secs(4));
}

/// Shakes hands, if what was asked for pleases the door.
pub(super) fn open(
    stream: TcpStream,
    fault: Fault,
    door: impl Fn(&Asked) -> Result<(), (u16, &'static str)>,
) -> Option<WebSocket<TcpStream>> {
    let check = |request: &Request, response: Response| {
        let url: url::Url = format!("http://here{}", request.uri()).parse().expect("a target");
        let header = |(name, value): (&tungstenite::http::HeaderName, &tungstenite::http::HeaderValue)| {
            (name.as_str().to_owned(), value.to_str().expect("text").to_owned())
        };
        let asked = Asked {
            method: "GET".into(),
            path: url.path().into(),
            query: url.query_pairs().into_owned().collect(),
            headers: request.headers().iter().map(header).collect(),
            body: Vec::new(),
        };
        let refuse = |status: u16, why: &str, retry: Option<u32>| {
            let mut answer = ErrorResponse::new(Some(why.to_owned()));
            *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
            if let Some(seconds) = retry {
                answer.headers_mut().insert("retry-after", seconds.into());
            }
            Err(answer)
        };
        match (fault, door(&asked)) {
            (Fault::Status(status, retry), _) => refuse(status, "as the fault wants", retry),
            (_, Err((status, why))) => refuse(status, why, None),
            (_, Ok(())) => Ok(response),
        }
    };
    if fault == Fault::NoHands {
        for_long();
        return None;
    }
    accept_hdr(stream, check).ok()
}

/// What a client sent.
pub(super) enum Sent {
    Audio(Vec<i16>),
    Text(String),
    Gone,
}

/// The next of it; pongs are none.
pub(super) fn next(socket: &mut WebSocket<TcpStream>) -> Sent {
    loop {
        match socket.read() {
            Ok(Message::Binary(bytes)) => {
                assert_eq!(bytes.len() % 2, 0, "half a sample");
                let samples = bytes.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]]));
                return Sent::Audio(samples.collect());
            }
            Ok(Message::Text(text)) => return Sent::Text(text.to_string()),
            Ok(Message::Close(_)) | Err(_) => return Sent::Gone,
            Ok(_) => {}
        }
    }
}

pub(super) fn say(socket: &mut WebSocket<TcpStream>, text: impl Into<String>) {
    // The client may have gone.
    let _ = socket.send(Message::text(text.into()));
}

pub(super) fn close(mut socket: WebSocket<TcpStream>, code: u16) {
    let frame = CloseFrame { code: CloseCode::from(code), reason: "as the documentation says".into() };
    let _ = socket.close(Some(frame));
    let until = Instant::now() + Duration::from_secs(2);
    while socket.read().is_ok() && Instant::now() < until {}
}

/// Deals with a fault after a frame of audio; `None` if the connection is no more.
pub(super) fn suffer(
    mut socket: WebSocket<TcpStream>,
    fault: Fault,
    frames: usize,
) -> Option<WebSocket<TcpStream>> {
    match fault {
        Fault::Drop(after) if frames >= after => return None,
        Fault::Close(code, after) if frames >= after => {
            close(socket, code);
            return None;
        }
        Fault::Deaf(after) if frames >= after => {
            for_long();
            return None;
        }
        Fault::Gibberish => say(&mut socket, "this is { no JSON"),
        Fault::Strange => say(&mut socket, r#"{"type":"Results","words":"many","turn_order":"x"}"#),
        _ => {}
    }
    Some(socket)
}
