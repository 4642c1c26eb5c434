//! `/meetings`: plan, list, read, change, start, end, delete, bring back.

use super::{view, wire};
use crate::{
    app::{Caller, meetings, permit},
    doors::{
        House,
        error::{ApiError, ErrorBody},
        extract::{Json, Path, Query},
    },
};
use axum::{extract::State, http::StatusCode};
use huddle_domain::{
    Refusal,
    meeting::{self, Meeting, MeetingPlan},
    participant::Role,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new()
        .routes(routes!(list, plan))
        .routes(routes!(show, change, delete))
        .routes(routes!(start))
        .routes(routes!(end))
        .routes(routes!(restore))
}

/// Which meetings a list shall show.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Listing {
    /// `planned`, `live`, `ended` or `deleted`.
    #[serde(default)]
    state: Option<String>,
    /// Part of the title.
    #[serde(default)]
    q: Option<String>,
    /// From 1.
    #[serde(default)]
    page: Option<u64>,
    /// 1–100; 20 if absent.
    #[serde(default)]
    per_page: Option<u64>,
}

async fn wired(house: &House, meeting: Meeting) -> Result<axum::Json<wire::Meeting>, ApiError> {
    let seen = meetings::view(&house.app, meeting).await?;
    Ok(axum::Json(view::meeting(&house.app, seen, Some(true))))
}

/// Meetings that the account hosts, was invited to or took part in, newest first.
#[utoipa::path(get, path = "/meetings", operation_id = "listMeetings", tag = "meetings", params(Listing),
    responses((status = 200, body = wire::MeetingPage), (status = "default", body = ErrorBody)))]
async fn list(
    State(house): State<House>,
    caller: Caller,
    Query(asked): Query<Listing>,
) -> Result<axum::Json<wire::MeetingPage>, ApiError> {
    let page = asked.page.unwrap_or(1).max(1);
    let per_page = asked.per_page.unwrap_or(20).clamp(1, 100);
    let listing = meetings::Listing { state: asked.state, text: asked.q, page, per_page };
    let account = caller.account()?;
    let (seen, total) = meetings::list(&house.app, caller, &listing).await?;
    let items = seen.into_iter().map(|v| {
        let is_host = v.meeting.host == account;
        view::meeting(&house.app, v, Some(is_host))
    });
    Ok(axum::Json(wire::MeetingPage { items: items.collect(), page, per_page, total }))
}

/// Plans a meeting; with `startNow` it is live at once.
#[utoipa::path(post, path = "/meetings", operation_id = "planMeeting", tag = "meetings", request_body = wire::MeetingPlan,
    responses((status = 201, body = wire::Meeting), (status = "default", body = ErrorBody)))]
async fn plan(
    State(house): State<House>,
    caller: Caller,
    Json(asked): Json<wire::MeetingPlan>,
) -> Result<(StatusCode, axum::Json<wire::Meeting>), ApiError> {
    caller.account()?;
    let plan = MeetingPlan {
        title: asked.title,
        description: asked.description,
        starts_at: asked.starts_at,
        duration_minutes: asked.duration_minutes,
        time_zone: meeting::time_zone(asked.time_zone.as_deref().unwrap_or("UTC"))?,
        invitees: asked.invitees,
        engine: asked.engine,
        vocabulary: asked.vocabulary,
    };
    let points: Vec<_> = asked.agenda.into_iter().map(|p| (p.title, p.owner)).collect();
    let planned = meetings::plan(&house.app, caller, plan, &points, asked.start_now).await?;
    Ok((StatusCode::CREATED, wired(&house, planned).await?))
}

/// A meeting, by id or code.
#[utoipa::path(get, path = "/meetings/{meeting}", operation_id = "getMeeting", tag = "meetings", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 200, body = wire::Meeting), (status = "default", body = ErrorBody)))]
async fn show(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<axum::Json<wire::Meeting>, ApiError> {
    let (meeting, access) = permit::open(&house.app, caller, &named).await?;
    let seen = meetings::view(&house.app, meeting).await?;
    Ok(axum::Json(view::meeting(&house.app, seen, Some(access.role == Role::Host))))
}

/// Changes the plan; absent fields stay.
#[utoipa::path(patch, path = "/meetings/{meeting}", operation_id = "changeMeeting", tag = "meetings", params(("meeting" = String, Path, description = "Id or code")),
    request_body = wire::MeetingChange, responses((status = 200, body = wire::Meeting), (status = "default", body = ErrorBody)))]
async fn change(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
    Json(asked): Json<wire::MeetingChange>,
) -> Result<axum::Json<wire::Meeting>, ApiError> {
    let changed = meetings::change(&house.app, caller, &named, |plan| edit(plan, asked)).await?;
    wired(&house, changed).await
}

fn edit(plan: &mut MeetingPlan, asked: wire::MeetingChange) -> Result<(), Refusal> {
    if let Some(title) = asked.title {
        plan.title = title;
    }
    if let Some(description) = asked.description {
        plan.description = description;
    }
    if let Some(starts_at) = asked.starts_at {
        plan.starts_at = starts_at;
    }
    if let Some(minutes) = asked.duration_minutes {
        plan.duration_minutes = minutes;
    }
    if let Some(zone) = asked.time_zone {
        plan.time_zone = meeting::time_zone(&zone)?;
    }
    if let Some(invitees) = asked.invitees {
        plan.invitees = invitees;
    }
    if let Some(engine) = asked.engine {
        plan.engine = engine;
    }
    if let Some(vocabulary) = asked.vocabulary {
        plan.vocabulary = vocabulary;
    }
    Ok(())
}

/// Starts the meeting; idempotent.
#[utoipa::path(post, path = "/meetings/{meeting}/start", operation_id = "startMeeting", tag = "meetings", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 200, body = wire::Meeting), (status = "default", body = ErrorBody)))]
async fn start(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<axum::Json<wire::Meeting>, ApiError> {
    let started = meetings::start(&house.app, caller, &named).await?;
    wired(&house, started).await
}

/// Ends the meeting; idempotent. Its minutes are written in the background.
#[utoipa::path(post, path = "/meetings/{meeting}/end", operation_id = "endMeeting", tag = "meetings", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 200, body = wire::Meeting), (status = "default", body = ErrorBody)))]
async fn end(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<axum::Json<wire::Meeting>, ApiError> {
    let ended = meetings::end(&house.app, caller, &named).await?;
    wired(&house, ended).await
}

/// Deletes the meeting; it can be brought back for 30 days.
#[utoipa::path(delete, path = "/meetings/{meeting}", operation_id = "deleteMeeting", tag = "meetings", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn delete(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<StatusCode, ApiError> {
    meetings::delete(&house.app, caller, &named).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Brings a deleted meeting back.
#[utoipa::path(post, path = "/meetings/{meeting}/restore", operation_id = "restoreMeeting", tag = "meetings", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 200, body = wire::Meeting), (status = "default", body = ErrorBody)))]
async fn restore(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<axum::Json<wire::Meeting>, ApiError> {
    let restored = meetings::restore(&house.app, caller, &named).await?;
    wired(&house, restored).await
}
