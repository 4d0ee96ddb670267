//! The sandbox's client against the real sandbox server, over real connections; the others
//! against scripted ones.

mod alipay;
mod closing;
mod faults;
mod notifications;
mod pages;
mod payments;
pub mod raw_http;
mod refunds;
mod restart;
pub mod scripted;
pub mod stripe;
mod tampering;
pub mod wechat;
pub mod world;
