//! Participants: what a visitor may see, joining, who is there.

use super::{App, AppResult, Caller, meetings, permit};
use crate::{bus::What, db};
use huddle_domain::{
    MeetingId, Refusal,
    meeting::{ENDED, Meeting, MeetingCode, MeetingState},
    participant::{NAME_MAX, Participant, Role},
    text,
};

/// People who may ever join one meeting.
pub const PEOPLE_MAX: u64 = 500;

/// What somebody with the code may see before joining.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// The meeting.
    pub meeting: Meeting,
    /// The host's name.
    pub host_name: String,
    /// The caller is in it already, or its host, or was asked to come.
    pub member: bool,
    /// The caller is its host.
    pub is_host: bool,
    /// The caller's name in it, or their account's.
    pub name: Option<String>,
}

async fn by_code(app: &App, code: &str) -> AppResult<Meeting> {
    let code = MeetingCode::parse(code).ok_or(Refusal::NotFound("The meeting"))?;
    let found = db::meeting::by_code(app.db.read(), &code).await?.filter(|m| m.deleted_at.is_none());
    Ok(found.ok_or(Refusal::NotFound("The meeting"))?)
}

/// What the code shows; anyone may ask.
pub async fn invitation(app: &App, caller: Caller, code: &str) -> AppResult<Invitation> {
    let meeting = by_code(app, code).await?;
    let access = permit::access(app, caller, &meeting).await?;
    let name = match (access.and_then(|a| a.participant), caller) {
        (Some(id), _) => db::participant::by_id(app.db.read(), id).await?.map(|p| p.name),
        (None, Caller::Account { id, .. }) => Some(db::meeting::host_name(app.db.read(), id).await?),
        (None, _) => None,
    };
    Ok(Invitation {
        host_name: db::meeting::host_name(app.db.read(), meeting.host).await?,
        member: access.is_some(),
        is_host: access.is_some_and(|a| a.role == Role::Host),
        name,
        meeting,
    })
}

/// Joins a meeting: an account under its own name, anybody else as a guest under the name they give.
/// Joining again gives the same place. The host joining starts nothing.
pub async fn join(
    app: &App,
    caller: Caller,
    code: &str,
    name: Option<&str>,
) -> AppResult<(Meeting, Participant)> {
    let meeting = by_code(app, code).await?;
    let known = permit::access(app, caller, &meeting).await?.and_then(|a| a.participant);
    if let Some(id) = known
        && let Some(place) = db::participant::by_id(app.db.read(), id).await?
    {
        return Ok((meeting, place));
    }
    let tx = app.db.begin().await?;
    // Two tabs of one account that join at once find one place: the second waits here.
    let meeting = meetings::lock(&tx, meeting.id).await?;
    if meeting.state == MeetingState::Ended {
        return Err(ENDED.into());
    }
    let (account, name, role) = match caller {
        Caller::Account { id, .. } => {
            if let Some(place) = db::participant::of_account(&tx, meeting.id, id).await? {
                return Ok((meeting, place));
            }
            let role = if meeting.host == id { Role::Host } else { Role::Participant };
            (Some(id), db::meeting::host_name(&tx, id).await?, role)
        }
        _ => (None, text::required("name", name.unwrap_or_default(), NAME_MAX, false)?, Role::Guest),
    };
    if db::participant::count(&tx, meeting.id).await? >= PEOPLE_MAX {
        return Err(FULL.into());
    }
    let place =
        Participant { id: app.next_id(), meeting: meeting.id, account, name, role, joined_at: app.now() };
    db::participant::insert(&tx, &place).await?;
    tx.commit().await?;
    app.bus.tell(meeting.id, What::Participants);
    Ok((meeting, place))
}

const FULL: Refusal = Refusal::Conflict {
    code: "meeting_full",
    message: "As many people have joined this meeting as one can hold.",
};

/// All who ever joined, each with the milliseconds they spoke.
pub async fn list(app: &App, meeting: MeetingId) -> AppResult<Vec<(Participant, i64)>> {
    let people = db::participant::of_meeting(app.db.read(), meeting).await?;
    let spoken = db::transcript::talk_ms(app.db.read(), meeting).await?;
    Ok(people
        .into_iter()
        .map(|p| {
            let ms = spoken.get(&p.id).copied().unwrap_or(0);
            (p, ms)
        })
        .collect())
}
