//! The simulated gateways, as a program of its own: that they are strict, that each of their
//! faults does what its name says, and what our clients make of it.

mod alipay;
mod notices;
mod pages;
mod program;
mod refunds;
mod rules;
mod shop;
mod strict;
mod stripe;
mod wechat_pay;

pub use program::{Gateways, Player};
