//! Exports: asking for a file, listing, keeping what was rendered.

use super::{
    App, AppResult, Caller, downloads, permit,
    work::{Held, Work},
};
use crate::db;
use anyhow::Context;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use huddle_domain::{
    ExportId, MeetingId, Refusal,
    export::{Export, ExportFormat, ExportState},
};
use sea_orm::ConnectionTrait;

/// The refusal of everything that needs minutes before there are any.
pub const NOT_READY: Refusal = Refusal::Conflict {
    code: "minutes_not_ready",
    message: "There are no minutes yet: they are written when the meeting has ended.",
};

/// An export with the link to its bytes, once there.
#[derive(Debug, Clone)]
pub struct ExportView {
    /// The export.
    pub export: Export,
    /// Where its bytes are, and until when the link works.
    pub link: Option<(String, DateTime<Utc>)>,
}

/// Asks for a file of the minutes as they now are; for people with an account. The same file that was
/// asked for before is not rendered again.
pub async fn request(app: &App, caller: Caller, named: &str, format: ExportFormat) -> AppResult<ExportView> {
    let (meeting, access) = permit::open(app, caller, named).await?;
    access.require_account()?;
    let tx = app.db.begin().await?;
    // Two who ask at once get one file: the second waits here.
    db::meeting::lock(&tx, meeting.id).await?;
    let (_, minutes_at) = db::minutes::of_meeting(&tx, meeting.id).await?.ok_or(NOT_READY)?;
    let known = db::export::of_meeting(&tx, meeting.id)
        .await?
        .into_iter()
        .find(|e| e.format == format && e.state != ExportState::Failed && e.minutes_at == Some(minutes_at));
    let export = match known {
        Some(export) => export,
        None => queue(&tx, app, meeting.id, format, minutes_at).await?,
    };
    tx.commit().await?;
    app.work.notify_one();
    app.moved.notify_one();
    Ok(view(app, &meeting.title, export))
}

/// Stores an export to be and queues its rendering. Ring `app.work` after the commit.
pub(super) async fn queue(
    tx: &impl ConnectionTrait,
    app: &App,
    meeting: MeetingId,
    format: ExportFormat,
    minutes_at: DateTime<Utc>,
) -> AppResult<Export> {
    let export = Export {
        id: app.next_id(),
        meeting,
        format,
        state: ExportState::Pending,
        blob: None,
        bytes: None,
        created_at: app.now(),
        minutes_at: Some(minutes_at),
    };
    db::export::insert(tx, &export).await?;
    let key = format!("render_export:{}", export.id);
    Work::RenderExport { export: export.id }.queue(tx, app, Some(meeting), Some(key), app.now()).await?;
    Ok(export)
}

/// The exports of a meeting, newest first, for those who may see it.
pub async fn list(app: &App, caller: Caller, named: &str) -> AppResult<Vec<ExportView>> {
    let (meeting, _) = permit::open(app, caller, named).await?;
    let exports = db::export::of_meeting(app.db.read(), meeting.id).await?;
    Ok(exports.into_iter().map(|export| view(app, &meeting.title, export)).collect())
}

fn view(app: &App, title: &str, export: Export) -> ExportView {
    let is_there = export.state == ExportState::Ready;
    let link = is_there.then(|| {
        let title = if title.trim().is_empty() { "Minutes" } else { title };
        let name = format!("{title}.{}", export.format.extension());
        downloads::ticket(app, &downloads::File::Export { export: export.id }, &name)
    });
    ExportView { export, link }
}

/// An export, for the house's own work and telling.
pub async fn by_id(app: &App, id: ExportId) -> AppResult<Export> {
    Ok(db::export::by_id(app.db.read(), id).await?.ok_or(Refusal::NotFound("The export"))?)
}

/// Where the bytes of an export are kept.
pub fn key(export: &Export) -> String {
    format!("exports/{}/{}.{}", export.meeting, export.id, export.format.extension())
}

/// Keeps the bytes of an export that was made from the minutes of `minutes_at`, and ends the task.
pub async fn store(
    app: &App,
    held: Held,
    export: &Export,
    bytes: Bytes,
    minutes_at: DateTime<Utc>,
) -> AppResult<()> {
    let key = key(export);
    let length = i64::try_from(bytes.len()).context("the file is too large")?;
    app.blob.put(&key, bytes).await?;
    let tx = app.db.begin().await?;
    held.end(&tx, app).await?;
    db::export::ready(&tx, export.id, &key, length, minutes_at).await?;
    Ok(tx.commit().await?)
}
