//! What becomes of an order: refused, paid, or cancelled after its payment was proved closed.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use anyhow::Context;

use super::file::Invoice;
use super::game::{ACTOR, Game, PATIENCE};
use super::tally::Tally;
use crate::domain::command::{Cancel, Lines};
use crate::domain::ids::{DocumentNo, Sku};
use crate::domain::ledger::DocumentKind;
use crate::domain::money::{Currency, Money};
use crate::domain::order::{OrderStatus, PaymentTerms};
use crate::domain::payment::{PaymentState, VerifiedPayment};
use crate::domain::quantity::Quantity;
use crate::domain::reason::Reason;
use crate::domain::rejection::{Rejection, ServiceError};
use crate::service::insist;

/// A closing order is looked at again after this long.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// An order that will be cancelled holds its stock while so many other invoices are played.
const HELD_FOR: usize = 500;
/// Of the orders that are to be cancelled, one in so many is paid just before.
const LAST_MOMENT: u64 = 10;
/// Of the orders that are paid, one in so many needs no payment.
const BORN_PAID: u64 = 3;
const HOUR_S: u32 = 3_600;

pub(super) struct Unpaid {
    order_no: DocumentNo,
    units: i64,
    roll: u64,
}

/// What becomes of an order.
enum Fate {
    BornPaid,
    Paid,
    Unpaid,
}

impl Game {
    pub async fn order(
        &self,
        index: usize,
        invoice: &Invoice,
        tally: &mut Tally,
    ) -> anyhow::Result<()> {
        let lines = invoice.ordered.len() as u64;
        let fate = match self.roll("fate", invoice, 1_000_000) {
            roll if roll < (self.unpaid_share * 1_000_000.0) as u64 => Fate::Unpaid,
            roll if roll % BORN_PAID == 0 => Fate::BornPaid,
            _ => Fate::Paid,
        };
        let claim =
            |(sku, units, _): &(Sku, i64, i64)| Some((sku.clone(), Quantity::new(*units).ok()?));
        let claims: Option<Vec<_>> = invoice.ordered.iter().map(claim).collect();
        let Some(lines_of_it) = claims.and_then(|claims| Lines::claims(claims).ok()) else {
            (tally.lines.too_large, tally.orders_too_large) =
                (tally.lines.too_large + lines, tally.orders_too_large + 1);
            return Ok(());
        };
        let units: i64 = invoice.ordered.iter().map(|(_, units, _)| units).sum();
        let mut post = self.post(&invoice.number, DocumentKind::Order, lines_of_it)?;
        let amount = amount(invoice)?;
        post.payment = (!matches!(fate, Fate::BornPaid)).then(|| PaymentTerms {
            gateway: "sandbox".to_owned(),
            amount,
            pay_within_seconds: HOUR_S,
        });
        let begun = Instant::now();
        let placed = insist(PATIENCE, || self.desk.post(post.clone(), ACTOR)).await;
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        tally.placing.saturating_record(micros.max(1));
        match placed {
            Ok(_) => {}
            Err(ServiceError::Rejected(Rejection::InsufficientStock { .. })) => {
                tally.orders_short += 1;
                tally.lines.order_short += lines;
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        tally.orders_placed += 1;
        tally.lines.ordered += lines;
        tally.ordered_units += units;
        let order_no = post.document;
        match fate {
            Fate::BornPaid => tally.born_paid += 1,
            Fate::Paid => {
                self.settle(&order_no, amount).await?;
                tally.paid += 1;
            }
            Fate::Unpaid => {
                let roll = self.roll("close", invoice, 1_000_000);
                self.leave_unpaid(
                    index,
                    Unpaid {
                        order_no,
                        units,
                        roll,
                    },
                )
                .await?;
            }
        }
        Ok(())
    }

    async fn settle(&self, order_no: &DocumentNo, amount: Money) -> anyhow::Result<()> {
        let payment = VerifiedPayment {
            gateway: "sandbox".to_owned(),
            transaction_id: format!("replay-{order_no}"),
            order_no: order_no.clone(),
            amount,
            paid_at: self.desk.now(),
        };
        insist(PATIENCE, || {
            self.desk.payment_arrived(payment.clone(), ACTOR)
        })
        .await?;
        Ok(())
    }

    /// Its payment is created at the gateway, and nobody pays. (For now.)
    async fn leave_unpaid(&self, index: usize, unpaid: Unpaid) -> anyhow::Result<()> {
        let cashier = &self.customers.cashier;
        let begun = Instant::now();
        loop {
            match insist(PATIENCE, || cashier.checkout(&unpaid.order_no)).await? {
                Some(PaymentState::Open) => break,
                state if begun.elapsed() > PATIENCE => {
                    anyhow::bail!(
                        "the payment of {} was not created: {state:?}",
                        unpaid.order_no
                    );
                }
                _ => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
        if unpaid.roll.is_multiple_of(LAST_MOMENT) {
            self.customers.pay(&unpaid.order_no).await?;
        }
        let mut waiting = self.to_close.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.push_back((index + HELD_FOR, unpaid));
        Ok(())
    }

    /// Cancels an order as its customer or as the clock does, until its fate is sealed.
    pub async fn close(&self, unpaid: Unpaid, tally: &mut Tally) -> anyhow::Result<()> {
        let Unpaid {
            order_no,
            units,
            roll,
        } = &unpaid;
        let begun = Instant::now();
        loop {
            match insist(PATIENCE, || self.try_close(order_no, *roll)).await {
                Ok(OrderStatus::Cancelled) => {
                    tally.cancelled += 1;
                    tally.cancelled_units += units;
                    return Ok(());
                }
                Err(ServiceError::Rejected(Rejection::AlreadyPaid)) => {
                    tally.paid_at_the_last_moment += 1;
                    return Ok(());
                }
                Err(error) => return Err(error).with_context(|| format!("order {order_no}")),
                Ok(status) if begun.elapsed() > PATIENCE => {
                    anyhow::bail!("order {order_no} stays {status}");
                }
                Ok(_) => tokio::time::sleep(LOOK_AGAIN).await,
            }
        }
    }

    async fn try_close(
        &self,
        order_no: &DocumentNo,
        roll: u64,
    ) -> Result<OrderStatus, ServiceError> {
        let cashier = &self.customers.cashier;
        if roll.is_multiple_of(2) {
            let done = cashier.time_out(order_no, self.desk.now()).await?;
            return Ok(done.map_or(OrderStatus::Closing, |done| done.receipt.status));
        }
        let cancel = Cancel {
            order_no: order_no.clone(),
            confirms: None,
            reason: Some(Reason::CustomerAsked.as_str().to_owned()),
            note: None,
        };
        Ok(cashier.cancel(cancel, ACTOR).await?.receipt.status)
    }
}

fn amount(invoice: &Invoice) -> anyhow::Result<Money> {
    let minor: i64 = invoice
        .ordered
        .iter()
        .map(|(_, units, price)| units * price)
        .sum();
    let currency = Currency::parse("GBP").context("a currency")?;
    Money::new(minor, currency).with_context(|| format!("an amount of {minor}"))
}
