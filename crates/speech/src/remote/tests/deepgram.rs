//! Deepgram, played: <https://developers.deepgram.com/reference/speech-to-text/listen-streaming> and
//! `…/listen-pre-recorded`.

use super::{
    http::{Answer, Asked, Server},
    socket::{self, Fault, Sent},
    *,
};
use crate::{Deepgram as Settings, Speech};
use huddle_media::SAMPLE_RATE;
use std::{
    net::TcpStream,
    sync::{Arc, Mutex},
};

/// What happened at the stand-in.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) sockets: usize,
    pub(super) posts: usize,
    /// Texts of the sockets.
    pub(super) texts: Vec<String>,
}

/// How it behaves: faults of the sockets and answers to the posts, in order; after them all is well.
pub(super) struct Script {
    pub(super) sockets: Vec<Fault>,
    pub(super) posts: Vec<Fault>,
}

pub(super) fn well() -> Script {
    Script { sockets: Vec::new(), posts: Vec::new() }
}

/// The server and what it sees.
pub(super) fn stand_in(script: Script) -> (Server, Arc<Mutex<Seen>>) {
    let seen = Arc::new(Mutex::new(Seen::default()));
    let kept = seen.clone();
    let server = Server::start(move |mut stream, _| {
        let mut start = [0; 5];
        while stream.peek(&mut start).is_ok_and(|read| (1..5).contains(&read)) {}
        if start.starts_with(b"GET ") {
            let nth = {
                let mut seen = kept.lock().expect("no panic");
                seen.sockets += 1;
                seen.sockets - 1
            };
            let fault = script.sockets.get(nth).copied().unwrap_or(Fault::Nothing);
            live(stream, fault, &kept);
        } else if let Some(asked) = Asked::read(&mut stream) {
            let nth = {
                let mut seen = kept.lock().expect("no panic");
                seen.posts += 1;
                seen.posts - 1
            };
            let fault = script.posts.get(nth).copied().unwrap_or(Fault::Nothing);
            pre_recorded(&asked, fault).write(&mut stream);
        }
    });
    (server, seen)
}

pub(super) fn codec(server: &Server) -> Deepgram {
    let settings = Settings { api_key: Some(KEY.into()), base_url: server.url(), ..Settings::default() };
    Deepgram::open(&settings, &Speech { language: Some("en".into()), ..Speech::default() }).expect("opens")
}

fn door(asked: &Asked, live: bool) -> Result<(), (u16, &'static str)> {
    if asked.path != "/v1/listen" {
        return Err((404, "no such path"));
    }
    if asked.header("authorization") != format!("Token {KEY}") {
        return Err((401, "Invalid credentials."));
    }
    let mut wanted =
        vec![("model", "nova-3"), ("language", "en"), ("smart_format", "true"), ("punctuate", "true")];
    if live {
        wanted.extend([
            ("encoding", "linear16"),
            ("sample_rate", "16000"),
            ("channels", "1"),
            ("interim_results", "true"),
            ("endpointing", "300"),
        ]);
    }
    let asked: Vec<(&str, &str)> = asked.query.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    if asked == wanted { Ok(()) } else { Err((400, "unexpected query parameters")) }
}

fn alternatives(audio: &[i16], from: usize) -> String {
    let words: Vec<String> = words_in(audio)
        .into_iter()
        .map(|(word, start, end)| {
            let at = |ms: i64| ms as f64 / 1_000.0 + from as f64 / f64::from(SAMPLE_RATE);
            format!(
                r#"{{"word":"{word}","start":{},"end":{},"confidence":0.99,"punctuated_word":"{word}"}}"#,
                at(start),
                at(end)
            )
        })
        .collect();
    let text = words_in(audio).into_iter().map(|w| w.0).collect::<Vec<_>>().join(" ");
    format!(r#"[{{"transcript":"{text}","confidence":0.98,"words":[{}]}}]"#, words.join(","))
}

fn pre_recorded(asked: &Asked, fault: Fault) -> Answer {
    match fault {
        Fault::Status(status, None) => {
            return Answer::status(
                status,
                &format!(r#"{{"err_code":"ERR","err_msg":"for {KEY}","request_id":"r"}}"#),
            );
        }
        Fault::Status(status, Some(after)) => {
            let headers = vec![("Retry-After", after.to_string())];
            return Answer::Say { status, headers, body: Vec::new() };
        }
        Fault::Gibberish => return Answer::json("this is { no JSON"),
        Fault::Strange => return Answer::json(r#"{"results":{"words":"many"}}"#),
        Fault::Mute => return Answer::Silence,
        Fault::Drop(_) => return Answer::Drop,
        _ => {}
    }
    if let Err((status, why)) = door(asked, false) {
        return Answer::status(status, &format!(r#"{{"err_code":"Bad Request","err_msg":"{why}"}}"#));
    }
    if asked.method != "POST" || asked.header("content-type") != "audio/wav" {
        return Answer::status(400, r#"{"err_code":"Bad Request","err_msg":"no audio"}"#);
    }
    let decoded =
        huddle_media::Decoder::read(Box::new(std::io::Cursor::new(asked.body.clone())), Some("wav"));
    let audio: Vec<i16> = decoded.expect("a WAV").flat_map(|b| b.expect("decodes")).collect();
    let alternatives = alternatives(&audio, 0);
    Answer::json(format!(
        r#"{{"metadata":{{"request_id":"r","channels":1}},"results":{{"channels":[{{"alternatives":{alternatives}}}]}}}}"#
    ))
}

fn live(stream: TcpStream, fault: Fault, seen: &Mutex<Seen>) {
    let Some(mut socket) = socket::open(stream, fault, |asked| door(asked, true)) else { return };
    // What was final already ends at `from`.
    let (mut audio, mut from, mut frames) = (Vec::<i16>::new(), 0, 0);
    let results = |audio: &[i16], from: usize, is_final: bool, finalized: bool| {
        let alternatives = alternatives(&audio[from..], from);
        format!(
            r#"{{"type":"Results","channel_index":[0,1],"duration":{},"start":{},"is_final":{is_final},
            "speech_final":false,"channel":{{"alternatives":{alternatives}}},"metadata":{{"request_id":"r"}},
            "from_finalize":{finalized}}}"#,
            (audio.len() - from) as f64 / 16_000.0,
            from as f64 / 16_000.0,
        )
    };
    loop {
        match socket::next(&mut socket) {
            Sent::Audio(samples) => {
                frames += 1;
                audio.extend(samples);
                let Some(alive) = socket::suffer(socket, fault, frames) else { return };
                socket = alive;
                if fault != Fault::Mute {
                    // Every half second becomes final, the rest is a guess.
                    if audio.len() - from >= 8_000 {
                        socket::say(&mut socket, results(&audio, from, true, false));
                        from = audio.len();
                    } else {
                        socket::say(&mut socket, results(&audio, from, false, false));
                    }
                }
            }
            Sent::Text(text) => {
                seen.lock().expect("no panic").texts.push(text.clone());
                match (text.as_str(), fault) {
                    (_, Fault::Mute) => {}
                    (r#"{"type":"KeepAlive"}"#, _) => {}
                    (r#"{"type":"Finalize"}"#, Fault::NoFlush) => {}
                    (r#"{"type":"Finalize"}"#, _) => {
                        socket::say(&mut socket, results(&audio, from, true, true));
                        from = audio.len();
                    }
                    (r#"{"type":"CloseStream"}"#, _) => {
                        socket::say(&mut socket, results(&audio, from, true, false));
                        socket::say(
                            &mut socket,
                            r#"{"type":"Metadata","request_id":"r","duration":0.0,"channels":1}"#,
                        );
                        return socket::close(socket, 1000);
                    }
                    _ => return socket::close(socket, 1008),
                }
            }
            Sent::Gone => return,
        }
    }
}

#[test]
fn an_utterance_is_followed_and_its_words_are_final_at_its_end() {
    let (server, seen) = stand_in(well());
    let engine = remote(codec(&server), patience());
    let mut follower = engine.follower().expect("a follower");
    // Three utterances on one connection: each has its own times.
    for numbers in [&[1i16, 2, 3, 4, 5, 6, 7][..], &[8], &[9, 10, 11]] {
        let audio = spoken(numbers);
        let said = follow(&mut *follower, &audio).expect("heard live");
        assert_eq!(said.engine, "deepgram");
        let wanted = words_in(&audio);
        assert_eq!(texts(&said), wanted.iter().map(|w| w.0.as_str()).collect::<Vec<_>>());
        assert_eq!(times(&said), wanted.iter().map(|w| (w.1, w.2)).collect::<Vec<_>>());
    }
    drop(follower);
    let seen = seen.lock().expect("no panic");
    assert_eq!((seen.sockets, seen.posts), (1, 0));
}

#[test]
fn words_are_shown_while_they_are_spoken() {
    let (server, _seen) = stand_in(well());
    let engine = remote(codec(&server), patience());
    let mut follower = engine.follower().expect("a follower");
    follower.begin(Place::of("test", 0)).expect("begins");
    let (mut line, mut lines) = (String::new(), Vec::new());
    for block in spoken(&[1, 2, 3, 4, 5, 6, 7, 8]).chunks(BLOCK) {
        line = follower.follow(block).expect("follows");
        lines.push(line.clone());
        std::thread::sleep(Duration::from_millis(20));
    }
    // The provider may still be at it.
    for _ in 0..100 {
        if line == "w1 w2 w3 w4 w5 w6 w7 w8" {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
        line = follower.follow(&[]).expect("follows");
    }
    panic!("{lines:?}");
}

#[test]
fn what_nobody_followed_is_sent_as_a_whole() {
    let (server, seen) = stand_in(well());
    let engine = remote(codec(&server), patience());
    let audio = spoken(&[3, 4, 5]);
    let mut recogniser = engine.recogniser().expect("a recogniser");
    let said = recogniser.recognise(Place::of("test", 0), &audio).expect("heard");
    assert_eq!((texts(&said), said.engine), (vec!["w3", "w4", "w5"], "deepgram"));
    assert_eq!(times(&said), [(0, 100), (200, 300), (400, 500)]);
    assert!(recogniser.recognise(Place::of("test", 0), &[0; 3_200]).expect("heard").is_empty());
    let seen = seen.lock().expect("no panic");
    assert_eq!((seen.sockets, seen.posts), (0, 2));
}

#[test]
fn a_flush_that_is_not_answered_becomes_an_end_of_the_session() {
    let (server, seen) = stand_in(Script { sockets: vec![Fault::NoFlush], posts: Vec::new() });
    let engine = remote(codec(&server), patience());
    let mut follower = engine.follower().expect("a follower");
    let said = follow(&mut *follower, &spoken(&[1, 2, 3, 4])).expect("heard live");
    assert_eq!(texts(&said), ["w1", "w2", "w3", "w4"]);
    // The next one has a session of its own.
    let said = follow(&mut *follower, &spoken(&[5])).expect("heard live");
    assert_eq!(texts(&said), ["w5"]);
    let seen = seen.lock().expect("no panic");
    assert_eq!((seen.sockets, seen.posts), (2, 0));
    assert!(seen.texts.iter().any(|text| text.contains("CloseStream")));
}
