//! The commands that read and fill the stores.

mod accounts;
mod demo;
mod import;
mod program;
mod replay;
mod verify;
