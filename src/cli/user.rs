use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use nix::sys::termios::{self, LocalFlags, SetArg};

use super::opened::{Opened, Schema};
use super::who::{by, typed_by};
use crate::config::Config;
use crate::domain::role::Role;
use crate::domain::user::{NewPassword, UserName};
use crate::service::{Audit, Clock, Users};

#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Add somebody; the password is asked for, or read from standard input
    Add {
        /// 1 to 64 letters, digits and . _ - @ +
        name: UserName,
        /// viewer, operator, supervisor or admin
        #[arg(long)]
        role: Role,
    },
    /// Set a password, lift a lock and end every session of somebody
    SetPassword {
        /// As it was added
        name: UserName,
    },
}

/// Who it was, in the audit.
const BY: &str = "command:user";

/// Adds people and sets their passwords.
///
/// # Errors
/// When the password cannot be chosen, the name is taken or unknown, or the database is away.
pub async fn run(args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let password = tokio::task::spawn_blocking(chosen_password).await??;
    let opened = Opened::open(&config, "user", Schema::Migrate).await?;
    let pool = opened.desk.pool().clone();
    let audit = Audit::new(pool.clone(), Clock::system());
    let users = Users::new(pool, Clock::system(), audit);
    let done = act(args.action, &users, &password).await;
    opened.close().await;
    println!("{}", done?);
    Ok(ExitCode::SUCCESS)
}

async fn act(action: Action, users: &Users, password: &NewPassword) -> anyhow::Result<String> {
    let typed_by = typed_by();
    let by = by(BY, &typed_by);
    match action {
        Action::Add { name, role } => {
            if !users.create(&name, role, password, by).await? {
                bail!("there is a user {name} already");
            }
            Ok(format!("added {name}, {role}"))
        }
        Action::SetPassword { name } => {
            if !users.set_password(&name, password, by).await? {
                bail!("there is no user {name}");
            }
            Ok(format!("set the password of {name}"))
        }
    }
}

/// Asks twice at a terminal; reads one line from anything else.
fn chosen_password() -> anyhow::Result<NewPassword> {
    if !io::stdin().is_terminal() {
        return Ok(line()?.parse()?);
    }
    let first = asked("Password: ")?;
    let password = first.parse()?;
    if asked("Again: ")? != first {
        bail!("the two are not the same");
    }
    Ok(password)
}

/// Reads a line that is not shown while it is typed.
fn asked(prompt: &str) -> anyhow::Result<String> {
    eprint!("{prompt}");
    io::stderr().flush()?;
    let usual = termios::tcgetattr(io::stdin()).context("the terminal")?;
    let mut quiet = usual.clone();
    quiet.local_flags.remove(LocalFlags::ECHO);
    termios::tcsetattr(io::stdin(), SetArg::TCSAFLUSH, &quiet).context("the terminal")?;
    let typed = line();
    termios::tcsetattr(io::stdin(), SetArg::TCSAFLUSH, &usual).context("the terminal")?;
    eprintln!();
    typed
}

fn line() -> anyhow::Result<String> {
    let mut line = String::new();
    io::stdin()
        .read_line(&mut line)
        .context("the password cannot be read")?;
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}
