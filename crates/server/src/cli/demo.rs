//! Being written.

use std::process::ExitCode;

/// Flags.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// To be written.
pub async fn run(_args: Args, _config: crate::config::Config) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not built in yet")
}
