//! `huddle openapi`: the API's document, as `/api/v1/openapi.json` serves it.

use crate::doors::api;
use std::{
    io::{ErrorKind, Write},
    process::ExitCode,
};

/// Prints the document; whoever reads it may stop in the middle.
pub fn run() -> anyhow::Result<ExitCode> {
    let document = api::openapi().to_pretty_json()?;
    match writeln!(std::io::stdout(), "{document}") {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}
