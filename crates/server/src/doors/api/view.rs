//! From nouns to the shapes of the wire, where more than the noun is needed.

use super::wire;
use crate::app::{App, meetings::MeetingView, sessions::Session};
use huddle_domain::{
    ParticipantId, account::Account, agenda::AgendaItem, chat::ChatLine, participant::Participant,
};
use std::collections::HashSet;

/// A meeting; `is_host` is about the caller and absent in what everybody is told.
pub fn meeting(app: &App, view: MeetingView, is_host: Option<bool>) -> wire::Meeting {
    let m = view.meeting;
    wire::Meeting {
        join_url: format!("{}/m/{}", app.public_url(), m.code),
        id: m.id.into(),
        code: m.code.0,
        title: m.title,
        description: m.description,
        state: m.state.as_str().into(),
        starts_at: m.starts_at,
        duration_minutes: m.duration_minutes,
        time_zone: m.time_zone.name().into(),
        // Addresses are the host's to see.
        invitees: if is_host == Some(true) { m.invitees } else { Vec::new() },
        started_at: m.started_at,
        ended_at: m.ended_at,
        deleted_at: m.deleted_at,
        current_agenda_item: m.current_agenda_item.map(Into::into),
        created_at: m.created_at,
        host: wire::Host { name: view.host_name },
        is_host,
        participant_count: view.participants,
    }
}

/// Someone in a meeting, with the milliseconds they spoke.
pub fn participant(
    (person, talk_ms): (Participant, i64),
    present: &HashSet<ParticipantId>,
    you: Option<ParticipantId>,
) -> wire::Participant {
    wire::Participant {
        is_you: you.map(|you| you == person.id),
        is_present: present.contains(&person.id),
        id: person.id.into(),
        name: person.name,
        role: person.role.as_str().into(),
        joined_at: person.joined_at,
        talk_ms,
    }
}

/// Whether words are being written down on this instance, and if not, why.
pub fn captions(app: &App) -> wire::Captions {
    match &app.engine {
        Ok(engine) => wire::Captions {
            available: true,
            engine: Some(engine.name().to_owned()),
            reason: None,
            lag_ms: 0,
        },
        Err(why) => {
            wire::Captions { available: false, engine: None, reason: Some(why.to_string()), lag_ms: 0 }
        }
    }
}

/// A session, as its owner gets it; for a page without the tokens, which are in its cookies.
pub fn session(session: Session, is_page: bool) -> wire::Session {
    wire::Session {
        account: session.account.into(),
        access_token: (!is_page).then_some(session.access_token),
        refresh_token: (!is_page).then_some(session.refresh_token),
        expires_in: session.expires_in,
    }
}

impl From<Account> for wire::Account {
    fn from(account: Account) -> Self {
        Self {
            id: account.id.into(),
            email: account.email,
            name: account.name,
            role: account.role.as_str().into(),
            created_at: account.created_at,
        }
    }
}

impl From<ChatLine> for wire::ChatLine {
    fn from(line: ChatLine) -> Self {
        Self {
            id: line.id.into(),
            participant: line.participant.into(),
            name: line.name,
            text: line.text,
            client_id: line.client_id,
            at: line.at,
        }
    }
}

impl From<AgendaItem> for wire::AgendaItem {
    fn from(item: AgendaItem) -> Self {
        Self { id: item.id.into(), title: item.title, owner: item.owner, position: item.position }
    }
}
