//! The verbs of the product, one file a noun. Each: permit → transaction → pure rule → write → queue →
//! commit → tell. [`App`] is the one bundle of what they need.

pub mod accounts;
pub mod agenda;
pub mod captions;
pub mod capture;
pub mod chat;
pub mod downloads;
pub mod error;
pub mod exports;
pub mod hashing;
pub mod health;
pub mod meetings;
pub mod minutes;
pub mod participants;
pub mod permit;
pub mod sessions;
pub mod sweep;
pub mod tokens;
pub mod transcript;
pub mod uploads;
pub mod work;

pub use error::{AppError, AppResult};
pub use permit::Caller;

use crate::{
    blob::Blob,
    bus::Bus,
    config::{Config, Secrets},
    db::Db,
    ids::{Clock, Ids},
};
use anyhow::Context;
use chrono::{DateTime, Utc};
use huddle_speech::{Engine, SpeechError};
use std::{
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    sync::{Arc, OnceLock},
};
use tokio::sync::Notify;

/// Everything the verbs need; built once for real and once for each test.
#[derive(Debug)]
pub struct App {
    /// What the operator set.
    pub config: Config,
    /// The keys of this instance.
    pub secrets: Secrets,
    /// What time it is.
    pub clock: Clock,
    /// Hands out ids.
    pub ids: Ids,
    /// The database.
    pub db: Db,
    /// Rendered files.
    pub blob: Blob,
    /// Tells what happened.
    pub bus: Bus,
    /// The recogniser, or why there is none.
    pub engine: Result<Arc<dyn Engine>, SpeechError>,
    /// Where passwords are hashed.
    pub hashing: hashing::Hashing,
    /// Sessions that ended before their access tokens did.
    pub revoked: tokens::Revoked,
    /// Who is at which upload.
    pub uploads: uploads::Holds,
    /// Rung when a task was queued in this process, so that the runner need not wait for its next look.
    pub work: Notify,
    /// Rung when a task moved in this process, so that the watcher need not wait for its next look.
    pub moved: Notify,
    /// The port really bound; unset outside `serve`.
    pub port: OnceLock<u16>,
}

impl App {
    /// Builds the bundle: makes the data directory (mode 0700), opens secrets, the database and the
    /// recogniser. Does not migrate.
    pub async fn open(config: Config) -> anyhow::Result<Arc<Self>> {
        let dir = &config.storage.data_dir;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)
            .with_context(|| format!("cannot make the data directory {}", dir.display()))?;
        Ok(Arc::new(Self {
            secrets: Secrets::open(&config)?,
            db: Db::connect(&config).await?,
            blob: Blob::open(dir)?,
            engine: huddle_speech::choose(&config.speech),
            hashing: hashing::Hashing::new(&config.accounts)?,
            revoked: tokens::Revoked::default(),
            uploads: uploads::Holds::default(),
            clock: Clock::default(),
            ids: Ids::default(),
            bus: Bus::default(),
            work: Notify::new(),
            moved: Notify::new(),
            port: OnceLock::new(),
            config,
        }))
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The next id of any kind.
    pub fn next_id<T: From<uuid::Uuid>>(&self) -> T {
        self.ids.next(self.now())
    }

    /// The address that people use, without a trailing slash.
    pub fn public_url(&self) -> String {
        self.config.public_url(self.port.get().copied().unwrap_or(self.config.server.port))
    }

    /// Where the audio of streams is kept: `<data>/audio/<meeting>/<stream>.ogg`.
    pub fn audio_dir(&self) -> PathBuf {
        self.config.storage.data_dir.join("audio")
    }
}
