//! Meetings: plan, list, change, start, end, delete, bring back.

use super::{App, AppResult, Caller, permit, work::Work};
use crate::{bus::What, db, ids};
use huddle_domain::{
    AccountId, AgendaItemId, MeetingId, Refusal,
    agenda::{self, AgendaItem},
    meeting::{Meeting, MeetingCode, MeetingPlan, MeetingState, RECOVERABLE},
};
use sea_orm::DatabaseTransaction;

/// A meeting with what every page shows beside it.
#[derive(Debug, Clone)]
pub struct MeetingView {
    /// The meeting.
    pub meeting: Meeting,
    /// The host's name.
    pub host_name: String,
    /// How many ever joined.
    pub participants: u64,
}

/// Reads what belongs to a meeting's view.
pub async fn view(app: &App, meeting: Meeting) -> AppResult<MeetingView> {
    let host_name = db::meeting::host_name(app.db.read(), meeting.host).await?;
    let participants = db::participant::count(app.db.read(), meeting.id).await?;
    Ok(MeetingView { meeting, host_name, participants })
}

/// Plans a meeting with its agenda; with `start_now` it is live at once.
pub async fn plan(
    app: &App,
    caller: Caller,
    plan: MeetingPlan,
    points: &[(String, Option<String>)],
    start_now: bool,
) -> AppResult<Meeting> {
    let host = caller.account()?;
    let plan = plan.check()?;
    if points.len() > agenda::ITEMS_MAX {
        return Err(Refusal::invalid("agenda", format!("has more than {} items", agenda::ITEMS_MAX)).into());
    }
    let points: Vec<_> = points
        .iter()
        .map(|(title, owner)| agenda::check(title, owner.as_deref()))
        .collect::<Result<_, _>>()?;
    let mut meeting = planned(app, host, plan);
    if start_now {
        meeting.start(app.now())?;
    }
    let tx = app.db.begin().await?;
    insert(&tx, &mut meeting).await?;
    for (position, (title, owner)) in (0..).zip(points) {
        let item = AgendaItem { id: app.next_id(), title, owner, position };
        db::agenda::insert(&tx, meeting.id, &item).await?;
    }
    tx.commit().await?;
    Ok(meeting)
}

/// A meeting of a plan that was checked; not stored yet.
pub(super) fn planned(app: &App, host: AccountId, plan: MeetingPlan) -> Meeting {
    Meeting {
        id: app.next_id(),
        code: random_code(),
        title: plan.title,
        description: plan.description,
        host,
        state: MeetingState::Planned,
        starts_at: plan.starts_at,
        duration_minutes: plan.duration_minutes,
        time_zone: plan.time_zone,
        invitees: plan.invitees,
        started_at: None,
        ended_at: None,
        deleted_at: None,
        current_agenda_item: None,
        created_at: app.now(),
    }
}

/// Stores a new meeting under a code that is not taken.
pub(super) async fn insert(tx: &DatabaseTransaction, meeting: &mut Meeting) -> AppResult<()> {
    // Two equal codes among 31^8 are not expected in the life of an instance; asking again is cheap.
    while !db::meeting::insert(tx, meeting).await? {
        meeting.code = random_code();
    }
    Ok(())
}

fn random_code() -> MeetingCode {
    std::iter::repeat_with(ids::random::<32>)
        .find_map(MeetingCode::from_random)
        .expect("random bytes do not run out")
}

/// What a list shall show.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// `planned`, `live`, `ended`, or `deleted`.
    pub state: Option<String>,
    /// Part of the title.
    pub text: Option<String>,
    /// From 1.
    pub page: u64,
    /// 1–100.
    pub per_page: u64,
}

/// The last page of a list that can be asked for.
pub const PAGE_MAX: u64 = 1_000_000;

/// A page of the caller's meetings, newest first, and how many there are in all.
pub async fn list(app: &App, caller: Caller, listing: &Listing) -> AppResult<(Vec<MeetingView>, u64)> {
    let account = caller.account()?;
    if listing.page > PAGE_MAX {
        return Err(Refusal::invalid("page", format!("must be at most {PAGE_MAX}")).into());
    }
    let mut wanted = db::meeting::Wanted {
        text: listing.text.clone().filter(|t| !t.trim().is_empty()),
        offset: listing.page.saturating_sub(1).saturating_mul(listing.per_page),
        limit: listing.per_page,
        ..Default::default()
    };
    match listing.state.as_deref() {
        None | Some("") => {}
        Some("deleted") => wanted.deleted_since = Some(app.now() - RECOVERABLE),
        Some(word) => {
            let unknown = || Refusal::invalid("state", "is none of planned, live, ended, deleted");
            wanted.state = Some(MeetingState::parse(word).ok_or_else(unknown)?);
        }
    }
    let (meetings, total) = db::meeting::page_of_account(app.db.read(), account, &wanted).await?;
    let ids: Vec<_> = meetings.iter().map(|m| m.id).collect();
    let hosts: Vec<_> = meetings.iter().map(|m| m.host).collect();
    let people = db::participant::counts(app.db.read(), &ids).await?;
    let names = db::meeting::host_names(app.db.read(), &hosts).await?;
    let views = meetings.into_iter().map(|meeting| MeetingView {
        host_name: names.get(&meeting.host).cloned().unwrap_or_default(),
        participants: people.get(&meeting.id).copied().unwrap_or(0),
        meeting,
    });
    Ok((views.collect(), total))
}

/// Changes the plan of a meeting; the host's verb. `change` edits what is there now.
pub async fn change(
    app: &App,
    caller: Caller,
    named: &str,
    change: impl FnOnce(&mut MeetingPlan) -> Result<(), Refusal>,
) -> AppResult<Meeting> {
    as_host(app, caller, named, async |_, meeting| {
        let mut plan = MeetingPlan {
            title: meeting.title.clone(),
            description: meeting.description.clone(),
            starts_at: meeting.starts_at,
            duration_minutes: meeting.duration_minutes,
            time_zone: meeting.time_zone,
            invitees: meeting.invitees.clone(),
        };
        change(&mut plan)?;
        let plan = plan.check()?;
        meeting.title = plan.title;
        meeting.description = plan.description;
        meeting.starts_at = plan.starts_at;
        meeting.duration_minutes = plan.duration_minutes;
        meeting.time_zone = plan.time_zone;
        meeting.invitees = plan.invitees;
        Ok(true)
    })
    .await
}

/// Starts a meeting; the host's verb; idempotent.
pub async fn start(app: &App, caller: Caller, named: &str) -> AppResult<Meeting> {
    as_host(app, caller, named, async |_, meeting| Ok(meeting.start(app.now())?)).await
}

/// Ends a meeting and queues what turns it into minutes; the host's verb; idempotent.
pub async fn end(app: &App, caller: Caller, named: &str) -> AppResult<Meeting> {
    let meeting = as_host(app, caller, named, async |tx, meeting| end_within(app, tx, meeting).await).await?;
    app.work.notify_one();
    Ok(meeting)
}

/// Ends a meeting in the transaction that holds it; `true` if that changed anything.
async fn end_within(app: &App, tx: &DatabaseTransaction, meeting: &mut Meeting) -> AppResult<bool> {
    let had_item = meeting.current_agenda_item.is_some();
    let changed = meeting.end(app.now())?;
    if changed {
        if had_item {
            db::agenda::insert_change(tx, app.next_id(), meeting.id, None, app.now()).await?;
        }
        let key = format!("finish_hearing:{}", meeting.id);
        let work = Work::FinishHearing { meeting: meeting.id };
        work.queue(tx, app, Some(meeting.id), Some(key), app.now()).await?;
    }
    Ok(changed)
}

/// Deletes a meeting, recoverable for 30 days; the host's verb. A live one ends with it.
pub async fn delete(app: &App, caller: Caller, named: &str) -> AppResult<()> {
    as_host(app, caller, named, async |tx, meeting| {
        if meeting.state == MeetingState::Live {
            end_within(app, tx, meeting).await?;
        }
        meeting.deleted_at = Some(app.now());
        Ok(true)
    })
    .await?;
    app.work.notify_one();
    Ok(())
}

/// Brings a deleted meeting back; its host's verb.
pub async fn restore(app: &App, caller: Caller, named: &str) -> AppResult<Meeting> {
    let account = caller.account()?;
    let found = permit::find(app, named).await?.filter(|m| m.host == account);
    let id = found.ok_or(Refusal::NotFound("The meeting"))?.id;
    let tx = app.db.begin().await?;
    let mut meeting = db::meeting::lock(&tx, id).await?.ok_or(Refusal::NotFound("The meeting"))?;
    match meeting.deleted_at {
        None => return Ok(meeting),
        Some(at) if app.now() - at > RECOVERABLE => return Err(Refusal::NotFound("The meeting").into()),
        Some(_) => meeting.deleted_at = None,
    }
    db::meeting::update(&tx, &meeting).await?;
    tx.commit().await?;
    Ok(meeting)
}

/// The shape of every change by the host: permit, lock, rule, write, commit, tell. `rule` answers
/// whether anything changed.
pub(super) async fn as_host(
    app: &App,
    caller: Caller,
    named: &str,
    rule: impl AsyncFnOnce(&DatabaseTransaction, &mut Meeting) -> AppResult<bool>,
) -> AppResult<Meeting> {
    let id = permit::open_as_host(app, caller, named).await?.id;
    let tx = app.db.begin().await?;
    let mut meeting = lock(&tx, id).await?;
    if rule(&tx, &mut meeting).await? {
        db::meeting::update(&tx, &meeting).await?;
        tx.commit().await?;
        app.bus.tell(id, What::Meeting);
    }
    Ok(meeting)
}

/// A meeting as it is now, held until the transaction ends; one that was deleted meanwhile is not found.
/// What was read before may have changed: rules are judged on this.
pub(super) async fn lock(tx: &DatabaseTransaction, id: MeetingId) -> AppResult<Meeting> {
    let held = db::meeting::lock(tx, id).await?.filter(|m| m.deleted_at.is_none());
    Ok(held.ok_or(Refusal::NotFound("The meeting"))?)
}

/// A meeting that exists, for the house's own work.
pub async fn by_id(app: &App, id: MeetingId) -> AppResult<Meeting> {
    Ok(db::meeting::by_id(app.db.read(), id).await?.ok_or(Refusal::NotFound("The meeting"))?)
}

/// Sets the agenda item being talked about; the host's verb, in a live meeting.
pub async fn set_current_item(
    app: &App,
    caller: Caller,
    named: &str,
    item: Option<AgendaItemId>,
) -> AppResult<Meeting> {
    as_host(app, caller, named, async |tx, meeting| {
        meeting.require_live()?;
        if let Some(item) = item
            && !db::agenda::of_meeting(tx, meeting.id).await?.iter().any(|i| i.id == item)
        {
            return Err(Refusal::NotFound("The agenda item").into());
        }
        if meeting.current_agenda_item == item {
            return Ok(false);
        }
        meeting.current_agenda_item = item;
        db::agenda::insert_change(tx, app.next_id(), meeting.id, item, app.now()).await?;
        Ok(true)
    })
    .await
}
