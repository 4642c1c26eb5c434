//! Hearing to the end what nobody watches: a whole file, or the rest of a stream.

use super::{
    Engine, SpeechError, ToHear,
    hearing::WhenNeeded,
    listen::{Ears, Listener, Start, Step, Told},
};
use std::sync::Arc;

type Block = Result<Vec<i16>, huddle_media::Error>;

/// Hears the blocks of a file; `told` takes every step and says whether to go on. What was said before a
/// fault of the audio is told before the fault is returned.
pub fn transcribe(
    engine: Arc<dyn Engine>,
    name: &str,
    blocks: impl Iterator<Item = Block>,
    told: impl FnMut(Step) -> bool,
) -> Result<(), SpeechError> {
    to_the_end(engine, Listener::new(Start { stream: name, ..Start::default() }), blocks, told)
}

/// Hears the rest of a stream's log, as [`transcribe`] does a file.
pub fn transcribe_rest(
    engine: Arc<dyn Engine>,
    stream: &ToHear,
    told: impl FnMut(Step) -> bool,
) -> Result<(), SpeechError> {
    match stream.replay()? {
        Some(replay) => {
            let blocks = std::iter::once(Ok(replay.first)).chain(replay.rest);
            to_the_end(engine, replay.listener, blocks, told)
        }
        None => Ok(()),
    }
}

fn to_the_end(
    engine: Arc<dyn Engine>,
    mut listener: Listener,
    blocks: impl Iterator<Item = Block>,
    mut told: impl FnMut(Step) -> bool,
) -> Result<(), SpeechError> {
    let mut recogniser = WhenNeeded::new(engine);
    let mut ears = Ears { recogniser: &mut recogniser, follower: &mut || None };
    let mut tell = |all: Vec<Told>| {
        all.into_iter().all(|one| match one {
            Told::Step(step) => told(step),
            Told::Partial { .. } => true,
        })
    };
    let mut fault = None;
    for block in blocks {
        match block {
            Ok(block) => {
                if !tell(listener.hear(&block, &mut ears)?) {
                    return Ok(());
                }
            }
            Err(error) => {
                fault = Some(error);
                break;
            }
        }
    }
    tell(listener.finish(&mut ears)?);
    fault.map_or(Ok(()), |fault| Err(fault.into()))
}
