//! The sandbox's client against the real sandbox server, over real connections; WeChat Pay's
//! client against a scripted one.

mod closing;
mod faults;
mod notifications;
mod pages;
mod payments;
pub mod raw_http;
mod refunds;
mod restart;
mod tampering;
pub mod wechat;
pub mod world;
