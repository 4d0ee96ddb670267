//! The words of the domain. Each value names its message, so that `{{ user.role|t }}` is enough.

use super::{Message, Worded, msg};
use crate::domain::audit::{AuditAction, AuditResult};
use crate::domain::bulk::BulkStatus;
use crate::domain::demand::TurnedAway;
use crate::domain::late::{LateState, RefundSaid};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::listing::StockSort;
use crate::domain::operation::{OpKind, OpStatus};
use crate::domain::order::OrderStatus;
use crate::domain::payment::{PaymentOutcome, PaymentState};
use crate::domain::preferences::Theme;
use crate::domain::reason::Reason;
use crate::domain::reconciliation::LikelyCause;
use crate::domain::role::{Action, Role, Scope};
use crate::domain::stock::StockState;
use crate::service::condition::Part;
use crate::service::health::HealthState;

/// `words!(Type { Variant => "message-id" })`: a message for each value, none forgotten.
macro_rules! words {
    ($($type:ty { $($variant:ident => $id:literal),+ $(,)? })+) => {
        $(impl Worded for $type {
            fn message(&self) -> Message {
                match self { $(Self::$variant => msg($id)),+ }
            }
        })+
    };
}

words! {
    Role {
        Viewer => "role-viewer",
        Operator => "role-operator",
        Supervisor => "role-supervisor",
        Admin => "role-admin",
    }
    Scope {
        Read => "scope-read",
        Orders => "scope-orders",
        Stock => "scope-stock",
    }
    LikelyCause {
        NoEntry => "cause-no-entry",
        WriteLost => "cause-write-lost",
        RedisLostData => "cause-redis-lost-data",
        UngatedWrites => "cause-ungated-writes",
        RefusedAfterGate => "cause-refused-after-gate",
        Unknown => "cause-unknown",
    }
    TurnedAway {
        SoldOut => "demand-sold-out",
        NotEnough => "demand-not-enough",
    }
    Theme {
        System => "theme-system",
        Light => "theme-light",
        Dark => "theme-dark",
    }
    // Completes "Your role cannot … here."
    Action {
        View => "action-view",
        Correct => "action-correct",
        Draft => "action-draft",
        Approve => "action-approve",
        Reverse => "action-reverse",
        ReverseOwn => "action-reverse-own",
        Settle => "action-settle",
        Repair => "action-repair",
        Administer => "action-administer",
    }
    AuditAction {
        SignIn => "did-sign-in",
        SignOut => "did-sign-out",
        UserCreated => "did-user-created",
        RoleChanged => "did-role-changed",
        UserDisabled => "did-user-disabled",
        UserEnabled => "did-user-enabled",
        PasswordSet => "did-password-set",
        KeyCreated => "did-key-created",
        KeyRevoked => "did-key-revoked",
        Drafted => "did-drafted",
        Redrafted => "did-redrafted",
        Confirmed => "did-confirmed",
        Approved => "did-approved",
        Discarded => "did-discarded",
        CarriedOut => "did-carried-out",
        Imported => "did-imported",
        PaymentAsked => "did-payment-asked",
        LateRefund => "did-late-refund",
        LateDeduct => "did-late-deduct",
        LateAsk => "did-late-ask",
        LateHandle => "did-late-handle",
        Reconciled => "did-reconciled",
        Repaired => "did-repaired",
        Paused => "did-paused",
        Resumed => "did-resumed",
        TriedPaused => "did-tried-paused",
        Trespassed => "did-trespassed",
        ForeignForm => "did-foreign-form",
    }
    AuditResult {
        Done => "came-done",
        Refused => "came-refused",
        NoEffect => "came-no-effect",
        Locked => "came-locked",
    }
    Part {
        Database => "band-database",
        Promises => "band-promises",
        Gate => "band-gate",
        Payments => "band-payments",
        Workers => "band-workers",
    }
    EntryKind {
        Deduct => "kind-deduct",
        Adjust => "kind-adjust",
        Set => "kind-set",
        Rollback => "kind-rollback",
        Cancel => "kind-cancel",
    }
    OpKind {
        Deduct => "kind-deduct",
        Adjust => "kind-adjust",
        Set => "kind-set",
        Rollback => "kind-rollback",
        Cancel => "kind-cancel",
    }
    DocumentKind {
        Order => "document-order",
        Deduction => "document-deduction",
        Adjustment => "document-adjustment",
        Operation => "document-operation",
        Fence => "document-fence",
    }
    HealthState {
        Ok => "health-state-ok",
        Degraded => "health-state-degraded",
        Down => "health-state-down",
    }
    StockState {
        Ok => "state-ok",
        Low => "state-low",
        Out => "state-out",
        Unlimited => "state-unlimited",
    }
    StockSort {
        Sku => "sort-sku",
        Available => "sort-available",
    }
    OpStatus {
        Draft => "op-draft",
        Applied => "op-applied",
        Refused => "op-refused",
        Waiting => "op-waiting",
        Discarded => "op-discarded",
    }
    OrderStatus {
        Pending => "order-pending",
        Closing => "order-closing",
        Cancelled => "order-cancelled",
        Paid => "order-paid",
    }
    BulkStatus {
        Draft => "op-draft",
        Running => "op-running",
        Applied => "op-applied",
        Discarded => "op-discarded",
    }
    PaymentOutcome {
        OrderPaid => "late-order-paid",
        Late => "late-late",
        Duplicate => "late-duplicate",
        Mismatch => "late-mismatch",
        Orphan => "late-orphan",
    }
    LateState {
        Waiting => "late-waiting",
        Queued => "late-queued",
        Refunding => "late-refunding",
        Refunded => "late-refunded",
        RefundFailed => "late-refund-failed",
        Deducted => "late-deducted",
        Handled => "late-handled",
    }
    RefundSaid {
        Refunded => "refund-said-refunded",
        Processing => "refund-said-processing",
        Failed => "refund-said-failed",
        Refused => "refund-said-refused",
        NotFound => "refund-said-not-found",
        Unknown => "refund-said-no-answer",
    }
    PaymentState {
        Unsent => "payment-unsent",
        Sent => "payment-sent",
        Open => "payment-open",
        Paying => "payment-paying",
        Paid => "payment-paid",
        Closed => "payment-closed",
        Unknown => "payment-unknown",
    }
    Reason {
        Damaged => "reason-damaged",
        Lost => "reason-lost",
        Sample => "reason-sample",
        SoldOffline => "reason-sold-offline",
        Received => "reason-received",
        Returned => "reason-returned",
        CountError => "reason-count-error",
        Correction => "reason-correction",
        Count => "reason-count",
        EnteredTwice => "reason-entered-twice",
        WrongSku => "reason-wrong-sku",
        WrongQuantity => "reason-wrong-quantity",
        CustomerAsked => "reason-customer-asked",
        Duplicate => "reason-duplicate",
        SuspectedFraud => "reason-suspected-fraud",
        CannotSupply => "reason-cannot-supply",
        NotPaid => "reason-not-paid",
        Sale => "reason-sale",
        Other => "reason-other",
    }
}
