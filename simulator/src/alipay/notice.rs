//! Notices: a form, signed like a request but without `sign_type`.

use anyhow::Context;

use super::sign::notice_text;
use super::{Form, time_text, yuan};
use crate::book::{Delivery, RefundState, What};
use crate::faults::Fault;
use crate::server::Simulator;
use crate::teller::Telling;

/// What is sent about a delivery, now; `None` when nobody wants to hear of it.
pub fn request(simulator: &Simulator, delivery: &Delivery) -> anyhow::Result<Option<Telling>> {
    let (payment, notice) = (&delivery.payment, &delivery.notice);
    let keys = &simulator.keys;
    if payment.notify_url.is_empty() {
        return Ok(None);
    }
    let mut form = Form::new();
    let mut put = |name: &str, value: &str| form.insert(name.to_owned(), value.to_owned());
    put("notify_id", &notice.id);
    put("notify_type", "trade_status_sync");
    put("notify_time", &time_text(simulator.now()));
    put("charset", "utf-8");
    put("version", "1.0");
    put("sign_type", "RSA2");
    put("app_id", &keys.alipay_app_id);
    put("auth_app_id", &keys.alipay_app_id);
    put("seller_id", &keys.alipay_seller_id);
    put("out_trade_no", &payment.number);
    put("subject", &payment.title);
    put("body", &payment.attach);
    put("gmt_create", &time_text(payment.created_at));
    let (mut trade_no, mut amount) = (&payment.own_number, payment.amount_minor);
    match &notice.what {
        What::Paid { transaction_id } => {
            let money = payment.money_of(transaction_id).context("no such money")?;
            (trade_no, amount) = (transaction_id, money.amount_minor);
            put("trade_status", "TRADE_SUCCESS");
            put("gmt_payment", &time_text(money.paid_at));
            put("buyer_id", &money.payer);
            put("receipt_amount", &yuan(amount));
            put("buyer_pay_amount", &yuan(amount));
        }
        What::Refunded { number } => {
            let mut refunds = payment.refunds.iter();
            let refund = refunds.find(|refund| refund.number == *number);
            let refund = refund.context("no such refund")?;
            let money = payment
                .money_of(&refund.transaction_id)
                .context("no such money")?;
            (trade_no, amount) = (&refund.transaction_id, money.amount_minor);
            let whole = refund.amount_minor == amount && refund.state == RefundState::Done;
            put(
                "trade_status",
                if whole {
                    "TRADE_CLOSED"
                } else {
                    "TRADE_SUCCESS"
                },
            );
            put("gmt_payment", &time_text(money.paid_at));
            put("gmt_refund", &time_text(refund.ends_at));
            put("refund_fee", &yuan(refund.amount_minor));
            put("out_biz_no", &refund.number);
        }
        What::Closed => {
            put("trade_status", "TRADE_CLOSED");
            put(
                "gmt_close",
                &time_text(payment.closed_at.unwrap_or(notice.created_at)),
            );
        }
        What::Unsettled => return Ok(None),
    }
    put("trade_no", trade_no);
    put("total_amount", &yuan(amount));
    match delivery.warp {
        Some(Fault::WrongMerchant) => drop(put("seller_id", "2088000000000001")),
        Some(Fault::WrongApp) => drop(put("app_id", "2021000000000001")),
        _ => {}
    }
    let key = match delivery.warp {
        Some(Fault::Probe) => &keys.stranger,
        _ => &keys.alipay,
    };
    let sign = key.sign(notice_text(&form).as_bytes())?;
    form.insert("sign".to_owned(), sign);
    let kind = "application/x-www-form-urlencoded; charset=utf-8";
    Ok(Some(Telling {
        url: payment.notify_url.clone(),
        headers: vec![("Content-Type", kind.to_owned())],
        body: serde_html_form::to_string(&form)?,
    }))
}
