//! `huddle doctor`: looks at everything that Huddle needs here, and says how to mend what is wrong. It
//! changes nothing: what it writes to see whether that works it removes again.

mod checks;

use crate::config::{Config, ConfigError};
use serde::Serialize;
use std::{io::Write, process::ExitCode};

/// Flags.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Prints a JSON list instead of lines.
    #[arg(long)]
    json: bool,
}

/// How well something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Level {
    /// As it should be.
    Ok,
    /// Huddle works, but not with everything, or not for long.
    Warn,
    /// Huddle does not work.
    Fail,
}

/// What was found out about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    /// What was looked at.
    check: &'static str,
    level: Level,
    /// What was seen.
    said: String,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    mend: Option<String>,
}

impl Finding {
    fn ok(check: &'static str, said: impl Into<String>) -> Self {
        Self { check, level: Level::Ok, said: said.into(), mend: None }
    }

    fn warn(check: &'static str, said: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, level: Level::Warn, said: said.into(), mend: Some(mend.into()) }
    }

    fn fail(check: &'static str, said: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { check, level: Level::Fail, said: said.into(), mend: Some(mend.into()) }
    }
}

/// Checks everything; fails if anything does.
pub async fn run(args: &Args, loaded: Result<Config, ConfigError>) -> anyhow::Result<ExitCode> {
    let mut findings = vec![checks::configuration(&loaded)];
    if let Ok(config) = &loaded {
        findings.push(checks::data_directory(config));
        findings.push(checks::database(config).await);
        findings.push(checks::storage(config).await);
        findings.push(checks::disk(config));
        findings.push(checks::speech(config).await);
        findings.push(checks::port(config).await);
    }
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&findings)?)?;
    } else {
        write!(out, "{}", lines(&findings))?;
    }
    let failed = findings.iter().any(|f| f.level == Level::Fail);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn lines(findings: &[Finding]) -> String {
    let mut text = String::new();
    for Finding { check, level, said, mend } in findings {
        let level = match level {
            Level::Ok => "ok",
            Level::Warn => "warn",
            Level::Fail => "FAIL",
        };
        text += &format!("{level:<5} {check:<14} {said}\n");
        if let Some(mend) = mend {
            text += &format!("{:21}→ {mend}\n", "");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_wrong_and_the_next_how_to_mend_it() {
        let findings = [
            Finding::ok("database", "SQLite answers"),
            Finding::fail("port", "8080 is taken", "choose another with --port"),
        ];
        assert_eq!(
            lines(&findings),
            "ok    database       SQLite answers\nFAIL  port           8080 is taken\n                     → choose another with --port\n"
        );
    }
}
