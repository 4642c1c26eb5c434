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
    page::<Dist>(request.method(), request.uri().path(), request.headers())
}

fn page<Files: RustEmbed>(method: &Method, path: &str, asked: &HeaderMap) -> Response {
    let path = path.trim_start_matches('/');
    if path == "api" || path.starts_with("api/") || path.starts_with("socket.io") {
        return NOWHERE.into_response();
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        return WRONG_METHOD.into_response();
    }
    if let Some(file) = Files::get(path).filter(|_| !path.is_empty()) {
        return answer(path, file, asked);
    }
    // A file that is not there is not there; a page is the app's to know.
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    if is_file {
        return NOWHERE.into_response();
    }
    match Files::get("index.html") {
        Some(page) => answer("index.html", page, asked),
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[derive(RustEmbed)]
    #[folder = "tests/web"]
    struct Fixture;

    #[derive(RustEmbed)]
    #[folder = "tests/not-built"]
    #[allow_missing = true]
    struct NotBuilt;

    fn get(path: &str) -> Response {
        page::<Fixture>(&Method::GET, path, &HeaderMap::new())
    }

    fn header(answer: &Response, name: header::HeaderName) -> &str {
        answer.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    #[test]
    fn every_address_of_the_app_is_its_one_page() {
        for path in ["/", "/home", "/m/abcd2345", "/settings/account"] {
            let answer = get(path);
            assert_eq!(answer.status(), StatusCode::OK, "{path}");
            assert_eq!(header(&answer, header::CONTENT_TYPE), "text/html; charset=utf-8", "{path}");
            assert_eq!(header(&answer, header::CACHE_CONTROL), "no-cache", "{path}");
        }
    }

    #[test]
    fn what_is_named_by_its_content_is_kept_forever_and_the_rest_is_asked_for_again() {
        let script = get("/assets/app-1a2b3c4d.js");
        assert_eq!(header(&script, header::CONTENT_TYPE), "text/javascript; charset=utf-8");
        assert_eq!(header(&script, header::CACHE_CONTROL), FOREVER);
        assert_eq!(header(&get("/sw.js"), header::CACHE_CONTROL), ASK_AGAIN);
        assert_eq!(header(&get("/app.webmanifest"), header::CONTENT_TYPE), "application/manifest+json");
    }

    #[test]
    fn what_the_browser_has_is_not_sent_again() {
        let tag = header(&get("/sw.js"), header::ETAG).to_owned();
        let mut asked = HeaderMap::new();
        asked.insert(header::IF_NONE_MATCH, HeaderValue::from_str(&tag).expect("plain"));
        assert_eq!(page::<Fixture>(&Method::GET, "/sw.js", &asked).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(page::<Fixture>(&Method::GET, "/", &asked).status(), StatusCode::OK);
    }

    #[test]
    fn a_missing_file_and_the_houses_own_addresses_are_no_pages() {
        for path in [
            "/favicon.ico",
            "/assets/app-00000000.js",
            "/api/v1/nothing",
            "/api",
            "/../Cargo.toml",
            "/a/../../build.rs",
        ] {
            assert_eq!(get(path).status(), StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(
            page::<Fixture>(&Method::POST, "/", &HeaderMap::new()).status(),
            StatusCode::METHOD_NOT_ALLOWED
        );
    }

    #[test]
    fn a_server_without_its_app_says_so() {
        let answer = page::<NotBuilt>(&Method::GET, "/", &HeaderMap::new());
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(header(&answer, header::CONTENT_TYPE), "text/html; charset=utf-8");
    }
}
