//! A hold on the connection below a request, to be able to drop it without an answer.

use std::any::Any;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsFd;

use actix_web::HttpRequest;
use actix_web::dev::Extensions;

struct Connection(TcpStream);

/// Keeps a second hold on each connection, until it ends.
pub fn keep(stream: &dyn Any, data: &mut Extensions) {
    let Some(stream) = stream.downcast_ref::<actix_web::rt::net::TcpStream>() else {
        return;
    };
    match stream.as_fd().try_clone_to_owned() {
        Ok(held) => {
            data.insert(Connection(TcpStream::from(held)));
        }
        Err(error) => tracing::warn!(%error, "this connection cannot be dropped"),
    }
}

/// Ends the connection: whatever is answered after this reaches nobody.
pub fn drop_now(request: &HttpRequest) {
    let ended = request
        .conn_data::<Connection>()
        .map(|held| held.0.shutdown(Shutdown::Both));
    if !matches!(ended, Some(Ok(()))) {
        tracing::warn!("a connection that was to be dropped is still there");
    }
}
