//! The pages in the reader's language.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use chrono::{DateTime, Utc};
use fluent_templates::{LanguageIdentifier, Loader, langid, static_loader};
use serde::Serialize;

use crate::book::{No, Notice, Payment, Refund, What};

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
pub const COOKIE: &str = "gateways_lang";

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
        let mut tags = asked.split(',').map(|tag| tag.trim().to_ascii_lowercase());
        match tags.find(|tag| tag.starts_with("zh") || tag.starts_with("en")) {
            Some(tag) if tag.starts_with("zh") => Self(ZH_HANS),
            _ => Self(EN),
        }
    }

    fn named(tag: &str) -> Self {
        Self(if tag == "zh-Hans" { ZH_HANS } else { EN })
    }

    pub fn tag(&self) -> String {
        self.0.to_string()
    }

    pub fn say(&self, key: &str) -> String {
        TEXTS.lookup(&self.0, key)
    }

    pub fn say_of(&self, group: &str, name: &str) -> String {
        self.say(&format!("{group}-{name}"))
    }

    /// A word of ours by the name that it has in JSON.
    fn named_word(&self, group: &str, word: &impl Serialize) -> String {
        let word = serde_json::to_value(word).unwrap_or_default();
        self.say_of(group, word.as_str().unwrap_or_default())
    }

    pub fn state(&self, payment: &Payment) -> String {
        self.named_word("state", &payment.state)
    }

    pub fn refund(&self, refund: &Refund) -> String {
        self.named_word("refund", &refund.state)
    }

    pub fn no(&self, no: &No) -> String {
        self.named_word("no", no)
    }

    pub fn what(&self, notice: &Notice) -> String {
        let word = match &notice.what {
            What::Paid { .. } => "paid",
            What::Refunded { .. } => "refunded",
            What::Closed => "closed",
            What::Unsettled => "unsettled",
        };
        self.say_of("what", word)
    }

    /// The shop's number of the order.
    pub fn order(&self, payment: &Payment) -> String {
        match payment.attach.as_str() {
            "" => payment.number.clone(),
            attach => attach.to_owned(),
        }
    }

    /// `128.00 CNY`.
    pub fn amount(&self, minor: &i64, payment: &Payment) -> String {
        let code = payment.currency.to_ascii_uppercase();
        if ["JPY", "KRW", "VND"].contains(&code.as_str()) {
            return format!("{minor} {code}");
        }
        format!("{}.{:02} {code}", minor / 100, minor % 100)
    }

    pub fn time(&self, at: &DateTime<Utc>) -> String {
        at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
    }
}

/// The language named in the address, where one is.
pub fn chosen(request: &HttpRequest) -> Option<&str> {
    let mut pairs = request.query_string().split('&');
    pairs.find_map(|pair| pair.strip_prefix("lang="))
}
