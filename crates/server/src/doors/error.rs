//! Refusals and faults in the accent of HTTP: `{code, message, details?, requestId}`.

use crate::app::AppError;
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use huddle_domain::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

tokio::task_local! {
    /// The id of the request being answered; set by `request::named`.
    pub static REQUEST_ID: String;
}

/// Every error on the wire.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ErrorBody {
    /// Stable; programs branch on it.
    pub code: String,
    /// For people; says what to do.
    pub message: String,
    /// More, where there is more: `{field}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
    /// Finds the request in the log.
    pub request_id: String,
}

/// The answer of a handler that fails.
#[derive(Debug)]
pub struct ApiError {
    /// HTTP status.
    pub status: StatusCode,
    /// Stable code.
    pub code: &'static str,
    /// What to do.
    pub message: String,
    /// `{field}` and the like.
    pub details: Option<serde_json::Value>,
    /// `Retry-After`, seconds.
    pub retry_after: Option<u64>,
}

impl ApiError {
    /// An error without details.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: None, retry_after: None }
    }
}

/// The refusal of a body that is no JSON.
pub const MALFORMED: Plain =
    Plain(StatusCode::BAD_REQUEST, "malformed_json", "The body is not well-formed JSON.");
/// The refusal of a body that is too large.
pub const TOO_LARGE: Plain =
    Plain(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "The body is larger than this route takes.");
/// The refusal of a path that leads nowhere.
pub const NOWHERE: Plain = Plain(StatusCode::NOT_FOUND, "not_found", "There is nothing at this address.");
/// The refusal of a verb that the path does not know.
pub const WRONG_METHOD: Plain =
    Plain(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "This address does not take this method.");
/// The refusal of a part of a file that lies behind its end.
pub const NO_SUCH_PART: Plain =
    Plain(StatusCode::RANGE_NOT_SATISFIABLE, "range_not_satisfiable", "The file has no such part.");
/// The answer when a request took too long.
pub const TIMED_OUT: Plain = Plain(
    StatusCode::SERVICE_UNAVAILABLE,
    "unavailable",
    "The server is too busy to answer. Try again soon.",
);
/// The answer when the world failed.
pub const FAULT: Plain = Plain(
    StatusCode::INTERNAL_SERVER_ERROR,
    "fault",
    "Something went wrong on the server. Try again; if it stays, give this request id to the operator.",
);

/// Status, code and message of an error that needs no more.
#[derive(Debug, Clone, Copy)]
pub struct Plain(StatusCode, &'static str, &'static str);

impl From<Plain> for ApiError {
    fn from(Plain(status, code, message): Plain) -> Self {
        Self::new(status, code, message)
    }
}

impl IntoResponse for Plain {
    fn into_response(self) -> Response {
        ApiError::from(self).into_response()
    }
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Refused(refusal) => refusal.into(),
            AppError::Fault(fault) => {
                tracing::error!(request.id = %request_id(), error = format!("{fault:#}"), "A request failed");
                FAULT.into()
            }
        }
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::NotFound(_) => StatusCode::NOT_FOUND,
            Refusal::Unauthenticated { .. } => StatusCode::UNAUTHORIZED,
            Refusal::Forbidden { .. } => StatusCode::FORBIDDEN,
            Refusal::Conflict { .. } => StatusCode::CONFLICT,
            Refusal::Invalid { .. } => StatusCode::BAD_REQUEST,
            Refusal::Exhausted { code: "too_large", .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::Exhausted { code: "disk_full", .. } => StatusCode::INSUFFICIENT_STORAGE,
            Refusal::Gone { .. } => StatusCode::GONE,
            Refusal::Unfit { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::Exhausted { .. } => StatusCode::TOO_MANY_REQUESTS,
        };
        let mut error = Self::new(status, refusal.code(), refusal.to_string());
        match refusal {
            Refusal::Invalid { field, .. } => error.details = Some(serde_json::json!({ "field": field })),
            Refusal::Exhausted { retry_after, .. } => {
                error.retry_after = retry_after.map(|d| d.as_secs().max(1))
            }
            _ => {}
        }
        error
    }
}

/// The id of the request being answered; empty outside one.
pub fn request_id() -> String {
    REQUEST_ID.try_with(Clone::clone).unwrap_or_default()
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ErrorBody {
            code: self.code.into(),
            message: self.message,
            details: self.details,
            request_id: request_id(),
        };
        let mut response = (self.status, Json(body)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
