//! After the end of a meeting: hear what was captured and not yet heard, then have the minutes written.

use super::Failure;
use crate::app::{
    App,
    captions::{self, Rest},
    minutes,
    work::{self, Held},
};
use chrono::TimeDelta;
use huddle_domain::MeetingId;

/// How long a process without a recogniser leaves the task to one that has it.
const FOR_OTHERS: TimeDelta = TimeDelta::seconds(15);

pub(super) async fn run(app: &App, held: Held, meeting: MeetingId) -> Result<(), Failure> {
    if captions::finish(app, held, meeting).await? == Rest::Unheard {
        let queued_at = work::by_id(app, held.task).await?.created_at;
        if app.now() - queued_at < FOR_OTHERS {
            return Err(Failure::NotHere);
        }
        tracing::info!(meeting.id = %meeting, "Audio was left unheard: no process has a recogniser");
    }
    Ok(minutes::heard(app, held, meeting).await?)
}
