//! `huddle models`: Whisper's models on this machine.

use crate::config::Config;
use anyhow::bail;
use clap::Subcommand;
use huddle_speech::models::{CATALOGUE, Models, Progress, pull};
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    io::{self, IsTerminal},
    process::ExitCode,
};

/// Flags.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lists the models that are offered, those that are here, and the one in use.
    List,
    /// Fetches a model; goes on where an earlier try stopped.
    Pull {
        /// Its name, as the list has it.
        name: String,
        /// What its SHA-256 has to be; what the source says if absent.
        #[arg(long, value_name = "HEX")]
        sha256: Option<String>,
        /// Where to fetch it; the setting speech.models_url if absent.
        #[arg(long, value_name = "URL")]
        from: Option<String>,
    },
    /// Uses a model that is here, from the next start on.
    Use {
        /// Its name.
        name: String,
    },
}

/// Runs one of the commands.
pub async fn run(args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let models = Models::at(config.hearing().models_dir);
    match args.command {
        Command::List => list(&models, &config),
        Command::Pull { name, sha256, from } => {
            let source = from.as_deref().unwrap_or(&config.speech.models_url);
            fetch(&models, source, &name, sha256.as_deref()).await?;
        }
        Command::Use { name } => {
            if !models.use_model(&name)? {
                bail!("the model {name} is not here: fetch it with `huddle models pull {name}`");
            }
            println!("{name} is used from the next start on.");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(models: &Models, config: &Config) {
    let (installed, in_use) = (models.installed(), config.speech.model.clone().or_else(|| models.in_use()));
    let state = |name: &str, here: bool| match (here, in_use.as_deref() == Some(name)) {
        (true, true) => "in use",
        (true, false) => "here",
        (false, _) => "",
    };
    println!("{:<22} {:>8}  {:<7} what it is", "model", "MiB", "");
    for model in CATALOGUE {
        let here = installed.iter().any(|(name, _)| name == model.name);
        println!("{:<22} {:>8}  {:<7} {}", model.name, model.mib, state(model.name, here), model.about);
    }
    for (name, bytes) in installed.iter().filter(|(name, _)| CATALOGUE.iter().all(|m| m.name != name)) {
        println!("{name:<22} {:>8}  {:<7} of your own", bytes >> 20, state(name, true));
    }
    println!("\nThey are kept in {}.", models.dir().display());
    if !cfg!(feature = "whisper") {
        println!("This huddle was built without Whisper: it keeps models, and cannot use them.");
    }
}

async fn fetch(models: &Models, source: &str, name: &str, sha256: Option<&str>) -> anyhow::Result<()> {
    let style = ProgressStyle::with_template(
        "{prefix}  {bar:30} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
    );
    let bar = if io::stderr().is_terminal() { ProgressBar::no_length() } else { ProgressBar::hidden() };
    let bar =
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_prefix(name.to_owned());
    eprintln!("huddle: fetching {name} from {source}");
    let pulled = pull(models, source, name, sha256, |progress: Progress| {
        if let Some(total) = progress.total {
            bar.set_length(total);
        }
        bar.set_position(progress.done);
    })
    .await;
    bar.finish_and_clear();
    let pulled = pulled?;
    println!("{name} is in {}.", pulled.path.display());
    if !pulled.verified {
        println!("Its source names no checksum. This is its SHA-256, for you to compare: {}", pulled.sha256);
    }
    if models.in_use().as_deref() == Some(name) {
        println!("It is used from the next start on.");
    } else {
        println!("Use it with: huddle models use {name}");
    }
    Ok(())
}
