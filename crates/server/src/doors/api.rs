//! Our own door: `/api/v1`, its OpenAPI document, and the Socket.IO namespace `/v1`.

pub mod agenda;
pub mod auth;
pub mod chat;
pub mod docs;
pub mod downloads;
pub mod exports;
pub mod instance;
pub mod live;
pub mod me;
pub mod meetings;
pub mod minutes;
pub mod participants;
pub mod tasks;
pub mod transcript;
pub mod uploads;
pub mod view;
pub mod wire;

use super::House;
use utoipa::{
    OpenApi as _,
    openapi::{
        OpenApi, SecurityRequirement,
        path::Operation,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};
use utoipa_axum::router::OpenApiRouter;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Huddle",
        description = "Meetings that write themselves up. Live events and conventions: docs/protocol.md.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "instance", description = "This server"),
        (name = "auth", description = "Signing in and out"),
        (name = "me", description = "The account that asks"),
        (name = "meetings", description = "Meetings: planned, live, ended"),
        (name = "participants", description = "Joining, and who is there"),
        (name = "chat", description = "Written words"),
        (name = "agenda", description = "What is to be talked about"),
        (name = "transcript", description = "Spoken words and their audio"),
        (name = "uploads", description = "Recordings that come as files (tus 1.0)"),
        (name = "minutes", description = "The written outcome"),
        (name = "exports", description = "Rendered files"),
        (name = "tasks", description = "Background work"),
    ),
    components(schemas(crate::doors::error::ErrorBody))
)]
struct Document;

/// Operations that anyone may call.
const PUBLIC: &[&str] = &[
    "getInstance",
    "register",
    "signIn",
    "refreshSession",
    "signOut",
    "getInvitation",
    "joinMeeting",
    "download",
];

/// All routes of this door, below `/api/v1`, and their document.
pub fn routes() -> OpenApiRouter<House> {
    let below = OpenApiRouter::new()
        .merge(instance::routes())
        .merge(auth::routes())
        .merge(me::routes())
        .merge(meetings::routes())
        .merge(participants::routes())
        .merge(chat::routes())
        .merge(agenda::routes())
        .merge(transcript::routes())
        .merge(minutes::routes())
        .merge(exports::routes())
        .merge(downloads::routes())
        .merge(uploads::routes())
        .merge(tasks::routes());
    let mut all = OpenApiRouter::with_openapi(Document::openapi()).nest("/api/v1", below);
    say_who_may(all.get_openapi_mut());
    all
}

/// The document of this door (OpenAPI 3.1).
pub fn openapi() -> OpenApi {
    routes().into_openapi()
}

fn say_who_may(document: &mut OpenApi) {
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    for (name, cookie) in [("account", "huddle_access"), ("guest", "huddle_guest")] {
        let cookie = ApiKeyValue::with_description(cookie, "With X-Huddle-CSRF: 1 on everything but GET.");
        components.add_security_scheme(name, SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    }
    let none = Vec::<String>::new;
    let some = ["bearer", "account", "guest"].map(|name| SecurityRequirement::new(name, none()));
    for item in document.paths.paths.values_mut() {
        let of_item =
            [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch, &mut item.head];
        for operation in of_item.into_iter().flatten() {
            let is_public = |o: &Operation| o.operation_id.as_deref().is_some_and(|id| PUBLIC.contains(&id));
            let anyone = is_public(operation).then(SecurityRequirement::default);
            operation.security = Some(anyone.into_iter().chain(some.clone()).collect());
        }
    }
}
