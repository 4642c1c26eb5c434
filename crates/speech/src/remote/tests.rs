//! Providers as their public documentation describes them, played by strict servers on this machine, and
//! what becomes of what was said when they fail.

mod assemblyai;
mod deepgram;
mod faults;
pub(crate) mod http;
mod openai;
mod pipeline;
mod socket;

use super::*;
use crate::Scripted;
use huddle_media::BLOCK;
use std::time::Duration;

/// As it is offered to the stand-ins; long enough to be seen where it does not belong.
pub(super) const KEY: &str = "a-key-that-nobody-may-see";

/// Little patience, for servers that are near.
pub(super) fn patience() -> Patience {
    Patience {
        connect: Duration::from_millis(1_000),
        send: Duration::from_millis(1_000),
        flush: Duration::from_millis(400),
        end: Duration::from_millis(1_000),
        request: Duration::from_millis(1_500),
        pause: Duration::from_millis(10),
        longest_pause: Duration::from_millis(100),
    }
}

/// Audio in which the stand-ins hear `w<number>` for each number: 100 ms with that value, 100 ms of nothing.
pub(super) fn spoken(numbers: &[i16]) -> Vec<i16> {
    numbers.iter().flat_map(|n| [vec![*n; BLOCK], vec![0; BLOCK]].concat()).collect()
}

/// What is heard in such audio: the word, and its milliseconds from the beginning.
pub(super) fn words_in(audio: &[i16]) -> Vec<(String, i64, i64)> {
    let blocks = audio.chunks(BLOCK).enumerate().filter(|(_, block)| block[0] != 0);
    blocks.map(|(i, block)| (format!("w{}", block[0]), i as i64 * 100, i as i64 * 100 + 100)).collect()
}

/// An engine of this codec; a local one behind it says “local words”.
pub(super) fn remote(codec: impl Codec + 'static, patience: Patience) -> Remote {
    let local = Arc::new(Scripted::saying(&["local words", "more local words"]));
    Remote::new(Box::new(codec), Some(local), Room::open(patience).expect("a room"))
}

/// Has an utterance heard as a listener would: followed in blocks, finished, and heard again if need be.
pub(super) fn hear(engine: &Remote, audio: &[i16]) -> Said {
    let mut follower = engine.follower().expect("a follower");
    let mut recogniser = engine.recogniser().expect("a recogniser");
    follow(&mut *follower, audio)
        .unwrap_or_else(|| recogniser.recognise(Place::of("test", 0), audio).expect("heard in the end"))
}

/// What a follower makes of an utterance.
pub(super) fn follow(follower: &mut dyn Follower, audio: &[i16]) -> Option<Said> {
    follower.begin(Place::of("test", 0)).expect("begins");
    let (followed, rest) = audio.split_at(audio.len() - 700);
    for block in followed.chunks(1_500) {
        follower.follow(block).expect("follows");
    }
    follower.finish(rest).expect("finishes")
}

pub(super) fn texts(said: &Said) -> Vec<&str> {
    said.words.iter().map(|word| word.text.as_str()).collect()
}

/// Times of the words, milliseconds.
pub(super) fn times(said: &Said) -> Vec<(i64, i64)> {
    said.words.iter().map(|word| (word.start_ms, word.end_ms)).collect()
}
