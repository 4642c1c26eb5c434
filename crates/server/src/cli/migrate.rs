//! `huddle migrate`: brings the database schema up to date; `serve` and `worker` do so by themselves.

use crate::{config::Config, db::Db};
use anyhow::Context;
use std::{fs::DirBuilder, os::unix::fs::DirBuilderExt, process::ExitCode};

/// Migrates, and says so.
pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let dir = &config.storage.data_dir;
    let made = DirBuilder::new().recursive(true).mode(0o700).create(dir);
    made.with_context(|| format!("cannot make the data directory {}", dir.display()))?;
    let db = Db::connect(&config).await?;
    db.migrate().await?;
    db.close().await?;
    println!("The database is up to date");
    Ok(ExitCode::SUCCESS)
}
