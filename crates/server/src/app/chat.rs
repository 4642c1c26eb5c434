//! Chat: say a line, read the lines.

use super::{App, AppResult, Caller, meetings, permit};
use crate::{bus::What, db};
use huddle_domain::{
    ChatLineId,
    chat::{self, ChatLine},
    text,
};

/// Lines that one answer holds at most.
pub const PAGE: u64 = 200;

/// Stores a line; `(line, true)`, or `(line, false)` if the writer's `client_id` was known already.
pub async fn say(
    app: &App,
    caller: Caller,
    named: &str,
    line: &str,
    client_id: &str,
) -> AppResult<(ChatLine, bool)> {
    let (meeting, access) = permit::open(app, caller, named).await?;
    let participant = access.joined()?;
    let line = chat::check(line)?;
    let client_id = text::required("clientId", client_id, 64, false)?;
    let tx = app.db.begin().await?;
    // The lock on the meeting puts its lines in one order, and a line sent twice behind itself.
    let meeting = meetings::lock(&tx, meeting.id).await?;
    if let Some(known) = db::chat::by_client_id(&tx, participant, &client_id).await? {
        return Ok((known, false));
    }
    meeting.require_live()?;
    let name = db::participant::by_id(&tx, participant).await?.map(|p| p.name).unwrap_or_default();
    let line = ChatLine { id: app.next_id(), participant, name, text: line, client_id, at: app.now() };
    db::chat::insert(&tx, meeting.id, &line).await?;
    tx.commit().await?;
    app.bus.tell(meeting.id, What::Chat(line.clone()));
    Ok((line, true))
}

/// The lines after `after`, or else the last ones, in order; at most [`PAGE`].
pub async fn lines(
    app: &App,
    caller: Caller,
    named: &str,
    after: Option<ChatLineId>,
) -> AppResult<Vec<ChatLine>> {
    let (meeting, _) = permit::open(app, caller, named).await?;
    Ok(db::chat::of_meeting(app.db.read(), meeting.id, after, PAGE).await?)
}
