//! `/meetings/{meeting}/chat`.

use super::wire;
use crate::{
    app::{Caller, chat},
    doors::{
        House,
        error::{ApiError, ErrorBody},
        extract::{Json, Path, Query},
    },
};
use axum::{extract::State, http::StatusCode};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(lines, say))
}

/// From where on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// Only lines after this one; without it the last ones.
    #[serde(default)]
    after: Option<Uuid>,
}

/// Up to 200 lines in order.
#[utoipa::path(get, path = "/meetings/{meeting}/chat", operation_id = "listChat", tag = "chat", params(("meeting" = String, Path, description = "Id or code"), After),
    responses((status = 200, body = Vec<wire::ChatLine>), (status = "default", body = ErrorBody)))]
async fn lines(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
    Query(asked): Query<After>,
) -> Result<axum::Json<Vec<wire::ChatLine>>, ApiError> {
    let lines = chat::lines(&house.app, caller, &named, asked.after.map(Into::into)).await?;
    Ok(axum::Json(lines.into_iter().map(Into::into).collect()))
}

/// Stores a line; sending the same `clientId` again stores nothing and answers 200.
#[utoipa::path(post, path = "/meetings/{meeting}/chat", operation_id = "sayInChat", tag = "chat", params(("meeting" = String, Path, description = "Id or code")),
    request_body = wire::ChatDraft, responses((status = 201, body = wire::ChatLine), (status = 200, body = wire::ChatLine), (status = "default", body = ErrorBody)))]
async fn say(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
    Json(asked): Json<wire::ChatDraft>,
) -> Result<(StatusCode, axum::Json<wire::ChatLine>), ApiError> {
    let (line, is_new) = chat::say(&house.app, caller, &named, &asked.text, &asked.client_id).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, axum::Json(line.into())))
}
