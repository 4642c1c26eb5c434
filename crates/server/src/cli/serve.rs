//! `huddle serve`: everything in one process, until it is told to stop.

use super::in_time;
use crate::{
    app::{App, accounts},
    config::Config,
    doors::{self, House},
    live::Live,
    tasks::Tasks,
};
use anyhow::Context;
use std::{net::SocketAddr, process::ExitCode, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

/// Flags.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// TCP port; 0 takes a free one.
    #[arg(long)]
    pub port: Option<u16>,
}

/// How long answers that are under way may take once the server was told to stop.
const DRAIN: Duration = Duration::from_secs(3);

/// Serves until SIGTERM or SIGINT; then stops within 10 seconds with everything acknowledged kept.
pub async fn run(config: Config) -> anyhow::Result<ExitCode> {
    let address = (config.server.host.clone(), config.server.port);
    let listener = TcpListener::bind(&address).await.with_context(|| {
        format!(
            "cannot listen on {}:{}; is another server there? Choose another with --port",
            address.0, address.1
        )
    })?;
    let app = App::open(config).await?;
    app.db.migrate().await?;
    let port = listener.local_addr()?.port();
    let _ = app.port.set(port);
    let told = told_to_stop()?;
    let live = Live::start(app.clone());
    let tasks = Tasks::start(app.clone());
    let house = House::new(app.clone(), live.clone());
    let router = doors::router(house).await;
    greet(&app).await?;

    let stop = CancellationToken::new();
    let serving = axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(stop.clone().cancelled_owned());
    let serving = tokio::spawn(serving.into_future());
    told.await;
    stop.cancel();
    in_time(async move {
        // Audio first: what was acknowledged is in its file, and the file gets its end.
        live.stop().await;
        // Live connections stay open as long as their clients like; they are not waited for.
        let ((), _) = tokio::join!(tasks.stop(), tokio::time::timeout(DRAIN, serving));
        close(app).await;
    })
    .await;
    Ok(ExitCode::SUCCESS)
}

/// Closes the database, if nobody uses it any more.
pub async fn close(app: Arc<App>) {
    if let Some(app) = Arc::into_inner(app)
        && let Err(error) = app.db.close().await
    {
        tracing::warn!(error = %error, "The database could not be closed");
    }
}

/// Listens from now on for whoever asks the process to stop; the answer resolves then. To be called before
/// anything is begun that wants to be stopped in good order.
pub fn told_to_stop() -> anyhow::Result<impl Future<Output = ()>> {
    let mut term = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// The line that people and programs wait for, and what to do next.
async fn greet(app: &App) -> anyhow::Result<()> {
    let url = app.public_url();
    println!("Huddle is ready on {url}");
    if accounts::needs_first(app).await? {
        println!(
            "Make the first account there; it becomes the administrator. Or: huddle user add you@example.com"
        );
    }
    match &app.engine {
        Ok(engine) => println!("Captions: {}", engine.name()),
        Err(why) => println!("Captions are off: {why}"),
    }
    Ok(())
}
