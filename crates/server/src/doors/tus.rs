//! What of the tus protocol (<https://tus.io/protocols/resumable-upload>) is the same for all its requests: its
//! version, and what the server can do.

use super::{House, error::ApiError};
use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Where uploads live.
pub const PATH: &str = "/api/v1/uploads";
/// The version that is spoken here.
const VERSION: HeaderValue = HeaderValue::from_static("1.0.0");
const EXTENSIONS: HeaderValue = HeaderValue::from_static("creation,expiration,termination");

/// `Tus-Resumable`
pub const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
/// `Upload-Offset`
pub const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// `Upload-Length`
pub const LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// `Upload-Metadata`
pub const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
/// `Upload-Expires`
pub const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// `Upload-Defer-Length`
pub const DEFER: HeaderName = HeaderName::from_static("upload-defer-length");
/// `X-HTTP-Method-Override`
pub const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
const VERSIONS: HeaderName = HeaderName::from_static("tus-version");
const EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
const MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");

/// Headers that a client of another origin may send.
pub const ASKED: [HeaderName; 6] = [RESUMABLE, OFFSET, LENGTH, METADATA, DEFER, OVERRIDE];
/// Headers that it may read.
pub const ANSWERED: [HeaderName; 9] =
    [RESUMABLE, OFFSET, LENGTH, METADATA, EXPIRES, VERSIONS, EXTENSION, MAX_SIZE, header::LOCATION];

/// Answers `OPTIONS`, refuses other versions, and says ours on every answer about uploads. `GET` is not of tus: it
/// needs no version.
pub async fn spoken(State(house): State<House>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if path != PATH && !path.strip_prefix(PATH).is_some_and(|rest| rest.starts_with('/')) {
        return next.run(request).await;
    }
    let is_preflight = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if request.method() == Method::OPTIONS && !is_preflight {
        able(house.app.config.uploads.max_bytes)
    } else if wants_version(request.method()) && request.headers().get(&RESUMABLE) != Some(&VERSION) {
        let refused = ApiError::new(
            StatusCode::PRECONDITION_FAILED,
            "tus_version",
            "Send the header Tus-Resumable: 1.0.0.",
        );
        ([(VERSIONS, VERSION)], refused).into_response()
    } else {
        next.run(request).await
    };
    response.headers_mut().insert(RESUMABLE, VERSION);
    response
}

fn wants_version(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::OPTIONS)
}

/// What the server can do.
fn able(max_bytes: u64) -> Response {
    let headers = [(VERSIONS, VERSION), (EXTENSION, EXTENSIONS), (MAX_SIZE, HeaderValue::from(max_bytes))];
    (StatusCode::NO_CONTENT, headers).into_response()
}
