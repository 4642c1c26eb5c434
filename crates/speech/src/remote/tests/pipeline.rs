//! The whole way: a log of real speech, the threads that listen, a provider with moods. Whatever it does,
//! all of the log is heard, once, and each utterance says who heard it.

use super::{
    assemblyai,
    deepgram::{self, Script},
    socket::Fault,
    *,
};
use crate::{
    Heard, Hearing, Step, ToHear, Wishes,
    hearing::tests::{log_of, meeting},
};
use huddle_domain::StreamId;
use tokio::sync::mpsc;

/// Has a meeting of six utterances heard live.
fn heard_live(engine: Remote) -> Option<Vec<Step>> {
    let audio = meeting()?;
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("live.ogg");
    let mut log = huddle_media::OpusLog::create(&path, 1).expect("created");
    let (sink, mut heard) = mpsc::channel(64);
    let hearing = Hearing::new(Arc::new(engine), 2, sink);
    let stream = StreamId(uuid::Uuid::nil());
    let to_hear = ToHear { stream, log: path.clone(), cursor: 0, nth: 0, wishes: Wishes::default() };
    let handle = hearing.open(to_hear, 0);
    let listening = std::thread::spawn(move || {
        let mut steps = Vec::new();
        loop {
            match heard.blocking_recv().expect("closed, in the end") {
                Heard::Step { step, .. } => steps.push(step),
                Heard::Partial { .. } => {}
                Heard::Failed { reason, .. } => panic!("{reason}"),
                Heard::Closed { .. } => return steps,
            }
        }
    });
    for block in audio.chunks_exact(BLOCK) {
        log.append(block).expect("appended");
        handle.push(log.samples());
        // Faster than it was spoken, and slow enough that people are followed.
        std::thread::sleep(Duration::from_millis(8));
    }
    log.finish().expect("finished");
    handle.close();
    let steps = listening.join().expect("heard");
    let mut cursor = 0;
    for step in &steps {
        assert_eq!(step.from, cursor, "steps follow one another");
        cursor = step.until;
    }
    assert_eq!(cursor, audio.len() as u64, "all was heard");
    Some(steps)
}

/// Who heard the utterances.
fn engines(steps: &[Step]) -> Vec<&'static str> {
    steps.iter().filter_map(|step| step.utterance.as_ref()).map(|u| u.engine).collect()
}

#[test]
fn a_meeting_is_heard_by_a_provider_that_loses_connections() {
    let sockets = vec![Fault::Drop(3), Fault::Nothing, Fault::Close(1011, 5), Fault::Deaf(9)];
    let (server, _seen) = deepgram::stand_in(Script { sockets, posts: vec![Fault::Status(503, None)] });
    let Some(steps) = heard_live(remote(deepgram::codec(&server), patience())) else { return };
    assert_eq!(engines(&steps), ["deepgram"; 6]);
    for utterance in steps.iter().filter_map(|step| step.utterance.as_ref()) {
        assert!(utterance.words.iter().all(|w| {
            utterance.start_ms <= w.start_ms && w.start_ms <= w.end_ms && w.end_ms <= utterance.end_ms
        }));
    }
}

#[test]
fn a_meeting_whose_provider_dies_goes_on_with_the_local_engine() {
    // After two utterances nothing works any more.
    let mut sockets = vec![Fault::Nothing];
    sockets.extend([Fault::Status(500, None); 40]);
    sockets[0] = Fault::Drop(45);
    let (server, _seen) = deepgram::stand_in(Script { sockets, posts: vec![Fault::Status(500, None); 40] });
    let local = Arc::new(Scripted::saying(&["a", "b", "c", "d", "e", "f"]));
    let room = Room::open(patience()).expect("a room");
    let engine = Remote::new(Box::new(deepgram::codec(&server)), Some(local), room);
    let Some(steps) = heard_live(engine) else { return };
    let engines = engines(&steps);
    assert_eq!(engines.len(), 6, "{engines:?}");
    let first_local = engines.iter().position(|e| *e == "scripted").expect("somebody took over");
    assert!(first_local > 0 && engines[first_local..].iter().all(|e| *e == "scripted"), "{engines:?}");
}

#[test]
fn a_meeting_is_heard_by_streaming_alone() {
    let (server, _seen) = assemblyai::stand_in(vec![Fault::Nothing, Fault::Drop(2)]);
    let patience = Patience { flush: Duration::from_secs(5), ..patience() };
    let Some(steps) = heard_live(remote(assemblyai::codec(&server), patience)) else { return };
    assert_eq!(engines(&steps), ["assemblyai"; 6]);
}

#[test]
fn a_stream_is_heard_again_after_the_meeting_when_nobody_could_hear_it() {
    let (server, _seen) = deepgram::stand_in(Script { sockets: Vec::new(), posts: vec![Fault::Drop(0); 3] });
    let Some(audio) = meeting() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let log = log_of(&dir, &audio);
    let stream = StreamId(uuid::Uuid::nil());
    let to_hear = ToHear { stream, log, cursor: 0, nth: 0, wishes: Wishes::default() };
    // Without a local engine a provider that is away is an error, and what was not heard stays in the log.
    let alone = |patience| {
        Remote::new(Box::new(deepgram::codec(&server)), None, Room::open(patience).expect("a room"))
    };
    let mut steps = Vec::new();
    let failed = crate::transcribe_rest(Arc::new(alone(patience())), &to_hear, |step| {
        steps.push(step);
        true
    });
    assert!(failed.is_err());
    assert!(steps.iter().all(|step| step.utterance.is_none()));
    let cursor = steps.last().map_or(0, |step| step.until);
    let again = ToHear { cursor, ..to_hear };
    crate::transcribe_rest(Arc::new(alone(patience())), &again, |step| {
        steps.push(step);
        true
    })
    .expect("heard");
    assert_eq!(engines(&steps), ["deepgram"; 6]);
    assert_eq!(steps.last().map(|s| s.until), Some(audio.len() as u64));
}
