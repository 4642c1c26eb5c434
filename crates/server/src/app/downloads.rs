//! Downloads: links that anyone may follow until they expire. A ticket says which file, under which
//! name and until when, and is signed (HMAC-SHA256) with the instance's key; nothing is stored.

use super::{App, AppResult, exports, meetings};
use crate::blob::Bits;
use anyhow::Context;
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use futures::StreamExt;
use hmac::{Hmac, KeyInit, Mac};
use huddle_domain::{ExportId, MeetingId, Refusal, StreamId, export::ExportState};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::{io::SeekFrom, ops::Range, path::PathBuf};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

/// How long a link works.
pub const LIFE: TimeDelta = TimeDelta::minutes(15);

/// A file that a ticket can be for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum File {
    /// The kept audio of a stream.
    Audio {
        /// The stream's meeting.
        meeting: MeetingId,
        /// The stream.
        stream: StreamId,
    },
    /// A rendered file.
    Export {
        /// The export.
        export: ExportId,
    },
}

/// What is signed.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    file: File,
    name: String,
    /// Unix seconds.
    until: i64,
}

/// The refusal of a ticket that this instance did not sign.
pub const INVALID: Refusal = Refusal::Forbidden {
    code: "link_invalid",
    message: "This link is not valid. Ask for a new one in the meeting.",
};
/// The refusal of a ticket that was good once.
pub const EXPIRED: Refusal = Refusal::Forbidden {
    code: "link_expired",
    message: "This link has expired. Ask for a new one in the meeting.",
};
const GONE: Refusal = Refusal::NotFound("The file");

/// A link (a path on this server) to a file for [`LIFE`], and until when it works. `name` is what the
/// file will be called by who downloads it.
pub fn ticket(app: &App, file: &File, name: &str) -> (String, DateTime<Utc>) {
    let until = app.now() + LIFE;
    let claims = Claims { file: file.clone(), name: clean(name), until: until.timestamp() };
    let claims = serde_json::to_vec(&claims).expect("ids and text are JSON");
    let signature = mac(app, &claims).finalize().into_bytes();
    let (claims, signature) =
        (BASE64_URL_SAFE_NO_PAD.encode(claims), BASE64_URL_SAFE_NO_PAD.encode(signature));
    (format!("/api/v1/downloads/{claims}.{signature}"), until)
}

fn mac(app: &App, claims: &[u8]) -> Hmac<Sha256> {
    let key = app.secrets.signing.expose_secret().as_bytes();
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length will do");
    mac.update(b"huddle download\0");
    mac.update(claims);
    mac
}

/// A name fit for a file: nothing that ends a path, a header, or the direction of the text.
fn clean(name: &str) -> String {
    let odd = |c: char| {
        c.is_control()
            || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let stem: String = stem.chars().map(|c| if odd(c) { ' ' } else { c }).take(100).collect();
    let stem = stem.split_whitespace().collect::<Vec<_>>().join(" ");
    let stem = stem.trim_matches(|c: char| c == '.' || c.is_whitespace());
    let stem = if stem.is_empty() { "huddle" } else { stem };
    if extension.is_empty() { stem.to_owned() } else { format!("{stem}.{extension}") }
}

/// A file that a good ticket names, as it is now.
#[derive(Debug)]
pub struct Download {
    /// What it is called.
    pub name: String,
    /// Its media type.
    pub media_type: &'static str,
    /// How many bytes it has.
    pub length: u64,
    /// Changes with its bytes.
    pub tag: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Blob(String),
    Disk(PathBuf),
}

/// Judges a ticket and finds its file. What was deleted since is not found.
pub async fn open(app: &App, ticket: &str) -> AppResult<Download> {
    let Claims { file, name, .. } = judge(app, ticket)?;
    let meeting = match &file {
        File::Audio { meeting, .. } => *meeting,
        File::Export { export } => exports::by_id(app, *export).await.map_err(|_| GONE)?.meeting,
    };
    if meetings::by_id(app, meeting).await.map_err(|_| GONE)?.deleted_at.is_some() {
        return Err(GONE.into());
    }
    match file {
        File::Audio { meeting, stream } => {
            let path = app.audio_dir().join(meeting.to_string()).join(format!("{stream}.ogg"));
            let length = tokio::fs::metadata(&path).await.map_err(|_| GONE)?.len();
            let tag = format!("{stream}-{length}");
            Ok(Download { name, media_type: "audio/ogg", length, tag, place: Place::Disk(path) })
        }
        File::Export { export } => {
            let export = exports::by_id(app, export).await?;
            let key = export.blob.filter(|_| export.state == ExportState::Ready).ok_or(GONE)?;
            let length = app.blob.length(&key).await?.ok_or(GONE)?;
            let tag = format!("{}-{length}", export.id);
            let media_type = export.format.media_type();
            Ok(Download { name, media_type, length, tag, place: Place::Blob(key) })
        }
    }
}

fn judge(app: &App, ticket: &str) -> Result<Claims, Refusal> {
    let (claims, signature) = ticket.split_once('.').ok_or(INVALID)?;
    let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).map_err(|_| INVALID)?;
    let signature = BASE64_URL_SAFE_NO_PAD.decode(signature).map_err(|_| INVALID)?;
    // Compares in constant time.
    mac(app, &claims).verify_slice(&signature).map_err(|_| INVALID)?;
    let claims: Claims = serde_json::from_slice(&claims).map_err(|_| INVALID)?;
    if app.now().timestamp() >= claims.until { Err(EXPIRED) } else { Ok(claims) }
}

impl Download {
    /// Part of the bytes; `range` lies within the length.
    pub async fn bits(&self, app: &App, range: Range<u64>) -> AppResult<Bits> {
        let path = match &self.place {
            Place::Blob(key) => return Ok(app.blob.get(key, range).await?),
            Place::Disk(path) => path,
        };
        let mut file = tokio::fs::File::open(path).await.context("a kept file cannot be opened")?;
        file.seek(SeekFrom::Start(range.start)).await.context("a kept file cannot be read")?;
        // A file that still grows ends where it did when it was asked for.
        Ok(ReaderStream::new(file.take(range.end - range.start)).boxed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_fit_for_files() {
        assert_eq!(clean("Weekly / \"sync\"\r\nX: y.pdf"), "Weekly sync X y.pdf");
        assert_eq!(clean("Reunión años 🎉.md"), "Reunión años 🎉.md");
        assert_eq!(clean("../../etc/passwd.pdf"), "etc passwd.pdf");
        assert_eq!(clean("\u{202e}fdp.exe.pdf"), "fdp.exe.pdf");
        assert_eq!(clean(" .pdf"), "huddle.pdf");
        assert_eq!(clean(&format!("{}.pdf", "ü".repeat(500))).chars().count(), 104);
    }
}
