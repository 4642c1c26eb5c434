//! `huddle worker`: background tasks only, beside a `huddle serve` on the same database and data directory.

use super::{
    in_time,
    serve::{close, told_to_stop},
};
use crate::{app::App, config::Config, tasks::Tasks};
use std::process::ExitCode;

/// Flags.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Tasks that run at once; the setting tasks.concurrency, or 2 if that is 0.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=64))]
    concurrency: Option<u8>,
}

/// Works until SIGTERM or SIGINT; running tasks then get a few seconds before they are given back.
pub async fn run(args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let concurrency = match (args.concurrency, config.tasks.concurrency) {
        (Some(asked), _) => asked.into(),
        (None, 0) => Config::default().tasks.concurrency,
        (None, set) => set,
    };
    let app = App::open(config).await?;
    app.db.migrate().await?;
    let told = told_to_stop()?;
    let tasks = Tasks::start_worker(app.clone(), concurrency);
    println!("Huddle works, {concurrency} tasks at once");
    told.await;
    in_time(async move {
        tasks.stop().await;
        close(app).await;
    })
    .await;
    Ok(ExitCode::SUCCESS)
}
