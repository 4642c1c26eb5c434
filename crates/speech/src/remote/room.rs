//! The one room that owns sockets: a few threads that wait for all providers, and what they need to speak
//! to them.

use super::{
    Trouble,
    codec::{Live, Request},
    session::Session,
};
use crate::SpeechError;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use secrecy::{ExposeSecret, SecretString};
use std::{sync::Arc, time::Duration};
use tokio::{runtime::Runtime, time::timeout};

/// How long a provider is waited for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Until a connection stands.
    pub(crate) connect: Duration,
    /// Until a block of audio is taken.
    pub(crate) send: Duration,
    /// Until an utterance that was flushed is flushed; then the session is ended, which brings the rest.
    pub(crate) flush: Duration,
    /// Until the session has ended.
    pub(crate) end: Duration,
    /// Until a request is answered.
    pub(crate) request: Duration,
    /// Between two attempts; doubled each time.
    pub(crate) pause: Duration,
    /// A provider that asks for more time than this between attempts is not asked again for the utterance.
    pub(crate) longest_pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            send: Duration::from_secs(4),
            flush: Duration::from_millis(1_500),
            end: Duration::from_secs(5),
            request: Duration::from_secs(20),
            pause: Duration::from_millis(300),
            longest_pause: Duration::from_secs(3),
        }
    }
}

/// Answers longer than this are none.
const LONGEST_ANSWER: usize = 4 << 20;

/// The threads and what they share.
pub(crate) struct Room {
    /// Taken only when the room is dropped.
    runtime: Option<Runtime>,
    http: reqwest::Client,
    tls: Arc<rustls::ClientConfig>,
    pub(crate) patience: Patience,
}

impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Room").finish_non_exhaustive()
    }
}

impl Room {
    /// Starts its threads.
    pub(crate) fn open(patience: Patience) -> Result<Arc<Self>, SpeechError> {
        let failed = |what: &str, e: String| SpeechError::Failed(format!("{what}: {e}"));
        let tls = crate::tls::client().map_err(|e| failed("TLS cannot be used", e))?;
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .connect_timeout(patience.connect)
            .timeout(patience.request)
            // A key goes to nobody but whom the operator named.
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("huddle/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| failed("HTTP cannot be used", e.to_string()))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("providers")
            .enable_all()
            .build()
            .map_err(|e| failed("no thread can be started", e.to_string()))?;
        Ok(Arc::new(Self { runtime: Some(runtime), http, tls: Arc::new(tls), patience }))
    }

    /// Waits for work that is done in here. The calling thread blocks: it is none that waits for others.
    pub(crate) fn wait<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Trouble>> + Send + 'static,
    ) -> Result<T, Trouble> {
        let (answer, answered) = std::sync::mpsc::sync_channel(1);
        self.spawn(async move {
            // Nobody waits any more only when all is over.
            let _ = answer.send(work.await);
        });
        answered.recv().unwrap_or_else(|_| Err(Trouble::Broken("the work was broken off".into())))
    }

    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.runtime.as_ref().expect("it is there until the room is dropped").spawn(work);
    }

    /// Sends a request and reads its answer.
    pub(crate) fn ask(&self, request: Request) -> Result<Vec<u8>, Trouble> {
        let http = self.http.clone();
        self.wait(async move {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, header(&request.content_type)?);
            if let Some(authorization) = &request.authorization {
                headers.insert(AUTHORIZATION, secret(authorization)?);
            }
            let sent = http.post(request.url).headers(headers).body(request.body).send().await;
            let mut answer = sent.map_err(unreachable)?;
            let (status, retry_after) = (answer.status(), retry_after(answer.headers()));
            let mut body = Vec::new();
            while let Some(chunk) = answer.chunk().await.map_err(unreachable)? {
                body.extend_from_slice(&chunk);
                if body.len() > LONGEST_ANSWER {
                    return Err(Trouble::Broken("its answer has no end".into()));
                }
            }
            if status.is_success() {
                Ok(body)
            } else {
                Err(Trouble::of_status(status.as_u16(), reason(&body), retry_after))
            }
        })
    }

    /// Begins a live session; what becomes of it is seen in its state.
    pub(crate) fn connect(&self, live: Live) -> Session {
        let (session, work) = Session::new(live, self.tls.clone(), self.patience);
        self.spawn(work);
        session
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn header(value: &str) -> Result<HeaderValue, Trouble> {
    HeaderValue::from_str(value)
        .map_err(|_| Trouble::Refused("a setting has characters that cannot be sent".into()))
}

/// A header that is not shown.
pub(super) fn secret(value: &SecretString) -> Result<HeaderValue, Trouble> {
    let mut value = HeaderValue::from_str(value.expose_secret())
        .map_err(|_| Trouble::Refused("the key has characters that no key has".into()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Why there was no answer; without the address, which may say more than it should.
fn unreachable(error: reqwest::Error) -> Trouble {
    let what = if error.is_timeout() {
        "it did not answer in time"
    } else if error.is_connect() {
        "it cannot be reached"
    } else {
        "the connection broke off"
    };
    Trouble::Broken(what.into())
}

/// Seconds of `Retry-After`; dates are not understood, and mean some time.
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?;
    Some(
        value
            .trim()
            .parse()
            .map_or(Duration::from_secs(30), |s: f64| Duration::from_secs_f64(s.clamp(0.0, 3_600.0))),
    )
}

/// The word that a provider has for what is wrong. Its sentences may repeat the key, and are not read.
fn reason(body: &[u8]) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let named = ["err_code", "category", "code", "type"];
    let inside = [&body, &body["error"]];
    let word =
        inside.iter().flat_map(|value| named.iter().map(|name| &value[*name])).find_map(|v| v.as_str())?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | ' ');
    (word.len() <= 60 && word.chars().all(plain)).then(|| word.to_owned())
}

/// Waits for `work` at most so long.
pub(super) async fn within<T>(
    patience: Duration,
    what: &str,
    work: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    match timeout(patience, work).await {
        Ok(done) => done,
        Err(_) => Err(Trouble::Broken(what.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_word_and_never_a_sentence() {
        let of = |body: &str| reason(body.as_bytes());
        let deepgram =
            r#"{"err_code":"INVALID_AUTH","err_msg":"Invalid credentials: dg-secret","request_id":"x"}"#;
        assert_eq!(of(deepgram).as_deref(), Some("INVALID_AUTH"));
        let openai = r#"{"error":{"message":"Incorrect API key provided: sk-se**et","type":"invalid_request_error",
            "param":null,"code":"invalid_api_key"}}"#;
        assert_eq!(of(openai).as_deref(), Some("invalid_api_key"));
        assert_eq!(of("<html>secret</html>"), None);
        assert_eq!(of(r#"{"code":"key: sk-secret!"}"#), None);
        assert_eq!(of(r#"{"code":12}"#), None);
    }

    #[test]
    fn retry_after_is_seconds_and_has_bounds() {
        let of = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, header(value).expect("a header"));
            retry_after(&headers)
        };
        assert_eq!(of("2"), Some(Duration::from_secs(2)));
        assert_eq!(of("0.5"), Some(Duration::from_millis(500)));
        assert_eq!(of("-1"), Some(Duration::ZERO));
        assert_eq!(of("1e300"), Some(Duration::from_secs(3_600)));
        assert_eq!(of("Wed, 21 Oct 2026 07:28:00 GMT"), Some(Duration::from_secs(30)));
        assert_eq!(retry_after(&HeaderMap::new()), None);
    }
}
