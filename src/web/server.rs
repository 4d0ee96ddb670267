//! The HTTP server.

use std::io;
use std::net::TcpListener;
use std::num::NonZeroUsize;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, web};

use super::state::Web;
use super::{answer, route, session};

/// Serves on `listener` until it is stopped (`Server::handle`); requests under way then have eight
/// seconds to finish.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve(web: Web, listener: TcpListener, workers: Option<NonZeroUsize>) -> io::Result<Server> {
    let mut server = HttpServer::new(move || {
        // The last one wrapped is the first to see a request.
        App::new()
            .app_data(web::Data::new(web.clone()))
            .configure(route::configure)
            .wrap(from_fn(answer::problems))
            .wrap(session::middleware(&web))
            .wrap(from_fn(answer::headers))
            .wrap(Compress::default())
    })
    .disable_signals()
    .shutdown_timeout(8);
    if let Some(workers) = workers {
        server = server.workers(workers.get());
    }
    Ok(server.listen(listener)?.run())
}
