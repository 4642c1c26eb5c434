//! `huddle serve` as a process: it stops in good order when asked, and loses nothing it acknowledged when
//! it is not asked.

use crate::house::{Named, PASSWORD, Person, Store, email, postgres::Postgres, processes::Huddle};
use serde_json::{Value, json};
use std::time::Duration;
use tempfile::TempDir;

/// Where a server lives that ends and starts again.
struct Place {
    dir: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Place {
    fn on(store: Store) -> Place {
        let mut environment = vec![("HUDDLE_SPEECH_ENGINE", "off".to_owned())];
        if store == Store::Postgres {
            environment.push(("DATABASE_URL", Postgres::shared().create_database()));
        }
        Place { dir: tempfile::tempdir().expect("a directory"), environment }
    }

    async fn serve(&self) -> Huddle {
        let dir = self.dir.path().to_owned();
        let environment = self.environment.clone();
        let serving = tokio::task::spawn_blocking(move || {
            let environment: Vec<_> =
                environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
            Huddle::serve(&dir, &environment)
        });
        serving.await.expect("it is ready")
    }
}

/// Alice at this server, signed in.
async fn alice_at(server: &Huddle) -> Person {
    let mut alice = Person::new(server.url(), "192.0.2.1");
    let asked = json!({ "email": email("alice"), "password": PASSWORD });
    let session = alice.post("/auth/sign-in", asked).await.ok(200);
    alice.token = session["accessToken"].as_str().map(str::to_owned);
    alice
}

async fn register_alice_at(server: &Huddle) {
    let asked = json!({ "email": email("alice"), "name": "alice", "password": PASSWORD });
    Person::new(server.url(), "192.0.2.1").post("/auth/register", asked).await.ok(202);
}

#[tokio::test]
async fn sigterm_ends_a_server_in_good_order() {
    let place = Place::on(Store::Sqlite);
    let server = place.serve().await;
    register_alice_at(&server).await;
    let ended = tokio::task::spawn_blocking(|| server.terminate(Duration::from_secs(10)));
    assert!(ended.await.expect("it ended").success());
    alice_at(&place.serve().await).await.get("/me").await.ok(200);
}

async fn what_was_acknowledged_outlives_kill_9_on(store: Store) {
    let place = Place::on(store);
    let server = place.serve().await;
    register_alice_at(&server).await;
    let alice = alice_at(&server).await;
    let meeting = alice.meet("Weekly").await;
    let chat = format!("/meetings/{}/chat", meeting.id());
    for n in 0..10 {
        alice.post(&chat, json!({ "text": n.to_string(), "clientId": n.to_string() })).await.ok(201);
    }
    server.kill();
    let server = place.serve().await;
    let alice = alice_at(&server).await;
    // The last one is sent again, as a client does that did not hear the answer.
    alice.post(&chat, json!({ "text": "9", "clientId": "9" })).await.ok(200);
    let lines = alice.get(&chat).await.ok(200);
    let texts: Vec<Value> = lines.as_array().expect("a list").iter().map(|l| l["text"].clone()).collect();
    assert_eq!(texts, (0..10).map(|n| json!(n.to_string())).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_was_acknowledged_outlives_kill_9_on_sqlite() {
    what_was_acknowledged_outlives_kill_9_on(Store::Sqlite).await;
}

#[tokio::test]
async fn what_was_acknowledged_outlives_kill_9_on_postgresql() {
    what_was_acknowledged_outlives_kill_9_on(Store::Postgres).await;
}
