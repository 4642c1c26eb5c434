//! `huddle user`: accounts by the operator's hand, on the same database as `huddle serve`.

use crate::{
    app::{App, AppError, accounts},
    config::Config,
};
use anyhow::{Context, bail};
use clap::Subcommand;
use huddle_domain::account::AccountRole;
use std::{
    io::{self, BufRead, IsTerminal},
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
    /// Makes an account; the first one is an administrator's.
    Add {
        /// Its address.
        email: String,
        /// Its display name; what stands before the @ if absent.
        #[arg(long)]
        name: Option<String>,
        /// Makes it an administrator's.
        #[arg(long)]
        admin: bool,
        /// Reads the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Sets another password, unlocks the account and signs it out everywhere.
    Passwd {
        /// Its address.
        email: String,
        /// Reads the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Lists all accounts, oldest first.
    List,
}

/// Runs one of the commands.
pub async fn run(args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let app = App::open(config).await?;
    app.db.migrate().await?;
    match args.command {
        Command::Add { email, name, admin, password_stdin } => {
            let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or_default().to_owned());
            let password = password(password_stdin)?;
            let role = if admin { AccountRole::Admin } else { AccountRole::Member };
            let made = accounts::add(&app, &email, &name, &password, role).await.map_err(plainly)?;
            let what = match made.role {
                AccountRole::Admin => "an administrator",
                AccountRole::Member => "a member",
            };
            println!("{} ({}) can sign in now, as {what}.", made.email, made.name);
        }
        Command::Passwd { email, password_stdin } => {
            let password = password(password_stdin)?;
            let changed = accounts::set_password(&app, &email, &password).await.map_err(plainly)?;
            println!(
                "{} has a new password and is signed out everywhere; a page that is open may go on for 15 minutes.",
                changed.email
            );
        }
        Command::List => list(&app).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn list(app: &App) -> anyhow::Result<()> {
    let all = accounts::all(app).await?;
    if all.is_empty() {
        println!("There are no accounts yet. The first one becomes the administrator: huddle user add EMAIL");
    }
    for account in all {
        let locked = if account.is_locked(app.now()) { "  locked" } else { "" };
        let since = account.created_at.format("%Y-%m-%d");
        println!("{:<32} {:<6} {since}  {}{locked}", account.email, account.role.as_str(), account.name);
    }
    Ok(())
}

/// Asked for twice at a terminal, so that a slip of the finger locks nobody out.
fn password(from_stdin: bool) -> anyhow::Result<String> {
    if from_stdin {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).context("cannot read the password")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    if !io::stdin().is_terminal() {
        bail!("there is no terminal to ask for the password at: give it with --password-stdin");
    }
    let once = rpassword::prompt_password("Password (at least 10 characters): ")?;
    if rpassword::prompt_password("Once more: ")? != once {
        bail!("the two passwords differ");
    }
    Ok(once)
}

/// A refusal is said as it is; a fault with its causes.
fn plainly(error: AppError) -> anyhow::Error {
    match error {
        AppError::Refused(refusal) => anyhow::anyhow!("{refusal}"),
        AppError::Fault(fault) => fault,
    }
}
