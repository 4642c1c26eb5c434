//! A whole Huddle for a test: database, verbs, live side, background work and doors, in this process, on a
//! free port, in a directory of its own that goes away with it.
//!
//! ```ignore
//! #[tokio::test]
//! async fn a_guest_hears_of_the_end() {
//!     let house = House::start().await;                     // SQLite
//!     let alice = house.join("alice").await;                // registers and signs in; the first is admin
//!     let meeting = alice.meet("Weekly").await;             // planned and started: the wire's `Meeting`
//!     let gus = house.guest("gus", &meeting).await;         // comes in by the code
//!     let path = format!("/meetings/{}", meeting.id());
//!     assert_eq!(gus.get(&path).await.ok(200)["state"], "live");
//!     gus.post(&format!("{path}/end"), json!({})).await.refused(403, "host_only");
//!     house.advance(TimeDelta::minutes(20));                // the clock is the test's
//! }
//!
//! on_both! {                                                // twice: on SQLite and on PostgreSQL
//!     async fn a_story_of_the_store(house) { … }
//! }
//! ```
//!
//! - `House::build()` takes settings: `.on(Store::Postgres)`, `.set(|config| …)`, `.idle()` (no background
//!   work), then `.start().await`. `house.restart().await` stops and starts it again on the same data.
//! - A [`Person`] is a client: `get`, `post`, `put`, `patch`, `delete` take a path below `/api/v1`; `at` takes
//!   any path and gives reqwest's own builder. An [`Answer`] is `.ok(status)` (its JSON) or
//!   `.refused(status, code)` (which also checks the documented shape of errors).
//! - Everybody comes from an address of their own (`X-Forwarded-For`, the house trusts one proxy), so the
//!   limits per address are real and yet in nobody's way.
//! - `socket::Socket::open(&person)` is a live connection: `ask(event, payload)` gives the acknowledgement,
//!   `event(name)` waits for what everybody is told.
//! - `house.app` is the verbs' bundle, for what no door shows. The clock stands until `advance`.
//! - `processes::Huddle` is the binary as a process, for tests that kill it.

pub mod people;
pub mod postgres;
pub mod processes;
pub mod socket;

use chrono::{DateTime, TimeDelta, Utc};
use huddle_server::{
    app::App,
    config::{Config, EngineChoice},
    doors,
    ids::Clock,
    live::Live,
    tasks::Tasks,
};
pub use people::{Answer, Named, Person};
use postgres::Postgres;
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// The databases that a house can stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    Sqlite,
    Postgres,
}

/// The password of everybody.
pub const PASSWORD: &str = "correct horse battery";

/// Runs the body twice, on SQLite and on PostgreSQL.
#[macro_export]
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($house:ident) $body:block)*) => {$(
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "a story may need nothing but its house")]
            use super::*;

            async fn story($house: $crate::house::House) $body

            #[tokio::test]
            async fn on_sqlite() {
                story($crate::house::House::build().on($crate::house::Store::Sqlite).start().await).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                story($crate::house::House::build().on($crate::house::Store::Postgres).start().await).await;
            }
        }
    )*};
}

/// What a house shall be like.
pub struct Plan {
    config: Config,
    store: Store,
    works: bool,
}

impl Plan {
    pub fn on(mut self, store: Store) -> Self {
        self.store = store;
        self
    }

    pub fn set(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// No background work is done.
    pub fn idle(mut self) -> Self {
        self.works = false;
        self
    }

    pub async fn start(mut self) -> House {
        let dir = tempfile::tempdir().expect("a directory");
        self.config.storage.data_dir = dir.path().join("data");
        if self.store == Store::Postgres {
            let url = tokio::task::spawn_blocking(|| Postgres::shared().create_database());
            self.config.storage.database_url = Some(url.await.expect("a database").into());
        }
        House::open(self.config, self.works, dir, Clock::manual(beginning())).await
    }
}

/// A Friday morning.
fn beginning() -> DateTime<Utc> {
    "2026-11-20T09:00:00Z".parse().expect("a time")
}

/// A running house; it ends when dropped.
pub struct House {
    pub app: Arc<App>,
    pub live: Arc<Live>,
    pub url: String,
    pub dir: TempDir,
    config: Config,
    works: bool,
    tasks: Option<Tasks>,
    serving: Serving,
    addresses: AtomicU32,
}

/// Ends when dropped.
struct Serving {
    task: JoinHandle<()>,
    stop: CancellationToken,
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop.cancel();
        self.task.abort();
    }
}

impl House {
    /// On SQLite, with everything at its default except: cheap hashing, no captions, a manual clock.
    pub async fn start() -> House {
        House::build().start().await
    }

    pub fn build() -> Plan {
        let mut config = Config::default();
        config.server.port = 0;
        config.server.host = "127.0.0.1".into();
        config.server.trusted_proxies = 1;
        config.accounts.password_memory_kib = 32;
        config.accounts.password_passes = 1;
        config.speech.engine = EngineChoice::Off;
        Plan { config, store: Store::Sqlite, works: true }
    }

    async fn open(config: Config, works: bool, dir: TempDir, clock: Clock) -> House {
        let mut app = App::open(config.clone()).await.expect("the house opens");
        Arc::get_mut(&mut app).expect("nobody else has it yet").clock = clock;
        app.db.migrate().await.expect("the schema is brought up to date");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("it is bound").port();
        app.port.set(port).expect("it was not set");
        let live = Live::start(app.clone());
        let tasks = works.then(|| Tasks::start(app.clone()));
        let router = doors::router(doors::House::new(app.clone(), live.clone())).await;
        let stop = CancellationToken::new();
        let told = stop.clone().cancelled_owned();
        let task = tokio::spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            axum::serve(listener, service).with_graceful_shutdown(told).await.expect("it serves");
        });
        let url = format!("http://127.0.0.1:{port}");
        let serving = Serving { task, stop };
        House { app, live, url, dir, config, works, tasks, serving, addresses: AtomicU32::new(1) }
    }

    /// Stops as SIGTERM does, and starts again on the same data and at the same time of day. People of the
    /// old house are strangers to the new one's address: sign them in again.
    pub async fn restart(self) -> House {
        self.restart_with(|_| {}).await
    }

    /// [`House::restart`] with other settings.
    pub async fn restart_with(self, change: impl FnOnce(&mut Config)) -> House {
        let House { app, live, dir, mut config, works, tasks, serving, .. } = self;
        change(&mut config);
        live.stop().await;
        if let Some(tasks) = tasks {
            tasks.stop().await;
        }
        drop(serving);
        let clock = app.clock.clone();
        drop((app, live));
        House::open(config, works, dir, clock).await
    }

    /// Moves the clock on.
    pub fn advance(&self, by: TimeDelta) {
        self.app.clock.advance(by);
    }

    /// Nobody, at an address where nobody was before.
    pub fn stranger(&self) -> Person {
        Person::new(&self.url, &self.new_address())
    }

    /// The same person at an address where nobody was before.
    pub fn elsewhere(&self, person: &Person) -> Person {
        let mut person = person.clone();
        person.address = self.new_address();
        person
    }

    fn new_address(&self) -> String {
        let n = self.addresses.fetch_add(1, Ordering::Relaxed);
        format!("10.{}.{}.{}", n >> 16 & 255, n >> 8 & 255, n & 255)
    }

    /// A stranger who registers as `<name>@example.com` and signs in.
    pub async fn join(&self, name: &str) -> Person {
        let asked = json!({ "email": email(name), "name": name, "password": PASSWORD });
        self.stranger().post("/auth/register", asked).await.ok(202);
        self.sign_in(name).await
    }

    /// A new session of somebody who has an account, by bearer token.
    pub async fn sign_in(&self, name: &str) -> Person {
        let mut person = self.stranger();
        let asked = json!({ "email": email(name), "password": PASSWORD });
        let session = person.post("/auth/sign-in", asked).await.ok(200);
        person.name = name.into();
        person.token = session["accessToken"].as_str().map(str::to_owned);
        person.refresh_token = session["refreshToken"].as_str().map(str::to_owned);
        person
    }

    /// A stranger who comes into a meeting by its code.
    pub async fn guest(&self, name: &str, meeting: &Value) -> Person {
        let mut person = self.stranger();
        let joined = person.post(&format!("/join/{}", meeting.code()), json!({ "name": name })).await.ok(200);
        person.name = name.into();
        person.token = joined["token"].as_str().map(str::to_owned);
        person
    }

    /// A stranger with a browser: cookies are kept and sent.
    pub fn browser(&self) -> Person {
        self.stranger().with_cookies()
    }

    /// Any request at all, from nobody.
    pub fn at(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.stranger().at(method, path)
    }
}

/// The address of somebody called so.
pub fn email(name: &str) -> String {
    format!("{name}@example.com")
}
