//! Everybody at once, through the server: shops with the JSON API, staff with their forms, the
//! worker as the server runs it, and customers at the sandbox gateway.

mod cancels;
mod claims;
mod market;
mod payments;
mod silence;
