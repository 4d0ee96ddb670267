//! Deducting a cancelled order's stock again, because its money came after all.

use super::{Book, Declined, Deducted};
use crate::domain::actor::Actor;
use crate::domain::command::Post;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::StockId;
use crate::domain::late::{Deed, LateState, may};
use crate::domain::receipt::{Applied, PostReceipt};
use crate::domain::rejection::Rejection;

impl Book {
    /// The deduction and the payment's outcome are one step. The order stays cancelled, and its
    /// entries reversed: its goods leave under the new document.
    pub(super) fn again(
        &mut self,
        payment: u64,
        post: &Post,
        fingerprint: Fingerprint,
        stock: &[StockId],
        actor: &Actor,
    ) -> Result<Applied<PostReceipt>, Declined> {
        let late = self.late.get(&payment).ok_or(Rejection::NotFound)?;
        let ours = late.document.as_ref() == Some(&post.document);
        if !ours && !may(Deed::Deduct, late.standing) {
            return Err(Rejection::AlreadySettled.into());
        }
        // Another payment of the same order has its goods.
        if !ours && self.documents.contains_key(&post.document) {
            return Err(Rejection::AlreadySettled.into());
        }
        let applied = self.post(post, fingerprint, stock, actor)?;
        if !applied.replayed {
            if let Some(late) = self.late.get_mut(&payment) {
                late.standing.state = LateState::Deducted;
                late.document = Some(post.document.clone());
            }
            self.changes.deducted.push(Deducted {
                payment,
                document: post.document.clone(),
                actor: actor.to_string(),
            });
        }
        Ok(applied)
    }
}
