//! What orchestrators and Prometheus see.

use crate::{
    house::{Answer, House, Store},
    on_both,
};
use reqwest::Method;
use sea_orm::{ConnectionTrait, Database};
use secrecy::ExposeSecret;
use serde_json::json;

async fn health(house: &House) -> Answer {
    Answer::to(house.at(Method::GET, "/health")).await
}

on_both! {
    async fn a_good_house_says_so_in_the_words_of_its_forebears(house) {
        let healthy = json!({
            "status": "healthy",
            "database": "connected",
            "redis": "not_configured",
            "storage": { "local": "available", "cloud": "not_configured" },
            "speech": "off",
            "version": env!("CARGO_PKG_VERSION"),
        });
        assert_eq!(health(&house).await.ok(200), healthy);
    }
}

#[tokio::test]
async fn without_its_sqlite_file_a_house_is_unhealthy() {
    let house = House::start().await;
    std::fs::remove_file(house.app.config.storage.data_dir.join("huddle.db")).expect("removed");
    let report = health(&house).await.ok(503);
    assert_eq!((&report["status"], &report["database"]), (&json!("unhealthy"), &json!("disconnected")));
    assert_eq!(report["storage"]["local"], "available");
}

#[tokio::test]
async fn without_its_postgresql_a_house_is_unhealthy() {
    let house = House::build().on(Store::Postgres).start().await;
    let url = house.app.config.storage.database_url.as_ref().expect("it has one").expose_secret().to_owned();
    let (server, name) = url.rsplit_once('/').expect("an address");
    let beside = Database::connect(format!("{server}/postgres")).await.expect("the server is there");
    beside.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await.expect("dropped");
    let report = health(&house).await.ok(503);
    assert_eq!((&report["status"], &report["database"]), (&json!("unhealthy"), &json!("disconnected")));
}

#[tokio::test]
async fn without_its_files_a_house_is_unhealthy() {
    let house = House::start().await;
    let blobs = house.app.config.storage.data_dir.join("blobs");
    std::fs::remove_dir_all(&blobs).expect("removed");
    std::fs::write(&blobs, "in the way").expect("written");
    let report = health(&house).await.ok(503);
    assert_eq!(
        (&report["database"], &report["storage"]["local"]),
        (&json!("connected"), &json!("unavailable"))
    );
}

#[tokio::test]
async fn a_house_is_well_however_many_ask() {
    let house = House::start().await;
    let asked = futures::future::join_all((0..20).map(|_| health(&house))).await;
    for answer in asked {
        assert_eq!(answer.ok(200)["storage"]["local"], "available");
    }
}

#[tokio::test]
async fn methods_that_somebody_invents_are_counted_as_one() {
    let house = House::start().await;
    for n in 0..100 {
        let odd = Method::from_bytes(format!("INVENTED{n}").as_bytes()).expect("a token");
        Answer::to(house.at(odd, "/api/v1/me")).await;
    }
    let text = Answer::to(house.at(Method::GET, "/metrics")).await.text();
    assert!(!text.contains("INVENTED"), "{text}");
    assert!(text.contains("huddle_http_requests_total{method=\"other\""), "{text}");
}

#[tokio::test]
async fn metrics_count_what_happens() {
    let house = House::start().await;
    let alice = house.join("alice").await;
    alice.get("/me").await.ok(200);
    let scraped = Answer::to(house.at(Method::GET, "/metrics")).await;
    assert_eq!(scraped.status, 200);
    assert!(scraped.header("content-type").starts_with("text/plain"));
    let text = scraped.text();
    for line in [
        "huddle_http_requests_total{method=\"GET\",route=\"/api/v1/me\",status=\"200\"}",
        "huddle_http_request_seconds_bucket",
        "huddle_tasks{status=\"pending\"}",
        "huddle_streams_open 0",
        "huddle_captions_lag_seconds 0",
    ] {
        assert!(text.contains(line), "{line} is missing in:\n{text}");
    }
}
