//! The sandbox payment gateway: a server of its own to pay at without money, and to practise
//! every way in which a gateway can fail.
//!
//! It speaks the protocol that [`crate::gateway::sandbox`] describes, sends signed notifications
//! until they are taken, and has pages for the person who plays the payer. It shares no signing
//! code with the client, and knows nothing of stock.

mod admin;
mod answer;
mod api;
mod book;
mod connection;
mod html;
mod journal;
mod notify;
mod pages;
mod payment;
mod refund;
mod refund_api;
mod signing;
mod switches;
mod words;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::{App, HttpServer, dev::ServerHandle, web};
use chrono::{DateTime, Utc};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use self::book::Book;
use self::journal::Journal;
pub use self::switches::{Call, Switches};

/// The usual name of the journal, in the data folder.
pub const JOURNAL: &str = "sandbox-pay.jsonl";

/// A request's body may have this many bytes.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// How the sandbox is run.
#[derive(Clone)]
pub struct Config {
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// How a person's browser reaches it, without a path; `http://<address>` when not given.
    pub public_url: Option<String>,
    /// Shared with the shop.
    pub secret: Vec<u8>,
    /// Where payments are kept over a restart; in memory only when not given.
    pub journal: Option<PathBuf>,
    /// The waits between one try to notify and the next; the last is repeated.
    pub notify_after: Vec<Duration>,
    pub clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl Config {
    /// 1 s, 2 s, 5 s, 15 s, 30 s, 1 min, 5 min, then every 10 min.
    pub fn notify_schedule() -> Vec<Duration> {
        [1, 2, 5, 15, 30, 60, 300, 600]
            .map(Duration::from_secs)
            .to_vec()
    }
}

/// A running sandbox. It runs until [`Handle::stop`].
pub struct Handle {
    addr: SocketAddr,
    url: String,
    server: ServerHandle,
    sandbox: web::Data<Sandbox>,
    tasks: Vec<JoinHandle<()>>,
}

impl Handle {
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// How a browser reaches it, without a path.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Answers what is under way, and stops; calls that were never to be answered are dropped.
    pub async fn stop(self) {
        self.sandbox.stopping.cancel();
        self.server.stop(true).await;
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a task of the sandbox gateway failed");
            }
        }
        // The next sandbox may have it, even while a thread of this one still winds up.
        self.sandbox.book().end_journal();
    }
}

/// What the handlers and the notifier share.
struct Sandbox {
    book: Mutex<Book>,
    /// There is something new to be done by the notifier.
    wake: Notify,
    stopping: CancellationToken,
    url: String,
    config: Config,
}

impl Sandbox {
    fn book(&self) -> MutexGuard<'_, Book> {
        // Every change of the book is one insert of a finished payment: a panic leaves it whole.
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> DateTime<Utc> {
        (self.config.clock)()
    }
}

/// Starts the sandbox beside whatever else runs here.
///
/// # Errors
/// When the address is taken, the secret is empty, or the journal cannot be read or written, or
/// another sandbox has it.
pub async fn start(config: Config) -> io::Result<Handle> {
    if config.secret.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the sandbox gateway needs a secret",
        ));
    }
    let (journal, payments) = match &config.journal {
        None => (None, Vec::new()),
        Some(path) => {
            let (journal, payments) = Journal::open(path)?;
            (Some(journal), payments)
        }
    };
    let listener = TcpListener::bind(config.listen)?;
    let addr = listener.local_addr()?;
    let url = config
        .public_url
        .clone()
        .unwrap_or_else(|| format!("http://{addr}"));
    let sandbox = web::Data::new(Sandbox {
        book: Mutex::new(Book::new(journal, payments)),
        wake: Notify::new(),
        stopping: CancellationToken::new(),
        url: url.clone(),
        config,
    });
    let notifier = notify::Notifier::new(sandbox.clone())?;
    let shared = sandbox.clone();
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .app_data(web::PayloadConfig::new(MAX_BODY_BYTES))
            .configure(api::routes)
            .configure(refund_api::routes)
            .configure(admin::routes)
            .configure(pages::routes)
    })
    .on_connect(connection::keep)
    .workers(1)
    .disable_signals()
    .shutdown_timeout(2)
    .listen(listener)?
    .run();
    let handle = server.handle();
    let serving = tokio::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "the sandbox gateway stopped");
        }
    });
    Ok(Handle {
        addr,
        url: url.trim_end_matches('/').to_owned(),
        server: handle,
        sandbox,
        tasks: vec![serving, tokio::spawn(notifier.run())],
    })
}
