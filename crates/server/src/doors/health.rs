//! `GET /health` for orchestrators and `GET /metrics` for Prometheus; both without signing in, neither
//! says anything about anybody.

use super::House;
use crate::app::health::{self, Health};
use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;
use std::{sync::OnceLock, thread, time::Duration};
use utoipa_axum::router::OpenApiRouter;

/// The routes, at the root.
pub fn routes() -> OpenApiRouter<House> {
    recorder();
    OpenApiRouter::new().route("/health", get(check)).route("/metrics", get(measure))
}

/// What `/health` answers; the words are those of the systems that Huddle succeeds.
#[derive(Debug, Serialize)]
struct Report {
    /// `healthy` or `unhealthy`.
    status: &'static str,
    /// `connected` or `disconnected`.
    database: &'static str,
    /// `not_configured`: nothing here needs it yet.
    redis: &'static str,
    storage: Storage,
    /// `available`, or `off`: without captions the house still works.
    speech: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct Storage {
    /// `available` or `unavailable`.
    local: &'static str,
    /// `not_configured`: nothing is kept elsewhere yet.
    cloud: &'static str,
}

impl From<Health> for Report {
    fn from(health: Health) -> Self {
        let word = |good, yes, no| if good { yes } else { no };
        Self {
            status: word(health.is_good(), "healthy", "unhealthy"),
            database: word(health.database, "connected", "disconnected"),
            redis: "not_configured",
            storage: Storage {
                local: word(health.storage, "available", "unavailable"),
                cloud: "not_configured",
            },
            speech: word(health.speech, "available", "off"),
            version: env!("CARGO_PKG_VERSION"),
        }
    }
}

async fn check(State(house): State<House>) -> Response {
    let health = health::check(&house.app).await;
    let status = if health.is_good() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(Report::from(health))).into_response()
}

async fn measure(State(house): State<House>) -> Response {
    // What is a state rather than an event is measured when somebody asks.
    if let Ok(counts) = health::task_counts(&house.app).await {
        for (status, count) in counts {
            metrics::gauge!("huddle_tasks", "status" => status.as_str()).set(count as f64);
        }
    }
    let (streams, lag_ms) = house.live.measure().await;
    metrics::gauge!("huddle_streams_open").set(streams as f64);
    metrics::gauge!("huddle_captions_lag_seconds").set(lag_ms as f64 / 1_000.0);
    let text = "text/plain; version=0.0.4; charset=utf-8";
    ([(header::CONTENT_TYPE, text), (header::CACHE_CONTROL, "no-store")], recorder().render()).into_response()
}

/// The recorder of this process, installed by whoever asks first.
fn recorder() -> &'static PrometheusHandle {
    static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
    RECORDER.get_or_init(|| {
        let seconds = [0.005, 0.025, 0.1, 0.5, 1.0, 2.5, 10.0, 60.0, 300.0];
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".into()), &seconds)
            .expect("there are buckets")
            .install_recorder()
            .expect("nobody else installs one");
        describe();
        // Durations wait in memory until somebody sorts them into their buckets, scraped or not.
        let upkeep = handle.clone();
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_secs(5));
                upkeep.run_upkeep();
            }
        });
        handle
    })
}

fn describe() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_counter!("huddle_http_requests_total", "Requests answered");
    describe_histogram!("huddle_http_request_seconds", "Time until a request was answered");
    describe_counter!("huddle_tasks_total", "Runs of background tasks that ended, by how");
    describe_histogram!("huddle_task_seconds", "How long background tasks ran");
    describe_gauge!("huddle_tasks", "Background tasks in the database");
    describe_counter!("huddle_audio_frames_total", "Frames of audio kept (100 ms each)");
    describe_gauge!("huddle_streams_open", "Streams of audio that are open in this process");
    describe_gauge!("huddle_captions_lag_seconds", "How far captions are behind, at worst");
    describe_counter!("huddle_events_missed_total", "Live events that came faster than they could be told");
}
