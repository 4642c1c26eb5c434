//! `make eval-speech`: word error rate and speed of every recogniser that is there, and how late captions come
//! while one, two and four people speak at once. Real recordings from `HUDDLE_TEST_DATA`, else
//! `../shared/data` beside the checkout; or any folder with a `transcripts.tsv`, as the argument.

use huddle_domain::{
    StreamId,
    transcript::wer::{Errors, compare},
};
use huddle_media::{BLOCK, Decoder, OpusLog};
use huddle_speech::{
    Engine, EngineChoice, Heard, Hearing, Settings, Speech, ToHear, Utterance, Wishes, choose,
    transcribe_rest,
};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::sync::mpsc;

/// One recording and what is said in it.
struct Clip {
    name: String,
    said: String,
    audio: Vec<i16>,
}

fn main() {
    let Some(folder) = folder() else {
        println!(
            "skipped: neither HUDDLE_TEST_DATA nor ../shared/data is there; name a folder with a transcripts.tsv"
        );
        return;
    };
    let clips = clips(&folder);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{} recordings of {}, {threads} cores\n", clips.len(), folder.display());
    for choice in [EngineChoice::Pocketsphinx, EngineChoice::Whisper] {
        match choose(&Settings {
            speech: Speech { engine: choice, ..Speech::default() },
            ..Settings::default()
        }) {
            Ok(engine) => {
                accuracy(&engine, &clips);
                lateness(&engine, &clips, threads);
            }
            Err(why) => println!("skipped: {choice:?}: {why}"),
        }
    }
}

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data =
        std::env::var_os("HUDDLE_TEST_DATA").map(PathBuf::from).or_else(|| beside.is_dir().then_some(beside));
    std::env::args().nth(1).map(PathBuf::from).or_else(|| data.map(|data| data.join("speech")))
}

fn clips(folder: &Path) -> Vec<Clip> {
    let table = std::fs::read_to_string(folder.join("transcripts.tsv")).expect("a transcripts.tsv");
    let lines = table.lines().skip(1).filter_map(|line| line.split_once('\t'));
    lines
        .map(|(name, said)| {
            let blocks = Decoder::open(&folder.join(name)).expect("a recording that can be read");
            let audio = blocks.flat_map(|block| block.expect("a whole recording")).collect();
            Clip { name: name.into(), said: said.into(), audio }
        })
        .collect()
}

/// A stream's log of some audio, as a microphone's is kept.
fn keep(path: &Path, audio: &[i16]) -> ToHear {
    let mut log = OpusLog::create(path, 1).expect("a log");
    blocks(audio).for_each(|block| log.append(&block).expect("kept"));
    log.finish().expect("kept");
    ToHear { stream: stream(0), log: path.into(), cursor: 0, nth: 0, wishes: Wishes::default() }
}

fn blocks(audio: &[i16]) -> impl Iterator<Item = Vec<i16>> + '_ {
    audio.chunks(BLOCK).map(|block| [block, &vec![0; BLOCK - block.len()]].concat())
}

fn stream(nth: u128) -> StreamId {
    StreamId(uuid::Uuid::from_u128(nth + 1))
}

fn seconds(audio: &[i16]) -> f64 {
    audio.len() as f64 / f64::from(huddle_media::SAMPLE_RATE)
}

fn accuracy(engine: &Arc<dyn Engine>, clips: &[Clip]) {
    let dir = tempfile::tempdir().expect("a folder");
    println!("| {} | words | WER | times real time | heard |\n|---|---|---|---|---|", engine.name());
    let (mut all, mut spent, mut length) = (Errors::default(), 0.0, 0.0);
    for clip in clips {
        let kept = keep(
            &dir.path().join(format!("{}.ogg", clip.name)),
            &[&clip.audio[..], &silence(1_000)].concat(),
        );
        let (began, mut text) = (Instant::now(), Vec::new());
        let done = transcribe_rest(engine.clone(), &kept, |step| {
            text.extend(step.utterance.map(|u| u.text));
            true
        });
        done.expect("the recogniser works");
        let took = began.elapsed().as_secs_f64();
        let errors = compare(&clip.said, &text.join(" "));
        let words = clip.said.split_whitespace().count();
        let speed = took / seconds(&clip.audio);
        println!("| {} | {words} | {:.2} | {speed:.2} | {} |", clip.name, errors.rate(), text.join(" / "));
        all += errors;
        spent += took;
        length += seconds(&clip.audio);
    }
    let words: usize = clips.iter().map(|clip| clip.said.split_whitespace().count()).sum();
    println!("| **all** | {words} | **{:.2}** | {:.2} | |\n", all.rate(), spent / length);
}

fn silence(ms: usize) -> Vec<i16> {
    vec![0; ms * huddle_media::SAMPLE_RATE as usize / 1_000]
}

/// How late words come, from the moments in which they were spoken, in seconds.
#[derive(Default)]
struct Late {
    first_partials: Vec<f64>,
    finals: Vec<f64>,
}

fn lateness(engine: &Arc<dyn Engine>, clips: &[Clip], threads: usize) {
    println!(
        "| speakers at once | first partial p50 | p95 | final p50 | p95 | utterances |\n|---|---|---|---|---|---|"
    );
    for speakers in [1, 2, 4] {
        let mut late = speak(engine, clips, speakers, threads);
        let count = late.finals.len();
        let [p, q] = percentiles(&mut late.first_partials);
        let [f, g] = percentiles(&mut late.finals);
        println!("| {speakers} | {p:.1} s | {q:.1} s | {f:.1} s | {g:.1} s | {count} |");
    }
    println!();
}

fn percentiles(values: &mut [f64]) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    [0.5, 0.95].map(|at| {
        values.get((values.len().saturating_sub(1) as f64 * at).round() as usize).copied().unwrap_or(f64::NAN)
    })
}

/// Everybody says all clips, each from another one on, a second and a half between them, in real time.
fn speak(engine: &Arc<dyn Engine>, clips: &[Clip], speakers: usize, threads: usize) -> Late {
    let dir = tempfile::tempdir().expect("a folder");
    let (sink, heard) = mpsc::channel(256);
    let hearing = Hearing::new(engine.clone(), threads, sink);
    let began = Instant::now();
    std::thread::scope(|scope| {
        for nth in 0..speakers {
            let path = dir.path().join(format!("{nth}.ogg"));
            let turns = clips.iter().cycle().skip(nth * clips.len() / speakers).take(clips.len());
            let audio: Vec<i16> =
                turns.flat_map(|clip| [&clip.audio[..], &silence(1_500)].concat()).collect();
            let hearing = &hearing;
            scope.spawn(move || feed(hearing, nth, &path, &audio, began));
        }
        listen(heard, &hearing, speakers, began)
    })
}

fn feed(hearing: &Hearing, nth: usize, path: &Path, audio: &[i16], began: Instant) {
    let mut log = OpusLog::create(path, 1).expect("a log");
    let to_hear = ToHear {
        stream: stream(nth as u128),
        log: path.into(),
        cursor: 0,
        nth: 0,
        wishes: Wishes::default(),
    };
    let handle = hearing.open(to_hear, 0);
    for (n, block) in blocks(audio).enumerate() {
        let due = began + Duration::from_millis(100 * (n as u64 + 1));
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        log.append(&block).expect("kept");
        handle.push(((n + 1) * BLOCK) as u64);
    }
    log.finish().expect("kept");
    handle.close();
}

fn listen(mut heard: mpsc::Receiver<Heard>, hearing: &Hearing, speakers: usize, began: Instant) -> Late {
    let (mut late, mut partials, mut open) = (Late::default(), HashMap::new(), speakers);
    while open > 0 {
        let Some(heard) = heard.blocking_recv() else { break };
        let now = began.elapsed().as_secs_f64();
        match heard {
            Heard::Partial { stream, text, .. } if !text.is_empty() => {
                partials.entry(stream).or_insert(now);
            }
            Heard::Partial { .. } => {}
            Heard::Step { stream, step } => {
                let first = partials.remove(&stream);
                if let Some(Utterance { words, .. }) = step.utterance
                    && let (Some(from), Some(to)) = (words.first(), words.last())
                {
                    late.first_partials.extend(first.map(|at| at - from.start_ms as f64 / 1_000.0));
                    late.finals.push(now - to.end_ms as f64 / 1_000.0);
                }
            }
            Heard::Failed { reason, .. } => panic!("{reason}"),
            Heard::Closed { stream, turn } => {
                hearing.release(stream, turn);
                open -= 1;
            }
        }
    }
    late
}
