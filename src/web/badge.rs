//! Statuses at a glance: `{{ order.status|tag }}`. A word and a glyph, never colour alone.

use askama::Template;

use super::filters;
use super::i18n::{Message, Worded};
use crate::domain::audit::AuditResult;
use crate::domain::bulk::BulkStatus;
use crate::domain::late::LateState;
use crate::domain::operation::OpStatus;
use crate::domain::order::OrderStatus;
use crate::domain::payment::PaymentState;
use crate::domain::stock::StockState;
use crate::service::health::HealthState;

/// How a status feels. What cannot be undone and went wrong is `Bad`; most are `Plain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    Plain,
    Good,
    Warn,
    Bad,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Good => " ok",
            Self::Warn => " warn",
            Self::Bad => " err",
        }
    }

    fn glyph(self) -> char {
        match self {
            Self::Plain => '○',
            Self::Good => '●',
            Self::Warn => '▲',
            Self::Bad => '✕',
        }
    }
}

/// What can be shown as a badge. A new status gets an `impl` here and its words in `words.rs`.
pub trait Badge: Worded {
    fn tone(&self) -> Tone;
}

impl<B: Badge> Badge for &B {
    fn tone(&self) -> Tone {
        B::tone(self)
    }
}

impl Badge for AuditResult {
    fn tone(&self) -> Tone {
        match self {
            Self::Done => Tone::Good,
            Self::NoEffect => Tone::Plain,
            Self::Refused | Self::Locked => Tone::Warn,
        }
    }
}

impl Badge for OrderStatus {
    fn tone(&self) -> Tone {
        match self {
            Self::Pending | Self::Cancelled => Tone::Plain,
            Self::Closing => Tone::Warn,
            Self::Paid => Tone::Good,
        }
    }
}

impl Badge for StockState {
    fn tone(&self) -> Tone {
        match self {
            Self::Unlimited => Tone::Plain,
            Self::Ok => Tone::Good,
            Self::Low => Tone::Warn,
            Self::Out => Tone::Bad,
        }
    }
}

impl Badge for HealthState {
    fn tone(&self) -> Tone {
        match self {
            Self::Ok => Tone::Good,
            Self::Degraded => Tone::Warn,
            Self::Down => Tone::Bad,
        }
    }
}

impl Badge for OpStatus {
    fn tone(&self) -> Tone {
        match self {
            Self::Draft | Self::Discarded => Tone::Plain,
            Self::Waiting => Tone::Warn,
            Self::Applied => Tone::Good,
            Self::Refused => Tone::Bad,
        }
    }
}

impl Badge for BulkStatus {
    fn tone(&self) -> Tone {
        match self {
            Self::Draft | Self::Discarded => Tone::Plain,
            Self::Running => Tone::Warn,
            Self::Applied => Tone::Good,
        }
    }
}

impl Badge for LateState {
    fn tone(&self) -> Tone {
        match self {
            Self::Refunded | Self::Deducted | Self::Handled => Tone::Good,
            Self::Queued | Self::Refunding => Tone::Plain,
            Self::Waiting => Tone::Warn,
            Self::RefundFailed => Tone::Bad,
        }
    }
}

impl Badge for PaymentState {
    fn tone(&self) -> Tone {
        match self {
            Self::Unsent | Self::Sent | Self::Open | Self::Closed => Tone::Plain,
            Self::Paying => Tone::Warn,
            Self::Paid => Tone::Good,
            Self::Unknown => Tone::Bad,
        }
    }
}

/// The badge itself.
#[derive(Template)]
#[template(path = "parts/tag.html")]
pub struct Tag {
    tone: Tone,
    message: Message,
}

impl Tag {
    pub fn of(badge: &impl Badge) -> Self {
        Self {
            tone: badge.tone(),
            message: badge.message(),
        }
    }
}
