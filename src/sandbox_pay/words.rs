//! The sandbox's pages in the reader's language.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use chrono::{DateTime, Utc};
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};

use super::payment::{No, State};
use super::refund;
use crate::domain::money::Currency;

static_loader! {
    static TEXTS = {
        locales: "./locales",
        fallback_language: "en",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const EN: LanguageIdentifier = langid!("en");
const ZH_HANS: LanguageIdentifier = langid!("zh-Hans");

/// The cookie that remembers a choice.
pub const COOKIE: &str = "sandbox_lang";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words(LanguageIdentifier);

impl Words {
    /// As chosen in the address, else as chosen earlier, else as the browser asks.
    pub fn of(request: &HttpRequest) -> Self {
        let chosen = chosen(request).map(str::to_owned);
        let earlier = || request.cookie(COOKIE).map(|c| c.value().to_owned());
        if let Some(tag) = chosen.or_else(earlier) {
            return Self::named(&tag);
        }
        let asked = request.headers().get(ACCEPT_LANGUAGE);
        let asked = asked.and_then(|value| value.to_str().ok()).unwrap_or("");
        let first = asked
            .split(',')
            .map(|part| part.trim().to_ascii_lowercase())
            .find(|tag| tag.starts_with("zh") || tag.starts_with("en"));
        match first {
            Some(tag) if tag.starts_with("zh") => Self(ZH_HANS),
            _ => Self(EN),
        }
    }

    pub fn named(tag: &str) -> Self {
        if tag == "zh-Hans" {
            Self(ZH_HANS)
        } else {
            Self(EN)
        }
    }

    pub fn tag(&self) -> String {
        self.0.to_string()
    }

    /// The text of `sandbox-<key>`.
    pub fn say(&self, key: &str) -> String {
        TEXTS.lookup(&self.0, &format!("sandbox-{key}"))
    }

    /// The text of `sandbox-<group>-<name>`.
    pub fn say_of(&self, group: &str, name: &str) -> String {
        self.say(&format!("{group}-{name}"))
    }

    pub fn state(&self, state: &State) -> String {
        self.say(match state {
            State::Open => "state-open",
            State::Paying => "state-paying",
            State::Paid => "state-paid",
            State::Closed => "state-closed",
        })
    }

    pub fn refund_state(&self, state: &refund::State) -> String {
        self.say(match state {
            refund::State::Processing => "refund-processing",
            refund::State::Refunded => "refund-refunded",
            refund::State::Failed => "refund-failed",
        })
    }

    pub fn refusal(&self, no: &No) -> String {
        self.say(match no {
            No::OrderNotExist => "refused-order-not-exist",
            No::OrderPaid => "refused-order-paid",
            No::OrderClosed => "refused-order-closed",
            No::UserPaying => "refused-user-paying",
            No::DifferentContent => "refused-different-content",
            // Nobody who pays meets these.
            No::TransactionNotExist | No::RefundNotExist | No::NotEnough => {
                "refused-order-not-exist"
            }
        })
    }

    /// `128.00 CNY`.
    pub fn amount(&self, minor: &i64, currency: &Currency) -> String {
        let digits = currency.digits();
        let code = currency.as_str();
        if digits == 0 {
            return format!("{minor} {code}");
        }
        let unit = 10_i64.pow(u32::try_from(digits).unwrap_or(2));
        format!("{}.{:0digits$} {code}", minor / unit, minor % unit)
    }

    pub fn time(&self, at: &DateTime<Utc>) -> String {
        at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
    }
}

/// The language named in the address, where one is.
pub fn chosen(request: &HttpRequest) -> Option<&str> {
    let pairs = request.query_string().split('&');
    pairs.filter_map(|pair| pair.strip_prefix("lang=")).next()
}
