//! The web app, from inside the binary: its files, and its one page for every address that it has itself.
//! Development builds read `web/dist` from the disk, so that a new build of the app needs none of ours.

use super::error::{NOWHERE, WRONG_METHOD};
use axum::{
    extract::Request,
    http::{HeaderMap, Method, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Dist;

/// Vite names these by what is in them: they never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// All others are asked for again, which costs little: they carry an ETag.
const ASK_AGAIN: &str = "no-cache";

/// Answers everything that no other door does.
pub async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    if path.starts_with("api/") || path == "api" || path.starts_with("socket.io") {
        return NOWHERE.into_response();
    }
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return WRONG_METHOD.into_response();
    }
    if let Some(file) = Dist::get(path).filter(|_| !path.is_empty()) {
        return answer(path, file, request.headers());
    }
    // A file that is not there is not there; a page is the app's to know.
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_file {
        return NOWHERE.into_response();
    }
    match Dist::get("index.html") {
        Some(page) => answer("index.html", page, request.headers()),
        None => (StatusCode::NOT_FOUND, Html(NOT_BUILT)).into_response(),
    }
}

fn answer(path: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let hash: String = file.metadata.sha256_hash().iter().take(16).map(|b| format!("{b:02x}")).collect();
    // Weak: what is compressed on the way is the same to whoever reads it.
    let tag = format!("W/\"{hash}\"");
    let caching = if path.starts_with("assets/") { FOREVER } else { ASK_AGAIN };
    let headers = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, caching.to_owned())];
    let known = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok());
    if known.flat_map(|v| v.split(',')).any(|v| v.trim() == tag) {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    let kind = content_type(path, file.metadata.mimetype());
    (headers, [(header::CONTENT_TYPE, kind)], file.data).into_response()
}

fn content_type(path: &str, guessed: &str) -> String {
    if path.ends_with(".webmanifest") {
        return "application/manifest+json".into();
    }
    let is_text = guessed.starts_with("text/") || guessed == "application/json";
    if is_text { format!("{guessed}; charset=utf-8") } else { guessed.to_owned() }
}

const NOT_BUILT: &str = "<!doctype html><meta charset=\"utf-8\"><title>huddle</title><p>This server runs without \
its web app: build it with <code>make run</code> or <code>make release</code>. \
The API is described at <a href=\"/api/v1/docs\">/api/v1/docs</a>.</p>\n";
