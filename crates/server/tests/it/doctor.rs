//! `huddle doctor` as an operator runs it.

use crate::house::processes::Huddle;
use serde_json::Value;
use std::{net::TcpListener, path::Path, process::Command};

/// Runs the doctor: whether it is content, and its findings.
fn doctor(data: &Path, environment: &[(&str, &str)]) -> (bool, Vec<Value>) {
    let told = Command::new(env!("CARGO_BIN_EXE_huddle"))
        .args(["doctor", "--json"])
        .env_clear()
        .env("HUDDLE_DATA_DIR", data)
        .envs(environment.iter().copied())
        .current_dir(data)
        .output()
        .expect("huddle starts");
    let findings = serde_json::from_slice(&told.stdout).unwrap_or_else(|e| {
        panic!("{e}: {}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr))
    });
    (told.status.success(), findings)
}

fn finding<'a>(findings: &'a [Value], check: &str) -> (&'a str, &'a str) {
    let found =
        findings.iter().find(|f| f["check"] == check).unwrap_or_else(|| panic!("{check}: {findings:?}"));
    (found["level"].as_str().expect("a level"), found["said"].as_str().expect("words"))
}

#[test]
fn a_new_house_is_well() {
    let dir = tempfile::tempdir().expect("a directory");
    let (good, findings) = doctor(dir.path(), &[("PORT", "0"), ("HUDDLE_SPEECH_ENGINE", "off")]);
    assert!(good, "{findings:?}");
    assert_eq!(findings.len(), 7);
    assert_eq!(finding(&findings, "database").0, "ok");
    assert!(!dir.path().join("huddle.db").exists(), "it was only looked at");
}

#[test]
fn a_running_house_is_known_and_its_database_looked_at() {
    let dir = tempfile::tempdir().expect("a directory");
    let house = Huddle::serve(dir.path(), &[("HUDDLE_SPEECH_ENGINE", "off")]);
    let port = house.url().rsplit_once(':').expect("a port").1.to_owned();
    let (good, findings) = doctor(dir.path(), &[("PORT", &port), ("HUDDLE_SPEECH_ENGINE", "off")]);
    assert!(good, "{findings:?}");
    assert!(finding(&findings, "port").1.starts_with("Huddle answers on"), "{findings:?}");
    assert!(finding(&findings, "database").1.ends_with("huddle.db answers"), "{findings:?}");
    assert!(finding(&findings, "storage").1.contains("can be written"), "{findings:?}");
}

#[test]
fn what_is_wrong_is_said_with_how_to_mend_it() {
    let dir = tempfile::tempdir().expect("a directory");
    let taken = TcpListener::bind("0.0.0.0:0").expect("a free port");
    let port = taken.local_addr().expect("bound").port().to_string();
    std::fs::write(dir.path().join("huddle.db"), "this is no database, and never was one".repeat(100))
        .expect("written");
    let environment = [
        ("PORT", port.as_str()),
        ("HUDDLE_SPEECH_ENGINE", "pocketsphinx"),
        ("HUDDLE_SPEECH_MODEL_DIR", "/nowhere"),
    ];
    // Whoever listens there hangs up at once.
    std::thread::spawn(move || taken.incoming().for_each(drop));
    let (good, findings) = doctor(dir.path(), &environment);
    assert!(!good);
    for check in ["database", "speech", "port"] {
        assert_eq!(finding(&findings, check).0, "fail", "{findings:?}");
        let found = findings.iter().find(|f| f["check"] == check).expect("there");
        assert!(found["mend"].as_str().is_some_and(|m| !m.is_empty()), "{found}");
    }
    assert_eq!(finding(&findings, "storage").0, "ok", "the rest is looked at all the same");
}

#[test]
fn a_setting_that_does_not_exist_is_named() {
    let dir = tempfile::tempdir().expect("a directory");
    let (good, findings) = doctor(dir.path(), &[("HUDDLE_COLOUR", "green")]);
    assert!(!good);
    assert!(finding(&findings, "configuration").1.contains("HUDDLE_COLOUR"), "{findings:?}");
    assert_eq!(findings.len(), 1, "without settings there is nothing else to look at");
}
