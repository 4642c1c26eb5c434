//! Renders the minutes of a meeting into a file.

use super::Failure;
use crate::app::{App, exports, minutes, work::Held};
use huddle_domain::{ExportId, export::ExportFormat};

pub(super) async fn run(app: &App, held: Held, id: ExportId) -> Result<(), Failure> {
    held.progress(app, 10, "Reading the minutes").await;
    let export = exports::by_id(app, id).await?;
    let Some((minutes, written_at)) = minutes::of_meeting(app, export.meeting).await? else {
        return Err(Failure::Fail(anyhow::anyhow!("The meeting has no minutes")));
    };
    let record = minutes::record(app, export.meeting).await?;
    held.progress(app, 30, "Rendering the file").await;
    let format = export.format;
    let rendered = tokio::task::spawn_blocking(move || match format {
        ExportFormat::Pdf => huddle_export::pdf::minutes(&record, &minutes),
        ExportFormat::Markdown => Ok(huddle_export::markdown::minutes(&record, &minutes).into_bytes()),
    });
    let rendered = rendered.await.map_err(|panic| Failure::Retry(panic.into()))?;
    let bytes = rendered.map_err(|error| Failure::Fail(anyhow::Error::new(error)))?;
    held.progress(app, 90, "Keeping the file").await;
    Ok(exports::store(app, held, &export, bytes.into(), written_at).await?)
}
