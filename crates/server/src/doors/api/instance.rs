//! `/instance`: what a visitor may know of this server.

use super::{view, wire};
use crate::{
    app::{accounts, captions},
    config::Registration,
    doors::{
        House,
        error::{ApiError, ErrorBody},
    },
};
use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(show))
}

/// What a visitor may know of this server.
#[utoipa::path(get, path = "/instance", operation_id = "getInstance", tag = "instance",
    responses((status = 200, body = wire::Instance), (status = "default", body = ErrorBody)))]
async fn show(State(house): State<House>) -> Result<axum::Json<wire::Instance>, ApiError> {
    let registration = match house.app.config.accounts.registration {
        Registration::Open => "open",
        Registration::Closed => "closed",
    };
    Ok(axum::Json(wire::Instance {
        version: env!("CARGO_PKG_VERSION").into(),
        registration: registration.into(),
        needs_first_account: accounts::needs_first(&house.app).await?,
        captions: view::captions(&house.app),
        engines: captions::engines(&house.app).into_iter().map(str::to_owned).collect(),
    }))
}
