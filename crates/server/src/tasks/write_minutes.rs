//! Turns the record of a meeting into minutes.

use super::Failure;
use crate::app::{App, minutes, work::Held};
use huddle_domain::MeetingId;

pub(super) async fn run(app: &App, held: Held, meeting: MeetingId) -> Result<(), Failure> {
    held.progress(app, 10, "Reading the transcript").await;
    let record = minutes::record(app, meeting).await?;
    held.progress(app, 30, "Writing the minutes").await;
    let written = tokio::task::spawn_blocking(move || huddle_writer::write(&record));
    let written = written.await.map_err(|panic| Failure::Retry(panic.into()))?;
    held.progress(app, 90, "Storing the minutes").await;
    Ok(minutes::store(app, held, meeting, &written).await?)
}
