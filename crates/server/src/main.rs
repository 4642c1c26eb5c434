//! The binary `huddle`.

use std::process::ExitCode;

fn main() -> ExitCode {
    huddle_server::cli::main()
}
