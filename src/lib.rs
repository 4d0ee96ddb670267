//! Stockdesk: a server-rendered stock desk and the idempotent stock service behind it.
//!
//! The layers, each importing only those before it: `domain`, then `gateway` and `store`, then
//! `service`, then `web` and `workers`, then the command line. `docs/ARCHITECTURE.md` walks
//! through them.

pub mod accounts;
pub mod app;
pub mod bench;
pub mod cli;
pub mod config;
pub mod domain;
pub mod embedded;
pub mod gateway;
pub mod replay;
pub mod sandbox_pay;
pub mod service;
pub mod store;
pub mod telemetry;
pub mod web;
pub mod workers;
