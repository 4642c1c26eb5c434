//! What the doctor looks at, one function each.

use super::Finding;
use crate::{
    blob::Blob,
    config::{Config, ConfigError, EngineChoice, Secrets},
    db::{self, Db},
};
use anyhow::Context;
use huddle_domain::task::TaskStatus;
use huddle_speech::Place;
use rustix::fs::{Access, access, statvfs};
use std::{io::Cursor, os::unix::fs::PermissionsExt, path::Path, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// How long another program may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// Free bytes below which an hour of meetings may not fit.
const LITTLE: u64 = 1 << 30;
/// Free bytes below which nothing works for long.
const TOO_LITTLE: u64 = 100 << 20;
/// A synthetic voice that counts to five; Ogg/Vorbis, 16 kHz.
const VOICE: &[u8] = include_bytes!("numbers.ogg");

/// The settings, and with them the secrets.
pub(super) fn configuration(loaded: &Result<Config, ConfigError>) -> Finding {
    const CHECK: &str = "configuration";
    let config = match loaded {
        Ok(config) => config,
        Err(error) => {
            let why = std::error::Error::source(error).map(|why| format!(": {why}")).unwrap_or_default();
            return Finding::fail(CHECK, format!("{error}{why}"), "huddle.example.toml lists every setting");
        }
    };
    // Where secrets are generated this would generate them; where they are demanded it only reads.
    if config.is_production()
        && let Err(error) = Secrets::open(config)
    {
        return Finding::fail(CHECK, error.to_string(), "set it in the environment or in huddle.toml");
    }
    if config.is_production() && config.server.public_url.is_none() {
        let mend = "set HUDDLE_PUBLIC_URL (server.public_url) to the https address that people use";
        return Finding::warn(CHECK, "links will point to localhost", mend);
    }
    Finding::ok(CHECK, if config.is_production() { "for production" } else { "for development" })
}

/// The data directory: there, ours, and nobody else's to read.
pub(super) fn data_directory(config: &Config) -> Finding {
    const CHECK: &str = "data directory";
    let dir = &config.storage.data_dir;
    let shown = dir.display();
    let mend = format!("give it to the user that runs Huddle: chown -R <user> {shown}");
    let Ok(found) = std::fs::metadata(dir) else {
        return match dir.ancestors().skip(1).find(|d| d.exists() || d.as_os_str().is_empty()) {
            Some(parent) if is_writable(parent) => {
                Finding::ok(CHECK, format!("{shown} will be made by the first start"))
            }
            _ => Finding::fail(CHECK, format!("{shown} is not there and cannot be made"), mend),
        };
    };
    if !found.is_dir() {
        let mend = "name another with --data-dir or HUDDLE_DATA_DIR";
        return Finding::fail(CHECK, format!("{shown} is not a directory"), mend);
    }
    if !is_writable(dir) {
        return Finding::fail(CHECK, format!("{shown} cannot be written to"), mend);
    }
    if found.permissions().mode() & 0o077 != 0 {
        let said = format!("{shown} can be read by other users of this machine; it holds secrets");
        return Finding::warn(CHECK, said, format!("chmod 700 {shown}"));
    }
    Finding::ok(CHECK, shown.to_string())
}

fn is_writable(dir: &Path) -> bool {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    access(dir, Access::WRITE_OK | Access::EXEC_OK).is_ok()
}

/// The database: answers, whole, with our tables in it.
pub(super) async fn database(config: &Config) -> Finding {
    const CHECK: &str = "database";
    let file = config.sqlite_file();
    let name = file.as_ref().map_or("PostgreSQL".to_owned(), |f| format!("SQLite in {}", f.display()));
    if file.as_ref().is_some_and(|f| !f.exists()) {
        return Finding::ok(CHECK, format!("{name} will be made by the first start"));
    }
    let mend = match file {
        Some(_) => "if it is damaged, stop Huddle and put a backup in its place",
        None => "check DATABASE_URL, and that PostgreSQL runs and lets this machine in",
    };
    let db = match Db::connect(config).await {
        Ok(db) => db,
        Err(error) => return Finding::fail(CHECK, format!("{name}: {error:#}"), mend),
    };
    let finding = match (db.is_whole().await, db::task::count(db.read(), TaskStatus::Failed).await) {
        (Ok(true), Ok(0)) => Finding::ok(CHECK, format!("{name} answers")),
        (Ok(true), Ok(failed)) => {
            let said = format!("{name} answers; {failed} background tasks were given up");
            Finding::warn(CHECK, said, "the log says why; their meetings' pages let the host try again")
        }
        (Ok(false), _) => Finding::fail(CHECK, format!("{name} is damaged"), mend),
        (Err(error), _) => Finding::fail(CHECK, format!("{name}: {error}"), mend),
        (_, Err(_)) => {
            let said = format!("{name} answers; its tables are not there yet or not up to date");
            Finding::warn(CHECK, said, "huddle migrate; huddle serve does it by itself")
        }
    };
    // It was only looked at; how it closes says nothing about it.
    let _ = db.close().await;
    finding
}

/// Files: written, read, removed.
pub(super) async fn storage(config: &Config) -> Finding {
    const CHECK: &str = "storage";
    if !config.storage.data_dir.exists() {
        return Finding::ok(CHECK, "local; will be made by the first start");
    }
    let tried = async { Blob::open(&config.storage.data_dir)?.probe().await };
    match tried.await {
        Ok(()) => Finding::ok(CHECK, "local; files can be written, read and removed"),
        Err(error) => {
            let mend =
                "the data directory must be on a disk that can be written to, by the user that runs Huddle";
            Finding::fail(CHECK, format!("{error:#}"), mend)
        }
    }
}

/// Space on the disk of the data directory.
pub(super) fn disk(config: &Config) -> Finding {
    const CHECK: &str = "disk";
    let dir = config.storage.data_dir.ancestors().find(|d| d.exists()).unwrap_or(Path::new("."));
    match statvfs(dir) {
        Ok(disk) => space(disk.f_bavail.saturating_mul(disk.f_frsize)),
        Err(error) => {
            Finding::warn(CHECK, format!("its space cannot be measured: {error}"), "look with df -h")
        }
    }
}

fn space(free: u64) -> Finding {
    const CHECK: &str = "disk";
    let said = format!("{:.1} GiB free", free as f64 / f64::from(1 << 30));
    let mend = "make room, or move the data directory; an hour of one speaker takes about 22 MB";
    match free {
        0..TOO_LITTLE => Finding::fail(CHECK, said, mend),
        TOO_LITTLE..LITTLE => Finding::warn(CHECK, said, mend),
        _ => Finding::ok(CHECK, said),
    }
}

/// The recogniser: there, and hears words in a voice.
pub(super) async fn speech(config: &Config) -> Finding {
    const CHECK: &str = "speech";
    let (settings, hearing) = (config.speech.clone(), config.hearing());
    // Alone: where a provider fails the doctor says so, and no local engine takes over.
    let engine = match huddle_speech::alone(&hearing) {
        Ok(engine) => engine,
        Err(why) if settings.engine == EngineChoice::Off => {
            return Finding::ok(CHECK, why.to_string());
        }
        Err(why) => {
            let mend = missing(settings.engine);
            let said = format!("no captions: {why}");
            let is_asked_for = settings.engine != EngineChoice::Auto;
            return if is_asked_for {
                Finding::fail(CHECK, said, mend)
            } else {
                Finding::warn(CHECK, said, mend)
            };
        }
    };
    let name = engine.name().to_owned();
    let heard = tokio::task::spawn_blocking(move || -> anyhow::Result<usize> {
        let decoder = huddle_media::Decoder::read(Box::new(Cursor::new(VOICE)), Some("ogg"))?;
        let voice: Vec<Vec<i16>> = decoder.collect::<Result<_, _>>()?;
        let place = Place::of("doctor", 0);
        Ok(engine.recogniser()?.recognise(place, &voice.concat())?.words.len())
    });
    match heard.await.context("the recogniser broke off").flatten() {
        Ok(0) if settings.grammar.is_some() || settings.engine == EngineChoice::Scripted => {
            Finding::ok(CHECK, format!("{name} answers; a counting voice is not in its grammar"))
        }
        Ok(0) => {
            let mend = failing(config, &name);
            Finding::warn(CHECK, format!("{name} heard no words in a voice that counts to five"), mend)
        }
        Ok(words) => Finding::ok(CHECK, format!("{name} heard {words} words in a voice that counts to five")),
        Err(error) => {
            let mend = failing(config, &name);
            Finding::fail(CHECK, format!("{name}: {error:#}"), mend)
        }
    }
}

/// How to get an engine that cannot be opened.
fn missing(engine: EngineChoice) -> &'static str {
    match engine {
        EngineChoice::Auto | EngineChoice::Pocketsphinx => {
            "on Debian and Ubuntu: apt install pocketsphinx pocketsphinx-en-us"
        }
        EngineChoice::Whisper => {
            "fetch a model with huddle models pull base.en, or choose another speech.engine"
        }
        EngineChoice::Deepgram | EngineChoice::Openai | EngineChoice::Assemblyai => {
            "set the key in the environment or in huddle.toml, or choose another speech.engine; see docs/engines.md"
        }
        EngineChoice::Scripted | EngineChoice::Off => "choose another speech.engine",
    }
}

/// How to mend an engine that was opened and does not hear.
fn failing(config: &Config, engine: &str) -> String {
    match EngineChoice::parse(engine) {
        Some(EngineChoice::Whisper) => {
            "fetch the model again with huddle models pull, or use another with huddle models use".into()
        }
        Some(EngineChoice::Deepgram | EngineChoice::Openai | EngineChoice::Assemblyai) => format!(
            "check {engine}.api_key and {engine}.base_url, and that this machine may reach it; meanwhile the local \
             engine takes over"
        ),
        _ => format!("check the model in {}", config.speech.model_dir.display()),
    }
}

/// The port: free, or Huddle's.
pub(super) async fn port(config: &Config) -> Finding {
    const CHECK: &str = "port";
    let (host, port) = (config.server.host.as_str(), config.server.port);
    let taken = match TcpListener::bind((host, port)).await {
        Ok(_) => return Finding::ok(CHECK, format!("{host}:{port} is free")),
        Err(error) => error,
    };
    let near = if matches!(host, "0.0.0.0" | "::" | "") { "127.0.0.1" } else { host };
    match tokio::time::timeout(PATIENCE, health(near, port)).await {
        Ok(Ok(true)) => Finding::ok(CHECK, format!("Huddle answers on {host}:{port}")),
        Ok(Ok(false)) => Finding::fail(
            CHECK,
            format!("Huddle answers on {host}:{port}, and is not healthy"),
            "the other lines and its log say why",
        ),
        _ => {
            let mend = "choose another with --port or PORT, or stop the other program";
            Finding::fail(CHECK, format!("{host}:{port} cannot be had: {taken}"), mend)
        }
    }
}

/// Whether the Huddle on this port is healthy; an error if it is none.
async fn health(host: &str, port: u16) -> anyhow::Result<bool> {
    let mut stream = TcpStream::connect((host, port)).await?;
    stream.write_all(format!("GET /health HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(64 << 10).read_to_end(&mut answer).await?;
    let answer = String::from_utf8_lossy(&answer);
    let (_, body) = answer.split_once("\r\n\r\n").context("no HTTP")?;
    let report: serde_json::Value = serde_json::from_str(body.trim())?;
    anyhow::ensure!(report["version"].is_string() && report["storage"].is_object(), "no Huddle");
    Ok(report["status"] == "healthy")
}

#[cfg(test)]
mod tests {
    use super::{super::Level, *};

    #[test]
    fn little_space_warns_and_too_little_fails() {
        assert_eq!(space(50 << 30).level, Level::Ok);
        assert_eq!(space(500 << 20).level, Level::Warn);
        assert_eq!(space(5 << 20).level, Level::Fail);
    }

    #[test]
    fn a_directory_that_others_can_read_is_told() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut config = Config::default();
        config.storage.data_dir = dir.path().join("data");
        assert_eq!(data_directory(&config).level, Level::Ok, "it can be made");
        std::fs::create_dir(&config.storage.data_dir).expect("made");
        let mode = |mode| {
            let permissions = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&config.storage.data_dir, permissions).expect("set");
            data_directory(&config).level
        };
        assert_eq!(mode(0o755), Level::Warn);
        assert_eq!(mode(0o700), Level::Ok);
        config.storage.data_dir = dir.path().join("file");
        std::fs::write(&config.storage.data_dir, "").expect("written");
        assert_eq!(data_directory(&config).level, Level::Fail);
    }

    #[test]
    fn production_without_secrets_fails() {
        let mut config = Config::default();
        config.server.environment = crate::config::Environment::Production;
        let finding = configuration(&Ok(config));
        assert_eq!(finding.level, Level::Fail);
        assert!(finding.said.contains("JWT_SECRET"), "{}", finding.said);
    }
}
