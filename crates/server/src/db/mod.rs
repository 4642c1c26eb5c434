//! The database: the only room that speaks SQL. SQLite (WAL, writes begin IMMEDIATE) and PostgreSQL from
//! the same code. Functions are named by what they do and take the connection or transaction.

pub(crate) mod entity;
mod migration;

pub mod account;
pub mod agenda;
pub mod capture;
pub mod chat;
pub mod export;
pub mod meeting;
pub mod minutes;
pub mod participant;
pub mod session;
pub mod sweep;
pub mod task;
pub mod transcript;
pub mod upload;

use crate::config::Config;
use anyhow::{Context, Result};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use sea_orm_migration::MigratorTrait;
use secrecy::ExposeSecret;
use std::{fs::File, path::PathBuf, time::Duration};

/// The key of the advisory lock under which PostgreSQL is migrated ("huddle" in ASCII).
const MIGRATION_LOCK: i64 = 0x68_75_64_64_6C_65;

/// A pool of connections.
#[derive(Debug, Clone)]
pub struct Db {
    pool: DatabaseConnection,
    /// Locked while SQLite's schema is brought up to date; beside its file, wherever that is.
    migrate_lock: PathBuf,
}

impl Db {
    /// Connects; makes the SQLite file if it is absent. Does not migrate.
    pub async fn connect(config: &Config) -> Result<Self> {
        let data_dir = config.storage.data_dir.clone();
        let url = match &config.storage.database_url {
            Some(url) => url.expose_secret().to_owned(),
            None => format!("sqlite:{}?mode=rwc", data_dir.join("huddle.db").display()),
        };
        let mut options = ConnectOptions::new(url.clone());
        options.sqlx_logging(false).acquire_timeout(Duration::from_secs(10));
        if url.starts_with("sqlite:") {
            options.max_connections(6).min_connections(1).map_sqlx_sqlite_opts(|o| {
                use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
                o.create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Normal)
                    .busy_timeout(Duration::from_secs(10))
                    .foreign_keys(true)
            });
        } else {
            options.max_connections(16);
        }
        let pool = Database::connect(options).await.context("cannot open the database")?;
        let file = config.sqlite_file().unwrap_or_else(|| data_dir.join("huddle.db"));
        let migrate_lock = file.with_added_extension("migrate.lock");
        Ok(Self { pool, migrate_lock })
    }

    /// The pool, for reading.
    pub fn read(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// Begins a transaction that may write. On SQLite it takes the write lock at once, so that it
    /// never fails half-way with "database is locked".
    pub async fn begin(&self) -> Result<DatabaseTransaction, DbErr> {
        let immediate = self.is_sqlite().then_some(SqliteTransactionMode::Immediate);
        let options =
            TransactionOptions { sqlite_transaction_mode: immediate, ..TransactionOptions::default() };
        self.pool.begin_with_options(options).await
    }

    /// Whether this is the embedded database.
    pub fn is_sqlite(&self) -> bool {
        self.pool.get_database_backend() == DbBackend::Sqlite
    }

    /// Brings the schema up to date. Processes that start at once wait for one another: on an advisory
    /// lock of PostgreSQL, or on a locked file beside SQLite's.
    pub async fn migrate(&self) -> Result<()> {
        if self.is_sqlite() {
            let path = self.migrate_lock.clone();
            let file = tokio::task::spawn_blocking(move || -> std::io::Result<File> {
                let file = File::create(path)?;
                file.lock()?;
                Ok(file)
            });
            let _held = file.await?.context("cannot lock the database for the migration")?;
            migration::Migrations::up(&self.pool, None).await?;
        } else {
            let guard = self.pool.begin().await?;
            guard.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")).await?;
            migration::Migrations::up(&self.pool, None).await?;
            guard.commit().await?;
        }
        Ok(())
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.pool.ping().await
    }

    /// Whether the file of the embedded database is whole; for PostgreSQL, whether it answers.
    pub async fn is_whole(&self) -> Result<bool, DbErr> {
        if !self.is_sqlite() {
            return self.ping().await.map(|()| true);
        }
        let check = Statement::from_string(DbBackend::Sqlite, "PRAGMA quick_check(1)");
        let Some(row) = self.pool.query_one_raw(check).await? else { return Ok(false) };
        Ok(row.try_get_by_index::<String>(0)? == "ok")
    }

    /// Closes the pool; on SQLite this also folds the write-ahead log into the file.
    pub async fn close(self) -> Result<(), DbErr> {
        self.pool.close().await
    }
}
