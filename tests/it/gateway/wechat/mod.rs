//! WeChat Pay's client against messages made elsewhere, and against a scripted server. Nothing
//! here leaves this machine, and nothing here shares code with the client: this side signs,
//! seals and verifies by itself.

mod answers;
mod certificates;
pub mod keys;
mod notifications;
mod numbers;
mod payments;
mod refunds;
mod refusals;
pub mod script;
mod settings;
mod tampering;
mod vectors;
pub mod world;
