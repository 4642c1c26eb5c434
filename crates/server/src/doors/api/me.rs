//! `/me`: the account that asks.

use super::wire;
use crate::{
    app::{Caller, accounts},
    doors::{
        House,
        error::{ApiError, ErrorBody},
        extract::{Json, OwnSession},
    },
};
use axum::{extract::State, http::StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(show, rename)).routes(routes!(change_password))
}

/// The account that asks.
#[utoipa::path(get, path = "/me", operation_id = "getMe", tag = "me",
    responses((status = 200, body = wire::Account), (status = "default", body = ErrorBody)))]
async fn show(State(house): State<House>, caller: Caller) -> Result<axum::Json<wire::Account>, ApiError> {
    Ok(axum::Json(accounts::me(&house.app, caller).await?.into()))
}

/// Changes the name; meetings joined before keep the old one.
#[utoipa::path(patch, path = "/me", operation_id = "changeMe", tag = "me", request_body = wire::AccountChange,
    responses((status = 200, body = wire::Account), (status = "default", body = ErrorBody)))]
async fn rename(
    State(house): State<House>,
    caller: Caller,
    Json(asked): Json<wire::AccountChange>,
) -> Result<axum::Json<wire::Account>, ApiError> {
    Ok(axum::Json(accounts::rename(&house.app, caller, &asked.name).await?.into()))
}

/// Changes the password; all other sessions are signed out.
#[utoipa::path(post, path = "/me/password", operation_id = "changePassword", tag = "me", request_body = wire::PasswordChange,
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn change_password(
    State(house): State<House>,
    caller: Caller,
    OwnSession(session): OwnSession,
    Json(asked): Json<wire::PasswordChange>,
) -> Result<StatusCode, ApiError> {
    accounts::change_password(&house.app, caller, session, &asked.current, &asked.new).await?;
    Ok(StatusCode::NO_CONTENT)
}
