//! The transcript: read the segments.

use super::{App, AppResult, Caller, capture, permit};
use crate::db;
use huddle_domain::{
    MeetingId,
    meeting::{Meeting, MeetingState},
    transcript::Segment,
};

/// All segments in order, and whether nothing of the meeting is still being heard.
pub async fn whole(app: &App, caller: Caller, named: &str) -> AppResult<(Vec<Segment>, bool)> {
    let (meeting, _) = permit::open(app, caller, named).await?;
    // First whether all is heard, then the segments: never "complete" with one missing.
    let complete = is_complete(app, &meeting).await?;
    Ok((db::transcript::of_meeting(app.db.read(), meeting.id).await?, complete))
}

/// Whether nothing is being heard any more. Audio for which there was no recogniser is not waited for.
async fn is_complete(app: &App, meeting: &Meeting) -> AppResult<bool> {
    if capture::is_all_heard(app, meeting).await? {
        return Ok(true);
    }
    let tasks = db::task::of_meeting(app.db.read(), meeting.id).await?;
    let is_hearing = tasks.iter().any(|t| t.kind == "finish_hearing" && !t.status.has_ended());
    Ok(meeting.state == MeetingState::Ended && !is_hearing)
}

/// The last segments in order, for somebody who may see the meeting.
pub async fn last(app: &App, meeting: MeetingId, limit: u64) -> AppResult<Vec<Segment>> {
    Ok(db::transcript::last(app.db.read(), meeting, limit).await?)
}
