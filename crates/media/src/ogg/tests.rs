//! What a log promises.

use super::*;
use proptest::prelude::*;
use std::f64::consts::TAU;
use std::fs;

/// A tone that glides, so that every place sounds different.
fn glide(samples: usize) -> Vec<i16> {
    let mut phase = 0.0;
    (0..samples)
        .map(|i| {
            phase += TAU * (500.0 + (i as f64 / 40.0) % 900.0) / 16_000.0;
            (8_000.0 * f64::sin(phase)) as i16
        })
        .collect()
}

fn write(path: &Path, audio: &[i16], finish: bool) {
    let mut log = OpusLog::create(path, 42).unwrap();
    for block in audio.chunks_exact(BLOCK) {
        log.append(block).unwrap();
    }
    if finish {
        log.finish().unwrap();
    }
}

fn heard(path: &Path, from: u64) -> Vec<i16> {
    read(path, from).unwrap().flat_map(|b| b.unwrap()).collect()
}

/// Signal to noise in dB, over what both have.
fn snr(signal: &[i16], heard: &[i16]) -> f64 {
    let power = |v: &mut dyn Iterator<Item = f64>| v.map(|x| x * x).sum::<f64>();
    let noise = power(&mut signal.iter().zip(heard).map(|(&a, &b)| f64::from(a) - f64::from(b)));
    10.0 * (power(&mut signal.iter().zip(heard).map(|(&a, _)| f64::from(a))) / noise.max(1e-9)).log10()
}

fn place() -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("log.opus");
    (dir, path)
}

#[test]
fn what_was_appended_is_heard_at_its_place() {
    let (_dir, path) = place();
    let audio = glide(10 * BLOCK);
    write(&path, &audio, true);
    let all = heard(&path, 0);
    assert_eq!(all.len(), audio.len());
    assert_eq!(duration(&path).unwrap(), audio.len() as u64);
    let here = snr(&audio[800..], &all[800..]);
    assert!(here > 8.0, "{here}");
    // One sample off is already worse: the place is exact.
    for off in [1, 2, 5] {
        assert!(snr(&audio[800..], &all[800 + off..]) < here);
        assert!(snr(&audio[800 + off..], &all[800..]) < here);
    }
}

#[test]
fn any_place_can_be_heard_again() {
    let (_dir, path) = place();
    let audio = glide(20 * BLOCK);
    write(&path, &audio, true);
    let all = heard(&path, 0);
    for from in [1, 104, 1_599, 1_600, 1_601, 7_777, 30_000, 31_500] {
        let tail = heard(&path, from as u64);
        assert_eq!(tail.len(), all.len() - from, "from {from}");
        assert!(snr(&all[from..], &tail) > 15.0, "from {from}: {}", snr(&all[from..], &tail));
    }
    assert!(heard(&path, 32_000).is_empty());
    assert!(heard(&path, 1_000_000).is_empty());
}

#[test]
fn a_torn_tail_is_cut_off_at_every_byte() {
    let (dir, path) = place();
    let audio = glide(6 * BLOCK);
    write(&path, &audio[..3 * BLOCK], false);
    let three = fs::metadata(&path).unwrap().len();
    let (mut log, kept) = OpusLog::resume(&path).unwrap();
    assert_eq!(kept, 3 * BLOCK as u64);
    log.append(&audio[3 * BLOCK..4 * BLOCK]).unwrap();
    let four = fs::metadata(&path).unwrap().len();
    log.append(&audio[4 * BLOCK..5 * BLOCK]).unwrap();
    log.finish().unwrap();
    drop(log);
    let bytes = fs::read(&path).unwrap();
    let torn = dir.path().join("torn.opus");
    for cut in three..=bytes.len() as u64 {
        fs::write(&torn, &bytes[..cut as usize]).unwrap();
        let (mut log, kept) = OpusLog::resume(&torn).unwrap();
        let whole = if cut < four {
            3
        } else if kept == 4 * BLOCK as u64 {
            4
        } else {
            5
        };
        assert_eq!(kept, whole * BLOCK as u64, "cut at {cut}");
        log.append(&audio[5 * BLOCK..]).unwrap();
        log.finish().unwrap();
        assert_eq!(heard(&torn, 0).len() as u64, kept + BLOCK as u64, "cut at {cut}");
    }
    let (_, kept) = OpusLog::resume(&path).unwrap();
    assert_eq!(kept, 5 * BLOCK as u64);
}

#[test]
fn a_torn_beginning_is_begun_again_and_a_strange_file_is_left_alone() {
    let (dir, path) = place();
    let (mut log, kept) = OpusLog::open(&path, 9).unwrap();
    assert_eq!(kept, 0);
    let head = fs::read(&path).unwrap();
    log.append(&glide(BLOCK)).unwrap();
    drop(log);
    assert_eq!(OpusLog::open(&path, 9).unwrap().1, BLOCK as u64);
    for cut in 0..head.len() {
        let torn = dir.path().join("torn.opus");
        fs::write(&torn, &head[..cut]).unwrap();
        let (mut log, kept) = OpusLog::open(&torn, 9).unwrap();
        assert_eq!(kept, 0);
        log.append(&glide(BLOCK)).unwrap();
        assert_eq!(OpusLog::resume(&torn).unwrap().1, BLOCK as u64);
    }
    let strange = dir.path().join("strange.txt");
    let text = "not a log at all\n".repeat(20);
    fs::write(&strange, &text).unwrap();
    assert!(matches!(OpusLog::open(&strange, 1), Err(Error::NotALog(_))));
    assert!(matches!(OpusLog::create(&strange, 1), Err(Error::Io(_))));
    assert_eq!(fs::read_to_string(&strange).unwrap(), text);
}

#[test]
fn a_damaged_page_in_the_middle_is_silence_and_loses_nothing_after_it() {
    let (_dir, path) = place();
    let audio = glide(9 * BLOCK);
    write(&path, &audio, false);
    let whole = heard(&path, 0);
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(&path, &bytes).unwrap();
    assert_eq!(OpusLog::resume(&path).unwrap().1, 9 * BLOCK as u64);
    let damaged = heard(&path, 0);
    assert_eq!(damaged.len(), whole.len());
    assert!(snr(&whole[7 * BLOCK..], &damaged[7 * BLOCK..]) > 20.0);
}

#[test]
fn a_reader_goes_on_when_the_log_has_grown() {
    let (_dir, path) = place();
    let audio = glide(8 * BLOCK);
    let mut log = OpusLog::create(&path, 1).unwrap();
    let mut reader = read(&path, 0).unwrap();
    let mut got = Vec::new();
    for block in audio.chunks(BLOCK) {
        log.append(block).unwrap();
        got.extend(reader.by_ref().flat_map(|b| b.unwrap()));
        assert_eq!(reader.position(), log.samples() - log.delay);
    }
    log.finish().unwrap();
    got.extend(reader.flat_map(|b| b.unwrap()));
    assert_eq!(got, heard(&path, 0));
    assert!(matches!(log.append(&audio[..BLOCK]), Err(Error::Finished)));
    assert!(matches!(OpusLog::resume(&path).unwrap().0.append(&[0; 5]), Err(Error::BlockLength(5))));
}

#[test]
fn a_resumed_log_goes_on_without_a_click() {
    let (_dir, path) = place();
    let audio = glide(10 * BLOCK);
    write(&path, &audio[..5 * BLOCK], false);
    let (mut log, _) = OpusLog::resume(&path).unwrap();
    for block in audio[5 * BLOCK..].chunks(BLOCK) {
        log.append(block).unwrap();
    }
    log.finish().unwrap();
    let all = heard(&path, 0);
    assert_eq!(all.len(), audio.len());
    let seam = 5 * BLOCK;
    let here = snr(&audio[seam..seam + BLOCK], &all[seam..seam + BLOCK]);
    assert!(here > 8.0, "after the seam {here}");
}

#[test]
fn others_can_read_it() {
    let (_dir, path) = place();
    let audio = glide(25 * BLOCK);
    write(&path, &audio, true);
    let bytes = fs::read(&path).unwrap();
    assert_eq!(&bytes[28..36], b"OpusHead");
    assert_eq!(u16::from_le_bytes([bytes[38], bytes[39]]), 312, "pre-skip at 48 kHz");
    assert!(bytes.len() < audio.len() / 16_000 * 8_000, "{} bytes", bytes.len());
    let decoder = crate::Decoder::open(&path).unwrap();
    assert_eq!(decoder.duration_ms(), Some(2_500));
    let all: Vec<i16> = decoder.flat_map(|b| b.unwrap()).collect();
    assert_eq!(all.len(), audio.len());
    assert!(snr(&audio[800..], &all[800..]) > 8.0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_bytes_make_it_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..40), cut in any::<prop::sample::Index>()) {
        let (_dir, path) = place();
        write(&path, &glide(3 * BLOCK), true);
        let mut bytes = fs::read(&path).unwrap();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(cut.index(bytes.len() + 1));
        fs::write(&path, &bytes).unwrap();
        let _ = duration(&path);
        if let Ok(reader) = read(&path, 1_000) {
            prop_assert!(reader.take(1_000).filter_map(Result::ok).map(|b| b.len()).sum::<usize>() <= 5 * BLOCK);
        }
        if let Ok((mut log, kept)) = OpusLog::open(&path, 3) {
            prop_assert!(kept <= 3 * BLOCK as u64);
            log.append(&[0; BLOCK]).unwrap();
        }
    }
}
