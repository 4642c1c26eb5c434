//! After the end of a meeting: hear what was captured and not yet heard, then have the minutes written.

use super::Failure;
use crate::app::{App, captions, minutes, work::Held};
use huddle_domain::MeetingId;

pub(super) async fn run(app: &App, held: Held, meeting: MeetingId) -> Result<(), Failure> {
    captions::finish(app, held, meeting).await?;
    Ok(minutes::heard(app, held, meeting).await?)
}
