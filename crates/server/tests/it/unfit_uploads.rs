//! Files that are no recordings, or not such as anybody should take: each is refused with its own code, its
//! bytes go, and nobody else notices.

use crate::{
    house::{House, Person, Store},
    tasks::tasks_ended,
    uploads::{LINES, Upload, hearing, left_behind, recording, send, texts},
};
use serde_json::json;
use std::{fs, process::Command};

/// A WAV file whose header says what it is told to say.
pub fn wav(format: u16, channels: u16, rate: u32, bits: u16, claimed: u32, data: &[u8]) -> Vec<u8> {
    let frame = channels.saturating_mul(bits / 8);
    let mut file = b"RIFF".to_vec();
    file.extend(claimed.saturating_add(36).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0");
    file.extend(format.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend(rate.saturating_mul(u32::from(frame)).to_le_bytes());
    file.extend(frame.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend(claimed.to_le_bytes());
    file.extend(data);
    file
}

/// A FLAC file in which each 13 bytes are four seconds of silence.
fn bomb(seconds: u32) -> Vec<u8> {
    let crc = |bytes: &[u8], polynomial: u32, bits: u32| {
        bytes.iter().fold(0u32, |crc, byte| {
            (0..8).fold(crc ^ (u32::from(*byte) << (bits - 8)), |crc, _| {
                let out = (crc >> (bits - 1)) & 1;
                ((crc << 1) ^ (polynomial * out)) & ((1 << bits) - 1)
            })
        })
    };
    let mut file = b"fLaC\x80\0\0\x22".to_vec();
    file.extend([0xff; 4]); // blocks of 65,535 samples
    file.extend([0; 6]); // frames of unknown size
    // 16,000 Hz, one channel, 16 bits, unknown length, no checksum
    file.extend([0x03, 0xe8, 0x00, 0xf0, 0, 0, 0, 0]);
    file.extend([0; 16]);
    for number in 0..seconds.div_ceil(4) {
        let mut frame = vec![0xff, 0xf8, 0x70, 0x00];
        frame.extend(long(number));
        frame.extend([0xff, 0xfe]);
        frame.push(crc(&frame, 0x07, 8) as u8);
        frame.extend([0, 0, 0]);
        frame.extend((crc(&frame, 0x8005, 16) as u16).to_be_bytes());
        file.extend(frame);
    }
    file
}

/// A number as FLAC writes it: like a letter of UTF-8, whether there is such a letter or not.
fn long(number: u32) -> Vec<u8> {
    let tail = |shift: u32| ((number >> shift) & 0x3f) as u8 | 0x80;
    match number {
        0..0x80 => vec![number as u8],
        0x80..0x800 => vec![(number >> 6) as u8 | 0xc0, tail(0)],
        _ => vec![(number >> 12) as u8 | 0xe0, tail(6), tail(0)],
    }
}

fn tone(seconds: f32, rate: f32) -> Vec<u8> {
    let sample = |n: u32| ((n as f32 * 440.0 * std::f32::consts::TAU / rate).sin() * 8_000.0) as i16;
    (0..(seconds * rate) as u32).flat_map(|n| sample(n).to_le_bytes()).collect()
}

async fn refused(house: &House, who: &Person, name: &str, bytes: &[u8], codes: &[&str]) {
    let upload = Upload::begin(who, bytes.len(), &[("filename", name)]).await;
    let answer = upload.send(who, 0, bytes).await;
    assert_eq!(answer.status, 422, "{name}: {}", answer.text());
    let code = answer.json()["code"].as_str().expect("a code").to_owned();
    assert!(codes.contains(&code.as_str()), "{name}: {}", answer.text());
    println!("{name}: {code}: {}", answer.json()["message"].as_str().expect("a message"));
    let seen = upload.look(who).await;
    assert_eq!((&seen["state"], &seen["remark"]["code"]), (&json!("refused"), &json!(code)), "{name}");
    assert_eq!(upload.offset(who).await, Err(410), "{name}");
    assert_eq!(left_behind(house), Vec::<String>::new(), "{name}");
}

#[tokio::test]
async fn what_is_no_recording_is_refused_at_once() {
    for store in [Store::Sqlite, Store::Postgres] {
        let dir = tempfile::tempdir().expect("a folder");
        let house = hearing(store, dir.path()).set(|config| config.uploads.max_minutes = 1).start().await;
        let alice = house.join("alice").await;
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".iter().copied().chain((0..5_000).map(|n| (n % 253) as u8));
        let good = wav(1, 1, 16_000, 16, 32_000, &tone(1.0, 16_000.0));
        let no = &["upload_not_audio"][..];
        refused(&house, &alice, "picture.wav", &png.collect::<Vec<_>>(), no).await;
        refused(&house, &alice, "page.mp3", &b"<html><body>no sound</body></html>".repeat(100), no).await;
        refused(&house, &alice, "zeros.wav", &vec![0; 100_000], no).await;
        refused(&house, &alice, "truncated.wav", &good[..20], no).await;
        refused(&house, &alice, "short.flac", b"fLaC", no).await;
        refused(&house, &alice, "nothing.wav", &wav(1, 1, 16_000, 16, 0, &[]), &["upload_no_sound"]).await;
        let crowd = wav(1, 100, 16_000, 16, 200_000, &vec![1; 200_000]);
        refused(&house, &alice, "crowd.wav", &crowd, &["upload_shape", "upload_not_audio"]).await;
        refused(
            &house,
            &alice,
            "slow.wav",
            &wav(1, 1, 1, 16, 32_000, &tone(1.0, 16_000.0)),
            &["upload_shape"],
        )
        .await;
        // 61 seconds are too many for this house.
        let long = wav(1, 1, 8_000, 8, 8_000 * 61, &vec![128; 8_000 * 61]);
        refused(&house, &alice, "long.wav", &long, &["upload_too_long"]).await;
        let meetings = alice.get("/meetings").await.ok(200);
        assert_eq!(meetings["total"], 0, "nothing became a meeting");
        let listed = alice.get("/uploads").await.ok(200);
        assert_eq!(listed.as_array().map(Vec::len), Some(9), "the page can say why");
        for upload in listed.as_array().expect("a list") {
            let path = format!("/uploads/{}", upload["id"].as_str().expect("an id"));
            let request = alice.at(reqwest::Method::DELETE, &format!("/api/v1{path}"));
            let answer = crate::house::Answer::to(request.header("tus-resumable", "1.0.0")).await;
            assert_eq!(answer.status, 204);
        }
        assert_eq!(alice.get("/uploads").await.ok(200), json!([]));

        // And the next one is heard as if nothing had been.
        let Some(wav) = recording() else { continue };
        let meeting = send(&alice, &wav, &[]).await.meeting(&alice).await;
        tasks_ended(&house, &alice, &meeting).await;
        assert_eq!(texts(&alice, &meeting).await, LINES);
    }
}

#[tokio::test]
async fn a_little_file_that_unfolds_to_days_ends_at_the_limit() {
    for store in [Store::Sqlite, Store::Postgres] {
        let dir = tempfile::tempdir().expect("a folder");
        let house = hearing(store, dir.path()).set(|config| config.uploads.max_minutes = 2).start().await;
        let alice = house.join("alice").await;
        let bytes = bomb(3 * 86_400);
        assert!(bytes.len() < 1_000_000, "{} bytes for three days", bytes.len());
        // It does not say how long it is, so that nobody knows before it was tried.
        let upload = send(&alice, &bytes, &[("filename", "bomb.flac")]).await;
        let meeting = upload.meeting(&alice).await;
        let tasks = tasks_ended(&house, &alice, &meeting).await;
        assert_eq!((tasks.len(), &tasks[0]["status"]), (1, &json!("failed")), "{tasks:?}");
        let seen = upload.look(&alice).await;
        assert_eq!((&seen["state"], &seen["remark"]["code"]), (&json!("refused"), &json!("upload_too_long")));
        let path = format!("/meetings/{}", meeting["id"].as_str().expect("an id"));
        let minutes = alice.get(&format!("{path}/minutes")).await.ok(200);
        let why = "The recording lasts longer than 2 minutes, the most that this server takes.";
        assert_eq!((&minutes["state"], &minutes["reason"]), (&json!("failed"), &json!(why)));
        assert_eq!(alice.get(&format!("{path}/audio")).await.ok(200), json!([]));
        assert_eq!(alice.get(&format!("{path}/transcript")).await.ok(200)["complete"], true);
        assert_eq!(left_behind(&house), Vec::<String>::new());
        let audio = house.app.audio_dir().join(meeting["id"].as_str().expect("an id"));
        assert_eq!(fs::read_dir(audio).map(|d| d.count()).unwrap_or(0), 0, "nothing half is left behind");
    }
}

#[tokio::test]
async fn what_is_odd_about_a_recording_is_said_and_what_is_there_is_taken_in() {
    let dir = tempfile::tempdir().expect("a folder");
    let house = hearing(Store::Sqlite, dir.path()).start().await;
    let alice = house.join("alice").await;
    let taken = async |name: &str, bytes: &[u8]| {
        let upload = send(&alice, bytes, &[("filename", name)]).await;
        let meeting = upload.meeting(&alice).await;
        tasks_ended(&house, &alice, &meeting).await;
        let id = meeting["id"].as_str().expect("an id");
        let tracks = alice.get(&format!("/meetings/{id}/audio")).await.ok(200);
        (upload.look(&alice).await["remark"].clone(), tracks[0]["durationMs"].as_i64())
    };
    // Says that it lasts a minute.
    let lying = wav(1, 1, 16_000, 16, 60 * 32_000, &tone(3.0, 16_000.0));
    let (remark, lasts) = taken("lying.wav", &lying).await;
    assert_eq!((&remark["code"], lasts), (&json!("upload_cut_short"), Some(3_000)), "{remark}");
    // As long as a WAV can be: it was written into a pipe.
    let piped = wav(1, 1, 16_000, 16, u32::MAX - 36, &tone(3.0, 16_000.0));
    assert_eq!(taken("piped.wav", &piped).await, (json!(null), Some(3_000)));
    let nothing: Vec<u8> = std::iter::repeat_n(f32::NAN.to_le_bytes(), 48_000).flatten().collect();
    let nan = wav(3, 1, 16_000, 32, nothing.len() as u32, &nothing);
    assert_eq!(taken("nan.wav", &nan).await, (json!(null), Some(3_000)), "what is no number is silence");
    // The second half of an Ogg file is missing.
    let whole = dir.path().join("noise.ogg");
    let sox = ["-D", "-n", "-r", "16000", "-c", "1", &whole.to_string_lossy(), "synth", "20", "pinknoise"];
    if Command::new("sox").args(sox).status().is_ok_and(|s| s.success()) {
        let bytes = fs::read(&whole).expect("there");
        let (_, lasts) = taken("half.ogg", &bytes[..bytes.len() / 2]).await;
        assert!(lasts.is_some_and(|ms| (2_000..19_000).contains(&ms)), "{lasts:?}");
    } else {
        println!("skipped: no sox that writes Ogg");
    }
}
