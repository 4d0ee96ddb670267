//! What the audit says of what was done, in words.

use super::{Message, Worded, msg};
use crate::domain::audit::AuditDetail;
use crate::domain::bulk::BulkOrigin;
use crate::domain::operation::OpChange;
use crate::domain::rejection::Rejection;
use crate::web::numbers;

impl Worded for AuditDetail {
    fn message(&self) -> Message {
        match self {
            Self::Refused { why } => match why {
                Rejection::NotFound => msg("audit-not-found"),
                why => why.message(),
            },
            Self::NameTaken => msg("audit-name-taken"),
            Self::NobodyHasIt => msg("audit-nobody"),
            Self::LastAdmin => msg("user-last-admin"),
            Self::Correction {
                kind,
                object,
                change,
                more,
            } => {
                let done = match change {
                    Some(OpChange::Delta(units)) => {
                        msg("audit-moved").with("change", numbers::signed(*units))
                    }
                    Some(OpChange::SetTo(units)) => msg("audit-set").with("units", *units),
                    None => msg("audit-done"),
                };
                let done = done.with("kind", kind.message()).with("object", object);
                match more {
                    0 => done,
                    more => msg("audit-more").with("what", done).with("count", *more),
                }
            }
            Self::Bulk {
                origin,
                name,
                will,
                same,
                cannot,
            } => {
                let what = match (origin, name) {
                    (BulkOrigin::File, Some(name)) => msg("audit-file").with("name", name),
                    (BulkOrigin::File, None) => msg("bulk-pasted"),
                    (BulkOrigin::Undo, Some(name)) => msg("audit-undo").with("op", name),
                    (BulkOrigin::Cancel, _) => msg("cancels-audit"),
                    (BulkOrigin::Undo | BulkOrigin::Select, _) => msg("audit-selected"),
                };
                msg("audit-bulk")
                    .with("what", what)
                    .with("will", *will)
                    .with("same", *same)
                    .with("cannot", *cannot)
            }
            Self::CameTo { applied, refused } => msg("bulk-came")
                .with("applied", *applied)
                .with("refused", *refused),
            Self::Stock {
                new,
                set,
                described,
                unchanged,
            } => msg("audit-stock")
                .with("new", *new)
                .with("set", *set)
                .with("described", *described)
                .with("unchanged", *unchanged),
            Self::ImportedBefore => msg("audit-imported-before"),
            Self::Role { role } => role.message(),
            Self::Scope { scope } => scope.message(),
            Self::Payment { state } => state.message(),
            Self::Late { state } => state.message(),
            Self::NoAnswer => msg("payment-unknown"),
            Self::Until { at } => msg("audit-until").with("at", *at),
            Self::Repaired { skus, left: 0 } => msg("op-object").with("name", skus),
            Self::Repaired { skus, left } => {
                msg("audit-left").with("skus", skus).with("count", *left)
            }
            Self::Words(text) => msg("op-object").with("name", text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::operation::OpKind;
    use crate::domain::payment::PaymentState;
    use crate::web::i18n::{Lang, Text};

    fn said(lang: Lang, detail: &AuditDetail) -> String {
        let text = Text {
            lang,
            zone: chrono_tz::Asia::Shanghai,
            now: "2026-11-20T04:03:22Z".parse().unwrap(),
        };
        text.say(&detail.message()).into_owned()
    }

    #[test]
    fn a_detail_is_said_in_the_readers_language() {
        let correction = |kind, object: &str, change| AuditDetail::Correction {
            kind,
            object: object.to_owned(),
            change,
            more: 0,
        };
        let file = AuditDetail::Bulk {
            origin: BulkOrigin::File,
            name: Some("c.csv".to_owned()),
            will: 0,
            same: 0,
            cannot: 20_000,
        };
        let state = PaymentState::Open;
        for (detail, en, zh) in [
            (
                correction(OpKind::Cancel, "SZ-540474", None),
                "Cancel order SZ-540474",
                "取消订单 SZ-540474",
            ),
            (
                correction(OpKind::Deduct, "W/A", Some(OpChange::Delta(-3))),
                "Deduct W/A −3",
                "扣减 W/A −3",
            ),
            (
                correction(OpKind::Set, "W/A", Some(OpChange::SetTo(1_200))),
                "Set to counted W/A: 1,200",
                "设为盘点数 W/A：1,200",
            ),
            (AuditDetail::Payment { state }, "Not paid", "未支付"),
            (
                file,
                "File c.csv: 0 will change, 0 unchanged, 20,000 cannot",
                "文件 c.csv：0 行将更改，0 行不变，20,000 行不能执行",
            ),
            (
                AuditDetail::refused(&Rejection::Discarded),
                "This draft was discarded. Nothing was changed.",
                "此草稿已丢弃，未做任何更改。",
            ),
            (AuditDetail::Words("open".to_owned()), "open", "open"),
        ] {
            assert_eq!(said(Lang::En, &detail), en);
            assert_eq!(said(Lang::ZhHans, &detail), zh);
        }
    }
}
