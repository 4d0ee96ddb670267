//! The forms that a value may take, and the words that refuse any other.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use chrono_tz::Tz;

use super::Secret;
use crate::domain::late::LatePolicy;

/// A setting that is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// Yes.
    On,
    /// No.
    Off,
}

impl Switch {
    /// True for `on`.
    pub fn is_on(self) -> bool {
        self == Switch::On
    }
}

/// What a desk does with money for an order that was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum LatePayments {
    /// It goes back.
    Refund,
    /// The order's stock is deducted again where all of it is there; else the money goes back.
    DeductAgainElseRefund,
}

impl LatePayments {
    pub fn policy(self) -> LatePolicy {
        match self {
            Self::Refund => LatePolicy::Refund,
            Self::DeductAgainElseRefund => LatePolicy::DeductAgainElseRefund,
        }
    }
}

/// How a log line is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

/// The public origin of the desk: scheme, host and port, without a trailing slash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(String);

impl BaseUrl {
    /// `https://stock.example.com`, ready to have a path joined to it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One address, or all addresses that share its first bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressRange {
    address: IpAddr,
    bits: u32,
}

impl AddressRange {
    /// Whether `address` lies within. An IPv4 address written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                let differ = ours.to_bits() ^ theirs.to_bits();
                differ.leading_zeros() >= self.bits
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                let differ = ours.to_bits() ^ theirs.to_bits();
                differ.leading_zeros() >= self.bits
            }
            _ => false,
        }
    }
}

pub(super) fn socket_address(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| "expected an address and port, such as 127.0.0.1:8080".to_owned())
}

pub(super) fn base_url(text: &str) -> Result<BaseUrl, String> {
    let expected = || "expected an address such as https://stock.example.com".to_owned();
    let url = reqwest::Url::parse(text).map_err(|_| expected())?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    let anonymous = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !bare || !anonymous {
        return Err(expected());
    }
    Ok(BaseUrl(url.origin().ascii_serialization()))
}

pub(super) fn address_range(text: &str) -> Result<AddressRange, String> {
    let expected = || "expected addresses such as 10.0.0.7 or 10.0.0.0/8".to_owned();
    let (address, bits) = match text.split_once('/') {
        Some((address, bits)) => (address, Some(bits)),
        None => (text, None),
    };
    let address = IpAddr::from_str(address.trim()).map_err(|_| expected())?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        Some(bits) => bits.trim().parse().map_err(|_| expected())?,
        None => longest,
    };
    if bits > longest {
        return Err(expected());
    }
    Ok(AddressRange { address, bits })
}

pub(super) fn time_zone(text: &str) -> Result<Tz, String> {
    text.parse()
        .map_err(|_| "expected the name of a time zone, such as Asia/Shanghai".to_owned())
}

pub(super) fn database_url(text: &str) -> Result<Secret, String> {
    let expected = || "expected mysql://user:password@host:port/database".to_owned();
    let url = reqwest::Url::parse(text).map_err(|_| expected())?;
    let named = !url.path().trim_matches('/').is_empty();
    if !matches!(url.scheme(), "mysql" | "mariadb") || !named {
        return Err(expected());
    }
    sqlx::mysql::MySqlConnectOptions::from_str(text)
        .map_err(|_| format!("{}, with options this program knows", expected()))?;
    Ok(Secret::new(text))
}

pub(super) fn redis_url(text: &str) -> Result<Secret, String> {
    for node in text.split(',') {
        redis::IntoConnectionInfo::into_connection_info(node.trim())
            .map_err(|_| "expected redis://... or rediss://..., or a list with commas")?;
    }
    Ok(Secret::new(text))
}

pub(super) fn password(text: &str) -> Result<Secret, String> {
    if text.chars().count() < 8 {
        return Err("too short, at least 8 characters are needed".to_owned());
    }
    Ok(Secret::new(text))
}

pub(super) fn secret(text: &str) -> Result<Secret, String> {
    Ok(Secret::new(text))
}

pub(super) fn secret_key(text: &str) -> Result<Secret, String> {
    if text.len() < 32 {
        return Err("too short, at least 32 characters are needed".to_owned());
    }
    Ok(Secret::new(text))
}

pub(super) fn log_filter(text: &str) -> Result<String, String> {
    tracing_subscriber::EnvFilter::builder()
        .parse(text)
        .map(|_| text.to_owned())
        .map_err(|_| "expected a level such as info, or info,stockdesk=debug".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_holds_its_addresses_and_no_others() {
        let range = address_range("10.1.0.0/16").unwrap();
        assert!(range.contains("10.1.255.1".parse().unwrap()));
        assert!(range.contains("::ffff:10.1.0.9".parse().unwrap()));
        assert!(!range.contains("10.2.0.0".parse().unwrap()));
        assert!(!range.contains("::1".parse().unwrap()));
        assert!(
            address_range("0.0.0.0/0")
                .unwrap()
                .contains("203.0.113.9".parse().unwrap())
        );
        assert!(
            !address_range("::1")
                .unwrap()
                .contains("::2".parse().unwrap())
        );
        assert!(address_range("10.0.0.0/33").is_err());
    }

    #[test]
    fn a_base_url_is_an_origin() {
        assert_eq!(
            base_url("https://a.example/").unwrap().as_str(),
            "https://a.example"
        );
        assert_eq!(
            base_url("http://[::1]:8080").unwrap().as_str(),
            "http://[::1]:8080"
        );
        for wrong in [
            "a.example",
            "ftp://a.example",
            "https://a.example/desk",
            "https://u@a.b",
        ] {
            assert!(base_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn store_addresses_are_checked_whole() {
        assert!(database_url("mysql://u:p@db:3306/stock").is_ok());
        for wrong in [
            "postgres://db/stock",
            "mysql://db:port/stock",
            "mysql://db",
            "stock",
        ] {
            assert!(database_url(wrong).is_err(), "{wrong}");
        }
        assert!(redis_url("redis://a:1,redis://b:2").is_ok());
        assert!(redis_url("redis://a:1,http://b").is_err());
    }
}
