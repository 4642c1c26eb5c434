//! What every request gets, whichever door it came to: an id, a line in the log, an end, and on its answer
//! the headers that keep a browser from being turned against its user. Never logged: tokens, words, addresses.

use super::{
    House,
    error::{FAULT, REQUEST_ID, TIMED_OUT, request_id},
};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::{
    any::Any,
    time::{Duration, Instant},
};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The beginning of an answer may take so long; its body may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Gives the request its id, and writes a line when it is answered.
pub async fn named(State(house): State<House>, mut request: Request, next: Next) -> Response {
    let given = request.headers().get(&X_REQUEST_ID).and_then(|v| v.to_str().ok()).filter(|id| is_plain(id));
    let id = match given {
        Some(id) => id.to_owned(),
        None => house.app.next_id::<uuid::Uuid>().to_string(),
    };
    let value = HeaderValue::from_str(&id).expect("ids are plain");
    request.headers_mut().insert(X_REQUEST_ID, value.clone());
    let began = Instant::now();
    let method = request.method().clone();
    let template = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let is_api = template.as_deref().is_some_and(|t| t.starts_with("/api/"));
    let route = template.unwrap_or_else(|| "other".into());
    let mut response = REQUEST_ID.scope(id.clone(), next.run(request)).await;
    response.headers_mut().insert(X_REQUEST_ID, value);

    let (status, took) = (response.status().as_u16(), began.elapsed());
    let labels =
        [("method", known(&method).to_owned()), ("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("huddle_http_requests_total", &labels).increment(1);
    metrics::histogram!("huddle_http_request_seconds", "route" => route.clone()).record(took.as_secs_f64());
    let ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    if is_api || status >= 500 {
        tracing::info!(request.id = %id, %method, route, status, ms, "Answered");
    } else {
        tracing::debug!(request.id = %id, %method, route, status, ms, "Answered");
    }
    response
}

/// The method, if it is one of those that there are: anybody can invent others, and each label is kept.
fn known(method: &Method) -> &'static str {
    let usual = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    usual.into_iter().find(|name| method.as_str() == *name).unwrap_or("other")
}

fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// Ends what takes too long. How long a file takes to arrive is up to its sender; who says nothing for a while is
/// given up by the verb itself.
pub async fn bounded(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let brings = matches!(*request.method(), Method::PATCH | Method::POST);
    if brings && route == Some(super::api::uploads::ROUTE) {
        return next.run(request).await;
    }
    match tokio::time::timeout(PATIENCE, next.run(request)).await {
        Ok(response) => response,
        Err(_) => TIMED_OUT.into_response(),
    }
}

/// The answer of a handler that panicked.
pub fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let said = panic.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no words");
    tracing::error!(request.id = %request_id(), panic = said, "A handler panicked");
    FAULT.into_response()
}

/// Headers of every answer, unless a handler set its own.
pub async fn guarded(State(house): State<House>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut default = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    default(header::X_FRAME_OPTIONS, "DENY");
    // The address of a meeting page lets people in; it goes to nobody else.
    default(header::REFERRER_POLICY, "same-origin");
    default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=(), usb=()",
    );
    if is_api {
        default(header::CACHE_CONTROL, "no-store");
    }
    if house.app.public_url().starts_with("https://") {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| policy(&house));
    response
}

/// What our pages may load and whom they may talk to: this server, and what they made themselves.
fn policy(house: &House) -> HeaderValue {
    // Some browsers do not count a WebSocket to the same host as 'self'.
    let live = house.app.public_url().replacen("http", "ws", 1);
    let text = format!(
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' blob: data:; \
         media-src 'self' blob: data:; font-src 'self' data:; worker-src 'self' blob:; connect-src 'self' {live}; \
         object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("default-src 'self'"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    #[tokio::test]
    async fn a_panic_is_a_fault_and_tells_nothing() {
        let boom: fn() -> &'static str = || panic!("the secret is 42");
        let router = Router::new().route("/", get(async move || boom()));
        let router = router.layer(CatchPanicLayer::custom(panicked));
        let asked = Request::new(Body::empty());
        let answer = REQUEST_ID.scope("an-id".into(), router.oneshot(asked)).await.expect("an answer");
        assert_eq!(answer.status(), 500);
        let body = axum::body::to_bytes(answer.into_body(), 10_000).await.expect("a body");
        let error: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        assert_eq!((&error["code"], &error["requestId"]), (&"fault".into(), &"an-id".into()));
        assert!(!error.to_string().contains("42"), "{error}");
    }

    #[test]
    fn only_plain_ids_are_taken_over() {
        assert!(is_plain("abc-123_x.Y"));
        for strange in ["", "a b", "a;b", "é", &"x".repeat(65)] {
            assert!(!is_plain(strange), "{strange}");
        }
    }
}
