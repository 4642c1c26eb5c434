//! `/meetings/{meeting}/agenda`.

use super::wire;
use crate::{
    app::{Caller, agenda, meetings},
    doors::{
        House,
        error::{ApiError, ErrorBody},
        extract::{Json, Path},
    },
};
use axum::{extract::State, http::StatusCode};
use huddle_domain::AgendaItemId;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new()
        .routes(routes!(list, add))
        .routes(routes!(reorder))
        .routes(routes!(set_current))
        .routes(routes!(change, remove))
}

/// The points in order.
#[utoipa::path(get, path = "/meetings/{meeting}/agenda", operation_id = "listAgenda", tag = "agenda", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 200, body = Vec<wire::AgendaItem>), (status = "default", body = ErrorBody)))]
async fn list(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<axum::Json<Vec<wire::AgendaItem>>, ApiError> {
    let items = agenda::list(&house.app, caller, &named).await?;
    Ok(axum::Json(items.into_iter().map(Into::into).collect()))
}

/// Adds a point at the end.
#[utoipa::path(post, path = "/meetings/{meeting}/agenda", operation_id = "addAgendaItem", tag = "agenda", params(("meeting" = String, Path, description = "Id or code")),
    request_body = wire::AgendaPlan, responses((status = 201, body = wire::AgendaItem), (status = "default", body = ErrorBody)))]
async fn add(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
    Json(asked): Json<wire::AgendaPlan>,
) -> Result<(StatusCode, axum::Json<wire::AgendaItem>), ApiError> {
    let item = agenda::add(&house.app, caller, &named, &asked.title, asked.owner.as_deref()).await?;
    Ok((StatusCode::CREATED, axum::Json(item.into())))
}

/// Changes a point; absent fields stay.
#[utoipa::path(patch, path = "/meetings/{meeting}/agenda/{item}", operation_id = "changeAgendaItem", tag = "agenda", params(("meeting" = String, Path, description = "Id or code"), ("item" = Uuid, Path, description = "The item")),
    request_body = wire::AgendaItemChange, responses((status = 200, body = wire::AgendaItem), (status = "default", body = ErrorBody)))]
async fn change(
    State(house): State<House>,
    caller: Caller,
    Path((named, item)): Path<(String, Uuid)>,
    Json(asked): Json<wire::AgendaItemChange>,
) -> Result<axum::Json<wire::AgendaItem>, ApiError> {
    let changed = agenda::change(&house.app, caller, &named, item.into(), asked.title, asked.owner).await?;
    Ok(axum::Json(changed.into()))
}

/// Removes a point; what was said under it stays.
#[utoipa::path(delete, path = "/meetings/{meeting}/agenda/{item}", operation_id = "removeAgendaItem", tag = "agenda", params(("meeting" = String, Path, description = "Id or code"), ("item" = Uuid, Path, description = "The item")),
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn remove(
    State(house): State<House>,
    caller: Caller,
    Path((named, item)): Path<(String, Uuid)>,
) -> Result<StatusCode, ApiError> {
    agenda::remove(&house.app, caller, &named, item.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Puts the points in this order; all must be named once.
#[utoipa::path(put, path = "/meetings/{meeting}/agenda/order", operation_id = "orderAgenda", tag = "agenda", params(("meeting" = String, Path, description = "Id or code")),
    request_body = wire::AgendaOrder, responses((status = 200, body = Vec<wire::AgendaItem>), (status = "default", body = ErrorBody)))]
async fn reorder(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
    Json(asked): Json<wire::AgendaOrder>,
) -> Result<axum::Json<Vec<wire::AgendaItem>>, ApiError> {
    let order: Vec<_> = asked.items.into_iter().map(AgendaItemId).collect();
    let items = agenda::reorder(&house.app, caller, &named, &order).await?;
    Ok(axum::Json(items.into_iter().map(Into::into).collect()))
}

/// Sets the point being talked about; null for none.
#[utoipa::path(put, path = "/meetings/{meeting}/agenda/current", operation_id = "setCurrentAgendaItem", tag = "agenda", params(("meeting" = String, Path, description = "Id or code")),
    request_body = wire::CurrentItem, responses((status = 204), (status = "default", body = ErrorBody)))]
async fn set_current(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
    Json(asked): Json<wire::CurrentItem>,
) -> Result<StatusCode, ApiError> {
    meetings::set_current_item(&house.app, caller, &named, asked.item.map(Into::into)).await?;
    Ok(StatusCode::NO_CONTENT)
}
