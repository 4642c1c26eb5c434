//! Makes the log of a stream of an uploaded file.

use super::Failure;
use crate::app::{App, uploads::take_in, work::Held};
use huddle_domain::UploadId;

pub(super) async fn run(app: &App, held: Held, upload: UploadId) -> Result<(), Failure> {
    Ok(take_in::take_in(app, held, upload).await?)
}
