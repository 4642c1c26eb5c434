//! `/auth`: register, sign in, refresh, sign out. Tokens go out in the body for API clients and as cookies
//! for the web app, whose scripts never get to see them.

use super::{view, wire};
use crate::{
    app::{accounts, sessions},
    doors::{
        House,
        error::{ApiError, ErrorBody},
        extract::{self, Json, OwnSession},
        limit::{self, Address},
    },
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new()
        .routes(routes!(register))
        .routes(routes!(sign_in))
        .routes(routes!(refresh))
        .routes(routes!(sign_out))
}

/// Makes an account; the first one is the administrator's. The answer is the same for an address that has
/// an account already.
#[utoipa::path(post, path = "/auth/register", operation_id = "register", tag = "auth", request_body = wire::Register,
    responses((status = 202, body = wire::Empty), (status = "default", body = ErrorBody)))]
async fn register(
    State(house): State<House>,
    address: Address,
    Json(asked): Json<wire::Register>,
) -> Result<(StatusCode, axum::Json<wire::Empty>), ApiError> {
    limit::sign_in(&house, address)?;
    accounts::register(&house.app, &asked.email, &asked.name, &asked.password).await?;
    Ok((StatusCode::ACCEPTED, axum::Json(wire::Empty {})))
}

/// Begins a session. Five failures lock the account for 15 minutes; the answer does not tell.
#[utoipa::path(post, path = "/auth/sign-in", operation_id = "signIn", tag = "auth", request_body = wire::SignIn,
    responses((status = 200, body = wire::Session), (status = "default", body = ErrorBody)))]
async fn sign_in(
    State(house): State<House>,
    address: Address,
    headers: HeaderMap,
    jar: CookieJar,
    Json(asked): Json<wire::SignIn>,
) -> Result<(CookieJar, axum::Json<wire::Session>), ApiError> {
    limit::sign_in(&house, address)?;
    let session = accounts::sign_in(&house.app, &asked.email, &asked.password, asked.remember).await?;
    Ok(with_cookies(&house, jar, session, extract::is_page(&headers)))
}

/// Renews a session. The token is spent; using a spent one again ends the session everywhere.
#[utoipa::path(post, path = "/auth/refresh", operation_id = "refreshSession", tag = "auth", request_body = Option<wire::Refresh>,
    responses((status = 200, body = wire::Session), (status = "default", body = ErrorBody)))]
async fn refresh(
    State(house): State<House>,
    address: Address,
    headers: HeaderMap,
    jar: CookieJar,
    asked: Option<Json<wire::Refresh>>,
) -> Result<Response, ApiError> {
    limit::session(&house, address)?;
    let token = token(&house, &headers, &jar, asked)?.ok_or(sessions::NO_TOKEN)?;
    match sessions::refresh(&house.app, &token).await {
        // Who refreshes by cookie has sent the header of a page, or was refused.
        Ok(session) => Ok(with_cookies(&house, jar, session, extract::is_page(&headers)).into_response()),
        // A browser whose session has ended should stop sending it.
        Err(error) if error.code() != "fault" => {
            Ok((without_cookies(&house, jar), ApiError::from(error)).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

/// Ends the session and clears the cookies; without a session it does nothing.
#[utoipa::path(post, path = "/auth/sign-out", operation_id = "signOut", tag = "auth", request_body = Option<wire::Refresh>,
    responses((status = 204), (status = "default", body = ErrorBody)))]
async fn sign_out(
    State(house): State<House>,
    address: Address,
    headers: HeaderMap,
    jar: CookieJar,
    session: Result<OwnSession, ApiError>,
    asked: Option<Json<wire::Refresh>>,
) -> Result<(CookieJar, StatusCode), ApiError> {
    limit::session(&house, address)?;
    if let Some(token) = token(&house, &headers, &jar, asked)? {
        sessions::sign_out(&house.app, &token).await?;
    }
    match session {
        Ok(OwnSession(Some(session))) => sessions::end(&house.app, session).await?,
        Err(forged) if forged.code == "csrf" => return Err(forged),
        // Nobody's, or one that is over already.
        Ok(OwnSession(None)) | Err(_) => {}
    }
    Ok((without_cookies(&house, jar), StatusCode::NO_CONTENT))
}

/// The refresh token of the body, else of the cookie, which another site's page must not make use of.
fn token(
    house: &House,
    headers: &HeaderMap,
    jar: &CookieJar,
    asked: Option<Json<wire::Refresh>>,
) -> Result<Option<String>, ApiError> {
    if let Some(token) = asked.and_then(|Json(asked)| asked.refresh_token) {
        return Ok(Some(token));
    }
    let Some(cookie) = jar.get(extract::REFRESH_COOKIE) else { return Ok(None) };
    extract::refuse_forgery(&house.app, headers)?;
    Ok(Some(cookie.value().to_owned()))
}

fn with_cookies(
    house: &House,
    jar: CookieJar,
    session: sessions::Session,
    is_page: bool,
) -> (CookieJar, axum::Json<wire::Session>) {
    let jar = extract::session_cookies(&house.app, &session).into_iter().fold(jar, CookieJar::add);
    (jar, axum::Json(view::session(session, is_page)))
}

fn without_cookies(house: &House, jar: CookieJar) -> CookieJar {
    extract::no_session_cookies(&house.app).into_iter().fold(jar, CookieJar::add)
}
