//! The sweep: what has expired goes, with everything that hangs on it. Safe to run at any time and twice.

use super::{App, AppResult, uploads::file};
use crate::db;
use anyhow::Context;
use chrono::TimeDelta;
use huddle_domain::{meeting::RECOVERABLE, upload::REFUSED_KEPT};

/// How long ended tasks can be looked at.
const TASKS_KEPT: TimeDelta = TimeDelta::days(14);
/// How long expired refresh tokens can still show that they were stolen.
const TOKENS_KEPT: TimeDelta = TimeDelta::days(1);

/// What a sweep removed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Ended tasks.
    pub tasks: u64,
    /// Expired refresh tokens.
    pub tokens: u64,
    /// Deleted meetings, with their audio and files.
    pub meetings: u64,
    /// Uploads that nobody finished, and files of uploads that nobody knows.
    pub uploads: u64,
}

/// Removes what has expired.
pub async fn sweep(app: &App) -> AppResult<Swept> {
    let now = app.now();
    let mut swept = Swept {
        tasks: db::sweep::ended_tasks(app.db.read(), now - TASKS_KEPT).await?,
        tokens: db::sweep::tokens(app.db.read(), now - TOKENS_KEPT).await?,
        meetings: 0,
        uploads: 0,
    };
    for meeting in db::sweep::deleted_meetings(app.db.read(), now - RECOVERABLE).await? {
        // Files first: rows without files are found by the next sweep, files without rows by nobody.
        app.blob.remove_all(&format!("exports/{meeting}")).await?;
        app.blob.remove_all(&format!("originals/{meeting}")).await?;
        match tokio::fs::remove_dir_all(app.audio_dir().join(meeting.to_string())).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(anyhow::Error::new(error).context("audio cannot be removed").into());
            }
            _ => {}
        }
        let tx = app.db.begin().await?;
        db::sweep::meeting(&tx, meeting).await?;
        tx.commit().await?;
        swept.meetings += 1;
    }
    for upload in db::upload::expired(app.db.read(), now, now - REFUSED_KEPT).await? {
        file::remove(app, upload).await?;
        db::upload::remove(app.db.read(), upload).await?;
        swept.uploads += 1;
    }
    let known = db::upload::with_files(app.db.read()).await?;
    swept.uploads += file::remove_orphans(app, known).await?;
    app.blob.remove_torn().await.context("torn files cannot be removed")?;
    Ok(swept)
}
