//! `/payments/late/{payment}`

use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, Utc};

use super::found;
use crate::domain::late::{Deed, LateEvent, LateKind, LatePayment, LateState, RefundSaid};
use crate::domain::payment::PaymentOutcome;
use crate::service::LateMoney;
use crate::web::extract::{Path, State};
use crate::web::i18n::{Message, Worded, msg};
use crate::web::layout::Layout;
use crate::web::problem::Problem;
use crate::web::{filters, paths};

const REFRESH_SECONDS: u32 = 15;

#[derive(Template)]
#[template(path = "pages/late_payment.html")]
struct LatePage {
    layout: Layout,
    late: LatePayment,
    events: Vec<LateEvent>,
    as_of: DateTime<Utc>,
}

impl LatePage {
    /// What this person can do about it now.
    fn deeds(&self) -> Vec<Deed> {
        let changeable = self.layout.read_only.is_none();
        let may = |deed: &Deed| {
            changeable && self.late.may(*deed) && self.layout.may(LateMoney::action(*deed))
        };
        Deed::ALL.iter().copied().filter(may).collect()
    }

    fn has_order(&self) -> bool {
        self.late.outcome != PaymentOutcome::Orphan
    }

    fn says(&self) -> Message {
        match self.late.state {
            LateState::Waiting => msg("late-says-waiting"),
            LateState::Queued => msg("late-says-queued"),
            LateState::Refunding => msg("late-says-refunding"),
            LateState::Refunded => msg("late-says-refunded"),
            LateState::RefundFailed => msg("late-says-refund-failed"),
            LateState::Deducted => msg("late-says-deducted"),
            LateState::Handled => msg("late-says-handled"),
        }
    }

    /// What happened, newest first.
    fn events(&self) -> Vec<(&LateEvent, Message)> {
        let events = self.events.iter().rev();
        events.map(|event| (event, told(event))).collect()
    }
}

/// The button that does it.
pub fn label(deed: &Deed) -> Message {
    match deed {
        Deed::Refund => msg("late-do-refund"),
        Deed::Deduct => msg("late-do-deduct"),
        Deed::Ask => msg("late-do-ask"),
        Deed::Handle => msg("late-do-handle"),
    }
}

/// What happened to a late payment, as its own page and its order's tell it.
pub fn told(event: &LateEvent) -> Message {
    let detail = event.detail.as_deref().unwrap_or_default();
    let object = || msg("op-object").with("name", detail);
    match event.kind {
        LateKind::Arrived => {
            let why = PaymentOutcome::parse(detail).map_or_else(object, |w| w.message());
            msg("late-event-arrived").with("why", why)
        }
        LateKind::Queued => msg("late-event-queued"),
        LateKind::Short => msg("late-event-short").with("why", short(detail)),
        LateKind::Asked => msg("late-event-asked"),
        LateKind::Processing => msg("late-event-processing"),
        LateKind::Unanswered => {
            let answer = RefundSaid::parse(detail).map_or_else(object, |w| w.message());
            msg("late-event-unanswered").with("answer", answer)
        }
        LateKind::Refunded => msg("late-event-refunded"),
        LateKind::Failed => msg("late-event-failed"),
        LateKind::Deducted => msg("late-event-deducted"),
        LateKind::Handled => msg("late-event-handled"),
    }
}

fn short(why: &str) -> Message {
    match why {
        "insufficient_stock" => msg("late-short-stock"),
        "deducted_before" => msg("late-short-before"),
        code => msg("late-short-other").with("code", code),
    }
}

/// `GET /payments/late/{payment}`
pub async fn page(
    layout: Layout,
    Path(payment): Path<String>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let (late, events, as_of) = found(&web, &payment).await?;
    let layout = match late.state.is_watched() {
        true => layout.live(REFRESH_SECONDS),
        false => layout,
    };
    let page = LatePage {
        layout,
        late,
        events,
        as_of,
    };
    Ok(page.layout.ok(&page))
}
