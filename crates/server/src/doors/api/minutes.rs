//! `/meetings/{meeting}/minutes`.

use super::wire;
use crate::{
    app::{
        Caller,
        minutes::{self, MinutesState},
    },
    doors::{
        House,
        error::{ApiError, ErrorBody},
        extract::Path,
    },
};
use axum::{extract::State, http::StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(read, write_again))
}

/// The minutes, and where they are.
#[utoipa::path(get, path = "/meetings/{meeting}/minutes", operation_id = "getMinutes", tag = "minutes", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 200, body = wire::MinutesState), (status = "default", body = ErrorBody)))]
async fn read(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<axum::Json<wire::MinutesState>, ApiError> {
    Ok(axum::Json(minutes::read(&house.app, caller, &named).await?.into()))
}

/// Has the minutes written again, once the meeting has ended; for its host.
#[utoipa::path(post, path = "/meetings/{meeting}/minutes", operation_id = "writeMinutes", tag = "minutes", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 202, body = wire::MinutesState), (status = "default", body = ErrorBody)))]
async fn write_again(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<(StatusCode, axum::Json<wire::MinutesState>), ApiError> {
    let state = minutes::write_again(&house.app, caller, &named).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(state.into())))
}

impl From<MinutesState> for wire::MinutesState {
    fn from(state: MinutesState) -> Self {
        Self {
            state: state.state.as_str().into(),
            reason: state.reason,
            minutes: state.minutes.map(Into::into),
            updated_at: state.updated_at,
        }
    }
}
