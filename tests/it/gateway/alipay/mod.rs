//! Alipay's client against messages made elsewhere, and against a scripted server. This side
//! signs and verifies by itself.

mod answers;
mod notifications;
mod payments;
mod refunds;
mod settings;
mod tampering;
mod vectors;
mod world;
