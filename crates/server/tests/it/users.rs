//! `huddle user`: accounts by the operator's hand, from the command line.

use crate::house::House;
use serde_json::json;
use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

/// Runs `huddle user …` on a data directory, with `typed` on its standard input.
fn user(data: &Path, arguments: &[&str], typed: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_huddle"))
        .env_clear()
        .env("HUDDLE_DATA_DIR", data)
        .env("HUDDLE_PASSWORD_MEMORY_KIB", "32")
        .current_dir(data.parent().expect("it is in a directory"))
        .arg("user")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("huddle starts");
    // One that refuses its arguments does not read.
    let _ = child.stdin.take().expect("piped").write_all(typed.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complaint(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn the_operator_adds_lists_and_lets_in() {
    let house = House::build().idle().start().await;
    let data = house.dir.path().join("data");
    assert!(said(&user(&data, &["list"], "")).contains("no accounts yet"));

    let add = ["add", "Ann@example.com", "--password-stdin"];
    assert!(said(&user(&data, &add, "correct horse battery\n")).contains("administrator"));
    let again = complaint(&user(&data, &add, "correct horse battery\n"));
    assert!(again.contains("has an account already"), "{again}");
    let bob = ["add", "bob@example.com", "--name", "Bob B.", "--password-stdin"];
    assert!(said(&user(&data, &bob, "correct horse battery\n")).contains("member"));

    let list = said(&user(&data, &["list"], ""));
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(lines.len(), 2, "{list}");
    assert!(lines[0].starts_with("ann@example.com ") && lines[0].contains("admin"), "{list}");
    assert!(lines[1].contains("Bob B."), "{list}");

    // The running server knows them at once.
    let ann = house.sign_in("ann").await;
    assert_eq!(ann.get("/me").await.ok(200)["role"], "admin");
    said(&user(&data, &["passwd", "ann@example.com", "--password-stdin"], "another password\n"));
    let refresh = json!({ "refreshToken": ann.refresh_token });
    ann.post("/auth/refresh", refresh).await.refused(401, "token_invalid");
    let asked = json!({ "email": "ann@example.com", "password": "another password" });
    house.stranger().post("/auth/sign-in", asked).await.ok(200);
}

#[test]
fn what_cannot_be_is_said_plainly() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    for (arguments, typed, words) in [
        (
            &["add", "nobody", "--password-stdin"][..],
            "correct horse battery\n",
            "email: is not an e-mail address",
        ),
        (
            &["add", "ann@example.com", "--password-stdin"],
            "short\n",
            "password: needs at least 10 characters",
        ),
        (&["passwd", "zoe@example.com", "--password-stdin"], "correct horse battery\n", "was not found"),
        (&["add", "ann@example.com"], "", "--password-stdin"),
    ] {
        let complaint = complaint(&user(&data, arguments, typed));
        assert!(complaint.contains(words), "{arguments:?}: {complaint}");
    }
}
