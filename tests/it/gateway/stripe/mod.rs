//! Stripe's client against messages made elsewhere, and against a scripted server.

mod notifications;
mod payments;
mod refunds;
mod settings;
mod states;
pub mod world;
