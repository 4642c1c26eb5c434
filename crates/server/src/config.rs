//! Configuration: `huddle.toml` < environment < flags. One struct per section; every setting is listed
//! once in [`SETTINGS`], which the example file and the environment are checked against.

mod database;
#[cfg(test)]
mod guides;
mod level;
mod load;
mod secrets;

pub use load::{ConfigError, Overrides, load};
pub use secrets::Secrets;

pub use huddle_speech::{EngineChoice, Speech};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use std::path::PathBuf;

/// Everything that an operator can set.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the server listens and what it is called from outside.
    pub server: Server,
    /// Where things are kept.
    pub storage: Storage,
    /// Keys; generated into the data directory when absent in development.
    pub secrets: SecretSettings,
    /// Who may make an account.
    pub accounts: Accounts,
    /// Recordings that come as files.
    pub uploads: Uploads,
    /// What turns audio into words.
    pub speech: Speech,
    /// Background work.
    pub tasks: Tasks,
    /// What is written to standard error.
    pub log: Log,
}

/// How strict the start is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Environment {
    /// Secrets may be generated; cookies work over plain HTTP.
    #[default]
    Development,
    /// Secrets must be given and long; cookies are `Secure`.
    Production,
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address to listen on.
    pub host: String,
    /// TCP port; 0 takes a free one.
    pub port: u16,
    /// Address that people use, without a trailing slash; `http://localhost:<port>` if absent.
    pub public_url: Option<String>,
    /// Development or production.
    pub environment: Environment,
    /// Other origins whose pages may call the API.
    pub cors_origins: Vec<String>,
    /// How many proxies in front add to `X-Forwarded-For`; 0 takes the peer's own address.
    pub trusted_proxies: u8,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            host: "0.0.0.0".into(),
            port: 8080,
            public_url: None,
            environment: Environment::Development,
            cors_origins: Vec::new(),
            trusted_proxies: 0,
        }
    }
}

/// `[storage]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// Directory of everything local: database, blobs, captured audio, generated secrets.
    pub data_dir: PathBuf,
    /// `sqlite:…` or `postgres://…`; the embedded SQLite in the data directory if absent.
    pub database_url: Option<SecretString>,
}

impl Default for Storage {
    fn default() -> Self {
        Self { data_dir: "data".into(), database_url: None }
    }
}

/// `[secrets]`
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct SecretSettings {
    /// Signs access tokens.
    pub jwt: Option<SecretString>,
    /// Keys the stored hashes of refresh tokens: changing it signs everybody out.
    pub jwt_refresh: Option<SecretString>,
    /// Signs download links.
    pub signing: Option<SecretString>,
}

/// Whether strangers may make accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Registration {
    /// Anyone may.
    #[default]
    Open,
    /// Only the first account; then `huddle user add`.
    Closed,
}

/// `[accounts]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Accounts {
    /// Whether strangers may make accounts.
    pub registration: Registration,
    /// Memory that hashing a password takes (argon2id), KiB.
    pub password_memory_kib: u32,
    /// Passes over that memory.
    pub password_passes: u32,
}

/// What OWASP asks of argon2id at least; production takes nothing weaker.
pub const PASSWORD_COST: (u32, u32) = (19_456, 2);

impl Default for Accounts {
    fn default() -> Self {
        let (password_memory_kib, password_passes) = PASSWORD_COST;
        Self { registration: Registration::Open, password_memory_kib, password_passes }
    }
}

/// `[uploads]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Uploads {
    /// Bytes of the largest file that is taken.
    pub max_bytes: u64,
    /// Minutes of the longest recording that is taken, whatever its size.
    pub max_minutes: u32,
    /// Whether the files themselves are kept beside the audio that was made of them.
    pub keep_original: bool,
}

impl Default for Uploads {
    fn default() -> Self {
        Self { max_bytes: 2 << 30, max_minutes: 1_440, keep_original: false }
    }
}

/// `[tasks]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tasks {
    /// Tasks that run at once in this process; 0 leaves all to `huddle worker`.
    pub concurrency: usize,
    /// Seconds after which a task of a dead worker is taken over.
    pub lease_seconds: u32,
}

impl Default for Tasks {
    fn default() -> Self {
        Self { concurrency: 2, lease_seconds: 30 }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, `trace`, `off`, or a filter such as `huddle_server=debug,info`.
    pub level: String,
    /// Human or JSON.
    pub format: LogFormat,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".into(), format: LogFormat::Human }
    }
}

/// How a setting's text from the environment is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As it is.
    Text,
    /// A whole number.
    Int,
    /// `true` or `false`.
    Bool,
    /// Comma-separated.
    List,
    /// `development` or `production`, in any case.
    Word,
}

/// One setting: its place in the file and its names in the environment, strongest first.
#[derive(Debug)]
pub struct Setting {
    /// `section.key`
    pub path: &'static str,
    /// Names in the environment.
    pub env: &'static [&'static str],
    /// How its text is read.
    pub kind: Kind,
}

const fn setting(path: &'static str, env: &'static [&'static str], kind: Kind) -> Setting {
    Setting { path, env, kind }
}

/// Every setting there is. Names without `HUDDLE_` are those of the systems that Huddle succeeds.
pub const SETTINGS: &[Setting] = &[
    setting("server.host", &["HUDDLE_HOST"], Kind::Text),
    setting("server.port", &["HUDDLE_PORT", "PORT"], Kind::Int),
    setting("server.public_url", &["HUDDLE_PUBLIC_URL", "FRONTEND_URL", "SITE_URL"], Kind::Text),
    setting(
        "server.environment",
        &["HUDDLE_ENVIRONMENT", "ENVIRONMENT", "NODE_ENV", "FLASK_ENV"],
        Kind::Word,
    ),
    setting("server.cors_origins", &["HUDDLE_CORS_ORIGINS", "CORS_ORIGINS"], Kind::List),
    setting("server.trusted_proxies", &["HUDDLE_TRUSTED_PROXIES"], Kind::Int),
    setting("storage.data_dir", &["HUDDLE_DATA_DIR"], Kind::Text),
    setting("storage.database_url", &["HUDDLE_DATABASE_URL", "DATABASE_URL"], Kind::Text),
    setting(
        "secrets.jwt",
        &[
            "HUDDLE_JWT_SECRET",
            "JWT_SECRET",
            "JWT_SECRET_KEY",
            "SECRET_KEY",
            "FLASK_SECRET_KEY",
            "SESSION_SECRET",
        ],
        Kind::Text,
    ),
    setting("secrets.jwt_refresh", &["HUDDLE_JWT_REFRESH_SECRET", "JWT_REFRESH_SECRET"], Kind::Text),
    setting("secrets.signing", &["HUDDLE_SIGNING_KEY", "SIGNING_KEY"], Kind::Text),
    setting("accounts.registration", &["HUDDLE_REGISTRATION"], Kind::Word),
    setting("accounts.password_memory_kib", &["HUDDLE_PASSWORD_MEMORY_KIB"], Kind::Int),
    setting("accounts.password_passes", &["HUDDLE_PASSWORD_PASSES"], Kind::Int),
    setting("uploads.max_bytes", &["HUDDLE_UPLOADS_MAX_BYTES"], Kind::Int),
    setting("uploads.max_minutes", &["HUDDLE_UPLOADS_MAX_MINUTES"], Kind::Int),
    setting("uploads.keep_original", &["HUDDLE_UPLOADS_KEEP_ORIGINAL"], Kind::Bool),
    setting("speech.engine", &["HUDDLE_SPEECH_ENGINE"], Kind::Word),
    setting("speech.threads", &["HUDDLE_SPEECH_THREADS"], Kind::Int),
    setting("speech.model_dir", &["HUDDLE_SPEECH_MODEL_DIR"], Kind::Text),
    setting("speech.grammar", &["HUDDLE_SPEECH_GRAMMAR"], Kind::Text),
    setting("speech.script", &["HUDDLE_SPEECH_SCRIPT"], Kind::Text),
    setting("tasks.concurrency", &["HUDDLE_TASKS_CONCURRENCY"], Kind::Int),
    setting("tasks.lease_seconds", &["HUDDLE_TASKS_LEASE_SECONDS"], Kind::Int),
    setting("log.level", &["HUDDLE_LOG", "LOG_LEVEL"], Kind::Text),
    setting("log.format", &["HUDDLE_LOG_FORMAT"], Kind::Word),
];

impl Config {
    /// The address that people use, for links; `port` is the one really bound.
    pub fn public_url(&self, port: u16) -> String {
        match &self.server.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://localhost:{port}"),
        }
    }

    /// The file of the embedded database; `None` with another database.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let Some(url) = &self.storage.database_url else {
            return Some(self.storage.data_dir.join("huddle.db"));
        };
        let path = url.expose_secret().strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path).split('?').next().unwrap_or_default();
        (path != ":memory:").then(|| path.into())
    }

    /// Whether the start must be strict.
    pub fn is_production(&self) -> bool {
        self.server.environment == Environment::Production
    }
}
