//! The running simulator: what its handlers share, and its two ports.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::KeepAlive;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::book::{Book, Key};
use crate::faults::{Call, Fault};
use crate::keys::Keys;
use crate::{admin, alipay, connection, pages, stripe, wechat};

/// A request's body may have this many bytes.
const MOST_BODY_BYTES: usize = 64 * 1024;
/// A call that is never answered is given up after this, in milliseconds; scaled.
const SILENCE_MS: i64 = 120_000;

/// Which of its keys WeChat Pay signs notifications with, and answers to callers who do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignWith {
    Certificate,
    NewCertificate,
    PublicKey,
}

/// What the handlers and the teller share.
pub struct Simulator {
    book: Mutex<Book>,
    pub keys: Keys,
    /// How browsers reach it, without a path.
    pub url: String,
    sign_with: Mutex<SignWith>,
    /// Requests that were not believed, by reason.
    refused: Mutex<BTreeMap<&'static str, u64>>,
    /// There is something new to tell.
    pub wake: Notify,
    pub stopping: CancellationToken,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Every change is one insert of a finished value: a panic leaves it whole.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Simulator {
    pub fn new(book: Book, keys: Keys, url: String) -> Self {
        Self {
            book: Mutex::new(book),
            keys,
            url,
            sign_with: Mutex::new(SignWith::PublicKey),
            refused: Mutex::default(),
            wake: Notify::new(),
            stopping: CancellationToken::new(),
        }
    }

    pub fn book(&self) -> MutexGuard<'_, Book> {
        locked(&self.book)
    }

    pub fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    pub fn sign_with(&self) -> SignWith {
        *locked(&self.sign_with)
    }

    pub fn set_sign_with(&self, sign_with: SignWith) {
        *locked(&self.sign_with) = sign_with;
    }

    /// Counts a request that is not believed.
    pub fn note_refused(&self, why: &'static str) {
        tracing::warn!(why, "a request is not believed");
        *locked(&self.refused).entry(why).or_default() += 1;
    }

    pub fn refused(&self) -> BTreeMap<&'static str, u64> {
        locked(&self.refused).clone()
    }

    /// The fault that keeps a call from being served at all, if one does.
    pub fn at_the_door(&self, key: &Key, call: Call) -> Option<Fault> {
        let faults = [
            Fault::Silent,
            Fault::Http500,
            Fault::Http502,
            Fault::TooMany,
            Fault::RuleLimit,
        ];
        self.book().faults.first_of(key, call, &faults)
    }

    /// The first of these that happens to the answer of a call.
    pub fn on_the_way_out(&self, key: &Key, call: Call, faults: &[Fault]) -> Option<Fault> {
        self.book().faults.first_of(key, call, faults)
    }

    /// Says nothing for long, and then drops the connection.
    pub async fn keep_silent(&self, request: &HttpRequest) -> HttpResponse {
        let silence = self.book().wait(SILENCE_MS).to_std().unwrap_or_default();
        tokio::select! {
            () = tokio::time::sleep(silence) => {}
            () = self.stopping.cancelled() => {}
        }
        drop_connection(request)
    }
}

/// An answer that reaches nobody.
pub fn drop_connection(request: &HttpRequest) -> HttpResponse {
    connection::drop_now(request);
    HttpResponse::InternalServerError().finish()
}

/// Something between the shop and the gateway is broken.
pub fn bad_gateway() -> HttpResponse {
    HttpResponse::BadGateway()
        .content_type("text/html")
        .body("<html><body>502 Bad Gateway</body></html>")
}

/// The gateways and their pages.
pub fn gateways(simulator: web::Data<Simulator>, listener: TcpListener) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(simulator.clone())
            .app_data(web::PayloadConfig::new(MOST_BODY_BYTES))
            .route("/v3/{rest:.*}", web::to(wechat::serve))
            .route("/gateway.do", web::to(alipay::serve))
            .route("/v1/{rest:.*}", web::to(stripe::serve))
            .configure(pages::routes)
    });
    let server = server.on_connect(connection::keep).workers(1);
    Ok(server
        .disable_signals()
        .shutdown_timeout(1)
        .listen(listener)?
        .run())
}

/// What tests call; people use the pages. Clients open connections ahead of need, and keep them:
/// none is given up on here, or a test that says nothing for five seconds would be answered 408.
pub fn admin(simulator: web::Data<Simulator>, listener: TcpListener) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new()
            .app_data(simulator.clone())
            .app_data(web::PayloadConfig::new(MOST_BODY_BYTES))
            .configure(admin::routes)
    });
    let server = server
        .workers(1)
        .client_request_timeout(Duration::ZERO)
        .keep_alive(KeepAlive::Os);
    let server = server.disable_signals();
    Ok(server.shutdown_timeout(1).listen(listener)?.run())
}

/// Where a listener is, as the start of an address.
pub fn url_of(address: SocketAddr) -> String {
    format!("http://{address}")
}
