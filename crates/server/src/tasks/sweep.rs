//! Removes what has expired.

use super::Failure;
use crate::app::{App, sweep, work::Held};

pub(super) async fn run(app: &App, held: Held) -> Result<(), Failure> {
    held.progress(app, 0, "Removing what has expired").await;
    let swept = sweep::sweep(app).await?;
    tracing::info!(
        tasks = swept.tasks,
        tokens = swept.tokens,
        meetings = swept.meetings,
        uploads = swept.uploads,
        "Swept"
    );
    Ok(())
}
