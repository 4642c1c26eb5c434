//! Whether this process can do its work: what an orchestrator asks every few seconds.

use super::{App, AppResult};
use crate::db;
use huddle_domain::task::TaskStatus;
use std::time::Duration;

/// How long the database and the disk may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// The database answers, and its tables are there.
    pub database: bool,
    /// Files can be written, read and removed.
    pub storage: bool,
    /// Words are written down. Without it the house still works.
    pub speech: bool,
}

impl Health {
    /// Whether requests should be sent here.
    pub fn is_good(self) -> bool {
        self.database && self.storage
    }
}

/// Looks at everything that this process cannot do without.
pub async fn check(app: &App) -> Health {
    let (database, storage) = tokio::join!(
        tokio::time::timeout(PATIENCE, database(app)),
        tokio::time::timeout(PATIENCE, app.blob.probe()),
    );
    let good = |what: &str, result: Result<anyhow::Result<()>, _>| match result {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::warn!(error = format!("{error:#}"), "The {what} does not work");
            false
        }
        Err(_) => {
            tracing::warn!("The {what} does not answer");
            false
        }
    };
    Health {
        database: good("database", database),
        storage: good("storage", storage),
        speech: app.engine.is_ok(),
    }
}

async fn database(app: &App) -> anyhow::Result<()> {
    // An open file goes on answering after somebody removed it, and everything written to it is lost.
    if let Some(file) = app.config.sqlite_file() {
        tokio::fs::metadata(file).await?;
    }
    db::task::count(app.db.read(), TaskStatus::Processing).await?;
    Ok(())
}

/// How many tasks have which status, for the metrics.
pub async fn task_counts(app: &App) -> AppResult<Vec<(TaskStatus, u64)>> {
    let mut counts = Vec::new();
    for status in TaskStatus::ALL {
        counts.push((status, db::task::count(app.db.read(), status).await?));
    }
    Ok(counts)
}
