//! Every container is read; and whatever happens to its bytes, reading ends, in little memory, without a panic.

mod files;

use huddle_media::Decoder;
use proptest::prelude::*;
use std::{
    alloc::{GlobalAlloc, Layout, System},
    io::Cursor,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    time::Instant,
};

/// Bytes that a damaged file of a few kilobytes may make the reader hold.
const MOST_BYTES: usize = 64 << 20;
/// Samples that come of a few kilobytes at most, and then some: 30 minutes.
const MOST_SAMPLES: usize = 16_000 * 60 * 30;

/// Counts what is held.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: the system's allocator does everything; here is only counted.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(held, Relaxed);
        // SAFETY: the same promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(at, layout) }
    }
}

/// Samples that come out, as far as the decoder gets; with more than can be in there it goes on for ever.
fn read(bytes: Vec<u8>) -> Result<usize, huddle_media::Error> {
    let mut samples = 0;
    for block in Decoder::read(Box::new(Cursor::new(bytes)), None)? {
        samples += block?.len();
        assert!(samples < MOST_SAMPLES, "it does not end");
    }
    Ok(samples)
}

#[test]
fn every_container_is_read() {
    for (name, bytes, ms) in files::all() {
        let samples = read(bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let off = (samples as u64 / 16).abs_diff(ms);
        println!("{name}: {} ms", samples / 16);
        assert!(off < 60, "{name}: {} ms", samples / 16);
    }
}

/// What happens to a file.
#[derive(Debug, Clone)]
enum Damage {
    /// A byte becomes another.
    Byte(f64, u8),
    /// Four bytes become a number that lengths like to be.
    Number(f64, u32),
    /// All behind a place is lost.
    Cut(f64),
    /// A part is there twice.
    Twice(f64, f64),
    /// A part is missing.
    Hole(f64, f64),
}

impl Damage {
    fn does(&self, bytes: &mut Vec<u8>) {
        let length = bytes.len();
        let at = |share: f64| ((share * length as f64) as usize).min(length);
        let part = |from: f64, share: f64| at(from)..(at(from) + at(share) / 8).min(length);
        match *self {
            // Most of what can go wrong is in the head of a file.
            Damage::Byte(share, value) => {
                if let Some(byte) = bytes.get_mut(at(share * share)) {
                    *byte = value;
                }
            }
            Damage::Number(share, value) => {
                let from = at(share * share);
                if let Some(number) = bytes.get_mut(from..from + 4) {
                    number.copy_from_slice(&value.to_be_bytes());
                }
            }
            Damage::Cut(share) => bytes.truncate(at(share)),
            Damage::Twice(from, share) => {
                let part = part(from, share);
                let twice = bytes[part.clone()].to_vec();
                bytes.splice(part.start..part.start, twice);
            }
            Damage::Hole(from, share) => drop(bytes.drain(part(from, share))),
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let share = || 0.0..1.0f64;
    let number =
        prop::sample::select(vec![0, 1, 0x7f, 0xffff, 0x00ff_ffff, 0x7fff_ffff, 0x8000_0000, u32::MAX]);
    prop_oneof![
        4 => (share(), any::<u8>()).prop_map(|(at, value)| Damage::Byte(at, value)),
        3 => (share(), number).prop_map(|(at, value)| Damage::Number(at, value)),
        1 => share().prop_map(Damage::Cut),
        1 => (share(), share()).prop_map(|(at, share)| Damage::Twice(at, share)),
        1 => (share(), share()).prop_map(|(at, share)| Damage::Hole(at, share)),
    ]
}

/// Damages each container so often; `HUDDLE_FUZZ_CASES` asks for more.
#[test]
fn no_damage_makes_reading_panic_or_hold_much() {
    let cases = std::env::var("HUDDLE_FUZZ_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(300);
    let slowest = AtomicU64::new(0);
    let most = AtomicUsize::new(0);
    for (name, whole, _) in files::all() {
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
            cases,
            failure_persistence: None,
            ..ProptestConfig::default()
        });
        let all = prop::collection::vec(damage(), 1..8);
        let ran = runner.run(&all, |damages| {
            let mut bytes = whole.clone();
            damages.iter().for_each(|damage| damage.does(&mut bytes));
            let before = HELD.load(Relaxed);
            PEAK.store(before, Relaxed);
            let began = Instant::now();
            let _ = read(bytes);
            slowest.fetch_max(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX), Relaxed);
            let held = PEAK.load(Relaxed).saturating_sub(before);
            most.fetch_max(held, Relaxed);
            prop_assert!(held < MOST_BYTES, "{} held {} MB", name, held >> 20);
            Ok(())
        });
        ran.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    println!(
        "{cases} damaged files of each container: the slowest took {} ms, the hungriest held {} kB",
        slowest.load(Relaxed),
        most.load(Relaxed) >> 10
    );
}
