//! What the story's staff correct.

use super::{BEGIN, CHEN, Deed, EMMA, HOUR, LATELY, LI, MINUTE, UNLIMITED, Unreadable, dice};
use crate::domain::ids::{DocumentNo, Sku, Warehouse};
use crate::domain::operation::{OpChange, OpKind};
use crate::domain::reason::Reason;
use crate::domain::role::Role;
use crate::service::import::Row;

/// An operation by staff.
#[derive(Debug, Clone)]
pub(in crate::service::demo) struct Correction {
    pub id: CorrectionId,
    pub by: &'static str,
    pub role: Role,
    pub kind: OpKind,
    pub what: Corrected,
    pub reason: Reason,
    pub note: Option<String>,
    /// Else it is left as a draft.
    pub confirmed: bool,
}

/// A number, and the time of the draft in seconds from now.
pub(in crate::service::demo) type CorrectionId = (u64, i64);

#[derive(Debug, Clone)]
pub(in crate::service::demo) enum Corrected {
    Line {
        warehouse: Warehouse,
        sku: Sku,
        change: OpChange,
    },
    Document(DocumentNo),
    /// An earlier one of these.
    Correction(CorrectionId),
}

/// What staff correct: goods come in, break, get lost, are counted; one thing was entered twice,
/// and two drafts wait for a supervisor.
pub(super) fn tell_corrections(
    deeds: &mut Vec<(i64, Deed)>,
    stock: &[(Warehouse, Vec<Row>)],
) -> Result<(), Unreadable> {
    let staff = [
        (CHEN, Role::Operator),
        (LI, Role::Supervisor),
        (EMMA, Role::Supervisor),
    ];
    for (number, step) in (0..50_u64).zip((0..).step_by(11)) {
        let place = usize::try_from(number)?;
        let (warehouse, rows) = &stock[place % stock.len()];
        let row = &rows[step % (rows.len() - UNLIMITED.len())];
        let pieces = dice(&format!("pieces {number}"), 4) + 1;
        let at = BEGIN + (LATELY - BEGIN) * i64::try_from(number + 1)? / 49;
        let ((by, role), waits) = (staff[place % staff.len()], number >= 48);
        let counted = row.available.map_or(0, |level| level.get() - 1);
        let (kind, units, reason) = match number % 6 {
            // Counted before the first order, when its level is known.
            0 if number == 0 || waits => (OpKind::Set, counted, Reason::Count),
            0 => (OpKind::Adjust, 12 * pieces, Reason::Received),
            1 if waits => (OpKind::Adjust, 240, Reason::Received),
            1 => (OpKind::Adjust, 12 * pieces, Reason::Received),
            2 => (OpKind::Deduct, -pieces, Reason::Damaged),
            3 => (OpKind::Deduct, -1, Reason::Lost),
            4 => (OpKind::Deduct, -pieces, Reason::Sample),
            _ => (OpKind::Adjust, pieces, Reason::CountError),
        };
        let (by, role) = if waits { staff[0] } else { (by, role) };
        let at = match number {
            0 => BEGIN - HOUR,
            48.. => LATELY + (i64::try_from(number)? - 47) * 11 * MINUTE,
            _ => at,
        };
        let change = match kind {
            OpKind::Set => OpChange::SetTo(units),
            _ => OpChange::Delta(units),
        };
        let (warehouse, sku) = (warehouse.clone(), row.sku.clone());
        let correction = Correction {
            id: (number, at),
            by,
            role: if number == 0 { Role::Supervisor } else { role },
            kind,
            what: Corrected::Line {
                warehouse,
                sku,
                change,
            },
            reason,
            note: (reason == Reason::Received).then(|| "到货 / delivery".to_owned()),
            confirmed: !waits,
        };
        deeds.push((at, Deed::Correct(correction.clone())));
        if number == 25 {
            let later = at + 4 * MINUTE;
            let twice = Correction {
                id: (number + 100, later),
                kind: OpKind::Rollback,
                what: Corrected::Correction((number, at)),
                reason: Reason::EnteredTwice,
                note: None,
                ..correction
            };
            deeds.push((later, Deed::Correct(twice)));
        }
    }
    Ok(())
}
