//! Recordings that come as files, by tus: in pieces, over connections that break, to a server that dies; and
//! what comes of them, on both databases.

use crate::{
    hearing::{script, spoken},
    house::{Answer, House, Named, Person, Plan, Store},
    tasks::tasks_ended,
};
use chrono::TimeDelta;
use huddle_server::config::EngineChoice;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{fs, path::Path, process::Command, time::Duration};
use tokio::{io::AsyncWriteExt, net::TcpStream};

pub const LINES: [&str; 3] = ["the budget first", "then the release", "thank you"];

/// A recording of as many utterances as there are lines; `None` without espeak-ng.
pub fn recording() -> Option<Vec<u8>> {
    let pause = "<break time=\"1500ms\"/>";
    spoken(&format!("good morning everybody {pause} let us begin now {pause} goodbye everybody"))
}

/// A house whose recogniser says [`LINES`].
pub fn hearing(store: Store, dir: &Path) -> Plan {
    script(dir, &LINES);
    let script = dir.join("script.json");
    House::build().on(store).set(move |config| {
        config.speech.engine = EngineChoice::Scripted;
        config.speech.script = Some(script);
    })
}

/// A request of tus, without what differs from one to the next.
pub fn tus(who: &Person, method: Method, path: &str) -> RequestBuilder {
    let request = who.at(method, path).header("tus-resumable", "1.0.0").header("upload-length", 10);
    request.header("content-type", "application/offset+octet-stream")
}

/// An upload, as its sender knows it.
pub struct Upload {
    pub id: String,
    pub path: String,
}

impl Upload {
    pub async fn ask(who: &Person, length: usize, metadata: &[(&str, &str)]) -> Answer {
        use base64::{Engine, prelude::BASE64_STANDARD};
        let pairs = metadata.iter().map(|(name, value)| format!("{name} {}", BASE64_STANDARD.encode(value)));
        let request = who.at(Method::POST, "/api/v1/uploads").header("tus-resumable", "1.0.0");
        let request = request.header("upload-length", length);
        Answer::to(request.header("upload-metadata", pairs.collect::<Vec<_>>().join(","))).await
    }

    pub async fn begin(who: &Person, length: usize, metadata: &[(&str, &str)]) -> Upload {
        let answer = Upload::ask(who, length, metadata).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let path = answer.header("location").to_owned();
        assert!(!answer.header("upload-expires").is_empty());
        Upload { id: path.rsplit('/').next().expect("an id").to_owned(), path }
    }

    pub async fn send(&self, who: &Person, offset: usize, bytes: &[u8]) -> Answer {
        let request = who.at(Method::PATCH, &self.path).header("tus-resumable", "1.0.0");
        let request = request.header("upload-offset", offset);
        let request = request.header("content-type", "application/offset+octet-stream");
        Answer::to(request.body(bytes.to_vec())).await
    }

    /// How much is there, by `HEAD`.
    pub async fn offset(&self, who: &Person) -> Result<usize, u16> {
        let answer = Answer::to(tus(who, Method::HEAD, &self.path)).await;
        assert_eq!(answer.header("tus-resumable"), "1.0.0");
        match answer.status {
            200 => Ok(answer.header("upload-offset").parse().expect("a number")),
            status => Err(status),
        }
    }

    /// What is told of it to people.
    pub async fn look(&self, who: &Person) -> Value {
        who.get(&format!("/uploads/{}", self.id)).await.ok(200)
    }

    pub async fn cancel(&self, who: &Person) -> u16 {
        Answer::to(tus(who, Method::DELETE, &self.path)).await.status
    }

    /// The meeting that it became.
    pub async fn meeting(&self, who: &Person) -> Value {
        let upload = self.look(who).await;
        let code = upload["meeting"]["code"].as_str().unwrap_or_else(|| panic!("no meeting: {upload}"));
        who.get(&format!("/meetings/{code}")).await.ok(200)
    }

    /// A `PATCH` that announces all of `bytes` and brings only `part` of them; the connection stands.
    pub async fn send_part(
        &self,
        url: &str,
        who: &Person,
        offset: usize,
        bytes: &[u8],
        part: usize,
    ) -> TcpStream {
        let mut socket = self.announce(url, who, offset, bytes.len() as u64).await;
        socket.write_all(&bytes[..part]).await.expect("sent");
        self.until(who, offset + part).await;
        socket
    }

    /// The head of a `PATCH` that announces so many bytes.
    pub async fn announce(&self, url: &str, who: &Person, offset: usize, coming: u64) -> TcpStream {
        let address = url.trim_start_matches("http://");
        let mut socket = TcpStream::connect(address).await.expect("connected");
        let head = format!(
            "PATCH {} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nTus-Resumable: 1.0.0\r\n\
             Upload-Offset: {offset}\r\nContent-Type: application/offset+octet-stream\r\nContent-Length: {coming}\r\n\r\n",
            self.path,
            who.token.as_deref().expect("a token"),
        );
        socket.write_all(head.as_bytes()).await.expect("sent");
        socket
    }

    /// Waits until so many bytes are there.
    async fn until(&self, who: &Person, received: usize) {
        let wait = async {
            while self.look(who).await["received"] != json!(received) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), wait).await.expect("they come");
    }
}

/// Sends a whole file at once.
pub async fn send(who: &Person, bytes: &[u8], metadata: &[(&str, &str)]) -> Upload {
    let upload = Upload::begin(who, bytes.len(), metadata).await;
    let answer = upload.send(who, 0, bytes).await;
    assert_eq!((answer.status, answer.text()), (204, String::new()));
    assert_eq!(answer.header("upload-offset"), bytes.len().to_string());
    upload
}

pub async fn texts(who: &Person, meeting: &Value) -> Vec<String> {
    let transcript = who.get(&format!("/meetings/{}/transcript", meeting.id())).await.ok(200);
    assert_eq!(transcript["complete"], true);
    let segments = transcript["segments"].as_array().expect("a list");
    segments.iter().map(|s| s["text"].as_str().expect("words").to_owned()).collect()
}

/// What lies in the folder of uploads.
pub fn left_behind(house: &House) -> Vec<String> {
    let dir = house.app.config.storage.data_dir.join("uploads");
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    entries.map(|e| e.expect("readable").file_name().to_string_lossy().into_owned()).collect()
}

/// Milliseconds that a WAV of espeak-ng lasts (22,050 Hz, 16 bit, mono).
fn lasts_ms(wav: &[u8]) -> i64 {
    (wav.len() as i64 - 44) * 1_000 / 44_100
}

/// Runs a story on both databases, with a recording.
async fn on_both<Story: Future<Output = ()>>(story: impl Fn(House, Vec<u8>) -> Story) {
    let Some(wav) = recording() else { return };
    for store in [Store::Sqlite, Store::Postgres] {
        let dir = tempfile::tempdir().expect("a folder");
        story(hearing(store, dir.path()).start().await, wav.clone()).await;
    }
}

#[tokio::test]
async fn a_recording_becomes_a_meeting_with_its_words() {
    on_both(async |house, wav| {
        let alice = house.join("alice").await;
        let said =
            [("filename", "weekly_meeting.wav"), ("filetype", "audio/wav"), ("timeZone", "Europe/Madrid")];
        let upload = Upload::begin(&alice, wav.len(), &said).await;
        let third = wav.len() / 3;
        for (n, part) in wav.chunks(third).enumerate() {
            assert_eq!(upload.offset(&alice).await, Ok(n * third));
            let answer = upload.send(&alice, n * third, part).await;
            assert_eq!(answer.status, 204, "{}", answer.text());
        }
        let meeting = upload.meeting(&alice).await;
        let tasks = tasks_ended(&house, &alice, &meeting).await;
        let kinds: Vec<_> =
            tasks.iter().map(|t| (t["type"].as_str().expect("a type"), &t["progress"])).collect();
        let names = ["take_in_upload", "finish_hearing", "write_minutes", "render_export"];
        let whole = json!(100);
        assert_eq!(kinds, names.map(|kind| (kind, &whole)), "{tasks:?}");
        assert_eq!(texts(&alice, &meeting).await, LINES);

        let meeting = alice.get(&format!("/meetings/{}", meeting.id())).await.ok(200);
        assert_eq!(
            (&meeting["title"], &meeting["state"], &meeting["isHost"], &meeting["timeZone"]),
            (&json!("weekly meeting"), &json!("ended"), &json!(true), &json!("Europe/Madrid"))
        );
        let at =
            |name: &str| meeting[name].as_str().expect("a time").parse::<chrono::DateTime<chrono::Utc>>();
        let lasted = at("endedAt").expect("a time") - at("startedAt").expect("a time");
        assert!((lasted.num_milliseconds() - lasts_ms(&wav)).abs() <= 2, "{lasted} of {}", lasts_ms(&wav));
        let tracks = alice.get(&format!("/meetings/{}/audio", meeting.id())).await.ok(200);
        assert_eq!((tracks.as_array().map(Vec::len), &tracks[0]["name"]), (Some(1), &json!("alice")));
        let kept = tracks[0]["durationMs"].as_i64().expect("a number");
        assert!((0..=100).contains(&(kept - lasts_ms(&wav))), "{kept}");
        assert_eq!(alice.get(&format!("/meetings/{}/minutes", meeting.id())).await.ok(200)["state"], "ready");

        let row =
            huddle_server::db::upload::by_id(house.app.db.read(), upload.id.parse().expect("an id")).await;
        let row = row.expect("asked").expect("it is there");
        let digest: String = Sha256::digest(&wav).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(row.sha256.as_deref(), Some(digest.as_str()));
        assert_eq!(left_behind(&house), Vec::<String>::new(), "only the audio is kept");
        assert_eq!(upload.look(&alice).await["state"], "taken_in");
        assert_eq!(
            upload.offset(&alice).await,
            Ok(wav.len()),
            "a client that comes back sees that it is done"
        );
        assert_eq!(alice.get("/uploads").await.ok(200), json!([]));
        assert_eq!(upload.cancel(&alice).await, 409);
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_breaks_loses_nothing_that_came() {
    on_both(async |house, wav| {
        let alice = house.join("alice").await;
        let upload = Upload::begin(&alice, wav.len(), &[]).await;
        let half = wav.len() / 2;
        let socket = upload.send_part(&house.url, &alice, 0, &wav, half).await;
        drop(socket);
        assert_eq!(upload.offset(&alice).await, Ok(half), "what is on the disk counts");
        // The connection seems to stand, and the client comes back all the same.
        let _stands = upload.send_part(&house.url, &alice, half, &wav[half..], 1_000).await;
        assert_eq!(upload.offset(&alice).await, Ok(half + 1_000));
        upload.send(&alice, half, &wav[half..]).await.refused(409, "upload_offset");
        let answer = upload.send(&alice, half + 1_000, &wav[half + 1_000..]).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
        let meeting = upload.meeting(&alice).await;
        tasks_ended(&house, &alice, &meeting).await;
        assert_eq!(texts(&alice, &meeting).await, LINES);
    })
    .await;
}

#[tokio::test]
async fn every_form_of_recording_is_heard() {
    let Some(wav) = recording() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let house = hearing(Store::Sqlite, dir.path()).start().await;
    let alice = house.join("alice").await;
    let source = dir.path().join("said.wav");
    fs::write(&source, &wav).expect("written");
    for form in ["flac", "mp3", "ogg", "24.wav", "8.wav"] {
        let path = dir.path().join(format!("said.{form}"));
        let mut sox = Command::new("sox");
        sox.arg(&source);
        match form {
            "24.wav" => sox.args(["-b", "24", "-r", "48000", "-c", "2"]),
            "8.wav" => sox.args(["-b", "8", "-r", "8000"]),
            _ => &mut sox,
        };
        if !sox.arg(&path).status().is_ok_and(|status| status.success()) {
            println!("skipped: no sox that writes {form}");
            continue;
        }
        let upload = send(&alice, &fs::read(&path).expect("there"), &[("filename", form)]).await;
        let meeting = upload.meeting(&alice).await;
        tasks_ended(&house, &alice, &meeting).await;
        assert_eq!(texts(&alice, &meeting).await, LINES, "{form}");
    }
}

#[tokio::test]
async fn a_recording_joins_a_meeting_of_its_host() {
    on_both(async |house, wav| {
        let (alice, bob) = (house.join("alice").await, house.join("bob").await);
        let meeting = alice.plan("Planned").await;
        let joins = |meeting: &Value| [("meeting", meeting.code().to_owned()), ("startMs", "60000".into())];
        let ask = async |who: &Person, meeting: &Value| {
            let said = joins(meeting);
            Upload::ask(who, wav.len(), &said.each_ref().map(|(name, value)| (*name, value.as_str()))).await
        };
        ask(&bob, &meeting).await.refused(404, "not_found");
        bob.come(&meeting).await;
        ask(&bob, &meeting).await.refused(403, "host_only");
        for n in 0..2 {
            let said = joins(&meeting);
            let said = said.each_ref().map(|(name, value)| (*name, value.as_str()));
            let upload = send(&alice, &wav, &said[..2 - n]).await;
            assert_eq!(upload.meeting(&alice).await.id(), meeting.id());
            tasks_ended(&house, &alice, &meeting).await;
            assert_eq!(texts(&alice, &meeting).await.len(), LINES.len() * (n + 1));
        }
        let seen = alice.get(&format!("/meetings/{}", meeting.id())).await.ok(200);
        assert_eq!((&seen["state"], &seen["participantCount"]), (&json!("ended"), &json!(2)));
        let at = |name: &str| seen[name].as_str().expect("a time").parse::<chrono::DateTime<chrono::Utc>>();
        let lasted = (at("endedAt").expect("a time") - at("startedAt").expect("a time")).num_milliseconds();
        assert!((lasted - 60_000 - lasts_ms(&wav)).abs() <= 2, "{lasted}");
    })
    .await;
}

#[tokio::test]
async fn a_recording_that_joins_a_live_meeting_is_heard_with_it() {
    on_both(async |house, wav| {
        let alice = house.join("alice").await;
        let meeting = alice.meet("Weekly").await;
        send(&alice, &wav, &[("meeting", meeting.id())]).await;
        let tasks = tasks_ended(&house, &alice, &meeting).await;
        assert_eq!((tasks.len(), &tasks[0]["type"]), (1, &json!("take_in_upload")));
        alice.post(&format!("/meetings/{}/end", meeting.id()), json!({})).await.ok(200);
        tasks_ended(&house, &alice, &meeting).await;
        assert_eq!(texts(&alice, &meeting).await, LINES);
    })
    .await;
}

#[tokio::test]
async fn the_protocol_is_kept_to_the_letter() {
    for store in [Store::Sqlite, Store::Postgres] {
        let house =
            House::build().on(store).idle().set(|config| config.uploads.max_bytes = 1_000).start().await;
        let (alice, bob) = (house.join("alice").await, house.join("bob").await);
        let able = Answer::to(house.at(Method::OPTIONS, "/api/v1/uploads")).await;
        assert_eq!((able.status, able.header("tus-version")), (204, "1.0.0"));
        assert_eq!(able.header("tus-extension"), "creation,expiration,termination");
        assert_eq!((able.header("tus-max-size"), able.header("tus-resumable")), ("1000", "1.0.0"));

        let without = Answer::to(alice.at(Method::POST, "/api/v1/uploads").header("upload-length", 5)).await;
        assert_eq!(without.header("tus-version"), "1.0.0");
        without.refused(412, "tus_version");
        Upload::ask(&alice, 1_001, &[]).await.refused(413, "too_large");
        Upload::ask(&alice, 0, &[]).await.refused(422, "upload_empty");
        Upload::ask(&alice, 5, &[("timeZone", "Mars/Base")]).await.refused(400, "invalid");
        Upload::ask(&alice, 5, &[("meeting", "abcd2345")]).await.refused(404, "not_found");
        let request = alice.at(Method::POST, "/api/v1/uploads").header("tus-resumable", "1.0.0");
        Answer::to(request.try_clone().expect("plain")).await.refused(400, "invalid");
        Answer::to(request.header("upload-defer-length", "1")).await.refused(400, "invalid");

        let upload = Upload::begin(&alice, 10, &[("filename", "a.wav")]).await;
        let path = format!("/api/v1/uploads/{}", upload.id);
        assert_eq!(upload.offset(&bob).await, Err(404));
        upload.send(&bob, 0, b"12345").await.refused(404, "not_found");
        let typed =
            alice.at(Method::PATCH, &path).header("tus-resumable", "1.0.0").header("upload-offset", 0);
        Answer::to(typed.json(&json!({}))).await.refused(415, "unsupported_media_type");
        upload.send(&alice, 1, b"12345").await.refused(409, "upload_offset");
        upload.send(&alice, 0, b"12345678901").await.refused(413, "too_large");
        assert_eq!(upload.offset(&alice).await, Ok(0), "nothing of it was taken");
        assert_eq!(upload.send(&alice, 0, b"12345").await.header("upload-offset"), "5");
        let hidden = tus(&alice, Method::POST, &path).header("x-http-method-override", "PATCH");
        assert_eq!(Answer::to(hidden.header("upload-offset", 5).body("67")).await.status, 204);
        let head = Answer::to(tus(&alice, Method::HEAD, &path)).await;
        assert_eq!((head.header("upload-offset"), head.header("upload-length")), ("7", "10"));
        assert_eq!(head.header("upload-metadata"), "filename YS53YXY=");
        assert_eq!(head.header("cache-control"), "no-store");
        assert!(head.header("upload-expires").ends_with(" GMT"), "{head:?}");
        let listed = alice.get("/uploads").await.ok(200);
        assert_eq!((&listed[0]["received"], &listed[0]["fileName"]), (&json!(7), &json!("a.wav")));
        assert_eq!(bob.get("/uploads").await.ok(200), json!([]));

        assert_eq!(upload.cancel(&bob).await, 404);
        assert_eq!(upload.cancel(&alice).await, 204);
        assert_eq!(upload.offset(&alice).await, Err(404));
        assert_eq!(left_behind(&house), Vec::<String>::new());

        for _ in 0..20 {
            Upload::begin(&alice, 10, &[]).await;
        }
        Upload::ask(&alice, 10, &[]).await.refused(429, "too_many_requests");
    }
}

#[tokio::test]
async fn an_upload_that_nobody_goes_on_with_expires_and_is_swept() {
    for store in [Store::Sqlite, Store::Postgres] {
        let house = House::build().on(store).idle().start().await;
        let alice = house.join("alice").await;
        let upload = Upload::begin(&alice, 10, &[]).await;
        house.advance(TimeDelta::days(2));
        let alice = house.sign_in(&alice.name).await;
        assert_eq!(upload.send(&alice, 0, b"12345").await.status, 204);
        house.advance(TimeDelta::days(2));
        let alice = house.sign_in(&alice.name).await;
        assert_eq!(upload.offset(&alice).await, Ok(5), "with each byte it waits anew");
        let swept = async || huddle_server::app::sweep::sweep(&house.app).await.expect("swept").uploads;
        assert_eq!(swept().await, 0);
        house.advance(TimeDelta::days(1));
        let alice = house.sign_in(&alice.name).await;
        assert_eq!(upload.offset(&alice).await, Err(410));
        upload.send(&alice, 5, b"67890").await.refused(410, "upload_gone");
        assert_eq!(alice.get("/uploads").await.ok(200), json!([]));
        assert_eq!(left_behind(&house).len(), 1);
        assert_eq!(swept().await, 1);
        assert_eq!(left_behind(&house), Vec::<String>::new());
        assert_eq!(upload.offset(&alice).await, Err(404));
    }
}

#[tokio::test]
async fn the_file_is_kept_where_that_is_set_and_goes_with_its_meeting() {
    let Some(wav) = recording() else { return };
    let dir = tempfile::tempdir().expect("a folder");
    let plan = hearing(Store::Sqlite, dir.path()).set(|config| config.uploads.keep_original = true);
    let house = plan.start().await;
    let alice = house.join("alice").await;
    let upload = send(&alice, &wav, &[("filename", "weekly.wav")]).await;
    let meeting = upload.meeting(&alice).await;
    tasks_ended(&house, &alice, &meeting).await;
    let folder = house.app.config.storage.data_dir.join("blobs/originals").join(meeting.id());
    assert!(fs::read(folder.join(&upload.id)).expect("kept") == wav);
    assert_eq!(left_behind(&house), Vec::<String>::new());
    alice.delete(&format!("/meetings/{}", meeting.id())).await.ok(204);
    house.advance(TimeDelta::days(31));
    huddle_server::app::sweep::sweep(&house.app).await.expect("swept");
    assert!(!folder.exists());
}
