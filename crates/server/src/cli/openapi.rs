//! `huddle openapi`: the API's document, as `/api/v1/openapi.json` serves it.

use crate::doors::api;
use std::process::ExitCode;

/// Prints the document.
pub fn run() -> anyhow::Result<ExitCode> {
    println!("{}", api::openapi().to_pretty_json()?);
    Ok(ExitCode::SUCCESS)
}
