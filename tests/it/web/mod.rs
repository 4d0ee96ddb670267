//! The frame of the pages, over HTTP.

mod guards;
mod kept;
mod login;
mod problems;
mod sessions;
