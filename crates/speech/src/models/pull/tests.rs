//! Fetching from a server of our own that breaks off, lies, and changes its mind.

use super::*;
use crate::remote::tests::http::{Answer, Asked, Log, Server};
use std::sync::Mutex;

/// A model with one tensor of 300 kB.
fn model(seed: u8) -> Vec<u8> {
    let data: Vec<u8> = (0..300_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 16) as u8 ^ seed).collect();
    let mut file = crate::models::check_tests::tiny_model();
    crate::models::check_tests::add_tensor(&mut file, &data);
    file
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Serves a file as servers do, ranges and all; its first answers break off after so many bytes.
fn serving(file: Vec<u8>, cuts: Vec<usize>, others: fn(&Asked) -> Option<Answer>) -> (Server, Log) {
    let cuts = Mutex::new(cuts.into_iter());
    Server::answering(move |asked, _| {
        if let Some(answer) = others(asked) {
            return answer;
        }
        if asked.path != "/models/ggml-tiny.en.bin" || asked.method != "GET" {
            return Answer::status(404, "no such file");
        }
        let tag = format!("\"{}\"", &sha256(&file)[..16]);
        let range = asked.header("range").strip_prefix("bytes=").and_then(|r| r.strip_suffix('-'));
        let from =
            range.filter(|_| asked.header("if-range") == tag).map(|r| r.parse::<usize>().expect("a number"));
        let mut headers = vec![("ETag", tag)];
        let (status, body) = match from {
            Some(from) if from >= file.len() => {
                headers.push(("Content-Range", format!("bytes */{}", file.len())));
                (416, &[][..])
            }
            Some(from) => {
                headers.push(("Content-Range", format!("bytes {from}-{}/{}", file.len() - 1, file.len())));
                (206, &file[from..])
            }
            None => (200, &file[..]),
        };
        match cuts.lock().expect("no panic").next() {
            Some(cut) if cut < body.len() => {
                Answer::Cut { status, headers, body: body[..cut].to_vec(), promised: body.len() }
            }
            _ => Answer::Say { status, headers, body: body.to_vec() },
        }
    })
}

fn nothing(_: &Asked) -> Option<Answer> {
    None
}

fn fetch(
    models: &Models,
    server: &Server,
    sha256: Option<&str>,
) -> (Result<Pulled, PullError>, Vec<Progress>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut told = Vec::new();
    let source = format!("{}/models/", server.url());
    let pulled = runtime.block_on(pull(models, &source, "tiny.en", sha256, |progress| told.push(progress)));
    (pulled, told)
}

fn models() -> (tempfile::TempDir, Models) {
    let dir = tempfile::tempdir().expect("a folder");
    let models = Models::at(dir.path().join("data/models"));
    (dir, models)
}

/// What lies in the folder.
fn files(models: &Models) -> Vec<String> {
    let all = fs::read_dir(models.dir()).expect("the folder").flatten();
    let mut names: Vec<_> = all.map(|f| f.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// The ranges that were asked for of the model itself.
fn ranges(log: &Log) -> Vec<String> {
    let asked = log.all().into_iter().filter(|a| a.path.ends_with(".bin") && a.method == "GET");
    asked.map(|a| a.header("range").to_owned()).collect()
}

#[test]
fn a_model_comes_whole_and_is_checked() {
    let (_dir, models) = models();
    let (server, log) = serving(model(1), Vec::new(), |asked| {
        let list = format!("{}  ggml-tiny.en.bin\n", sha256(&model(1)));
        (asked.path == "/models/ggml-tiny.en.bin.sha256").then(|| Answer::status(200, &list))
    });
    let (pulled, told) = fetch(&models, &server, None);
    let pulled = pulled.expect("fetched");
    assert!(pulled.verified);
    assert_eq!(pulled.sha256, sha256(&model(1)));
    assert_eq!(fs::read(&pulled.path).expect("there"), model(1));
    assert_eq!(
        (files(&models), models.in_use().as_deref()),
        (vec!["ggml-tiny.en.bin".into()], Some("tiny.en"))
    );
    let size = model(1).len() as u64;
    let whole = Progress { done: size, total: Some(size) };
    assert_eq!((told.first().map(|p| p.done), told.last()), (Some(0), Some(&whole)));
    assert_eq!(ranges(&log), [""]);
}

#[test]
fn a_connection_that_breaks_is_taken_up_where_it_broke() {
    let (_dir, models) = models();
    let (server, log) = serving(model(1), vec![100_000, 0, 50_000], nothing);
    let (pulled, told) = fetch(&models, &server, Some(&sha256(&model(1)).to_uppercase()));
    assert!(pulled.expect("fetched").verified);
    let ranges = ranges(&log);
    assert_eq!(ranges.len(), 4, "{ranges:?}");
    assert_eq!(ranges[1..], ["bytes=100000-", "bytes=100000-", "bytes=150000-"]);
    assert!(told.windows(2).all(|pair| pair[0].done <= pair[1].done), "it never goes back");
}

#[test]
fn a_later_command_goes_on_where_an_earlier_one_gave_up() {
    let (_dir, models) = models();
    let (server, _log) = serving(model(1), vec![70_000, 0, 0, 0, 0, 0, 0], nothing);
    let why = fetch(&models, &server, None).0.expect_err("it breaks off").to_string();
    assert!(why.contains("goes on from there"), "{why}");
    assert_eq!(fs::metadata(models.dir().join("ggml-tiny.en.bin.part")).expect("kept").len(), 70_000);
    drop(server);
    let (server, log) = serving(model(1), Vec::new(), nothing);
    let pulled = fetch(&models, &server, None).0.expect("fetched");
    assert!(!pulled.verified, "nobody said what it should be");
    assert_eq!(fs::read(pulled.path).expect("there"), model(1));
    assert_eq!(ranges(&log), ["bytes=70000-"]);
}

#[test]
fn a_file_that_has_changed_meanwhile_is_fetched_anew() {
    let (_dir, models) = models();
    let (old, _log) = serving(model(1), vec![70_000, 0, 0, 0, 0, 0, 0], nothing);
    fetch(&models, &old, None).0.expect_err("it breaks off");
    let (new, log) = serving(model(2), Vec::new(), nothing);
    let pulled = fetch(&models, &new, Some(&sha256(&model(2)))).0.expect("fetched");
    assert_eq!(fs::read(pulled.path).expect("there"), model(2));
    assert_eq!(ranges(&log), ["bytes=70000-"]);
}

#[test]
fn all_that_was_missing_was_its_name() {
    let (_dir, models) = models();
    let (server, _log) = serving(model(1), vec![model(1).len() - 1, 0, 0, 0, 0, 0], nothing);
    fetch(&models, &server, None).0.expect_err("it breaks off");
    let part = models.dir().join("ggml-tiny.en.bin.part");
    fs::write(&part, model(1)).expect("the last byte");
    assert!(fetch(&models, &server, Some(&sha256(&model(1)))).0.expect("fetched").verified);
}

#[test]
fn another_file_than_was_expected_gets_no_name() {
    let (_dir, models) = models();
    let (server, _log) = serving(model(1), Vec::new(), nothing);
    let error = fetch(&models, &server, Some(&sha256(&model(2)))).0.expect_err("another one");
    assert!(matches!(error, PullError::Checksum { .. }), "{error}");
    assert!(files(&models).is_empty(), "{:?}", files(&models));
    assert!(matches!(fetch(&models, &server, Some("abc")).0, Err(PullError::Setting(_))));
    let (page, _log) =
        serving(b"<!doctype html> this is not the file that you look for".to_vec(), Vec::new(), nothing);
    let error = fetch(&models, &page, None).0.expect_err("no model");
    assert!(matches!(error, PullError::NoModel(_)), "{error}");
    assert!(files(&models).is_empty());
}

#[test]
fn a_source_may_name_its_checksums_in_other_ways() {
    for others in [
        (|asked: &Asked| {
            let list = format!("{}  other.bin\n{} *ggml-tiny.en.bin\n", sha256(b""), sha256(&model(2)));
            (asked.path == "/models/SHA256SUMS").then(|| Answer::status(200, &list))
        }) as fn(&Asked) -> Option<Answer>,
        |asked: &Asked| {
            let headers =
                vec![("X-Linked-ETag", format!("\"{}\"", sha256(&model(2)))), ("Location", "/there".into())];
            (asked.method == "HEAD").then(|| Answer::Say { status: 302, headers, body: Vec::new() })
        },
    ] {
        let (_dir, models) = models();
        let (server, _log) = serving(model(1), Vec::new(), others);
        assert!(matches!(fetch(&models, &server, None).0, Err(PullError::Checksum { .. })));
        let (server, _log) = serving(model(2), Vec::new(), others);
        assert!(fetch(&models, &server, None).0.expect("fetched").verified);
    }
}

#[test]
fn what_is_wrong_is_said_with_what_to_do() {
    let (dir, models) = models();
    let why = |models: &Models, status: u16| {
        let (server, _log) = Server::answering(move |_, _| Answer::status(status, ""));
        fetch(models, &server, None).0.expect_err("nothing there").to_string()
    };
    assert!(why(&models, 404).contains("huddle models list"));
    assert!(why(&models, 403).contains("403"));
    let gone = { Server::start(|_, _| {}).url() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let error = runtime.block_on(pull(&models, &gone, "tiny", None, |_| {})).expect_err("nobody is there");
    assert!(matches!(error, PullError::BrokenOff(_)), "{error}");
    let error = runtime.block_on(pull(&models, &gone, "../tiny", None, |_| {})).expect_err("no name");
    assert!(matches!(error, PullError::Name(_)), "{error}");
    // A folder that cannot be made: no rights help where a file stands in the way.
    fs::write(dir.path().join("file"), "").expect("written");
    let blocked = Models::at(dir.path().join("file/models"));
    let error = why(&blocked, 200);
    assert!(error.contains("file/models") && error.contains("cannot be written"), "{error}");
}

#[test]
fn two_do_not_fetch_the_same_model() {
    let (_dir, models) = models();
    let first = Part::open(&models, &models.path("tiny.en")).expect("opened");
    let (server, log) = serving(model(1), Vec::new(), nothing);
    assert!(matches!(fetch(&models, &server, None).0, Err(PullError::Busy)));
    assert!(ranges(&log).is_empty());
    drop(first);
    fetch(&models, &server, None).0.expect("fetched");
}
