//! Fetching a model: in pieces if the connection breaks, checked before it gets its name.

use super::{Model, Models, is_name, is_whole};
use reqwest::{
    Client, Response, StatusCode,
    header::{CONTENT_RANGE, ETAG, IF_RANGE, RANGE},
    redirect,
};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

/// How often in a row the connection may break without a byte in between.
const FAILURES: u32 = 5;
/// Between two of them; doubled each time.
const PAUSE: Duration = Duration::from_millis(if cfg!(test) { 5 } else { 500 });
/// How long the source may be silent.
const SILENCE: Duration = Duration::from_secs(30);
/// Lists of checksums longer than this are none.
const LONGEST_LIST: usize = 1 << 20;

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes that are here.
    pub done: u64,
    /// Bytes in all, if the source says so.
    pub total: Option<u64>,
}

/// A model that was fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// Where it is.
    pub path: PathBuf,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// The checksum was known beforehand, and is right.
    pub verified: bool,
}

/// Why a model was not fetched; says what to do.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// Not a name.
    #[error("{0:?} is no name of a model: `huddle models list` shows names")]
    Name(String),
    /// The source has no such model.
    #[error("{0} is not there: check the name with `huddle models list`, and the setting speech.models_url")]
    NotThere(String),
    /// The source does not give it.
    #[error("{url} answered {status}: check the setting speech.models_url")]
    Refused {
        /// What was asked for.
        url: String,
        /// What it answered.
        status: u16,
    },
    /// The source cannot be reached, or breaks off again and again. What came is kept.
    #[error("{0}; what came is kept: the same command goes on from there")]
    BrokenOff(String),
    /// The disk does not take it.
    #[error("{path} cannot be written: {source}; give the folder to the user that runs huddle, or make room")]
    Disk {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It came whole, and is another file than was expected.
    #[error("the model has the SHA-256 {found}, and should have {expected}: it was thrown away; try again")]
    Checksum {
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// It came whole, and is no model.
    #[error(
        "what {0} gave is no model of whisper.cpp: it was thrown away; check the setting speech.models_url"
    )]
    NoModel(String),
    /// Somebody else fetches it.
    #[error("another huddle is fetching this model")]
    Busy,
    /// A setting that is no address, or a system without TLS.
    #[error("{0}")]
    Setting(String),
}

/// Fetches the model `name` from `source`, and checks it: with `sha256` if that is given, else with what the
/// source says (a `.sha256` beside the file, `SHA256SUMS`, or the header `X-Linked-ETag`). Goes on where an
/// earlier try stopped.
pub async fn pull(
    models: &Models,
    source: &str,
    name: &str,
    sha256: Option<&str>,
    mut told: impl FnMut(Progress),
) -> Result<Pulled, PullError> {
    if !is_name(name) {
        return Err(PullError::Name(name.into()));
    }
    let file = Model::file(name);
    let url = format!("{}/{file}", source.trim_end_matches('/'));
    let expected = match sha256 {
        Some(given) => Some(hex(given).ok_or_else(|| PullError::Setting("--sha256 is no SHA-256".into()))?),
        None => checksum(source, &file, &url).await?,
    };
    let path = models.path(name);
    let part = Part::open(models, &path)?;
    let got = Fetch { client: client(redirect::Policy::limited(10))?, url: &url, part: &part };
    got.all(&mut told).await?;
    let found = sum(&part.path)?;
    if let Some(expected) = expected.as_ref().filter(|e| **e != found) {
        part.throw_away();
        return Err(PullError::Checksum { expected: expected.clone(), found });
    }
    if !is_whole(&part.path).map_err(disk(&part.path))? {
        part.throw_away();
        return Err(PullError::NoModel(url));
    }
    fs::rename(&part.path, &path).map_err(disk(&path))?;
    part.throw_away();
    Ok(Pulled { path, sha256: found, verified: expected.is_some() })
}

fn disk(path: &Path) -> impl Fn(io::Error) -> PullError {
    let path = path.to_owned();
    move |source| PullError::Disk { path: path.clone(), source }
}

fn client(redirects: redirect::Policy) -> Result<Client, PullError> {
    let tls = crate::tls::client().map_err(PullError::Setting)?;
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(SILENCE)
        .redirect(redirects)
        .user_agent(concat!("huddle/", env!("CARGO_PKG_VERSION")));
    client.build().map_err(|e| PullError::Setting(e.to_string()))
}

/// A SHA-256 in hexadecimal, in small letters.
fn hex(text: &str) -> Option<String> {
    let text = text.trim().trim_matches('"');
    let is_hex = text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit());
    is_hex.then(|| text.to_ascii_lowercase())
}

/// What the source says that the file's checksum is, if it says anything.
async fn checksum(source: &str, file: &str, url: &str) -> Result<Option<String>, PullError> {
    let http = client(redirect::Policy::limited(10))?;
    if let Some(list) = text(&http, &format!("{url}.sha256")).await
        && let Some(sum) = list.split_whitespace().next().and_then(hex)
    {
        return Ok(Some(sum));
    }
    if let Some(list) = text(&http, &format!("{}/SHA256SUMS", source.trim_end_matches('/'))).await {
        let lines = list.lines().filter_map(|line| line.split_once(char::is_whitespace));
        let mut ours = lines.filter(|(_, name)| name.trim().trim_start_matches('*') == file);
        if let Some(sum) = ours.next().and_then(|(sum, _)| hex(sum)) {
            return Ok(Some(sum));
        }
    }
    // Hugging Face says it where it sends one on to the file itself.
    let head = client(redirect::Policy::none())?.head(url).send().await.ok();
    let tag = head.as_ref().and_then(|answer| answer.headers().get("x-linked-etag"));
    Ok(tag.and_then(|tag| tag.to_str().ok()).and_then(hex))
}

async fn text(http: &Client, url: &str) -> Option<String> {
    let mut answer = http.get(url).send().await.ok().filter(|a| a.status() == StatusCode::OK)?;
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_LIST {
            return None;
        }
    }
    String::from_utf8(body).ok()
}

fn sum(path: &Path) -> Result<String, PullError> {
    let mut file = File::open(path).map_err(disk(path))?;
    let (mut hasher, mut block) = (Sha256::new(), vec![0; 1 << 20]);
    loop {
        let read = file.read(&mut block).map_err(disk(path))?;
        if read == 0 {
            return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hasher.update(&block[..read]);
    }
}

/// What is here of a file on its way, and of which version of it.
struct Part {
    path: PathBuf,
    tag: PathBuf,
    /// Held by whoever fetches.
    file: File,
}

impl Part {
    fn open(models: &Models, path: &Path) -> Result<Self, PullError> {
        fs::create_dir_all(models.dir()).map_err(disk(models.dir()))?;
        let (tag, path) = (path.with_extension("bin.part.tag"), path.with_extension("bin.part"));
        let file = OpenOptions::new().create(true).append(true).open(&path).map_err(disk(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { path, tag, file }),
            Err(fs::TryLockError::WouldBlock) => Err(PullError::Busy),
            Err(fs::TryLockError::Error(error)) => Err(disk(&path)(error)),
        }
    }

    fn bytes(&self) -> Result<u64, PullError> {
        Ok(self.file.metadata().map_err(disk(&self.path))?.len())
    }

    fn version(&self) -> Option<String> {
        fs::read_to_string(&self.tag).ok().filter(|tag| !tag.is_empty())
    }

    /// Nothing is here yet, of this version.
    fn begin(&self, version: Option<&str>) -> Result<(), PullError> {
        self.file.set_len(0).map_err(disk(&self.path))?;
        fs::write(&self.tag, version.unwrap_or_default()).map_err(disk(&self.tag))
    }

    fn throw_away(&self) {
        // What cannot be removed is overwritten another time.
        let _ = fs::remove_file(&self.tag);
        let _ = fs::remove_file(&self.path);
    }
}

struct Fetch<'a> {
    client: Client,
    url: &'a str,
    part: &'a Part,
}

impl Fetch<'_> {
    /// Fetches until all is here.
    async fn all(&self, told: &mut impl FnMut(Progress)) -> Result<(), PullError> {
        let (mut failures, mut pause) = (0, PAUSE);
        loop {
            let before = self.part.bytes()?;
            let broken = match self.some(told).await? {
                Ok(()) => return Ok(()),
                Err(broken) => broken,
            };
            if self.part.bytes()? > before {
                (failures, pause) = (0, PAUSE);
            }
            failures += 1;
            if failures >= FAILURES {
                let what = if broken.is_connect() { "cannot be reached" } else { "broke off" };
                return Err(PullError::BrokenOff(format!("{} {what}", self.url)));
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
    }

    /// Fetches what is missing, as long as the connection lasts.
    async fn some(&self, told: &mut impl FnMut(Progress)) -> Result<Result<(), reqwest::Error>, PullError> {
        let here = self.part.bytes()?;
        let mut request = self.client.get(self.url);
        if let Some(version) = self.part.version().filter(|_| here > 0) {
            request = request.header(RANGE, format!("bytes={here}-")).header(IF_RANGE, version);
        }
        let mut answer = match request.send().await {
            Ok(answer) => answer,
            Err(broken) => return Ok(Err(broken)),
        };
        let mut done = self.meet(&answer, here)?;
        let Some(start) = done else { return Ok(Ok(())) };
        let total = answer.content_length().map(|rest| start + rest);
        told(Progress { done: start, total });
        loop {
            match answer.chunk().await {
                Ok(Some(chunk)) => {
                    (&self.part.file).write_all(&chunk).map_err(disk(&self.part.path))?;
                    let now = done.unwrap_or(start) + chunk.len() as u64;
                    done = Some(now);
                    told(Progress { done: now, total });
                }
                Ok(None) => return Ok(Ok(())),
                Err(broken) => return Ok(Err(broken)),
            }
        }
    }

    /// What an answer means: the byte from which it goes on, or `None` if all is here.
    fn meet(&self, answer: &Response, here: u64) -> Result<Option<u64>, PullError> {
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        match answer.status() {
            StatusCode::PARTIAL_CONTENT => {
                let from = header(CONTENT_RANGE).and_then(|range| range.strip_prefix("bytes "));
                let from = from.and_then(|range| range.split('-').next()).and_then(|from| from.parse().ok());
                if from == Some(here) {
                    Ok(Some(here))
                } else {
                    self.part.begin(None)?;
                    Err(PullError::BrokenOff(format!("{} gave another part than was asked for", self.url)))
                }
            }
            StatusCode::OK => {
                // A weak tag does not tell versions apart byte by byte.
                self.part.begin(header(ETAG).filter(|tag| !tag.starts_with("W/")))?;
                Ok(Some(0))
            }
            StatusCode::RANGE_NOT_SATISFIABLE => {
                let total = header(CONTENT_RANGE).and_then(|range| range.strip_prefix("bytes */"));
                if total.and_then(|total| total.parse().ok()) == Some(here) {
                    return Ok(None);
                }
                self.part.begin(None)?;
                Err(PullError::BrokenOff(format!("{} has changed", self.url)))
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(PullError::NotThere(self.url.into())),
            status => Err(PullError::Refused { url: self.url.into(), status: status.as_u16() }),
        }
    }
}

#[cfg(test)]
mod tests;
