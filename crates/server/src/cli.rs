//! The commands of `huddle`: each parses its flags, calls the floors below, and prints.

use std::process::ExitCode;

/// Runs the command line.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
