//! What can be read, and what is refused.

use super::*;
use proptest::prelude::*;
use std::{f32::consts::TAU, io::Cursor, process::Command};

/// One second of a tone as a WAV file.
fn wav(rate: u32, channels: u16, bits: u16, float: bool) -> Vec<u8> {
    let sample_format = if float { hound::SampleFormat::Float } else { hound::SampleFormat::Int };
    let spec = hound::WavSpec { channels, sample_rate: rate, bits_per_sample: bits, sample_format };
    let mut file = Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec).unwrap();
    for i in 0..rate {
        let sample = 0.5 * (TAU * 440.0 * i as f32 / rate as f32).sin();
        for _ in 0..channels {
            if float {
                writer.write_sample(sample).unwrap();
            } else {
                writer.write_sample((sample * (1u32 << (bits - 1)) as f32) as i32).unwrap();
            }
        }
    }
    writer.finalize().unwrap();
    file.into_inner()
}

fn decoded(bytes: Vec<u8>) -> Result<Vec<i16>, Error> {
    let mut all = Vec::new();
    for block in Decoder::read(Box::new(Cursor::new(bytes)), None)? {
        let block = block?;
        assert!(!block.is_empty() && block.len() <= BLOCK);
        all.extend(block);
    }
    Ok(all)
}

fn off(audio: &[i16], late: usize) -> f32 {
    let tone = |i: usize| 16_384.0 * (TAU * 440.0 * i as f32 / 16_000.0).sin();
    (1_000..14_000).map(|i| (f32::from(audio[i + late]) - tone(i)).abs()).fold(0.0, f32::max)
}

#[test]
fn wav_of_every_kind_is_read() {
    for (bits, float) in [(8, false), (16, false), (24, false), (32, false), (32, true)] {
        for (rate, channels) in [(16_000, 1), (44_100, 2), (48_000, 2), (8_000, 1)] {
            let bytes = wav(rate, channels, bits, float);
            let decoder = Decoder::read(Box::new(Cursor::new(bytes.clone())), Some("wav")).unwrap();
            assert_eq!(decoder.duration_ms(), Some(1_000));
            let audio = decoded(bytes).unwrap();
            assert_eq!(audio.len(), 16_000, "{bits} bits at {rate} Hz");
            assert!(off(&audio, 0) < 300.0, "{bits} bits at {rate} Hz: {}", off(&audio, 0));
        }
    }
}

#[test]
fn other_forms_are_read_where_sox_can_write_them() {
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().join("tone.wav");
    std::fs::write(&source, wav(44_100, 2, 16, false)).unwrap();
    for form in ["flac", "ogg", "mp3"] {
        let path = dir.path().join(format!("tone.{form}"));
        match Command::new("sox").args([&source, &path]).output() {
            Ok(done) if done.status.success() => {}
            _ => {
                eprintln!("skipped: no sox that writes {form}");
                continue;
            }
        }
        let decoder = Decoder::open(&path).unwrap();
        if form != "mp3" {
            assert_eq!(decoder.duration_ms(), Some(1_000), "{form}");
        }
        let audio: Vec<i16> = decoder.flat_map(|b| b.unwrap()).collect();
        assert!((16_000..17_000).contains(&audio.len()), "{form}: {}", audio.len());
        assert!((crate::level::rms_dbfs(&audio[1_000..15_000]) + 9.03).abs() < 0.5, "{form}");
    }
}

#[test]
fn a_file_that_was_cut_off_gives_what_it_has() {
    let mut bytes = wav(16_000, 1, 16, false);
    bytes.truncate(44 + 16_000);
    assert_eq!(decoded(bytes).unwrap().len(), 8_000);
}

#[test]
fn what_is_not_audio_is_told_so() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Decoder::open(&dir.path().join("none.wav")), Err(Error::Io(_))));
    assert!(Decoder::open(dir.path()).is_err());
    let page = b"<html><body>not audio</body></html>".repeat(100);
    for bytes in [Vec::new(), b"RIFF".to_vec(), page, vec![0; 10_000]] {
        let told = decoded(bytes).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(told.starts_with("this is not audio that Huddle can read:"), "{told}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_bytes_make_it_panic(start in prop::sample::select(vec!["", "RIFF\0\0\0\0WAVEfmt ", "OggS", "fLaC", "ID3", "\0\0\0\x20ftypM4A ", "\x1a\x45\u{df}\u{a3}"]), bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = decoded([start.as_bytes(), &bytes].concat());
    }

    #[test]
    fn no_damage_makes_it_panic(flips in prop::collection::vec((0usize..400, any::<u8>()), 1..12)) {
        let mut bytes = wav(16_000, 1, 16, false);
        for (at, value) in flips {
            bytes[at] = value;
        }
        let _ = decoded(bytes);
    }
}

#[test]
fn a_length_that_the_file_cannot_have_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("piped.wav");
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut wav = hound::WavWriter::create(&path, spec).unwrap();
    (0..16_000).for_each(|_| wav.write_sample(0i16).unwrap());
    wav.finalize().unwrap();
    assert_eq!(Decoder::open(&path).unwrap().duration_ms(), Some(1_000));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4..8].copy_from_slice(&0x7fff_f024u32.to_le_bytes());
    bytes[40..44].copy_from_slice(&0x7fff_f000u32.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let decoder = Decoder::open(&path).unwrap();
    assert_eq!(decoder.duration_ms(), None);
    assert_eq!(decoder.map(|b| b.unwrap().len()).sum::<usize>(), 16_000);
}
