//! AssemblyAI's streaming, played: <https://www.assemblyai.com/docs/streaming/message-sequence>.

use super::{
    http::{Asked, Server},
    socket::{self, Fault, Sent},
    *,
};
use crate::{AssemblyAi as Settings, Speech};
use huddle_media::SAMPLE_RATE;
use std::{
    net::TcpStream,
    sync::{Arc, Mutex},
    time::Instant,
};

/// The server, and the texts that it was sent by each connection.
pub(super) fn stand_in(faults: Vec<Fault>) -> (Server, Arc<Mutex<Vec<Vec<String>>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let kept = seen.clone();
    let server = Server::start(move |stream, _| {
        let nth = {
            let mut seen = kept.lock().expect("no panic");
            seen.push(Vec::new());
            seen.len() - 1
        };
        serve(stream, faults.get(nth).copied().unwrap_or(Fault::Nothing), |text| {
            kept.lock().expect("no panic")[nth].push(text.to_owned());
        });
    });
    (server, seen)
}

pub(super) fn codec(server: &Server) -> AssemblyAi {
    let settings = Settings { api_key: Some(KEY.into()), base_url: server.url(), ..Settings::default() };
    AssemblyAi::open(&settings, &Speech::default()).expect("opens")
}

fn door(asked: &Asked) -> Result<(), (u16, &'static str)> {
    let query: Vec<(&str, &str)> = asked.query.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    let wanted = [
        ("sample_rate", "16000"),
        ("encoding", "pcm_s16le"),
        ("speech_model", "universal-streaming-english"),
        ("format_turns", "true"),
        ("end_of_turn_confidence_threshold", "1"),
        ("max_turn_silence", "5000"),
    ];
    if asked.path != "/v3/ws" || query != wanted { Err((400, "bad request")) } else { Ok(()) }
}

fn serve(stream: TcpStream, fault: Fault, seen: impl Fn(&str)) {
    let key = Mutex::new(String::new());
    let keeping = |asked: &Asked| {
        *key.lock().expect("no panic") = asked.header("authorization").to_owned();
        door(asked)
    };
    let Some(mut socket) = socket::open(stream, fault, keeping) else { return };
    if *key.lock().expect("no panic") != KEY {
        // It opens the door first and looks at the key then.
        socket::say(&mut socket, r#"{"type":"Error","error_code":1008,"error":"Not authorized"}"#);
        return socket::close(socket, 1008);
    }
    if fault != Fault::Mute {
        // Whoever speaks before this was not polite.
        std::thread::sleep(Duration::from_millis(50));
        socket::say(
            &mut socket,
            r#"{"type":"Begin","id":"de5d9927-73a6-4be8-b52d-b4c07be37e6b","expires_at":1759796682}"#,
        );
    }
    let began = Instant::now();
    let (mut audio, mut from, mut order, mut frames) = (Vec::<i16>::new(), 0, 0, 0);
    let turn = |audio: &[i16], from: usize, order: u32, end: bool, formatted: bool| {
        let base = (from / 16) as i64;
        let words: Vec<String> = words_in(&audio[from..])
            .into_iter()
            .map(|(word, start, end)| {
                let word = if formatted { word.to_uppercase() } else { word };
                format!(
                    r#"{{"start":{},"end":{},"text":"{word}","confidence":0.9,"word_is_final":true}}"#,
                    start + base,
                    end + base
                )
            })
            .collect();
        format!(
            r#"{{"turn_order":{order},"turn_is_formatted":{formatted},"end_of_turn":{end},"transcript":"","utterance":"",
            "end_of_turn_confidence":0.5,"words":[{}],"type":"Turn"}}"#,
            words.join(",")
        )
    };
    loop {
        match socket::next(&mut socket) {
            Sent::Audio(samples) => {
                frames += 1;
                let too_fast =
                    audio.len() as f64 / f64::from(SAMPLE_RATE) > began.elapsed().as_secs_f64() * 1.25 + 1.5;
                if !(800..=16_000).contains(&samples.len()) || too_fast {
                    socket::say(
                        &mut socket,
                        r#"{"type":"Error","error_code":3007,"error":"Input duration violation"}"#,
                    );
                    return socket::close(socket, 3007);
                }
                audio.extend(samples);
                let Some(alive) = socket::suffer(socket, fault, frames) else { return };
                socket = alive;
                if fault != Fault::Mute {
                    socket::say(&mut socket, turn(&audio, from, order, false, false));
                }
            }
            Sent::Text(text) => {
                seen(&text);
                match (text.as_str(), fault) {
                    (_, Fault::Mute) | (r#"{"type":"ForceEndpoint"}"#, Fault::NoFlush) => {}
                    (r#"{"type":"ForceEndpoint"}"#, _) => {
                        socket::say(&mut socket, turn(&audio, from, order, true, false));
                        socket::say(&mut socket, turn(&audio, from, order, true, true));
                        (from, order) = (audio.len(), order + 1);
                    }
                    (r#"{"type":"Terminate"}"#, _) => {
                        if from < audio.len() {
                            socket::say(&mut socket, turn(&audio, from, order, true, false));
                            socket::say(&mut socket, turn(&audio, from, order, true, true));
                        }
                        socket::say(
                            &mut socket,
                            r#"{"type":"Termination","audio_duration_seconds":2,"session_duration_seconds":3}"#,
                        );
                        return socket::close(socket, 1000);
                    }
                    _ => return socket::close(socket, 3005),
                }
            }
            Sent::Gone => return,
        }
    }
}

#[test]
fn a_turn_is_forced_to_end_with_the_utterance_and_comes_formatted() {
    let (server, seen) = stand_in(Vec::new());
    let engine = remote(codec(&server), patience());
    let mut follower = engine.follower().expect("a follower");
    for numbers in [&[1i16, 2, 3][..], &[4, 5]] {
        let audio = spoken(numbers);
        let said = follow(&mut *follower, &audio).expect("heard live");
        let wanted = words_in(&audio);
        assert_eq!(texts(&said), wanted.iter().map(|w| w.0.to_uppercase()).collect::<Vec<_>>());
        assert_eq!(times(&said), wanted.iter().map(|w| (w.1, w.2)).collect::<Vec<_>>());
        assert_eq!(said.engine, "assemblyai");
    }
    assert_eq!(seen.lock().expect("no panic").len(), 1, "one session for both");
}

#[test]
fn what_nobody_followed_is_sent_at_the_pace_of_speech() {
    let (server, seen) = stand_in(Vec::new());
    let engine = remote(codec(&server), patience());
    let numbers: Vec<i16> = (1..=15).collect();
    let mut recogniser = engine.recogniser().expect("a recogniser");
    let said = recogniser.recognise(Place::of("test", 0), &spoken(&numbers)).expect("heard");
    assert_eq!(said.words.len(), 15);
    assert_eq!((said.words[14].start_ms, said.engine), (2_800, "assemblyai"));
    let texts = seen.lock().expect("no panic")[0].clone();
    assert_eq!(texts.first().map(String::as_str), Some(r#"{"type":"ForceEndpoint"}"#));
}

#[test]
fn a_session_ends_politely_when_nobody_needs_it() {
    let (server, seen) = stand_in(Vec::new());
    let engine = remote(codec(&server), patience());
    let mut follower = engine.follower().expect("a follower");
    follow(&mut *follower, &spoken(&[1])).expect("heard live");
    drop(follower);
    for _ in 0..200 {
        if seen.lock().expect("no panic")[0].iter().any(|text| text.contains("Terminate")) {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("nobody ended it");
}
