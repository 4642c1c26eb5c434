//! A live session: one WebSocket that follows one person after another utterance. It runs in the room; who
//! speaks to it never waits but for the words at the end of an utterance.

use super::{
    Trouble,
    codec::{Event, Live, pcm},
    room::{Patience, retry_after, secret, within},
};
use futures_util::{SinkExt, StreamExt};
use huddle_domain::transcript::Word;
use huddle_media::{BLOCK, SAMPLE_RATE};
use std::{sync::Arc, time::Duration};
use tokio::{
    net::TcpStream,
    sync::{mpsc, watch},
    time::{Instant, sleep_until},
};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{
        Error, Message,
        client::IntoClientRequest,
        http::header::AUTHORIZATION,
        protocol::{CloseFrame, WebSocketConfig},
    },
};

/// Orders that may wait: about 25 seconds of audio. A session that is further behind is given up.
const ORDERS: usize = 256;
/// How often a provider is told that somebody is there.
const KEEP_ALIVE: Duration = Duration::from_secs(4);
/// Frames longer than this are none.
const LONGEST_FRAME: usize = 1 << 20;
/// Sent at a stroke, whatever the pace.
const BURST: Duration = Duration::from_secs(1);

/// Speaks to a session; it ends politely when this is dropped.
pub(crate) struct Session {
    orders: mpsc::Sender<Order>,
    state: watch::Receiver<State>,
    /// How many utterances were begun.
    nth: u64,
}

enum Order {
    /// The utterance with this number begins.
    Begin(u64),
    Audio(Vec<i16>),
    Flush,
}

/// What became of a session.
#[derive(Debug, Clone, Default)]
struct State {
    /// What was understood of the utterance with this number.
    line: (u64, String),
    /// The words of the utterance with this number.
    words: Option<(u64, Vec<Word>)>,
    /// It is over; with what was wrong, if anything was.
    over: Option<Result<(), Trouble>>,
}

/// The session takes no more audio.
#[derive(Debug)]
pub(crate) struct Lost;

impl Session {
    /// A session, and the work that is to be done for it.
    pub(super) fn new(
        live: Live,
        tls: Arc<rustls::ClientConfig>,
        patience: Patience,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (orders, to_do) = mpsc::channel(ORDERS);
        let (tell, state) = watch::channel(State::default());
        let work = async move {
            let over = run(live, tls, patience, to_do, &tell).await;
            tell.send_modify(|state| state.over = Some(over));
        };
        (Self { orders, state, nth: 0 }, work)
    }

    /// Whether it may be used for another utterance.
    pub(crate) fn is_alive(&self) -> bool {
        self.state.borrow().over.is_none()
    }

    /// An utterance begins.
    pub(crate) fn begin(&mut self) -> Result<(), Lost> {
        self.nth += 1;
        self.orders.try_send(Order::Begin(self.nth)).map_err(|_| Lost)
    }

    /// Sends more of it; never waits.
    pub(crate) fn push(&self, samples: &[i16]) -> Result<(), Lost> {
        self.orders.try_send(Order::Audio(samples.to_vec())).map_err(|_| Lost)
    }

    /// Sends all of an utterance, and waits while there is no room for it.
    pub(crate) async fn push_all(&self, samples: Vec<i16>) -> Result<(), Trouble> {
        for block in samples.chunks(BLOCK) {
            if self.orders.send(Order::Audio(block.to_vec())).await.is_err() {
                return Err(self.trouble());
            }
        }
        Ok(())
    }

    /// What was understood of the utterance so far.
    pub(crate) fn line(&self) -> String {
        let state = self.state.borrow();
        if state.line.0 == self.nth { state.line.1.clone() } else { String::new() }
    }

    /// The utterance is over: waits for its words, milliseconds from its first sample.
    pub(crate) fn finish(&self) -> impl Future<Output = Result<Vec<Word>, Trouble>> + Send + 'static {
        let (orders, mut state, nth) = (self.orders.clone(), self.state.clone(), self.nth);
        async move {
            // If it takes no more orders it is over, and its state says why.
            let _ = orders.send(Order::Flush).await;
            drop(orders);
            let done = |state: &State| {
                state.over.is_some() || state.words.as_ref().is_some_and(|(of, _)| *of == nth)
            };
            let state = state.wait_for(done).await.map(|state| state.clone()).unwrap_or_default();
            match state.words {
                Some((of, words)) if of == nth => Ok(words),
                _ => Err(why(&state.over)),
            }
        }
    }

    fn trouble(&self) -> Trouble {
        why(&self.state.borrow().over)
    }
}

fn why(over: &Option<Result<(), Trouble>>) -> Trouble {
    match over {
        Some(Err(trouble)) => trouble.clone(),
        _ => Trouble::Broken("the session ended too early".into()),
    }
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// A session at work.
struct Work<'a> {
    live: Live,
    socket: Socket,
    patience: Patience,
    tell: &'a watch::Sender<State>,
    /// Number of the utterance under way.
    nth: u64,
    /// Audio that is not a whole block yet.
    left: Vec<i16>,
    /// Samples sent since the connection stands, and when the utterance began.
    sent: u64,
    base: u64,
    began: Instant,
    /// An utterance is between its begin and its last word.
    open: bool,
    /// The words of the utterance were asked for, and may be waited for so long.
    flushing: Option<Instant>,
    /// The session was ended, and may take so long for it.
    ending: Option<Instant>,
    /// Since when nobody speaks.
    idle: Instant,
}

async fn run(
    live: Live,
    tls: Arc<rustls::ClientConfig>,
    patience: Patience,
    mut orders: mpsc::Receiver<Order>,
    tell: &watch::Sender<State>,
) -> Result<(), Trouble> {
    let socket = within(patience.connect, "it did not answer in time", connect(&live, tls)).await?;
    let now = Instant::now();
    let mut work = Work {
        live,
        socket,
        patience,
        tell,
        nth: 0,
        left: Vec::new(),
        sent: 0,
        base: 0,
        began: now,
        open: false,
        flushing: None,
        ending: None,
        idle: now,
    };
    if work.live.greets {
        within(patience.connect, "it did not greet in time", work.greeted()).await?;
    }
    work.serve(&mut orders).await
}

async fn connect(live: &Live, tls: Arc<rustls::ClientConfig>) -> Result<Socket, Trouble> {
    let mut request = live
        .url
        .as_str()
        .into_client_request()
        .map_err(|_| Trouble::Refused("its address cannot be used".into()))?;
    request.headers_mut().insert(AUTHORIZATION, secret(&live.authorization)?);
    let config =
        WebSocketConfig::default().max_message_size(Some(LONGEST_FRAME)).max_frame_size(Some(LONGEST_FRAME));
    let connector = Connector::Rustls(tls);
    let (socket, _) =
        connect_async_tls_with_config(request, Some(config), true, Some(connector)).await.map_err(broken)?;
    Ok(socket)
}

/// What went wrong with a socket. What it says may have addresses in it, and is not repeated.
fn broken(error: Error) -> Trouble {
    match error {
        Error::Http(answer) => {
            Trouble::of_status(answer.status().as_u16(), None, retry_after(answer.headers()))
        }
        Error::Io(_) | Error::Tls(_) => Trouble::Broken("it cannot be reached".into()),
        Error::Capacity(_) => Trouble::Broken("it sent a frame without end".into()),
        _ => Trouble::Broken("the connection broke off".into()),
    }
}

impl Work<'_> {
    async fn greeted(&mut self) -> Result<(), Trouble> {
        loop {
            let frame = self.socket.next().await;
            match self.read(frame)? {
                Event::Ready => return Ok(()),
                Event::Ended(trouble) => return Err(trouble),
                _ => {}
            }
        }
    }

    async fn serve(&mut self, orders: &mut mpsc::Receiver<Order>) -> Result<(), Trouble> {
        let mut alive = tokio::time::interval(KEEP_ALIVE);
        alive.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            let bored = self.idle + self.live.linger;
            tokio::select! {
                order = orders.recv(), if self.ending.is_none() && self.flushing.is_none() => match order {
                    Some(order) => self.obey(order).await?,
                    None => self.end().await?,
                },
                frame = self.socket.next() => {
                    let event = self.read(frame)?;
                    if self.heard(event)? {
                        return Ok(());
                    }
                }
                () = until(self.flushing), if self.ending.is_none() => self.end().await?,
                () = until(self.ending) => {
                    return Err(Trouble::Broken("it did not answer in time".into()));
                }
                () = sleep_until(bored), if !self.open && self.ending.is_none() => self.end().await?,
                _ = alive.tick(), if self.ending.is_none() => {
                    if let Some(message) = self.live.keep_alive {
                        self.say(message).await?;
                    }
                }
            }
        }
    }

    async fn obey(&mut self, order: Order) -> Result<(), Trouble> {
        match order {
            Order::Begin(nth) => {
                // What was not asked for of the last one is not this one's.
                self.live.reader.words();
                self.left.clear();
                (self.nth, self.open, self.base, self.began) = (nth, true, self.sent, Instant::now());
            }
            Order::Audio(samples) => {
                self.left.extend(samples);
                let whole = self.left.len() / BLOCK * BLOCK;
                let blocks: Vec<i16> = self.left.drain(..whole).collect();
                for block in blocks.chunks(BLOCK) {
                    self.send(block).await?;
                }
            }
            Order::Flush => {
                if !self.left.is_empty() {
                    // Providers want blocks of some length: the rest is silence.
                    let mut block = std::mem::take(&mut self.left);
                    block.resize(BLOCK, 0);
                    self.send(&block).await?;
                }
                self.say(self.live.flush).await?;
                self.flushing = Some(Instant::now() + self.patience.flush);
            }
        }
        Ok(())
    }

    async fn send(&mut self, block: &[i16]) -> Result<(), Trouble> {
        let seconds = (self.sent - self.base) as f64 / f64::from(SAMPLE_RATE);
        let due = self.began + self.live.pace.mul_f64(seconds);
        if due > Instant::now() + BURST {
            sleep_until(due - BURST).await;
        }
        self.sent += block.len() as u64;
        self.put(Message::binary(pcm(block))).await
    }

    async fn say(&mut self, message: &'static str) -> Result<(), Trouble> {
        self.put(Message::text(message)).await
    }

    async fn put(&mut self, message: Message) -> Result<(), Trouble> {
        let sent = async { self.socket.send(message).await.map_err(broken) };
        within(self.patience.send, "it does not take the audio", sent).await
    }

    /// Ends the session; the words that are still open come before its end.
    async fn end(&mut self) -> Result<(), Trouble> {
        self.ending = Some(Instant::now() + self.patience.end);
        if self.flushing.is_none() {
            // Nobody gives it another utterance.
            self.tell.send_modify(|state| state.over = Some(Ok(())));
        }
        self.say(self.live.bye).await
    }

    fn read(&mut self, frame: Option<Result<Message, Error>>) -> Result<Event, Trouble> {
        match frame {
            Some(Ok(Message::Text(text))) => {
                self.live.reader.take(text.as_str()).map_err(|e| Trouble::Broken(e.to_string()))
            }
            Some(Ok(Message::Close(frame))) => Ok(self.closed(frame.as_ref())),
            Some(Ok(_)) => Ok(Event::Other),
            Some(Err(Error::ConnectionClosed)) | None => Ok(self.closed(None)),
            Some(Err(error)) => Err(broken(error)),
        }
    }

    /// The provider closes: as it was asked to, or not.
    fn closed(&self, frame: Option<&CloseFrame>) -> Event {
        match frame.map(|f| u16::from(f.code)) {
            None | Some(1000 | 1005) if self.ending.is_some() => Event::Over,
            Some(code @ 1008) => Event::Ended(Trouble::Refused(format!("it closed the connection: {code}"))),
            Some(code) => Event::Ended(Trouble::Broken(format!("it closed the connection: {code}"))),
            None => Event::Ended(Trouble::Broken("it closed the connection".into())),
        }
    }

    /// Deals with what was heard; `true` when the session is over.
    fn heard(&mut self, event: Event) -> Result<bool, Trouble> {
        match event {
            Event::Flushed if self.flushing.is_some() => self.tell_words(),
            Event::Heard | Event::Flushed if self.open => {
                let line = self.live.reader.line();
                let nth = self.nth;
                self.tell.send_if_modified(|state| {
                    let changed = state.line != (nth, line.clone());
                    state.line = (nth, line);
                    changed
                });
            }
            Event::Over if self.ending.is_some() => {
                if self.flushing.is_some() {
                    self.tell_words();
                }
                return Ok(true);
            }
            Event::Over => return Err(Trouble::Broken("it ended the session".into())),
            Event::Ended(trouble) => return Err(trouble),
            _ => {}
        }
        Ok(false)
    }

    fn tell_words(&mut self) {
        let base = huddle_media::ms(self.base);
        let mut words = self.live.reader.words();
        for word in &mut words {
            word.start_ms = (word.start_ms - base).max(0);
            word.end_ms = (word.end_ms - base).max(word.start_ms);
        }
        let nth = self.nth;
        (self.open, self.flushing, self.idle) = (false, None, Instant::now());
        self.tell.send_modify(|state| state.words = Some((nth, words)));
    }
}

/// Never, without a time.
async fn until(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}
