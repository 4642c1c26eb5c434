//! The agenda: read, add, change, remove, put in order.

use super::{App, AppResult, Caller, meetings, permit};
use crate::{bus::What, db};
use huddle_domain::{
    AgendaItemId, Refusal,
    agenda::{self, AgendaItem},
    meeting::Meeting,
};

/// The points of a meeting in order.
pub async fn list(app: &App, caller: Caller, named: &str) -> AppResult<Vec<AgendaItem>> {
    let (meeting, _) = permit::open(app, caller, named).await?;
    Ok(db::agenda::of_meeting(app.db.read(), meeting.id).await?)
}

/// Adds a point at the end.
pub async fn add(
    app: &App,
    caller: Caller,
    named: &str,
    title: &str,
    owner: Option<&str>,
) -> AppResult<AgendaItem> {
    let (title, owner) = agenda::check(title, owner)?;
    let mut added = AgendaItem { id: app.next_id(), title, owner, position: 0 };
    let meeting = meetings::as_host(app, caller, named, async |tx, meeting| {
        let items = db::agenda::of_meeting(tx, meeting.id).await?;
        if items.len() >= agenda::ITEMS_MAX {
            return Err(Refusal::invalid(
                "agenda",
                format!("has {} items already, the most there can be", items.len()),
            )
            .into());
        }
        added.position = items.last().map_or(0, |last| last.position + 1);
        db::agenda::insert(tx, meeting.id, &added).await?;
        Ok(true)
    })
    .await?;
    tell(app, &meeting).await?;
    Ok(added)
}

/// Changes title or owner of a point.
pub async fn change(
    app: &App,
    caller: Caller,
    named: &str,
    item: AgendaItemId,
    title: Option<String>,
    owner: Option<Option<String>>,
) -> AppResult<AgendaItem> {
    let mut changed = None;
    let meeting = meetings::as_host(app, caller, named, async |tx, meeting| {
        let mut found = one(db::agenda::of_meeting(tx, meeting.id).await?, item)?;
        let title = title.unwrap_or(found.title);
        let owner = owner.unwrap_or(found.owner);
        (found.title, found.owner) = agenda::check(&title, owner.as_deref())?;
        db::agenda::update(tx, meeting.id, &found).await?;
        changed = Some(found);
        Ok(true)
    })
    .await?;
    tell(app, &meeting).await?;
    Ok(changed.expect("the rule ran"))
}

/// Removes a point; what was said under it stays.
pub async fn remove(app: &App, caller: Caller, named: &str, item: AgendaItemId) -> AppResult<()> {
    let meeting = meetings::as_host(app, caller, named, async |tx, meeting| {
        one(db::agenda::of_meeting(tx, meeting.id).await?, item)?;
        db::agenda::delete(tx, item).await?;
        if meeting.current_agenda_item == Some(item) {
            meeting.current_agenda_item = None;
            db::agenda::insert_change(tx, app.next_id(), meeting.id, None, app.now()).await?;
        }
        Ok(true)
    })
    .await?;
    tell(app, &meeting).await
}

/// Puts the points in this order; all of them must be named once.
pub async fn reorder(
    app: &App,
    caller: Caller,
    named: &str,
    order: &[AgendaItemId],
) -> AppResult<Vec<AgendaItem>> {
    let meeting = meetings::as_host(app, caller, named, async |tx, meeting| {
        let items = db::agenda::of_meeting(tx, meeting.id).await?;
        let mut named: Vec<_> = order.to_vec();
        named.sort();
        let mut known: Vec<_> = items.iter().map(|i| i.id).collect();
        known.sort();
        if named != known {
            return Err(Refusal::invalid("items", "must name every agenda item once").into());
        }
        for (position, id) in (0..).zip(order) {
            let item = AgendaItem { position, ..one(items.clone(), *id)? };
            db::agenda::update(tx, meeting.id, &item).await?;
        }
        Ok(true)
    })
    .await?;
    tell(app, &meeting).await?;
    Ok(db::agenda::of_meeting(app.db.read(), meeting.id).await?)
}

fn one(items: Vec<AgendaItem>, id: AgendaItemId) -> Result<AgendaItem, Refusal> {
    items.into_iter().find(|i| i.id == id).ok_or(Refusal::NotFound("The agenda item"))
}

async fn tell(app: &App, meeting: &Meeting) -> AppResult<()> {
    let items = db::agenda::of_meeting(app.db.read(), meeting.id).await?;
    app.bus.tell(meeting.id, What::Agenda(items));
    Ok(())
}
