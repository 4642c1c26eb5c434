//! The bytes of uploads: `<data>/uploads/<id>`, readable by nobody else (0600), until they are taken in.

use crate::app::{App, AppResult};
use anyhow::Context;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use huddle_domain::{Refusal, UploadId, upload::Upload};
use std::{
    collections::HashSet,
    io::{self, ErrorKind, SeekFrom},
    os::unix::fs::DirBuilderExt,
    path::PathBuf,
    time::Duration,
};
use tokio::{
    fs::{self, File, OpenOptions},
    io::{AsyncSeekExt, AsyncWriteExt},
};
use tokio_util::sync::CancellationToken;

/// A sender who says nothing for so long is gone.
const IDLE: Duration = Duration::from_secs(60);
/// Bytes that stay free on the disk for everything else.
const SPARE: u64 = 512 << 20;
/// Files without a row are somebody's who is just beginning, until they are so old.
const ORPHAN_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

fn dir(app: &App) -> PathBuf {
    app.config.storage.data_dir.join("uploads")
}

/// Where the bytes of an upload are.
pub fn path(app: &App, id: UploadId) -> PathBuf {
    dir(app).join(id.to_string())
}

/// Refuses a file for which the disk has no room.
pub fn require_room(app: &App, length: u64) -> AppResult<()> {
    match rustix::fs::statvfs(&app.config.storage.data_dir) {
        Ok(disk) if disk.f_bavail.saturating_mul(disk.f_frsize) < length.saturating_add(SPARE) => {
            Err(Refusal::Exhausted {
                code: "disk_full",
                message: "The server's disk has no room for this file. Ask its operator.",
                retry_after: None,
            }
            .into())
        }
        // A disk that cannot be measured says itself when it is full.
        _ => Ok(()),
    }
}

/// Makes the empty file.
pub async fn create(app: &App, id: UploadId) -> AppResult<()> {
    let (dir, path) = (dir(app), path(app, id));
    let made = tokio::task::spawn_blocking(move || {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
    });
    made.await.map_err(anyhow::Error::new)?.context("the folder of uploads cannot be made")?;
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).await;
    Ok(file.map(drop).context("an upload cannot be begun")?)
}

/// Bytes that are here.
pub async fn length(app: &App, id: UploadId) -> io::Result<u64> {
    Ok(fs::metadata(path(app, id)).await?.len())
}

/// Bytes that are here and survive a power failure.
pub async fn synced(app: &App, id: UploadId) -> AppResult<u64> {
    let synced = async {
        let file = OpenOptions::new().write(true).open(path(app, id)).await?;
        file.sync_data().await?;
        Ok::<_, io::Error>(file.metadata().await?.len())
    };
    Ok(synced.await.context("an upload cannot be read")?)
}

/// Why no more was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The sender had no more, or the file is whole.
    Complete,
    /// The sender has more than they announced.
    TooMuch,
    /// The sender is gone, or somebody else goes on.
    Interrupted,
}

/// Writes what `body` brings behind the first `before` bytes; how many are here then, for good.
pub async fn write<E>(
    app: &App,
    upload: &Upload,
    before: u64,
    mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    stop: &CancellationToken,
) -> AppResult<(u64, End)> {
    let mut file = OpenOptions::new()
        .write(true)
        .open(path(app, upload.id))
        .await
        .context("an upload cannot be opened")?;
    // Not `append`: bytes have a place, and the same bytes written twice are the same file.
    file.seek(SeekFrom::Start(before)).await.context("an upload cannot be written")?;
    let mut here = before;
    let end = loop {
        let next = tokio::select! {
            biased;
            () = stop.cancelled() => break End::Interrupted,
            next = tokio::time::timeout(IDLE, body.next()) => next,
        };
        let mut bytes = match next {
            Ok(Some(Ok(bytes))) => bytes,
            Ok(None) => break End::Complete,
            Ok(Some(Err(_))) | Err(_) => break End::Interrupted,
        };
        let room = upload.length - here;
        let is_too_much = bytes.len() as u64 > room;
        if is_too_much {
            bytes.truncate(usize::try_from(room).unwrap_or(usize::MAX));
        }
        if let Err(error) = file.write_all(&bytes).await {
            return Err(kept(file, error).await);
        }
        here += bytes.len() as u64;
        if is_too_much {
            break End::TooMuch;
        }
    };
    // tokio writes behind our back: an error of the last write comes with the flush.
    if let Err(error) = file.flush().await {
        return Err(kept(file, error).await);
    }
    file.sync_data().await.context("an upload cannot be kept")?;
    metrics::counter!("huddle_upload_bytes_total").increment(here - before);
    Ok((here, end))
}

/// What came before the error stays; the client asks how much that is.
async fn kept(file: File, error: io::Error) -> crate::app::AppError {
    let _ = file.sync_data().await;
    anyhow::Error::new(error).context("an upload cannot be written").into()
}

/// Removes the bytes of an upload.
pub async fn remove(app: &App, id: UploadId) -> AppResult<()> {
    match fs::remove_file(path(app, id)).await {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(anyhow::Error::new(error).context("an upload cannot be removed").into())
        }
        _ => Ok(()),
    }
}

/// Removes files that belong to none of these uploads and are not new; how many.
pub async fn remove_orphans(app: &App, known: HashSet<UploadId>) -> AppResult<u64> {
    let dir = dir(app);
    let swept = tokio::task::spawn_blocking(move || -> io::Result<u64> {
        let entries = match std::fs::read_dir(dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            entries => entries?,
        };
        let mut removed = 0;
        for entry in entries {
            let entry = entry?;
            let id = entry.file_name().to_string_lossy().parse::<UploadId>();
            let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
            if id.is_ok_and(|id| !known.contains(&id)) && age > ORPHAN_AFTER {
                std::fs::remove_file(entry.path())?;
                removed += 1;
            }
        }
        Ok(removed)
    });
    Ok(swept.await.map_err(anyhow::Error::new)?.context("the folder of uploads cannot be swept")?)
}
