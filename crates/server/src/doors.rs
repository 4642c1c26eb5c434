//! The doors: thin translations between wires and verbs, and the one router they hang in.

pub mod api;
pub mod error;
pub mod extract;
pub mod health;
pub mod limit;
pub mod request;
pub mod tus;
pub mod web;

use crate::{app::App, live::Live};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderName, HeaderValue, Method, header},
    middleware,
};
use limit::Limits;
use std::{sync::Arc, time::Duration};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer,
        predicate::{DefaultPredicate, NotForContentType, Predicate},
    },
    cors::CorsLayer,
};

/// Largest body of a request, bytes.
pub const BODY_MAX: usize = 1 << 20;

/// What a door's handlers reach.
#[derive(Debug, Clone)]
pub struct House {
    /// The verbs' bundle.
    pub app: Arc<App>,
    /// The live side of meetings.
    pub live: Arc<Live>,
    /// How often strangers knocked.
    pub limits: Arc<Limits>,
}

impl House {
    /// A house that nobody has knocked at.
    pub fn new(app: Arc<App>, live: Arc<Live>) -> Self {
        Self { app, live, limits: Arc::default() }
    }
}

/// The one router. Serve it with the peers' addresses: `into_make_service_with_connect_info::<SocketAddr>()`.
pub async fn router(house: House) -> Router {
    let live = api::live::layer(house.clone()).await;
    let (api, document) = api::routes().split_for_parts();
    let (health, _) = health::routes().split_for_parts();
    let packed = DefaultPredicate::new()
        .and(NotForContentType::const_new("audio/"))
        .and(NotForContentType::const_new("application/pdf"));
    // The last layer is the first to see a request.
    Router::new()
        .merge(api)
        .merge(health)
        .merge(api::docs::routes(document))
        .method_not_allowed_fallback(async || error::WRONG_METHOD)
        .fallback(web::serve)
        .with_state(house.clone())
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(CatchPanicLayer::custom(request::panicked))
        .layer(middleware::from_fn(request::bounded))
        .layer(CompressionLayer::new().compress_when(packed))
        .layer(live)
        .layer(middleware::from_fn_with_state(house.clone(), request::guarded))
        .layer(cors(&house.app))
        .layer(middleware::from_fn_with_state(house.clone(), tus::spoken))
        .layer(middleware::from_fn_with_state(house, request::named))
}

/// Pages of the origins that are set may call with their user's cookies; others may not read an answer.
fn cors(app: &App) -> CorsLayer {
    let origins = app.config.server.cors_origins.iter();
    let origins: Vec<HeaderValue> = origins.filter_map(|o| o.trim_end_matches('/').parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(origins)
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(
            [
                header::AUTHORIZATION,
                header::CONTENT_TYPE,
                HeaderName::from_static("x-huddle-csrf"),
                HeaderName::from_static("x-request-id"),
            ]
            .into_iter()
            .chain(tus::ASKED)
            .collect::<Vec<_>>(),
        )
        .expose_headers(
            [header::CONTENT_DISPOSITION, header::RETRY_AFTER, HeaderName::from_static("x-request-id")]
                .into_iter()
                .chain(tus::ANSWERED)
                .collect::<Vec<_>>(),
        )
        .max_age(Duration::from_secs(3_600))
}
