//! The rules of the house that a compiler does not know, read from the sources: arrows between
//! rooms point down only, the ground waits for nothing, the database has few friends, and no file
//! grows past what one reads in a sitting.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Every room of the server (a folder or file at the top of `src/`), what floor it is on, and
/// which other rooms of its own floor it may name.
const ROOMS: &[(&str, u8, Neighbours)] = &[
    ("config", 0, Neighbours::All),
    ("ids", 0, Neighbours::All),
    ("db", 0, Neighbours::All),
    ("blob", 0, Neighbours::All),
    ("bus", 0, Neighbours::All),
    ("app", 1, Neighbours::None),
    ("live", 2, Neighbours::None),
    ("tasks", 2, Neighbours::None),
    ("doors", 3, Neighbours::None),
    ("cli", 3, Neighbours::Only("doors")), // `serve` opens them
];

enum Neighbours {
    All,
    None,
    Only(&'static str),
}

/// Who may name `crate::db`: the room of the verbs, and the few who look after the store itself.
const FRIENDS_OF_THE_DATABASE: &[&str] =
    &["db", "app", "tasks/runner.rs", "cli/migrate.rs", "cli/doctor/checks.rs"];

const GROUND: &[&str] = &["domain", "media", "export", "writer"];
const NOT_IN_THE_GROUND: &[&str] =
    &["tokio", "axum", "sea-orm", "sqlx", "reqwest", "socketioxide", "huddle-server"];

const LONG: usize = 400;
const TOO_LONG: usize = 800;

#[test]
fn arrows_point_down_only() {
    let src = crates().join("server/src");
    let broken: Vec<String> = sources(&src)
        .iter()
        .flat_map(|file| {
            let name = file.strip_prefix(&src).expect("a file of src/").to_string_lossy().replace('\\', "/");
            wrong_arrows(&name, &read(file))
        })
        .collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn the_ground_waits_for_nothing() {
    let broken: Vec<String> = GROUND
        .iter()
        .flat_map(|name| wrong_dependencies(name, &read(&crates().join(name).join("Cargo.toml"))))
        .collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

/// Hearing knows the ground, and neither the store nor the doors.
#[test]
fn speech_knows_nobody_above() {
    let manifest = read(&crates().join("speech/Cargo.toml"));
    for stranger in ["huddle-server", "huddle-export", "huddle-writer", "sea-orm", "axum", "socketioxide"] {
        assert!(!manifest.contains(stranger), "crates/speech depends on {stranger}");
    }
}

#[test]
fn no_file_is_too_long_to_read() {
    let mut broken = Vec::new();
    for file in sources(&crates()).iter().filter(|file| !is_test(file)) {
        let lines = read(file).lines().count();
        if lines > TOO_LONG {
            broken
                .push(format!("{} has {lines} lines; {TOO_LONG} is the end: cut it by verb", file.display()));
        } else if lines > LONG {
            println!("{} has {lines} lines; {LONG} is the wish", file.display());
        }
    }
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn a_made_up_violation_is_caught() {
    let caught = |file: &str, text: &str| !wrong_arrows(file, text).is_empty();

    assert!(caught("blob/local.rs", "use crate::app::App;"), "a tool that knows the verbs");
    assert!(
        caught("app/chat.rs", "use crate::{\n    bus,\n    live::{Room, enter},\n};"),
        "a verb that knows the rooms"
    );
    assert!(caught("live/room.rs", "fn f() { crate::tasks::queue() }"), "live and tasks are strangers");
    assert!(caught("live/room.rs", "use crate::{app::{App, db}, db};"), "live asks the database itself");
    assert!(caught("tasks/sweep.rs", "crate::db::task::claim()"), "only the runner may");
    assert!(caught("doors/api/chat.rs", "use crate::db;"), "a door that skips the verbs");
    assert!(caught("doors.rs", "use crate::cli;"), "nobody knows the command line");
    assert!(caught("attic/box.rs", "fn f() {}"), "a room without a floor");

    assert!(!caught("doors/api/chat.rs", "use crate::{app::App, live::Live, bus};"));
    assert!(!caught("app/chat.rs", "use crate::{bus::What, db, ids};"));
    assert!(!caught("app.rs", "use crate::db;"));
    assert!(!caught("tasks/runner.rs", "use crate::db;"));
    assert!(!caught("cli/serve.rs", "use crate::doors;"));
    assert!(!caught("db/task.rs", "//! Used by [`crate::tasks`].\nuse crate::config::Config; // crate::app"));
    assert!(!caught("main.rs", "huddle_server::cli::main()"));

    assert!(!wrong_dependencies("media", "[dependencies]\nopus = \"1\"\ntokio.workspace = true").is_empty());
    assert!(!wrong_dependencies("media", "[dependencies.axum]\nversion = \"1\"").is_empty());
    assert!(wrong_dependencies("media", "[dependencies]\nopus = \"1\" # not tokio").is_empty());
}

/// What is wrong with the arrows of one file of the server; `file` is relative to `src/`.
fn wrong_arrows(file: &str, text: &str) -> Vec<String> {
    let room = file.split('/').next().unwrap_or(file).trim_end_matches(".rs");
    if matches!(file, "lib.rs" | "main.rs") {
        return Vec::new();
    }
    let Some((_, floor, neighbours)) = ROOMS.iter().find(|(name, ..)| *name == room) else {
        return vec![format!("src/{file}: the room “{room}” has no floor: give it one in tests/floors.rs")];
    };
    let mut wrong = Vec::new();
    for named in named_rooms(text).iter().filter(|named| **named != room) {
        let Some((_, other, _)) = ROOMS.iter().find(|(name, ..)| name == named) else { continue };
        let down = other < floor
            || other == floor
                && match neighbours {
                    Neighbours::All => true,
                    Neighbours::None => false,
                    Neighbours::Only(friend) => friend == named,
                };
        if !down {
            wrong.push(format!("src/{file} names crate::{named}: {room} may only look down"));
        }
        let friend = FRIENDS_OF_THE_DATABASE.iter().any(|friend| *friend == room || *friend == file);
        if *named == "db" && !friend {
            wrong.push(format!("src/{file} names crate::db: ask a verb of crate::app instead"));
        }
    }
    wrong
}

/// The rooms that a text names, as `crate::room` or inside `crate::{…}`; comments name nobody.
fn named_rooms(text: &str) -> Vec<&str> {
    let mut rooms = Vec::new();
    let code: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or(line)).collect();
    let mut inside = 0; // how many braces of a `crate::{` are open
    for line in code {
        let mut rest = line;
        while !rest.is_empty() {
            if inside == 0 {
                let Some(at) = rest.find("crate::") else { break };
                rest = &rest[at + "crate::".len()..];
                if let Some(list) = rest.strip_prefix('{') {
                    (inside, rest) = (1, list);
                } else {
                    rooms.push(word(rest));
                }
            } else if inside == 1 && !word(rest).is_empty() {
                rooms.push(word(rest));
                // The rest of the path belongs to that room.
                rest = &rest[rest.find([',', '{', '}']).unwrap_or(rest.len())..];
            } else {
                let next = rest.chars().next().expect("not empty");
                inside += i32::from(next == '{') - i32::from(next == '}');
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    rooms
}

fn word(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())]
}

fn wrong_dependencies(name: &str, manifest: &str) -> Vec<String> {
    let entries =
        manifest.lines().map(|line| line.rsplit_once("dependencies.").map_or(line, |(_, name)| name));
    entries
        .map(|line| {
            &line
                [..line.find(|c: char| !c.is_ascii_alphanumeric() && !"-_".contains(c)).unwrap_or(line.len())]
        })
        .filter(|dependency| NOT_IN_THE_GROUND.contains(dependency))
        .map(|dependency| {
            format!("crates/{name} depends on {dependency}: the ground does no IO and knows nobody above")
        })
        .collect()
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in crates/").to_owned()
}

fn is_test(file: &Path) -> bool {
    file.components().any(|part| part.as_os_str() == "tests") || file.ends_with("tests.rs")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the sources are there").flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") {
            found.append(&mut sources(&path));
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
