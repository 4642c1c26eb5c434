//! `/uploads`: recordings that come as files, by tus 1.0; `GET` tells of them in JSON.

use super::wire;
use crate::{
    app::{
        Caller,
        uploads::{self, UploadView},
    },
    doors::{
        House,
        error::{ApiError, ErrorBody, WRONG_METHOD},
        extract::Path,
        tus,
    },
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use huddle_domain::{
    Refusal, UploadId, meeting,
    upload::{Upload, UploadPlan},
};
use std::collections::HashMap;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The route of one upload, as the router has it.
pub const ROUTE: &str = "/api/v1/uploads/{upload}";

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(look, offset, append, remove))
        .route("/uploads/{upload}", post(hidden))
}

/// What of the account's own uploads is under way or was refused, newest first.
#[utoipa::path(get, path = "/uploads", operation_id = "listUploads", tag = "uploads",
    responses((status = 200, body = Vec<wire::Upload>), (status = "default", body = ErrorBody)))]
async fn list(State(house): State<House>, caller: Caller) -> Result<axum::Json<Vec<wire::Upload>>, ApiError> {
    let views = uploads::list(&house.app, caller).await?;
    Ok(axum::Json(views.into_iter().map(Into::into).collect()))
}

/// Begins an upload (tus creation). `Upload-Metadata` may have: filename, filetype, title, meeting (id or code of
/// one to join), timeZone, startMs, recordedAt. Anything else is passed over.
#[utoipa::path(post, path = "/uploads", operation_id = "createUpload", tag = "uploads",
    params(("Tus-Resumable" = String, Header, description = "1.0.0"), ("Upload-Length" = u64, Header, description = "Bytes of the file"), ("Upload-Metadata" = Option<String>, Header, description = "Pairs of a name and a value in Base64")),
    responses((status = 201, description = "Begun; Location says where its bytes go"), (status = 412, description = "Another version of tus", body = ErrorBody), (status = 413, description = "Larger than uploads.max_bytes", body = ErrorBody), (status = "default", body = ErrorBody)))]
async fn create(
    State(house): State<House>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    caller.account()?;
    if headers.contains_key(tus::DEFER) {
        return Err(Refusal::invalid("Upload-Defer-Length", "is not known here: send Upload-Length").into());
    }
    let length = number(&headers, &tus::LENGTH)?;
    let metadata = text(&headers, &tus::METADATA)?.unwrap_or_default();
    let said = pairs(metadata)?;
    let mut plan = plan(&said, length)?;
    plan.metadata = metadata.to_owned();
    let joins = said.get("meeting").map(String::as_str).filter(|m| !m.is_empty());
    let upload = uploads::create(&house.app, caller, plan, joins).await?;
    let place = HeaderValue::from_str(&format!("{}/{}", tus::PATH, upload.id)).expect("an id is plain");
    let headers = [(header::LOCATION, place), (tus::EXPIRES, date(upload.expires_at))];
    Ok((StatusCode::CREATED, headers).into_response())
}

/// An upload, for people.
#[utoipa::path(get, path = "/uploads/{upload}", operation_id = "getUpload", tag = "uploads", params(("upload" = uuid::Uuid, Path)),
    responses((status = 200, body = wire::Upload), (status = "default", body = ErrorBody)))]
async fn look(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<UploadId>,
) -> Result<axum::Json<wire::Upload>, ApiError> {
    Ok(axum::Json(uploads::look(&house.app, caller, id).await?.into()))
}

/// How many bytes are here, for programs (tus core). Whoever was sending is stopped.
#[utoipa::path(head, path = "/uploads/{upload}", operation_id = "resumeUpload", tag = "uploads",
    params(("upload" = uuid::Uuid, Path), ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses((status = 200, description = "Upload-Offset and Upload-Length"), (status = 410, description = "Given up, or refused"), (status = "default", description = "No")))]
async fn offset(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<UploadId>,
) -> Result<Response, ApiError> {
    let (upload, here) = uploads::offset(&house.app, caller, id).await?;
    let metadata = HeaderValue::from_str(&upload.metadata).unwrap_or(HeaderValue::from_static(""));
    let mut response = (StatusCode::OK, progress(&upload, here)).into_response();
    let headers = response.headers_mut();
    headers.insert(tus::LENGTH, upload.length.into());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if !metadata.is_empty() {
        headers.insert(tus::METADATA, metadata);
    }
    Ok(response)
}

/// Appends bytes (tus core). With the last of them the file becomes a meeting, or is refused with 422.
#[utoipa::path(patch, path = "/uploads/{upload}", operation_id = "appendToUpload", tag = "uploads",
    params(("upload" = uuid::Uuid, Path), ("Tus-Resumable" = String, Header, description = "1.0.0"), ("Upload-Offset" = u64, Header, description = "The place of the first byte")),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    responses((status = 204, description = "Kept; Upload-Offset says how far it is"), (status = 409, description = "Not where the file ends", body = ErrorBody), (status = 410, description = "Given up, or refused", body = ErrorBody),
        (status = 413, description = "More than announced", body = ErrorBody), (status = 415, description = "Not application/offset+octet-stream", body = ErrorBody), (status = 422, description = "No recording that can be heard", body = ErrorBody), (status = "default", body = ErrorBody)))]
async fn append(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<UploadId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    caller.account()?;
    if headers.get(header::CONTENT_TYPE).is_none_or(|t| t != "application/offset+octet-stream") {
        return Err(ApiError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported_media_type",
            "Send the bytes as application/offset+octet-stream.",
        ));
    }
    let from = number(&headers, &tus::OFFSET)?;
    let coming =
        headers.contains_key(header::CONTENT_LENGTH).then(|| number(&headers, &header::CONTENT_LENGTH));
    let place = (from, coming.transpose()?);
    let (upload, here) = uploads::append(&house.app, caller, id, place, body.into_data_stream()).await?;
    Ok((StatusCode::NO_CONTENT, progress(&upload, here)).into_response())
}

/// Gives the upload up (tus termination), or forgets that it was refused.
#[utoipa::path(delete, path = "/uploads/{upload}", operation_id = "deleteUpload", tag = "uploads",
    params(("upload" = uuid::Uuid, Path), ("Tus-Resumable" = String, Header, description = "1.0.0")),
    responses((status = 204, description = "Gone"), (status = "default", body = ErrorBody)))]
async fn remove(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<UploadId>,
) -> Result<StatusCode, ApiError> {
    uploads::remove(&house.app, caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `PATCH` and `DELETE` from places that let only `POST` through (tus, `X-HTTP-Method-Override`).
async fn hidden(
    state: State<House>,
    caller: Caller,
    path: Path<UploadId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    match headers.get(tus::OVERRIDE).map(HeaderValue::as_bytes) {
        Some(b"PATCH") => append(state, caller, path, headers, body).await,
        Some(b"DELETE") => Ok(remove(state, caller, path).await?.into_response()),
        _ => Err(WRONG_METHOD.into()),
    }
}

/// The headers that say how far an upload is.
fn progress(upload: &Upload, here: u64) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([(tus::OFFSET, HeaderValue::from(here))]);
    if here < upload.length {
        headers.insert(tus::EXPIRES, date(upload.expires_at));
    }
    headers
}

/// A moment as HTTP writes it (RFC 9110 §5.6.7).
fn date(at: DateTime<Utc>) -> HeaderValue {
    HeaderValue::from_str(&at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()).expect("plain ASCII")
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Result<Option<&'h str>, Refusal> {
    let read = |value: &'h HeaderValue| value.to_str();
    headers.get(name).map(read).transpose().map_err(|_| Refusal::invalid(field(name), "is not plain ASCII"))
}

/// A header that is a whole number.
fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Refusal> {
    let given = text(headers, name)?;
    let digits = given.filter(|t| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit()));
    digits
        .and_then(|t| t.parse().ok().filter(|n| *n <= i64::MAX.unsigned_abs()))
        .ok_or_else(|| Refusal::invalid(field(name), "must be a whole number of bytes"))
}

/// A header as the protocol spells it.
fn field(name: &HeaderName) -> &'static str {
    match name.as_str() {
        "upload-length" => "Upload-Length",
        "upload-offset" => "Upload-Offset",
        "upload-metadata" => "Upload-Metadata",
        _ => "Content-Length",
    }
}

/// `Upload-Metadata`: names, each with a value in Base64 or none.
fn pairs(metadata: &str) -> Result<HashMap<&str, String>, Refusal> {
    let wrong = || Refusal::invalid("Upload-Metadata", "must be pairs of a name and its value in Base64");
    let pairs = metadata.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once(' ').unwrap_or((pair, ""));
            let bytes = BASE64_STANDARD.decode(value.trim()).map_err(|_| wrong())?;
            Ok((name, String::from_utf8(bytes).map_err(|_| wrong())?))
        })
        .collect()
}

fn plan(said: &HashMap<&str, String>, length: u64) -> Result<UploadPlan, Refusal> {
    let get = |name: &str| said.get(name).map(|v| v.trim()).filter(|v| !v.is_empty());
    let wrong = |name, what: &str| Refusal::invalid(name, what);
    let moment = |at: &str| {
        let read = DateTime::parse_from_rfc3339(at).map(|at| at.with_timezone(&Utc));
        read.map_err(|_| wrong("recordedAt", "is not a time such as 2026-11-20T09:00:00Z"))
    };
    Ok(UploadPlan {
        length,
        file_name: get("filename").unwrap_or_default().to_owned(),
        media_type: get("filetype").unwrap_or_default().to_owned(),
        title: get("title").unwrap_or_default().to_owned(),
        time_zone: get("timeZone").map_or(Ok(chrono_tz::Tz::UTC), meeting::time_zone)?,
        start_ms: get("startMs")
            .map_or(Ok(0), |ms| ms.parse().map_err(|_| wrong("startMs", "is no number")))?,
        recorded_at: get("recordedAt").map(moment).transpose()?,
        metadata: String::new(),
    })
}

impl From<UploadView> for wire::Upload {
    fn from(view: UploadView) -> Self {
        let upload = view.upload;
        Self {
            id: upload.id.into(),
            file_name: upload.file_name,
            title: upload.title,
            state: upload.state.as_str().into(),
            length: upload.length,
            received: view.here,
            meeting: view.meeting.map(|m| wire::UploadMeeting { code: m.code.0, title: m.title }),
            remark: upload.remark.map(|r| wire::Remark { code: r.code, message: r.message }),
            created_at: upload.created_at,
            expires_at: upload.expires_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_are_pairs_of_which_some_are_known() {
        let said = pairs("filename d2Vla2x5Lndhdg==, title V8O2Y2hlbnRsaWNo,relativePath bnVsbA==,empty")
            .expect("good");
        assert_eq!(said["title"], "Wöchentlich");
        let plan = plan(&said, 5).expect("good");
        assert_eq!((plan.file_name.as_str(), plan.title.as_str()), ("weekly.wav", "Wöchentlich"));
        assert!(pairs("").is_ok_and(|p| p.is_empty()));
        for bad in ["filename ???", "filename gA==", "a b c"] {
            assert!(pairs(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_moment_is_written_as_http_has_it() {
        let at = DateTime::from_timestamp(784_111_777, 0).expect("a time");
        assert_eq!(date(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn a_number_is_digits_and_nothing_else() {
        let read = |text: &'static str| {
            let headers = HeaderMap::from_iter([(tus::LENGTH, HeaderValue::from_static(text))]);
            number(&headers, &tus::LENGTH).ok()
        };
        assert_eq!(read("12"), Some(12));
        for bad in ["", "-1", "+1", "1.5", "9223372036854775808", "99999999999999999999"] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
