//! From a form to a draft, and from a draft to what it does.

use chrono::{DateTime, TimeDelta, Utc};

use super::command::{Cancel, Change, DraftSeen, InvalidLines, Line, Lines, Post, Rollback};
use super::ids::Sku;
use super::ledger::{DocumentKind, EntryKind};
use super::operation::{NewOperation, OpChange, OpKind, OpLine, OpStatus, OpTarget, Operation};
use super::quantity::{Delta, Level};
use super::rejection::Rejection;
use super::stock::StockLevel;

/// What confirming a draft asks of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    Post(Post),
    Rollback(Rollback),
    Cancel(Cancel),
}

/// Why a form can never become a draft.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidDraft {
    #[error(transparent)]
    Lines(#[from] InvalidLines),
    #[error("{sku}: this change does not belong to this kind of operation, or is out of range")]
    Change { sku: Sku },
    #[error("this kind of operation acts on something else")]
    Target,
}

/// What posting a form does when its operation is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redraft {
    /// Nothing: it says the same.
    Same,
    Replace,
    Declined(Rejection),
}

/// What a person makes of a counted level, once the stock has moved since it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recount {
    /// What was counted is true now: set to it.
    KeepCount,
    /// What was missing (or too many) when it was counted still is: add or remove that.
    KeepDifference,
}

impl NewOperation {
    /// The draft this becomes when there is none with its id.
    pub fn into_draft(self, author: &str, now: DateTime<Utc>) -> Operation {
        Operation {
            op: self.op,
            kind: self.kind,
            status: OpStatus::Draft,
            revision: 1,
            target: self.target,
            reason: self.reason,
            note: self.note,
            reference: self.reference,
            author: author.to_owned(),
            created_at: now,
            expires_at: now + TimeDelta::hours(Self::DRAFT_HOURS),
            confirmed_by: None,
            confirmed_at: None,
            result: Vec::new(),
            refusal: None,
        }
    }
}

impl Operation {
    /// What confirming it does: exactly the frozen lines, never a filter run again.
    ///
    /// # Errors
    /// When the lines do not make a document of this kind.
    pub fn effect(&self) -> Result<Effect, InvalidDraft> {
        let confirms = Some(DraftSeen {
            op: self.op,
            revision: self.revision,
        });
        let reason = Some(self.reason.as_str().to_owned());
        let note = self.note.clone();
        match (self.kind, &self.target) {
            (OpKind::Rollback, OpTarget::Document(document)) => Ok(Effect::Rollback(Rollback {
                document: document.clone(),
                confirms,
                part_of: None,
                reason,
                note,
            })),
            (OpKind::Cancel, OpTarget::Order(order_no)) => Ok(Effect::Cancel(Cancel {
                order_no: order_no.clone(),
                confirms,
                reason,
                note,
            })),
            (
                OpKind::Deduct | OpKind::Adjust | OpKind::Set,
                OpTarget::Lines { warehouse, lines },
            ) => Ok(Effect::Post(Post {
                document: self.op.document(),
                kind: DocumentKind::Operation,
                entry_kind: match self.kind {
                    OpKind::Deduct => EntryKind::Deduct,
                    _ => EntryKind::Adjust,
                },
                warehouse: warehouse.clone(),
                lines: self.lines(lines)?,
                payment: None,
                reason,
                note,
                reference: self.reference.clone(),
                confirms,
            })),
            _ => Err(InvalidDraft::Target),
        }
    }

    fn lines(&self, lines: &[OpLine]) -> Result<Lines, InvalidDraft> {
        let change = |line: &OpLine| {
            let change = match (self.kind, line.change) {
                (OpKind::Deduct, OpChange::Delta(units)) if units < 0 => by(units),
                (OpKind::Adjust, OpChange::Delta(units)) => by(units),
                (OpKind::Set, OpChange::SetTo(units)) => Level::new(units).ok().map(|level| {
                    let expected_version = Some(line.seen_version);
                    Change::To {
                        level,
                        expected_version,
                    }
                }),
                _ => None,
            };
            let sku = line.sku.clone();
            match change {
                Some(change) => Ok(Line { sku, change }),
                None => Err(InvalidDraft::Change { sku }),
            }
        };
        let lines = lines.iter().map(change).collect::<Result<Vec<_>, _>>()?;
        let count = lines.len();
        let merged = Lines::merge(lines)?;
        if merged.len() < count {
            // Frozen lines are shown one by one; two of one SKU would be shown wrong.
            return Err(InvalidLines::Repeated { line: count - 1 }.into());
        }
        Ok(merged)
    }

    /// What becomes of this operation when its form is posted once more, by somebody who may
    /// (`may_change`) or may not change it.
    pub fn redraft(&self, new: &NewOperation, may_change: bool, now: DateTime<Utc>) -> Redraft {
        if self.says_the_same(new) {
            return Redraft::Same;
        }
        match self.status {
            OpStatus::Applied | OpStatus::Refused | OpStatus::Waiting => {
                Redraft::Declined(Rejection::FormUsed)
            }
            OpStatus::Discarded => Redraft::Declined(Rejection::Discarded),
            OpStatus::Draft if !may_change => Redraft::Declined(Rejection::Forbidden),
            OpStatus::Draft if self.expired(now) => Redraft::Declined(Rejection::Expired),
            OpStatus::Draft => Redraft::Replace,
        }
    }

    fn says_the_same(&self, new: &NewOperation) -> bool {
        let target = match (&self.target, &new.target) {
            (
                OpTarget::Lines { warehouse, lines },
                OpTarget::Lines {
                    warehouse: new_warehouse,
                    lines: new_lines,
                },
            ) => {
                warehouse == new_warehouse
                    && lines.len() == new_lines.len()
                    && lines.iter().zip(new_lines).all(|(a, b)| same_line(a, b))
            }
            (earlier, new) => earlier == new,
        };
        target
            && (self.kind, self.reason) == (new.kind, new.reason)
            && (&self.note, &self.reference) == (&new.note, &new.reference)
    }

    /// The draft that replaces this one after a person chose what to make of what was counted.
    /// `levels`: what the stock is now.
    ///
    /// # Errors
    /// `nothing_to_change` when no difference is left, `unlimited_stock`, `unknown_stock`, and
    /// `draft_changed` when this does not set to a count.
    pub fn recounted(
        &self,
        choice: Recount,
        levels: &[StockLevel],
    ) -> Result<NewOperation, Rejection> {
        let OpTarget::Lines { warehouse, lines } = &self.target else {
            return Err(Rejection::DraftChanged);
        };
        let mut recounted = Vec::with_capacity(lines.len());
        for line in lines {
            let OpChange::SetTo(counted) = line.change else {
                return Err(Rejection::DraftChanged);
            };
            let sku = || line.sku.clone();
            let level = levels.iter().find(|level| level.sku == line.sku);
            let level = level.ok_or_else(|| Rejection::UnknownStock { skus: vec![sku()] })?;
            let change = match (choice, line.seen_available) {
                (Recount::KeepCount, _) => OpChange::SetTo(counted),
                (Recount::KeepDifference, Some(seen)) if seen == counted => continue,
                (Recount::KeepDifference, Some(seen)) => OpChange::Delta(counted - seen),
                (Recount::KeepDifference, None) => {
                    return Err(Rejection::UnlimitedStock { sku: sku() });
                }
            };
            recounted.push(OpLine {
                sku: sku(),
                change,
                seen_available: level.available(),
                seen_version: level.version,
                counted_at: line.counted_at.filter(|_| choice == Recount::KeepCount),
            });
        }
        if recounted.is_empty() {
            return Err(Rejection::NothingToChange);
        }
        Ok(NewOperation {
            op: self.op,
            kind: match choice {
                Recount::KeepCount => OpKind::Set,
                Recount::KeepDifference => OpKind::Adjust,
            },
            target: OpTarget::Lines {
                warehouse: warehouse.clone(),
                lines: recounted,
            },
            reason: self.reason,
            note: self.note.clone(),
            reference: self.reference.clone(),
        })
    }
}

fn by(units: i64) -> Option<Change> {
    Delta::new(units).ok().map(Change::By)
}

/// What somebody saw belongs to a count alone; a form that adds or removes says the same
/// whatever the level was.
fn same_line(a: &OpLine, b: &OpLine) -> bool {
    let seen = match a.change {
        OpChange::Delta(_) => true,
        OpChange::SetTo(_) => a.seen_version == b.seen_version,
    };
    a.sku == b.sku && a.change == b.change && seen
}
