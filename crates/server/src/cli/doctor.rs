//! Being written.

use std::process::ExitCode;

/// Flags.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// To be written.
pub async fn run(
    _args: &Args,
    _config: Result<crate::config::Config, crate::config::ConfigError>,
) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not built in yet")
}
