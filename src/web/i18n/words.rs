//! The words of the domain. Each value names its message, so that `{{ user.role|t }}` is enough.

use super::{Message, Worded, msg};
use crate::domain::role::{Action, Role};
use crate::service::condition::Part;

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
    // Completes "Your role cannot … here."
    Action {
        View => "action-view",
        Correct => "action-correct",
        Draft => "action-draft",
        Approve => "action-approve",
        Reverse => "action-reverse",
        ReverseOwn => "action-reverse-own",
        Repair => "action-repair",
        Administer => "action-administer",
    }
    Part {
        Database => "band-database",
        Gate => "band-gate",
        Payments => "band-payments",
        Workers => "band-workers",
    }
}
