//! Alipay's word that money arrived.

use std::collections::BTreeMap;

use stockdesk::domain::payment::Notification;
use stockdesk::gateway::{AlipayGateway, Headers, NotificationRefused, PaymentGateway};

use super::world::{APP_ID, SELLER_ID, TRADE_NO, now, settings};
use crate::gateway::wechat::keys::{Key, OTHER, PLATFORM};
use crate::gateway::world::{Clock, number, yuan};

pub type Form = BTreeMap<String, String>;

pub fn client() -> AlipayGateway {
    let clock = Clock::at(now());
    AlipayGateway::new(settings("http://127.0.0.1:9"), clock.reader()).unwrap()
}

pub fn notice(changes: &[(&str, &str)]) -> Form {
    let fields = [
        ("notify_time", "2027-01-15 15:59:30"),
        ("notify_type", "trade_status_sync"),
        ("notify_id", "4a91b7a78a503640467525113fb7d8bg8e"),
        ("app_id", APP_ID),
        ("charset", "utf-8"),
        ("version", "1.0"),
        ("sign_type", "RSA2"),
        ("trade_no", TRADE_NO),
        ("out_trade_no", "SO_100001"),
        ("seller_id", SELLER_ID),
        ("trade_status", "TRADE_SUCCESS"),
        ("total_amount", "1.00"),
        ("gmt_payment", "2027-01-15 15:59:00"),
        ("subject", "小店 Shop SO_100001"),
        ("body", "SO_100001"),
        ("passback_params", ""),
    ];
    let mut form: Form = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    for (name, value) in changes {
        form.insert((*name).to_owned(), (*value).to_owned());
    }
    form
}

/// Which fields belong to the signature differs between Alipay's own libraries.
#[derive(Clone, Copy)]
pub struct Way {
    pub with_type: bool,
    pub with_empty: bool,
}

pub fn signed(key: &Key, mut form: Form, way: Way) -> Vec<u8> {
    let pairs: Vec<String> = form
        .iter()
        .filter(|(name, _)| way.with_type || *name != "sign_type")
        .filter(|(_, value)| way.with_empty || !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    form.insert("sign".to_owned(), key.sign(pairs.join("&").as_bytes()));
    serde_html_form::to_string(&form).unwrap().into_bytes()
}

pub const USUAL: Way = Way {
    with_type: false,
    with_empty: false,
};

pub fn read(body: &[u8]) -> Result<Notification, NotificationRefused> {
    client().verify_notification(&Headers::default(), body, now())
}

fn read_of(changes: &[(&str, &str)]) -> Result<Notification, NotificationRefused> {
    read(&signed(&PLATFORM, notice(changes), USUAL))
}

#[test]
fn a_payment_is_read_however_its_fields_were_signed() {
    for with_type in [false, true] {
        for with_empty in [false, true] {
            let way = Way {
                with_type,
                with_empty,
            };
            let read = read(&signed(&PLATFORM, notice(&[]), way));
            let Ok(Notification::Paid(paid)) = read else {
                panic!("{read:?}");
            };
            assert_eq!(paid.gateway, "alipay");
            assert_eq!(paid.transaction_id, TRADE_NO);
            assert_eq!(
                (paid.order_no, paid.amount),
                (number("SO_100001"), yuan(100))
            );
            assert_eq!(paid.paid_at.to_rfc3339(), "2027-01-15T07:59:00+00:00");
        }
    }
}

#[test]
fn without_the_right_signature_nothing_is_read() {
    let refused = |body: &[u8]| read(body).unwrap_err();
    let other = signed(&OTHER, notice(&[]), USUAL);
    assert_eq!(refused(&other), NotificationRefused::BadSignature);
    let unsigned = serde_html_form::to_string(notice(&[])).unwrap();
    assert_eq!(refused(unsigned.as_bytes()), NotificationRefused::Unsigned);
    let other_way = signed(&PLATFORM, notice(&[("sign_type", "RSA")]), USUAL);
    assert_eq!(refused(&other_way), NotificationRefused::BadSignature);
    // A field twice: which of them would be the one that was checked?
    let mut twice = signed(&PLATFORM, notice(&[]), USUAL);
    twice.extend_from_slice(b"&total_amount=9999.00");
    assert!(matches!(refused(&twice), NotificationRefused::Malformed(_)));
    assert!(matches!(read(b""), Err(NotificationRefused::Unsigned)));
}

#[test]
fn a_notification_is_believed_for_as_long_as_alipay_repeats_it() {
    let at = |time| read_of(&[("notify_time", time)]);
    assert!(at("2027-01-14 14:00:00").is_ok());
    for stale in ["2027-01-14 13:59:59", "2027-01-15 16:05:01"] {
        assert_eq!(at(stale), Err(NotificationRefused::Stale), "{stale}");
    }
}

#[test]
fn what_is_no_new_payment_is_a_reason_to_ask() {
    let hint = Ok(Notification::Hint(number("SO_100001")));
    for status in ["TRADE_CLOSED", "WAIT_BUYER_PAY", "TRADE_NEW_STATE"] {
        assert_eq!(read_of(&[("trade_status", status)]), hint, "{status}");
    }
    let refund = read_of(&[
        ("refund_fee", "1.00"),
        ("gmt_refund", "2027-01-15 15:59:20"),
        ("out_biz_no", "LP1"),
    ]);
    let expected = Notification::Refund {
        order_no: Some(number("SO_100001")),
        refund_no: "LP1".to_owned(),
    };
    assert_eq!(refund, Ok(expected));
    assert_eq!(read_of(&[("refund_fee", "1.00")]), hint);
    let other = read_of(&[("notify_type", "dut_user_sign")]);
    assert_eq!(other, Ok(Notification::Other));
}

#[test]
fn money_for_others_is_kept_under_whose_it_is() {
    for (changes, gateway, order_no) in [
        (
            [("app_id", "2014072300007149"), ("body", "SO_100001")],
            "alipay/2014072300007149",
            "SO_100001",
        ),
        (
            [("seller_id", "2088000000000000"), ("body", "SO_100001")],
            "alipay/2088000000000000",
            "SO_100001",
        ),
        // A number that names no order of ours, and one that another field contradicts.
        ([("out_trade_no", "X|1"), ("body", "")], "", ""),
        (
            [("out_trade_no", "SO_100002"), ("body", "SO_100001")],
            "alipay",
            "stray:SO_100002",
        ),
    ] {
        let read = read_of(&changes);
        if gateway.is_empty() {
            assert!(
                matches!(read, Err(NotificationRefused::Malformed(_))),
                "{read:?}"
            );
            continue;
        }
        let Ok(Notification::Paid(paid)) = read else {
            panic!("{read:?}");
        };
        assert_eq!(
            (paid.gateway.as_str(), paid.order_no),
            (gateway, number(order_no))
        );
    }
}
