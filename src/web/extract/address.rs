use std::future::{Ready, ready};
use std::net::IpAddr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use super::State;
use crate::web::problem::Problem;

/// Where the request came from: the connection's other end, or what our own proxies say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address(pub Option<IpAddr>);

impl Address {
    /// As the audit stores it.
    pub fn text(&self) -> Option<String> {
        self.0.map(|address| address.to_string())
    }

    pub fn of(request: &HttpRequest) -> Self {
        let site = &State::of(request).site;
        let peer = request.peer_addr().map(|peer| peer.ip().to_canonical());
        let forwarded = request
            .headers()
            .get_all("x-forwarded-for")
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .map(|hop| hop.trim().parse().ok())
            .collect::<Vec<Option<IpAddr>>>();
        Self(first_untrusted(peer, &forwarded, |hop| {
            (site.trusted_proxy)(hop)
        }))
    }
}

/// Walks back from the connection over proxies that we trust. What somebody else wrote further
/// to the left could be anything.
fn first_untrusted(
    peer: Option<IpAddr>,
    forwarded: &[Option<IpAddr>],
    trusted: impl Fn(IpAddr) -> bool,
) -> Option<IpAddr> {
    let mut address = peer?;
    for hop in forwarded.iter().rev() {
        match hop {
            Some(hop) if trusted(address) => address = *hop,
            _ => break,
        }
    }
    Some(address)
}

impl FromRequest for Address {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_our_own_proxies_say_is_believed() {
        let ip = |text: &str| text.parse::<IpAddr>().ok();
        let trusted = |hop: IpAddr| hop.to_string().starts_with("10.");
        let cases = [
            ("203.0.113.9", vec!["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", vec!["198.51.100.1"], "198.51.100.1"),
            (
                "10.0.0.1",
                vec!["6.6.6.6", "198.51.100.1", "10.0.0.2"],
                "198.51.100.1",
            ),
            ("10.0.0.1", vec!["rubbish"], "10.0.0.1"),
            ("10.0.0.1", vec![], "10.0.0.1"),
        ];
        for (peer, forwarded, expected) in cases {
            let forwarded: Vec<_> = forwarded.into_iter().map(ip).collect();
            assert_eq!(first_untrusted(ip(peer), &forwarded, trusted), ip(expected));
        }
    }
}
