//! `/api/v1/openapi.json`, and `/api/v1/docs`, where people read and try it; nothing is loaded from elsewhere.

use crate::doors::House;
use axum::{Router, http::header, routing::get};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::{Config, SwaggerUi};

/// Serves this document.
pub fn routes(document: OpenApi) -> Router<House> {
    let text = document.to_json().expect("the document is JSON");
    let json = get(async move || ([(header::CONTENT_TYPE, "application/json")], text));
    let pages = SwaggerUi::new("/api/v1/docs").config(Config::from("/api/v1/openapi.json"));
    Router::new().route("/api/v1/openapi.json", json).merge(pages)
}
