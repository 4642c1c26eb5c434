//! A server with OpenAI's address, played: <https://platform.openai.com/docs/api-reference/audio/createTranscription>.

use super::{
    http::{Answer, Asked, Log, Server},
    *,
};
use crate::{OpenAi as Settings, Speech};

fn stand_in(answers: Vec<Answer>) -> (Server, Log) {
    let answers = std::sync::Mutex::new(answers.into_iter());
    Server::answering(move |asked, _| {
        let scripted = answers.lock().expect("no panic").next();
        scripted.unwrap_or_else(|| transcribe(asked))
    })
}

fn codec(server: &Server) -> OpenAi {
    let settings = Settings {
        api_key: Some(KEY.into()),
        base_url: format!("{}/v1", server.url()),
        ..Settings::default()
    };
    OpenAi::open(&settings, &Speech::default()).expect("opens")
}

/// The fields of a form, with the bytes of each.
fn form(asked: &Asked) -> Vec<(String, Vec<u8>)> {
    let kind = asked.header("content-type");
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").expect("a form");
    let (body, between) = (&asked.body, format!("--{boundary}").into_bytes());
    let at: Vec<usize> = (0..body.len()).filter(|i| body[*i..].starts_with(&between)).collect();
    assert!(body.ends_with(format!("\r\n--{boundary}--\r\n").as_bytes()), "the form has an end");
    at.windows(2)
        .map(|pair| {
            let part = &body[pair[0] + between.len() + 2..pair[1] - 2];
            let head = (0..part.len()).find(|i| part[*i..].starts_with(b"\r\n\r\n")).expect("a head");
            let name = String::from_utf8_lossy(&part[..head]).split('"').nth(1).expect("a name").to_owned();
            (name, part[head + 4..].to_vec())
        })
        .collect()
}

fn transcribe(asked: &Asked) -> Answer {
    let refuse = |status, why: &str| {
        Answer::status(
            status,
            &format!(r#"{{"error":{{"message":"{why}","type":"invalid_request_error","code":null}}}}"#),
        )
    };
    if (asked.method.as_str(), asked.path.as_str()) != ("POST", "/v1/audio/transcriptions") {
        return refuse(404, "unknown url");
    }
    if asked.header("authorization") != format!("Bearer {KEY}") {
        return refuse(401, "Incorrect API key provided");
    }
    let form = form(asked);
    let texts: Vec<(&str, String)> = form
        .iter()
        .filter(|(name, _)| name != "file")
        .map(|(name, bytes)| (name.as_str(), String::from_utf8_lossy(bytes).into_owned()))
        .collect();
    let wanted = [
        ("model", "whisper-1"),
        ("temperature", "0"),
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
    ];
    if texts.iter().map(|(k, v)| (*k, v.as_str())).collect::<Vec<_>>() != wanted {
        return refuse(400, "unexpected fields");
    }
    let (_, file) = form.iter().find(|(name, _)| name == "file").expect("a file");
    let decoded = huddle_media::Decoder::read(Box::new(std::io::Cursor::new(file.clone())), Some("wav"));
    let audio: Vec<i16> = decoded.expect("a WAV").flat_map(|b| b.expect("decodes")).collect();
    let found = words_in(&audio);
    let text = found.iter().map(|w| w.0.as_str()).collect::<Vec<_>>().join(" ");
    let words: Vec<String> = found
        .iter()
        .map(|(w, s, e)| format!(r#"{{"word":"{w}","start":{},"end":{}}}"#, *s as f64 / 1e3, *e as f64 / 1e3))
        .collect();
    Answer::json(format!(
        r#"{{"task":"transcribe","language":"english","duration":1.0,"text":"{text}.","words":[{}],"segments":[]}}"#,
        words.join(",")
    ))
}

#[test]
fn an_utterance_is_sent_when_it_is_over() {
    let (server, log) = stand_in(Vec::new());
    let said = hear(&remote(codec(&server), patience()), &spoken(&[1, 2, 3]));
    assert_eq!((texts(&said), said.engine), (vec!["w1", "w2", "w3."], "openai"));
    assert_eq!(times(&said), [(0, 100), (200, 300), (400, 500)]);
    assert_eq!(log.all().len(), 1);
}

#[test]
fn a_server_that_fails_once_is_asked_again() {
    for fault in [
        Answer::status(500, "<html>oh</html>"),
        Answer::status(503, ""),
        Answer::Drop,
        Answer::json("{ no JSON"),
        Answer::json("{}"),
        Answer::Silence,
        Answer::Cut { status: 200, headers: Vec::new(), body: b"{\"text\":".to_vec(), promised: 100 },
    ] {
        let (server, log) = stand_in(vec![fault]);
        let said = hear(&remote(codec(&server), patience()), &spoken(&[7]));
        assert_eq!((texts(&said), said.engine), (vec!["w7."], "openai"));
        assert_eq!(log.all().len(), 2);
        let bodies: Vec<_> = log.all().into_iter().map(|a| a.body).collect();
        assert_eq!(bodies[0], bodies[1], "the same audio was sent again");
    }
}

#[test]
fn a_server_that_asks_for_a_moment_gets_it() {
    let moment = Answer::Say { status: 429, headers: vec![("Retry-After", "1".into())], body: Vec::new() };
    let (server, log) = stand_in(vec![moment]);
    let patience = Patience { longest_pause: Duration::from_secs(2), ..patience() };
    let said = hear(&remote(codec(&server), patience), &spoken(&[7]));
    assert_eq!((texts(&said), said.engine), (vec!["w7."], "openai"));
    assert_eq!(log.all().len(), 2);
}

#[test]
fn a_refused_key_is_offered_once_and_shown_nowhere() {
    let refused =
        || Answer::status(401, &format!(r#"{{"error":{{"message":"no {KEY}","code":"invalid_api_key"}}}}"#));
    let (server, log) = stand_in(vec![refused(), refused()]);
    let room = Room::open(patience()).expect("a room");
    let engine = Remote::new(Box::new(codec(&server)), None, room);
    let mut recogniser = engine.recogniser().expect("a recogniser");
    let why = recogniser.recognise(Place::of("test", 0), &spoken(&[1])).expect_err("refused").to_string();
    assert!(why.contains("invalid_api_key") && why.contains("401") && why.contains("openai"), "{why}");
    assert!(!why.contains(KEY) && !format!("{engine:?}").contains(KEY), "{why}");
    assert_eq!(log.all().len(), 1);
    // The next utterance does not even try.
    assert!(recogniser.recognise(Place::of("test", 0), &spoken(&[1])).is_err());
    assert_eq!(log.all().len(), 1);
}
