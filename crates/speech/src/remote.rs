//! Recognition by a provider: a pure codec for each ([`codec`]), and one room that owns the sockets
//! ([`room`]). Whatever goes wrong, the utterance is still there as audio: it is sent again, and in the end a
//! local engine hears it.
//!
//! ```text
//!  follow ──► Session (WebSocket) ──► words          one that fails, and every utterance that nobody
//!     finish ──► flush ──► final words               followed, is heard again as a whole:
//!  recognise ──► Breaker ──► POST or a new session, three times ──► local engine
//! ```

mod assemblyai;
mod codec;
mod deepgram;
mod openai;
mod room;
mod session;
mod trouble;

pub(crate) use assemblyai::AssemblyAi;
pub(crate) use codec::Codec;
pub(crate) use deepgram::Deepgram;
pub(crate) use openai::OpenAi;
pub(crate) use room::{Patience, Room};
pub(crate) use trouble::{Breaker, Trouble};

use crate::{Engine, Follower, Place, Recogniser, Said, SpeechError, Wishes};
use huddle_domain::transcript::Word;
use session::Session;
use std::{sync::Arc, time::Instant};
use url::Url;

/// How often an utterance is offered.
const ATTEMPTS: u32 = 3;
/// Threads that wait for a provider, for each that would recognise by itself.
const WAITING: usize = 8;

/// A provider as an engine, with a local one for the days when it is away.
#[derive(Debug, Clone)]
pub(crate) struct Remote(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    codec: Box<dyn Codec>,
    local: Option<Arc<dyn Engine>>,
    room: Arc<Room>,
    breaker: Breaker,
}

impl Remote {
    pub(crate) fn new(codec: Box<dyn Codec>, local: Option<Arc<dyn Engine>>, room: Arc<Room>) -> Self {
        Self(Arc::new(Inner { codec, local, room, breaker: Breaker::default() }))
    }
}

impl Engine for Remote {
    fn name(&self) -> &'static str {
        self.0.codec.name()
    }

    fn recogniser(&self) -> Result<Box<dyn Recogniser>, SpeechError> {
        let local = self.0.local.as_ref().map(|local| local.recogniser()).transpose()?;
        Ok(Box::new(Again { remote: self.0.clone(), local }))
    }

    fn follower(&self) -> Result<Box<dyn Follower>, SpeechError> {
        Ok(Box::new(Following {
            remote: self.0.clone(),
            session: None,
            now: Now::Nobody,
            line: String::new(),
        }))
    }

    fn threads(&self, wanted: usize) -> usize {
        (wanted * WAITING).min(64)
    }
}

impl Inner {
    /// Has an utterance heard, with all patience.
    fn hear(&self, wishes: &Wishes, utterance: &[i16]) -> Result<Vec<Word>, Trouble> {
        let mut pause = self.room.patience.pause;
        let mut last = Trouble::Broken("it failed before, and is left alone for a while".into());
        for attempt in 1..=ATTEMPTS {
            if !self.breaker.may_ask(now()) {
                break;
            }
            match self.once(wishes, utterance) {
                Ok(words) => {
                    self.answered();
                    return Ok(words);
                }
                Err(trouble) => last = trouble,
            }
            self.failed(&last);
            let wait = match &last {
                Trouble::Refused(_) => break,
                Trouble::Busy { after: Some(after) } => *after,
                Trouble::Busy { after: None } | Trouble::Broken(_) => pause,
            };
            if attempt == ATTEMPTS || wait > self.room.patience.longest_pause {
                break;
            }
            std::thread::sleep(wait);
            pause *= 2;
        }
        Err(last)
    }

    fn once(&self, wishes: &Wishes, utterance: &[i16]) -> Result<Vec<Word>, Trouble> {
        if let Some(request) = self.codec.request(utterance, wishes) {
            let answer = self.room.ask(request)?;
            let length = huddle_media::ms(utterance.len() as u64);
            return self.codec.answer(&answer, length).map_err(|e| Trouble::Broken(e.to_string()));
        }
        let live = self.codec.live(wishes).ok_or_else(|| Trouble::Refused("it cannot be asked".into()))?;
        let mut session = self.room.connect(live);
        let samples = utterance.to_vec();
        self.room.wait(async move {
            // A session that was just made has room for its first order.
            let _ = session.begin();
            session.push_all(samples).await?;
            session.finish().await
        })
    }

    fn answered(&self) {
        if self.breaker.answered() {
            tracing::info!(provider = self.codec.name(), "A provider of recognition answers again");
        }
    }

    fn failed(&self, trouble: &Trouble) {
        let rest = self.breaker.failed(trouble, now());
        let provider = self.codec.name();
        match rest {
            Some(rest) => tracing::error!(
                provider,
                trouble = %trouble,
                seconds = rest.as_secs(),
                "A provider of recognition fails; it is left alone for a while"
            ),
            None => tracing::warn!(provider, trouble = %trouble, "A provider of recognition failed"),
        }
    }
}

/// The time, for patience only.
fn now() -> Instant {
    Instant::now()
}

/// Hears utterances that nobody has followed to their end.
struct Again {
    remote: Arc<Inner>,
    local: Option<Box<dyn Recogniser>>,
}

impl Recogniser for Again {
    fn recognise(&mut self, place: Place, utterance: &[i16]) -> Result<Said, SpeechError> {
        let engine = self.remote.codec.name();
        match (self.remote.hear(place.wishes, utterance), &mut self.local) {
            (Ok(words), _) => Ok(Said { words, engine }),
            (Err(_), Some(local)) => local.recognise(place, utterance),
            (Err(trouble), None) => Err(SpeechError::Failed(format!("{engine}: {trouble}"))),
        }
    }
}

/// Follows people live.
struct Following {
    remote: Arc<Inner>,
    /// With the wishes that it was made for.
    session: Option<(Wishes, Session)>,
    now: Now,
    line: String,
}

/// Who follows the utterance under way.
enum Now {
    Nobody,
    Session,
    /// The provider is away.
    Local(Box<dyn Follower>),
}

impl Following {
    /// A session for these wishes that takes an utterance.
    fn ready(&mut self, wishes: &Wishes) -> bool {
        let fits = self.session.as_ref().is_some_and(|(of, session)| of == wishes && session.is_alive());
        if !fits {
            self.session = None;
            let Some(live) = self.remote.codec.live(wishes) else { return false };
            self.session = Some((wishes.clone(), self.remote.room.connect(live)));
        }
        self.session.as_mut().is_some_and(|(_, session)| session.begin().is_ok())
    }
}

impl Follower for Following {
    fn begin(&mut self, place: Place) -> Result<(), SpeechError> {
        self.line.clear();
        self.now = Now::Nobody;
        // Whether a provider that failed is back is found out with a whole utterance, not here.
        if self.remote.breaker.is_closed() {
            if self.ready(place.wishes) {
                self.now = Now::Session;
            }
        } else if let Some(local) = &self.remote.local {
            let mut local = local.follower()?;
            local.begin(place)?;
            self.now = Now::Local(local);
        }
        Ok(())
    }

    fn follow(&mut self, samples: &[i16]) -> Result<String, SpeechError> {
        match (&mut self.now, &self.session) {
            (Now::Local(local), _) => return local.follow(samples),
            (Now::Session, Some((_, session))) => {
                if session.is_alive() && session.push(samples).is_ok() {
                    self.line = session.line();
                } else {
                    // What was understood stays until the whole utterance was heard again.
                    self.now = Now::Nobody;
                    self.session = None;
                }
            }
            _ => {}
        }
        Ok(self.line.clone())
    }

    fn finish(&mut self, rest: &[i16]) -> Result<Option<Said>, SpeechError> {
        let now = std::mem::replace(&mut self.now, Now::Nobody);
        let (Now::Session, Some((_, session))) = (now, &self.session) else { return Ok(None) };
        let words = match session.push(rest) {
            Ok(()) => self.remote.room.wait(session.finish()),
            Err(_) => Err(Trouble::Broken("it is too far behind".into())),
        };
        match words {
            Ok(words) => {
                self.remote.answered();
                Ok(Some(Said { words, engine: self.remote.codec.name() }))
            }
            Err(trouble) => {
                self.session = None;
                self.remote.failed(&trouble);
                Ok(None)
            }
        }
    }
}

/// A provider without its key.
fn no_key(section: &str, variable: &str) -> SpeechError {
    SpeechError::Missing(format!(
        "{section} has no key: set {section}.api_key in huddle.toml, or {variable} in the environment"
    ))
}

/// The address of a provider.
fn base_url(section: &str, text: &str) -> Result<Url, SpeechError> {
    let url = text.parse::<Url>().ok().filter(|url| {
        matches!(url.scheme(), "http" | "https" | "ws" | "wss") && url.has_host() && url.username().is_empty()
    });
    url.ok_or_else(|| {
        SpeechError::Missing(format!("{section}.base_url is no address: it begins with https:// and a host"))
    })
}

#[cfg(test)]
pub(crate) mod tests;
