//! Being written.

use std::process::ExitCode;

/// Flags.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// To be written.
pub fn run(_args: &Args, _config: &crate::config::Config) -> anyhow::Result<ExitCode> {
    anyhow::bail!("not built in yet")
}

/// To be written.
pub fn hear_file(
    _path: &std::path::Path,
    _config: &crate::config::Config,
) -> anyhow::Result<Vec<huddle_domain::transcript::Segment>> {
    anyhow::bail!("not built in yet")
}
