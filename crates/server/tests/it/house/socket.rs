//! A client of the live door: Socket.IO 5 over Engine.IO 4 by long polling, which is plain HTTP and enough to
//! ask and to be told; it never upgrades to a WebSocket.

use super::people::Person;
use base64::{Engine, prelude::BASE64_STANDARD};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::VecDeque;

const PATH: &str = "/socket.io/?EIO=4&transport=polling";
/// Between packets of one body.
const NEXT: char = '\u{1e}';

/// A socket in the namespace `/v1`.
pub struct Socket {
    person: Person,
    path: String,
    asked: u64,
    waiting: VecDeque<String>,
}

/// What a socket is sent.
#[derive(Debug, PartialEq)]
pub enum Told {
    /// An event: its name and its payload.
    Event(String, Value),
    /// The answer to the event of this number.
    Answer(u64, Value),
    /// The connection to the namespace is over.
    Over,
}

impl Socket {
    /// Connects with the person's token; the message of `connect_error` if that is refused.
    pub async fn open(person: &Person) -> Result<Socket, String> {
        Socket::open_from(person, None).await
    }

    /// [`Socket::open`] from a page of this origin.
    pub async fn open_from(person: &Person, origin: Option<&str>) -> Result<Socket, String> {
        let mut hello = person.bare(Method::GET, PATH);
        if let Some(origin) = origin {
            hello = hello.header("origin", origin);
        }
        let hello = hello.send().await.expect("an answer").text().await.expect("a text");
        let hello: Value = serde_json::from_str(hello.strip_prefix('0').expect("a handshake")).expect("JSON");
        let path = format!("{PATH}&sid={}", hello["sid"].as_str().expect("an id"));
        let mut socket = Socket { person: person.clone(), path, asked: 0, waiting: VecDeque::new() };
        let auth = person.token.as_ref().map_or(json!({}), |token| json!({ "token": token }));
        socket.send(&format!("40/v1,{auth}")).await;
        let answer = socket.packet().await;
        match answer.strip_prefix("44/v1,") {
            Some(refused) => {
                let refused: Value = serde_json::from_str(refused).expect("JSON");
                Err(refused["message"].as_str().expect("a message").to_owned())
            }
            None => {
                assert!(answer.starts_with("40/v1,"), "{answer}");
                Ok(socket)
            }
        }
    }

    /// Sends events at once; their numbers, under which they are answered.
    pub async fn ask_all(&mut self, events: &[(&str, Value)]) -> Vec<u64> {
        let mut numbers = Vec::new();
        let mut packets = Vec::new();
        for (name, payload) in events {
            self.asked += 1;
            numbers.push(self.asked);
            packets.push(format!("42/v1,{}{}", self.asked, json!([name, payload])));
        }
        self.send(&packets.join(&NEXT.to_string())).await;
        numbers
    }

    /// Sends an event and waits for its answer; what else is told meanwhile is passed over.
    pub async fn ask(&mut self, name: &str, payload: Value) -> Value {
        let number = self.ask_all(&[(name, payload)]).await[0];
        self.answer(number, name).await
    }

    /// [`Socket::ask`] with a binary beside the payload.
    pub async fn ask_with(&mut self, name: &str, payload: Value, binary: &[u8]) -> Value {
        self.asked += 1;
        let number = self.asked;
        let event = json!([name, payload, { "_placeholder": true, "num": 0 }]);
        let binary = BASE64_STANDARD.encode(binary);
        self.send(&format!("451-/v1,{number}{event}{NEXT}b{binary}")).await;
        self.answer(number, name).await
    }

    async fn answer(&mut self, number: u64, name: &str) -> Value {
        loop {
            match self.told().await {
                Told::Answer(n, answer) if n == number => return answer,
                Told::Over => panic!("the socket ended before {name} was answered"),
                _ => {}
            }
        }
    }

    /// Waits for an event of this name.
    pub async fn event(&mut self, name: &str) -> Value {
        loop {
            match self.told().await {
                Told::Event(told, payload) if told == name => return payload,
                Told::Over => panic!("the socket ended before {name} was told"),
                _ => {}
            }
        }
    }

    /// Waits for whatever is told next.
    pub async fn told(&mut self) -> Told {
        let packet = self.packet().await;
        if packet.starts_with("41/v1") || packet == "1" {
            return Told::Over;
        }
        let (kind, rest) = packet.split_once("/v1,").unwrap_or_else(|| panic!("a packet of /v1: {packet}"));
        let begin = rest.find('[').expect("arguments");
        let arguments: Value = serde_json::from_str(&rest[begin..]).expect("JSON");
        match kind {
            "42" => Told::Event(arguments[0].as_str().expect("a name").to_owned(), arguments[1].clone()),
            "43" => Told::Answer(rest[..begin].parse().expect("a number"), arguments[0].clone()),
            _ => panic!("an unknown packet: {packet}"),
        }
    }

    async fn send(&self, body: &str) {
        let sent = self.person.bare(Method::POST, &self.path).body(body.to_owned()).send().await;
        let status = sent.expect("an answer").status();
        assert!(status.is_success(), "{status}");
    }

    async fn packet(&mut self) -> String {
        loop {
            if let Some(packet) = self.waiting.pop_front() {
                return packet;
            }
            let polled = self.person.bare(Method::GET, &self.path).send().await.expect("an answer");
            if !polled.status().is_success() {
                return "1".into();
            }
            let polled = polled.text().await.expect("a text");
            for packet in polled.split(NEXT) {
                match packet {
                    "2" => self.send("3").await,
                    "6" | "" => {}
                    other => self.waiting.push_back(other.to_owned()),
                }
            }
        }
    }
}
