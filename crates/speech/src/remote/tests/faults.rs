//! After each fault: every word is there, from the provider or from the local engine, and says from whom.

use super::{
    deepgram::{self, Script},
    socket::Fault,
    *,
};

/// What may go wrong with a live connection.
const FAULTS: [Fault; 12] = [
    Fault::Status(401, None),
    Fault::Status(429, Some(0)),
    Fault::Status(500, None),
    Fault::Status(503, None),
    Fault::Drop(1),
    Fault::Drop(4),
    Fault::Close(1011, 3),
    Fault::Deaf(2),
    Fault::Gibberish,
    Fault::Strange,
    Fault::Mute,
    Fault::NoHands,
];

#[test]
fn a_live_connection_that_fails_loses_no_word() {
    let audio = spoken(&[1, 2, 3, 4, 5, 6]);
    for fault in FAULTS {
        let (server, seen) = deepgram::stand_in(Script { sockets: vec![fault], posts: Vec::new() });
        let said = hear(&remote(deepgram::codec(&server), patience()), &audio);
        let seen = seen.lock().expect("no panic");
        if fault == Fault::Status(401, None) {
            // A key that is refused once is refused for everything: it is not offered again at once.
            assert_eq!((texts(&said), said.engine), (vec!["local", "words"], "scripted"));
            assert_eq!((seen.sockets, seen.posts), (1, 0));
        } else {
            assert_eq!((said.words.len(), said.engine), (6, "deepgram"), "{fault:?}");
            assert_eq!((seen.sockets, seen.posts), (1, 1), "{fault:?}");
        }
    }
}

#[test]
fn a_session_that_fails_is_not_used_for_the_next_utterance() {
    let (server, seen) = deepgram::stand_in(Script { sockets: vec![Fault::Drop(9)], posts: Vec::new() });
    let engine = remote(deepgram::codec(&server), patience());
    let mut follower = engine.follower().expect("a follower");
    // It breaks in the second utterance, which is heard again as a whole.
    assert_eq!(follow(&mut *follower, &spoken(&[1, 2, 3])).expect("live").words.len(), 3);
    assert_eq!(follow(&mut *follower, &spoken(&[4, 5, 6])), None);
    assert_eq!(follow(&mut *follower, &spoken(&[7])).expect("live").words.len(), 1);
    assert_eq!(seen.lock().expect("no panic").sockets, 2);
}

#[test]
fn a_dead_provider_is_replaced_and_not_waited_for_again() {
    let all = |fault| Script { sockets: vec![fault; 50], posts: vec![fault; 50] };
    for fault in [Fault::Status(500, None), Fault::Drop(0), Fault::Gibberish] {
        let (server, seen) = deepgram::stand_in(all(fault));
        let engine = remote(deepgram::codec(&server), patience());
        for _ in 0..10 {
            let said = hear(&engine, &spoken(&[1, 2]));
            assert_eq!((texts(&said), said.engine), (vec!["local", "words"], "scripted"), "{fault:?}");
        }
        let seen = seen.lock().expect("no panic");
        assert!(seen.sockets + seen.posts <= 4, "{fault:?}: {seen:?}");
    }
}

#[test]
fn while_a_provider_rests_the_local_engine_is_followed() {
    let (server, _seen) = deepgram::stand_in(Script {
        sockets: vec![Fault::Status(401, None)],
        posts: vec![Fault::Status(401, None); 9],
    });
    let engine = remote(deepgram::codec(&server), patience());
    hear(&engine, &spoken(&[1]));
    let mut follower = engine.follower().expect("a follower");
    follower.begin(Place::of("test", 0)).expect("begins");
    assert_eq!(follower.follow(&[0; 16_000]).expect("follows"), "local words");
    assert_eq!(follower.finish(&[]).expect("finishes"), None);
}

#[test]
fn a_provider_that_is_too_busy_for_now_is_left_alone_as_long_as_it_asked() {
    let busy = Fault::Status(429, Some(30));
    let (server, seen) = deepgram::stand_in(Script { sockets: vec![busy; 9], posts: vec![busy; 9] });
    let engine = remote(deepgram::codec(&server), patience());
    for _ in 0..3 {
        assert_eq!(hear(&engine, &spoken(&[1])).engine, "scripted");
    }
    let seen = seen.lock().expect("no panic");
    assert_eq!(seen.sockets + seen.posts, 1);
}

#[test]
fn nobody_who_speaks_waits_for_a_session_that_does_not_stand() {
    let (server, seen) = deepgram::stand_in(Script { sockets: vec![Fault::NoHands], posts: Vec::new() });
    let patience = Patience { connect: Duration::from_secs(3), ..patience() };
    let engine = remote(deepgram::codec(&server), patience);
    let mut follower = engine.follower().expect("a follower");
    // Two minutes of audio at a stroke: more than may wait.
    let audio = spoken(&[1; 600]);
    assert_eq!(follow(&mut *follower, &audio), None);
    let mut recogniser = engine.recogniser().expect("a recogniser");
    let said = recogniser.recognise(Place::of("test", 0), &audio).expect("heard");
    assert_eq!((said.words.len(), said.engine), (600, "deepgram"));
    assert_eq!(seen.lock().expect("no panic").posts, 1);
}
