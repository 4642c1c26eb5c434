//! The store itself: made once however many begin, and alike on both databases.

use crate::house::{House, Store, postgres::Postgres, processes::Huddle};
use std::thread;

fn two_at_once(environment: &[(&str, &str)]) {
    let dir = tempfile::tempdir().expect("a directory");
    let servers: Vec<Huddle> = thread::scope(|scope| {
        let started: Vec<_> =
            (0..2).map(|_| scope.spawn(|| Huddle::serve(dir.path(), environment))).collect();
        started.into_iter().map(|s| s.join().expect("it is ready")).collect()
    });
    assert_ne!(servers[0].url(), servers[1].url());
}

#[test]
fn two_processes_that_start_at_once_make_one_sqlite() {
    two_at_once(&[("HUDDLE_SPEECH_ENGINE", "off")]);
}

#[test]
fn two_processes_that_start_at_once_make_one_postgresql() {
    let url = Postgres::shared().create_database();
    two_at_once(&[("HUDDLE_SPEECH_ENGINE", "off"), ("DATABASE_URL", &url)]);
}

#[tokio::test]
async fn a_schema_that_is_up_to_date_is_left_alone() {
    for store in [Store::Sqlite, Store::Postgres] {
        let house = House::build().on(store).idle().start().await;
        house.join("alice").await;
        house.app.db.migrate().await.expect("nothing to do");
        house.sign_in("alice").await.get("/me").await.ok(200);
    }
}
