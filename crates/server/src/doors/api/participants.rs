//! `/join/{code}` and `/meetings/{meeting}/participants`.

use super::{view, wire};
use crate::{
    app::{Caller, meetings, participants, permit, tokens},
    doors::{
        House,
        error::{ApiError, ErrorBody},
        extract::{self, Json, Path},
        limit::{self, Address},
    },
};
use axum::extract::State;
use axum_extra::extract::CookieJar;
use huddle_domain::participant::Role;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(invitation, join)).routes(routes!(list))
}

/// What a visitor with the code may see before joining.
#[utoipa::path(get, path = "/join/{code}", operation_id = "getInvitation", tag = "participants", params(("code" = String, Path, description = "The 8 characters")),
    responses((status = 200, body = wire::Invitation), (status = "default", body = ErrorBody)))]
async fn invitation(
    State(house): State<House>,
    caller: Caller,
    address: Address,
    Path(code): Path<String>,
) -> Result<axum::Json<wire::Invitation>, ApiError> {
    limit::join(&house, address)?;
    let seen = participants::invitation(&house.app, caller, &code).await?;
    let meeting = seen.meeting;
    Ok(axum::Json(wire::Invitation {
        code: meeting.code.0,
        title: meeting.title,
        state: meeting.state.as_str().into(),
        starts_at: meeting.starts_at,
        duration_minutes: meeting.duration_minutes,
        time_zone: meeting.time_zone.name().into(),
        host_name: seen.host_name,
        member: seen.member,
        is_host: seen.is_host,
        name: seen.name,
    }))
}

/// Takes a place in the meeting; guests give a name and get a token (also as a cookie).
#[utoipa::path(post, path = "/join/{code}", operation_id = "joinMeeting", tag = "participants", params(("code" = String, Path, description = "The 8 characters")),
    request_body = wire::Join, responses((status = 200, body = wire::Joined), (status = "default", body = ErrorBody)))]
async fn join(
    State(house): State<House>,
    caller: Caller,
    address: Address,
    jar: CookieJar,
    Path(code): Path<String>,
    Json(asked): Json<wire::Join>,
) -> Result<(CookieJar, axum::Json<wire::Joined>), ApiError> {
    limit::join(&house, address)?;
    let app = &house.app;
    let (meeting, place) = participants::join(app, caller, &code, asked.name.as_deref()).await?;
    let token = (place.role == Role::Guest).then(|| tokens::guest(app, place.id, meeting.id));
    let jar = match &token {
        Some(token) => jar.add(extract::guest_cookie(app, token)),
        None => jar,
    };
    let present = house.live.presence.present(meeting.id);
    let id = place.id;
    let is_host = place.role == Role::Host;
    Ok((
        jar,
        axum::Json(wire::Joined {
            meeting: view::meeting(app, meetings::view(app, meeting).await?, Some(is_host)),
            participant: view::participant((place, 0), &present, Some(id)),
            token,
        }),
    ))
}

/// All who ever joined, in order of arrival.
#[utoipa::path(get, path = "/meetings/{meeting}/participants", operation_id = "listParticipants", tag = "participants", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 200, body = Vec<wire::Participant>), (status = "default", body = ErrorBody)))]
async fn list(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<axum::Json<Vec<wire::Participant>>, ApiError> {
    let (meeting, access) = permit::open(&house.app, caller, &named).await?;
    let present = house.live.presence.present(meeting.id);
    let people = participants::list(&house.app, meeting.id).await?;
    let you = |p| {
        view::participant(
            p,
            &present,
            access.participant.or(Some(huddle_domain::ParticipantId(uuid::Uuid::nil()))),
        )
    };
    Ok(axum::Json(people.into_iter().map(you).collect()))
}
