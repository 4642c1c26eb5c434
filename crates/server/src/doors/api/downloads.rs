//! `/downloads/{ticket}`: the bytes behind a link that expires.

use crate::{
    app::downloads,
    doors::{
        House,
        error::{self, ApiError, ErrorBody},
        extract::Path,
    },
};
use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::{fmt::Write as _, ops::Range};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(download))
}

/// The file behind a link; `Range` gives a part of it.
#[utoipa::path(get, path = "/downloads/{ticket}", operation_id = "download", tag = "exports", params(("ticket" = String, Path, description = "From a link")),
    responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = 206, description = "A part of it", content_type = "application/octet-stream"),
        (status = 416, description = "It has no such part", body = ErrorBody), (status = "default", body = ErrorBody)))]
async fn download(
    State(house): State<House>,
    Path(ticket): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let file = downloads::open(&house.app, &ticket).await?;
    let tag = format!("\"{}\"", file.tag);
    let asked = headers.get(header::RANGE).and_then(|v| v.to_str().ok());
    let is_same = headers.get(header::IF_RANGE).is_none_or(|v| v.as_bytes() == tag.as_bytes());
    let part = match asked.filter(|_| is_same).map(|asked| part(asked, file.length)) {
        Some(Part::Impossible) => {
            let length = format!("bytes */{}", file.length);
            return Ok(([(header::CONTENT_RANGE, length)], error::NO_SUCH_PART).into_response());
        }
        Some(Part::Of(range)) => Some(range),
        Some(Part::Whole) | None => None,
    };
    let range = part.clone().unwrap_or(0..file.length);
    let bits = file.bits(&house.app, range.clone()).await?;
    let mut response = Body::from_stream(bits).into_response();
    let answer = response.headers_mut();
    let text = |value: String| HeaderValue::from_str(&value).expect("made of plain ASCII");
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    answer.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
    answer.insert(header::CONTENT_DISPOSITION, text(disposition(&file.name)));
    answer.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    answer.insert(header::ETAG, text(tag));
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=900"));
    answer.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // Should a browser show it after all: as a page that can do nothing.
    answer.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; media-src 'self'; style-src 'unsafe-inline'; sandbox"),
    );
    if part.is_some() {
        let place = format!("bytes {}-{}/{}", range.start, range.end - 1, file.length);
        answer.insert(header::CONTENT_RANGE, text(place));
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    Ok(response)
}

/// What a `Range` header asks for (RFC 9110 §14).
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// Not understood, or several parts: the whole file is a right answer.
    Whole,
    /// A part.
    Of(Range<u64>),
    /// It begins behind the end.
    Impossible,
}

fn part(asked: &str, length: u64) -> Part {
    let Some((first, last)) = asked.trim().strip_prefix("bytes=").and_then(|p| p.split_once('-')) else {
        return Part::Whole;
    };
    let number = |text: &str| {
        let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| text.parse().unwrap_or(u64::MAX))
    };
    let range = match (first.trim(), last.trim()) {
        ("", last) => match number(last) {
            Some(count) => length.saturating_sub(count)..length,
            None => return Part::Whole,
        },
        (first, "") => match number(first) {
            Some(first) => first..length,
            None => return Part::Whole,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(length),
            _ => return Part::Whole,
        },
    };
    if range.start >= range.end { Part::Impossible } else { Part::Of(range) }
}

/// The file's name, in ASCII for old readers and whole for the others (RFC 6266, RFC 8187).
fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%') || c == ' ' { c } else { '_' })
        .collect();
    let mut text = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_read_as_the_standard_says() {
        assert_eq!(part("bytes=0-3", 10), Part::Of(0..4));
        assert_eq!(part("bytes=4-", 10), Part::Of(4..10));
        assert_eq!(part("bytes=-3", 10), Part::Of(7..10));
        assert_eq!(part("bytes=-30", 10), Part::Of(0..10));
        assert_eq!(part("bytes=8-99999999999999999999999", 10), Part::Of(8..10));
        assert_eq!(part("bytes=10-", 10), Part::Impossible);
        assert_eq!(part("bytes=-0", 10), Part::Impossible);
        assert_eq!(part("bytes=0-", 0), Part::Impossible);
        for odd in ["bytes=3-1", "bytes=a-b", "bytes=0-1,4-5", "lines=1-2", "bytes=-", "", "bytes=+1-2"] {
            assert_eq!(part(odd, 10), Part::Whole, "{odd}");
        }
    }

    #[test]
    fn a_name_is_told_to_old_and_new_readers() {
        assert_eq!(
            disposition("Año 1/2 \"x\".pdf"),
            "attachment; filename=\"A_o 1/2 _x_.pdf\"; filename*=UTF-8''A%C3%B1o%201%2F2%20%22x%22.pdf"
        );
    }
}
