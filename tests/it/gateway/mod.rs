//! The sandbox's client against the real sandbox server, over real connections.

mod closing;
mod faults;
mod notifications;
mod pages;
mod payments;
pub mod raw_http;
mod restart;
mod tampering;
mod world;
