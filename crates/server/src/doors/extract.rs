//! What handlers take from a request: who asks, JSON, path and query, each refused in the house's own
//! words; and the cookies of the web app.

use super::{
    House,
    error::{ApiError, MALFORMED, TOO_LARGE},
};
use crate::app::{
    App, Caller,
    sessions::Session,
    tokens::{self, Proof},
};
use axum::{
    extract::{
        FromRequest, FromRequestParts, OptionalFromRequest, Request,
        rejection::{JsonRejection, PathRejection, QueryRejection},
    },
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use chrono::TimeDelta;
use huddle_domain::{Refusal, TokenFamilyId, account::GUEST_LIFE};
use serde::de::DeserializeOwned;

/// The cookie of the access token.
pub const ACCESS_COOKIE: &str = "huddle_access";
/// The cookie of the refresh token; sent to `/api/v1/auth` only.
pub const REFRESH_COOKIE: &str = "huddle_refresh";
/// The cookie of the last meeting that was joined as a guest.
pub const GUEST_COOKIE: &str = "huddle_guest";
/// The header that a page of another site cannot set.
const CSRF_HEADER: &str = "x-huddle-csrf";

/// Who asks, and by what they proved it.
#[derive(Debug, Clone, Copy)]
struct Asker {
    proof: Option<Proof>,
    by_cookie: bool,
}

/// The token given apart, else the bearer token, else the cookies: the account's before the guest's. A
/// cookie that was never ours is passed over; one that has expired asks to be refreshed.
fn asker(app: &App, headers: &HeaderMap, token: Option<&str>) -> Result<Asker, Refusal> {
    if let Some(token) = token.or_else(|| bearer(headers)) {
        return Ok(Asker { proof: Some(tokens::read(app, token)?), by_cookie: false });
    }
    let jar = CookieJar::from_headers(headers);
    for name in [ACCESS_COOKIE, GUEST_COOKIE] {
        match jar.get(name).map(|cookie| tokens::read(app, cookie.value())) {
            Some(Ok(proof)) => return Ok(Asker { proof: Some(proof), by_cookie: true }),
            Some(Err(tokens::EXPIRED)) if name == ACCESS_COOKIE => return Err(tokens::EXPIRED),
            Some(Err(_)) | None => {}
        }
    }
    Ok(Asker { proof: None, by_cookie: false })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// What whoever asks has proved, if anything; `token` is one that came outside the headers. Refuses a token
/// that is not good.
pub fn proof_of(app: &App, headers: &HeaderMap, token: Option<&str>) -> Result<Option<Proof>, Refusal> {
    Ok(asker(app, headers, token)?.proof)
}

/// Whether the page that asks, if it is one, was served by this house or by an origin that is set.
pub fn is_own_origin(app: &App, headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let Ok(origin) = origin.to_str() else { return false };
    let origin = origin.trim_end_matches('/');
    let is = |other: &str| origin.eq_ignore_ascii_case(other.trim_end_matches('/'));
    // People reach one house by many names; what the browser calls it is in `Host`.
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    is(&app.public_url())
        || app.config.server.cors_origins.iter().any(|allowed| is(allowed))
        || host.is_some_and(|host| is(&format!("http://{host}")) || is(&format!("https://{host}")))
}

/// Whether a page of the web app asks, which has cookies and no use for tokens.
pub fn is_page(headers: &HeaderMap) -> bool {
    headers.contains_key(CSRF_HEADER)
}

/// Refuses what another site's page made the browser send: a change, proved by cookies alone.
pub fn refuse_forgery(app: &App, headers: &HeaderMap) -> Result<(), Refusal> {
    if headers.get(CSRF_HEADER).is_some_and(|v| v == "1") && is_own_origin(app, headers) {
        Ok(())
    } else {
        Err(Refusal::Forbidden {
            code: "csrf",
            message: "Send the header X-Huddle-CSRF: 1, from a page of this server.",
        })
    }
}

fn asker_of(parts: &Parts, house: &House) -> Result<Asker, ApiError> {
    let asker = asker(&house.app, &parts.headers, None)?;
    let is_change = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    if asker.by_cookie && is_change {
        refuse_forgery(&house.app, &parts.headers)?;
    }
    Ok(asker)
}

impl FromRequestParts<House> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, ApiError> {
        Ok(asker_of(parts, house)?.proof.map_or(Caller::Nobody, |proof| proof.caller))
    }
}

/// The session that asks, if it is one.
#[derive(Debug, Clone, Copy)]
pub struct OwnSession(pub Option<TokenFamilyId>);

impl FromRequestParts<House> for OwnSession {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, ApiError> {
        Ok(Self(asker_of(parts, house)?.proof.and_then(|proof| proof.session)))
    }
}

/// A JSON body.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<House> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, house: &House) -> Result<Self, ApiError> {
        let read = <axum::Json<T> as FromRequest<House>>::from_request(request, house).await;
        Ok(Self(read.map_err(not_json)?.0))
    }
}

/// A request without a body and without a type has none.
impl<T: DeserializeOwned> OptionalFromRequest<House> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, house: &House) -> Result<Option<Self>, ApiError> {
        let headers = request.headers();
        let is_empty = headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0")
            && !headers.contains_key(header::TRANSFER_ENCODING);
        if is_empty {
            return Ok(None);
        }
        <Self as FromRequest<House>>::from_request(request, house).await.map(Some)
    }
}

fn not_json(rejection: JsonRejection) -> ApiError {
    match rejection {
        JsonRejection::JsonDataError(error) => unfit(&error.body_text()),
        JsonRejection::JsonSyntaxError(_) => MALFORMED.into(),
        JsonRejection::MissingJsonContentType(_) => ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Send the body as application/json.",
        ),
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE.into(),
        _ => MALFORMED.into(),
    }
}

/// JSON that is not what was asked for; the library's sentence names the field.
fn unfit(sentence: &str) -> ApiError {
    let said = sentence.split_once("target type: ").map_or(sentence, |(_, said)| said);
    let said = said.split(" at line ").next().unwrap_or(said);
    // The path is that of the field, but of what should hold it where the field is missing.
    let (path, what) = said.split_once(": ").unwrap_or(("", said));
    let missing = said.split_once("missing field `").and_then(|(_, rest)| rest.split('`').next());
    let field = match (path, missing, what) {
        ("", Some(missing), _) => Some(missing.to_owned()),
        (path, Some(missing), what) if what.starts_with("missing") => Some(format!("{path}.{missing}")),
        ("", None, _) => None,
        (path, ..) => Some(path.to_owned()),
    };
    let field = field.filter(|f| f.len() <= 100 && !f.contains(' ')).unwrap_or_else(|| "body".into());
    let mut error = ApiError::new(StatusCode::BAD_REQUEST, "invalid", crop(said));
    error.details = Some(serde_json::json!({ "field": field }));
    error
}

/// What somebody sent is repeated to them in moderation.
fn crop(text: &str) -> String {
    text.chars().take(300).collect()
}

/// Parts of the path; what has not their form names nothing.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<House> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, ApiError> {
        let read = axum::extract::Path::<T>::from_request_parts(parts, house).await;
        let read =
            read.map_err(|_: PathRejection| ApiError::from(Refusal::NotFound("What was asked for")))?;
        Ok(Self(read.0))
    }
}

/// The query.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<House> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, ApiError> {
        let read = axum::extract::Query::<T>::from_request_parts(parts, house).await;
        let read = read.map_err(|e: QueryRejection| {
            let said = e.body_text();
            let said = said.split_once(": ").map_or(said.as_str(), |(_, said)| said);
            ApiError::from(Refusal::invalid("query", crop(said)))
        })?;
        Ok(Self(read.0))
    }
}

/// The cookies of a session.
pub fn session_cookies(app: &App, session: &Session) -> [Cookie<'static>; 2] {
    [
        // It outlives its token, so that an expired one is told apart from none.
        cookie(app, ACCESS_COOKIE, &session.access_token, "/", session.life),
        cookie(app, REFRESH_COOKIE, &session.refresh_token, "/api/v1/auth", session.life),
    ]
}

/// Takes the cookies of a session away.
pub fn no_session_cookies(app: &App) -> [Cookie<'static>; 2] {
    [
        cookie(app, ACCESS_COOKIE, "", "/", TimeDelta::zero()),
        cookie(app, REFRESH_COOKIE, "", "/api/v1/auth", TimeDelta::zero()),
    ]
}

/// The cookie of a guest; it holds the last meeting that was joined.
pub fn guest_cookie(app: &App, token: &str) -> Cookie<'static> {
    cookie(app, GUEST_COOKIE, token, "/", GUEST_LIFE)
}

fn cookie(app: &App, name: &str, value: &str, path: &str, life: TimeDelta) -> Cookie<'static> {
    let secure = app.config.is_production() || app.public_url().starts_with("https://");
    let text = format!(
        "{name}={value}; Path={path}; Max-Age={}; HttpOnly; SameSite=Lax{}",
        life.num_seconds(),
        if secure { "; Secure" } else { "" }
    );
    Cookie::parse(text).expect("names and tokens are plain").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(sentence: &str) -> String {
        let error = unfit(sentence);
        error.details.expect("it names the field")["field"].as_str().expect("a name").to_owned()
    }

    #[test]
    fn the_field_at_fault_is_named() {
        let begin = "Failed to deserialize the JSON body into the target type: ";
        assert_eq!(field(&format!("{begin}missing field `title` at line 1 column 2")), "title");
        assert_eq!(
            field(&format!("{begin}nope: unknown field `nope`, expected `a` at line 1 column 2")),
            "nope"
        );
        assert_eq!(
            field(&format!("{begin}agenda[0].title: invalid type: null at line 1 column 2")),
            "agenda[0].title"
        );
        assert_eq!(field(&format!("{begin}invalid type: sequence, expected a struct at line 1")), "body");
    }
}
