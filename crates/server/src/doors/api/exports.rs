//! `/meetings/{meeting}/exports`.

use super::wire;
use crate::{
    app::{
        Caller,
        exports::{self, ExportView},
    },
    doors::{
        House,
        error::{ApiError, ErrorBody},
        extract::{Json, Path},
    },
};
use axum::{extract::State, http::StatusCode};
use huddle_domain::export::{Export, ExportFormat};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(list, request))
}

/// The rendered files of a meeting, newest first, with links that expire.
#[utoipa::path(get, path = "/meetings/{meeting}/exports", operation_id = "listExports", tag = "exports", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 200, body = Vec<wire::Export>), (status = "default", body = ErrorBody)))]
async fn list(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<axum::Json<Vec<wire::Export>>, ApiError> {
    let exports = exports::list(&house.app, caller, &named).await?;
    Ok(axum::Json(exports.into_iter().map(Into::into).collect()))
}

/// Asks for a file of the minutes as they now are; the one that is there already, if there is one.
#[utoipa::path(post, path = "/meetings/{meeting}/exports", operation_id = "requestExport", tag = "exports", params(("meeting" = String, Path, description = "Id or code")),
    request_body = wire::ExportRequest, responses((status = 202, body = wire::Export), (status = "default", body = ErrorBody)))]
async fn request(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
    Json(asked): Json<wire::ExportRequest>,
) -> Result<(StatusCode, axum::Json<wire::Export>), ApiError> {
    let format = ExportFormat::parse(&asked.format)?;
    let export = exports::request(&house.app, caller, &named, format).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(export.into())))
}

impl From<ExportView> for wire::Export {
    fn from(view: ExportView) -> Self {
        let (url, expires_at) = view.link.unzip();
        Self { url, expires_at, ..view.export.into() }
    }
}

impl From<Export> for wire::Export {
    fn from(export: Export) -> Self {
        Self {
            id: export.id.into(),
            format: export.format.as_str().into(),
            state: export.state.as_str().into(),
            url: None,
            expires_at: None,
            bytes: export.bytes,
            created_at: export.created_at,
        }
    }
}
