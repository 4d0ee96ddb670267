use std::net::TcpListener;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use sqlx::migrate::MigrateError;

use super::shutdown;
use crate::accounts;
use crate::app::App;
use crate::config::{Config, random_text};
use crate::domain::role::Role as UserRole;
use crate::domain::user::NewPassword;
use crate::embedded::{self, EmbeddedError, Role, Stores};
use crate::service::demo::{self, Filled};
use crate::service::{Desk, Services};
use crate::store::mysql;

/// `serve` has no arguments of its own: everything is a setting.
#[derive(clap::Args, Debug)]
pub struct Args {}

/// The first user.
const ADMIN: &str = "admin";
/// A database that is away at the start is asked again after this long.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// Runs the desk until SIGTERM or SIGINT.
///
/// # Errors
/// When it cannot start; once it runs, it runs.
pub async fn run(_args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let stop = shutdown::requested().context("cannot listen for signals")?;
    tokio::pin!(stop);
    // Before anything is started: what is set wrong, and a taken address, the commonest mistake.
    accounts::read(&config)?;
    let listen = config.web.listen;
    let listener =
        TcpListener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
    let stores = match embedded::open_unless(&config, Role::Serve, &mut stop).await {
        Ok(stores) => stores,
        Err(EmbeddedError::CalledOff) => return Ok(ExitCode::SUCCESS),
        Err(error) => return Err(error.into()),
    };
    let served = serve(&config, &stores, listener, stop).await;
    stores.stop().await;
    served.map(|()| ExitCode::SUCCESS)
}

async fn serve(
    config: &Config,
    stores: &Stores,
    listener: TcpListener,
    stop: impl Future<Output = &'static str>,
) -> anyhow::Result<()> {
    tokio::pin!(stop);
    let address = listener.local_addr()?;
    let (app, server) = App::build(config, stores, listener).await?;
    let server = tokio::spawn(server);
    let signal = tokio::select! {
        signal = &mut stop => signal,
        ready = make_ready(config, &app) => {
            ready?;
            if let Some(url) = app.sandbox_url() {
                println!("sandbox payments at {url}");
            }
            println!("listening on http://{address}");
            stop.await
        }
    };
    tracing::info!(signal, "stopping");
    app.stop().await;
    server.await??;
    Ok(())
}

/// Brings the schema up to date, makes the first user and the demo data, starts the workers.
///
/// While the database is away the pages already say so; this waits for it.
async fn make_ready(config: &Config, app: &App) -> anyhow::Result<()> {
    let pool = app.services.desk.pool();
    while let Err(error) = mysql::migrate(pool).await {
        match &error {
            MigrateError::Execute(sqlx::Error::Database(_))
            | MigrateError::ExecuteMigration(sqlx::Error::Database(_), _)
            | MigrateError::VersionMissing(_)
            | MigrateError::VersionMismatch(_) => {
                return Err(error).context("the database cannot be brought up to date");
            }
            _ => tracing::warn!(%error, "the database is away; asking again"),
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
    first_user(config, &app.services).await?;
    if config.demo_data() {
        // Before the workers: the demo's past is none of their business.
        demo_data(&app.services.desk).await;
    }
    app.start_workers();
    Ok(())
}

/// Fills an empty desk with the demo. What fails now is gone on with at the next start.
async fn demo_data(desk: &Desk) {
    match demo::fill(desk).await {
        Ok(Filled::Now { orders, .. }) => tracing::info!(orders, "filled in the demo data"),
        Ok(Filled::Before | Filled::NotEmpty) => {}
        Err(error) => tracing::error!(%error, "the demo data was not filled in"),
    }
}

/// Makes `admin` when there is no user yet, and says its password, once.
async fn first_user(config: &Config, services: &Services) -> anyhow::Result<()> {
    if !services.users.list().await?.is_empty() {
        return Ok(());
    }
    let given = config.accounts.admin_password.as_ref();
    let password = given.map_or_else(|| random_text(16), Clone::clone);
    let chosen: NewPassword = password
        .expose()
        .parse()
        .context("STOCKDESK_ADMIN_PASSWORD")?;
    let name = ADMIN.parse()?;
    let users = &services.users;
    let made = users
        .create(&name, UserRole::Admin, &chosen, "command:serve")
        .await?;
    if made && given.is_none() {
        println!(
            "sign in as {ADMIN} with password {} (shown this once)",
            password.expose()
        );
    } else if made {
        println!("sign in as {ADMIN} with the password that was given");
    }
    Ok(())
}
