//! The transcript: read the segments.

use super::{App, AppResult, Caller, capture, permit};
use crate::db;
use huddle_domain::{MeetingId, transcript::Segment};

/// All segments in order, and whether nothing of the meeting is still being heard.
pub async fn whole(app: &App, caller: Caller, named: &str) -> AppResult<(Vec<Segment>, bool)> {
    let (meeting, _) = permit::open(app, caller, named).await?;
    // First whether all is heard, then the segments: never "complete" with one missing.
    let complete = capture::is_all_heard(app, &meeting).await?;
    Ok((db::transcript::of_meeting(app.db.read(), meeting.id).await?, complete))
}

/// The last segments in order, for somebody who may see the meeting.
pub async fn last(app: &App, meeting: MeetingId, limit: u64) -> AppResult<Vec<Segment>> {
    Ok(db::transcript::last(app.db.read(), meeting, limit).await?)
}
