//! The commands of `huddle`: each parses its flags, calls the floors below, and prints.

mod demo;
mod doctor;
mod migrate;
mod minutes;
mod openapi;
mod serve;
pub mod transcribe;
mod user;
mod worker;

use crate::config::{self, Config, LogFormat, Overrides};
use clap::{Parser, Subcommand};
use std::{io::IsTerminal, path::PathBuf, process::ExitCode, time::Duration};
use tracing_subscriber::EnvFilter;

/// Meetings that write themselves up, on your own machine.
#[derive(Debug, Parser)]
#[command(name = "huddle", version, propagate_version = true)]
struct Cli {
    /// Configuration file; ./huddle.toml if there is one.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory of everything local: database, blobs, audio, generated secrets.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs everything: API, web app and background tasks.
    Serve(serve::Args),
    /// Runs background tasks only.
    Worker(worker::Args),
    /// Brings the database schema up to date.
    Migrate,
    /// Adds and lists accounts, changes passwords.
    User(user::Args),
    /// Writes down what is said in audio files.
    Transcribe(transcribe::Args),
    /// Writes minutes of audio or of a transcript.
    Minutes(minutes::Args),
    /// Checks this installation and says how to mend it.
    Doctor(doctor::Args),
    /// Prints the OpenAPI document of the API.
    Openapi,
    /// Holds a short two-person meeting through the real pipeline and prints its links.
    Demo(demo::Args),
}

/// Runs the command line.
pub fn main() -> ExitCode {
    // Everything that this process makes is its owner's alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("huddle: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let port = match &cli.command {
        Command::Serve(args) => args.port,
        _ => None,
    };
    let overrides = Overrides { file: cli.config, port, data_dir: cli.data_dir };
    if let Command::Openapi = cli.command {
        return openapi::run();
    }
    let loaded = config::load(&overrides, &std::env::vars().collect());
    if let Command::Doctor(args) = &cli.command {
        return wait_for(doctor::run(args, loaded));
    }
    let config = loaded?;
    log_to_stderr(&config, matches!(cli.command, Command::Serve(_) | Command::Worker(_)))?;
    match cli.command {
        Command::Serve(_) => wait_for(serve::run(config)),
        Command::Worker(args) => wait_for(worker::run(args, config)),
        Command::Migrate => wait_for(migrate::run(config)),
        Command::User(args) => wait_for(user::run(args, config)),
        Command::Transcribe(args) => transcribe::run(&args, &config),
        Command::Minutes(args) => minutes::run(&args, &config),
        Command::Demo(args) => wait_for(demo::run(args, config)),
        Command::Doctor(_) | Command::Openapi => Ok(ExitCode::SUCCESS),
    }
}

/// How long work on other threads may go on once a command is done. An utterance that is being recognised or a
/// PDF that is being set cannot be told to stop; both are done again from what is kept.
const LINGER: Duration = Duration::from_millis(500);

fn wait_for(work: impl Future<Output = anyhow::Result<ExitCode>>) -> anyhow::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(LINGER);
    done
}

/// How long stopping in good order may take, of the 10 seconds that are promised.
const STOPPING: Duration = Duration::from_secs(8);

/// Does what has to be done before the process ends, as far as there is time. What is left undone then is what
/// a crash leaves: everything acknowledged is kept, leases lapse.
async fn in_time(stopping: impl Future<Output = ()>) {
    tracing::info!("Stopping");
    match tokio::time::timeout(STOPPING, stopping).await {
        Ok(()) => tracing::info!("Stopped"),
        Err(_) => tracing::warn!("Not everything stopped in {STOPPING:?}; the rest is left as it is"),
    }
}

/// Commands that people run by hand say only what is wrong, unless they are told otherwise.
fn log_to_stderr(config: &Config, is_server: bool) -> anyhow::Result<()> {
    let level = if is_server || config.log.level != "info" { config.log.level.as_str() } else { "warn" };
    let mut filter = EnvFilter::builder()
        .parse(level)
        .map_err(|e| anyhow::anyhow!("the setting log.level is malformed: {e}"))?
        // What it says of a file that is no audio is said better where the file is named.
        .add_directive("symphonia_core=off".parse()?);
    // Below this they say what people said: nobody may ask for that, not even with `trace`.
    for talkative in ["socketioxide", "engineioxide", "tungstenite", "tokio_tungstenite"] {
        filter = filter.add_directive(format!("{talkative}=info").parse()?);
    }
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    match config.log.format {
        LogFormat::Human => lines.init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}
