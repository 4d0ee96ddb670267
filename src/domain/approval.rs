//! Who may prepare and who may confirm an operation: what pages show and handlers enforce.

use chrono::{DateTime, TimeDelta, Utc};

use super::operation::{OpKind, OpTarget, Operation};
use super::role::{Action, Role};

/// An operator may undo their own work for this long.
pub const OWN_WORK: TimeDelta = TimeDelta::minutes(15);

/// Who made what an operation would undo, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// As stored: `user:li.wei`.
    pub actor: String,
    pub created_at: DateTime<Utc>,
}

/// A signed-in person at a moment.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    pub role: Role,
    pub user: &'a str,
    pub now: DateTime<Utc>,
    /// Units that an operator may move in one operation without a supervisor.
    pub unit_limit: u32,
}

impl Standing<'_> {
    /// Whether this person may prepare an operation of this kind. `origin`: of what a roll back
    /// or a cancel would undo.
    pub fn may_draft(&self, kind: OpKind, origin: Option<&Origin>) -> bool {
        match kind {
            OpKind::Deduct | OpKind::Adjust | OpKind::Set => self.role.may(Action::Draft),
            OpKind::Rollback | OpKind::Cancel => self.may_undo(origin),
        }
    }

    /// Whether this person may confirm it. What an operator may not waits for a supervisor. It goes
    /// by what they are now: who became a supervisor may do the same alone from the beginning, and
    /// what a supervisor began waits for another once they are one no longer.
    pub fn may_confirm(&self, operation: &Operation, origin: Option<&Origin>) -> bool {
        if matches!(operation.kind, OpKind::Rollback | OpKind::Cancel) {
            return self.may_undo(origin);
        }
        if self.role.may(Action::Approve) {
            return true;
        }
        let one_line =
            matches!(&operation.target, OpTarget::Lines { lines, .. } if lines.len() == 1);
        // Setting to a count is not measured in units, and so is never within the limit.
        let within = operation
            .units()
            .is_some_and(|units| units <= i64::from(self.unit_limit));
        self.role.may(Action::Correct) && one_line && within
    }

    /// Whether this person may replace or discard somebody's draft.
    pub fn may_change(&self, author: &str) -> bool {
        self.role.may(Action::Approve) || (self.role.may(Action::Draft) && self.user == author)
    }

    fn may_undo(&self, origin: Option<&Origin>) -> bool {
        let own = |origin: &Origin| {
            let mine = origin.actor.strip_prefix("user:") == Some(self.user);
            mine && self.now < origin.created_at + OWN_WORK
        };
        self.role.may(Action::Reverse)
            || (self.role.may(Action::ReverseOwn) && origin.is_some_and(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::OpId;
    use crate::domain::operation::{NewOperation, OpChange, OpLine};
    use crate::domain::reason::Reason;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn as_role(role: Role) -> Standing<'static> {
        Standing {
            role,
            user: "li.wei",
            now: NOW,
            unit_limit: 100,
        }
    }

    fn operation(kind: OpKind, changes: &[OpChange]) -> Operation {
        let line = |(index, &change): (usize, &OpChange)| OpLine {
            sku: format!("A{index}").parse().unwrap(),
            change,
            seen_available: None,
            seen_version: 0,
            counted_at: None,
        };
        let target = OpTarget::Lines {
            warehouse: "W".parse().unwrap(),
            lines: changes.iter().enumerate().map(line).collect(),
        };
        let (op, reason) = (OpId::new(ulid::Ulid::nil()), Reason::Other);
        let (note, reference) = (None, None);
        let new = NewOperation {
            op,
            kind,
            target,
            reason,
            note,
            reference,
        };
        new.into_draft("li.wei", NOW)
    }

    #[test]
    fn who_confirms_what() {
        let roles = [Role::Viewer, Role::Operator, Role::Supervisor, Role::Admin];
        let may = |operation: &Operation, origin: Option<&Origin>| {
            roles.map(|role| as_role(role).may_confirm(operation, origin))
        };
        let (everyone, above) = ([false, true, true, true], [false, false, true, true]);
        let within = operation(OpKind::Deduct, &[OpChange::Delta(-100)]);
        assert_eq!(may(&within, None), everyone);
        let over = operation(OpKind::Adjust, &[OpChange::Delta(101)]);
        assert_eq!(may(&over, None), above);
        let bulk = operation(OpKind::Deduct, &[OpChange::Delta(-1), OpChange::Delta(-1)]);
        assert_eq!(may(&bulk, None), above);
        let count = operation(OpKind::Set, &[OpChange::SetTo(1)]);
        assert_eq!(may(&count, None), above);

        let undo = operation(OpKind::Rollback, &[]);
        let made = |actor: &str, minutes| Origin {
            actor: actor.to_owned(),
            created_at: NOW - TimeDelta::minutes(minutes),
        };
        assert_eq!(may(&undo, Some(&made("user:li.wei", 14))), everyone);
        assert_eq!(may(&undo, Some(&made("user:li.wei", 15))), above);
        assert_eq!(may(&undo, Some(&made("user:li.weiwei", 0))), above);
        assert_eq!(may(&undo, Some(&made("key:li.wei", 0))), above);
        assert_eq!(may(&undo, None), above);
    }
}
