//! Uploads to `huddle serve` as a process: one that is killed, and one whose memory is looked at.

use crate::{
    hearing::script,
    house::{Named, PASSWORD, Person, email, processes::Huddle},
    uploads::{LINES, Upload, recording, texts},
};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// A server whose recogniser says [`LINES`], on the data of this folder.
async fn serve(dir: &Path) -> Huddle {
    script(dir, &LINES);
    let (data, script) = (dir.to_owned(), dir.join("script.json").to_string_lossy().into_owned());
    let serving = tokio::task::spawn_blocking(move || {
        Huddle::serve(&data, &[("HUDDLE_SPEECH_ENGINE", "scripted"), ("HUDDLE_SPEECH_SCRIPT", &script)])
    });
    serving.await.expect("it is ready")
}

/// Alice at this server; registered if she is new.
async fn alice_at(server: &Huddle) -> Person {
    let mut alice = Person::new(server.url(), "192.0.2.1");
    let asked = json!({ "email": email("alice"), "name": "alice", "password": PASSWORD });
    alice.post("/auth/register", asked).await.ok(202);
    let asked = json!({ "email": email("alice"), "password": PASSWORD });
    let session = alice.post("/auth/sign-in", asked).await.ok(200);
    alice.token = session["accessToken"].as_str().map(str::to_owned);
    alice
}

/// Waits until the minutes are there.
async fn written(alice: &Person, meeting: &Value, patience: Duration) {
    let path = format!("/meetings/{}/minutes", meeting.id());
    let written = async {
        while alice.get(&path).await.ok(200)["state"] != "ready" {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(patience, written).await.expect("they are written");
}

#[tokio::test]
async fn what_was_sent_outlives_kill_9() {
    let Some(wav) = recording() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let server = serve(dir.path()).await;
    let alice = alice_at(&server).await;
    let upload = Upload::begin(&alice, wav.len(), &[("filename", "weekly.wav")]).await;
    let half = wav.len() / 2;
    let _socket = upload.send_part(server.url(), &alice, 0, &wav, half).await;
    server.kill();

    let server = serve(dir.path()).await;
    let alice = alice_at(&server).await;
    assert_eq!(upload.offset(&alice).await, Ok(half));
    assert_eq!(upload.send(&alice, half, &wav[half..]).await.status, 204);
    // And again, while it is being taken in or heard.
    server.kill();
    let server = serve(dir.path()).await;
    let alice = alice_at(&server).await;
    let meeting = upload.meeting(&alice).await;
    // The lease of the killed worker has to lapse.
    written(&alice, &meeting, Duration::from_secs(120)).await;
    assert_eq!(texts(&alice, &meeting).await, LINES);
    let audio = fs::read_dir(dir.path().join("audio").join(meeting.id())).expect("there").count();
    assert_eq!(audio, 1, "nothing half is left behind");
}

/// `cargo test --profile quick -p huddle-server --test it three_hours -- --ignored --nocapture`
#[tokio::test]
#[ignore = "writes 4 GB and takes minutes; prints what it measures"]
async fn three_hours_are_taken_in_in_little_memory() {
    let Some(wav) = recording() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let (once, long) = (dir.path().join("once.wav"), dir.path().join("long.wav"));
    fs::write(&once, wav).expect("written");
    let sox = |arguments: &[&str]| Command::new("sox").args(arguments).status().is_ok_and(|s| s.success());
    let (once, long_name) = (once.to_string_lossy(), long.to_string_lossy());
    // CD quality: just below the 2 GiB that are taken.
    assert!(
        sox(&[&once, "-r", "44100", "-c", "2", &long_name, "repeat", "-", "trim", "0", "3:00:00"]),
        "sox"
    );
    let length = fs::metadata(&long).expect("there").len();

    let server = serve(dir.path()).await;
    let alice = alice_at(&server).await;
    let upload = Upload::begin(&alice, usize::try_from(length).expect("small"), &[]).await;
    let idle = server.peak_mib();
    let began = Instant::now();
    let mut socket = upload.announce(server.url(), &alice, 0, length).await;
    let mut file = tokio::fs::File::open(&long).await.expect("there");
    tokio::io::copy(&mut file, &mut socket).await.expect("sent");
    socket.flush().await.expect("sent");
    let mut answer = vec![0; 1_000];
    let count = socket.read(&mut answer).await.expect("answered");
    let answer = String::from_utf8_lossy(&answer[..count]);
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    let (sent, after_sending) = (began.elapsed(), server.peak_mib());
    let meeting = upload.meeting(&alice).await;
    while upload.look(&alice).await["state"] != "taken_in" {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let (taken_in, after_taking) = (began.elapsed(), server.peak_mib());
    // Bearer tokens last a quarter of an hour.
    written(&alice_at(&server).await, &meeting, Duration::from_secs(800)).await;
    println!(
        "3 hours, {} MB: sent in {:.1} s, taken in after {:.1} s, minutes after {:.1} s; peak memory {idle} MiB idle, \
         {after_sending} MiB after sending, {after_taking} MiB after taking in, {} MiB in all",
        length / 1_000_000,
        sent.as_secs_f32(),
        taken_in.as_secs_f32(),
        began.elapsed().as_secs_f32(),
        server.peak_mib(),
    );
    assert!(server.peak_mib() < 400);
}
