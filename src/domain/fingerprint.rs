//! The content of a document in 32 bytes, so that a repeat can be told from a different request.

use sha2::{Digest, Sha256};

use super::command::{Change, Post};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

impl Fingerprint {
    /// Everything that was asked for, except the document's number and the order of the lines.
    /// Every text is preceded by its length, so that no two contents can read alike.
    pub fn of(post: &Post) -> Self {
        let mut hash = Sha256::new();
        let mut text = |t: &str| {
            hash.update((t.len() as u64).to_le_bytes());
            hash.update(t.as_bytes());
        };
        text(post.kind.as_str());
        text(post.warehouse.as_str());
        for part in [&post.reason, &post.note, &post.reference] {
            match part {
                None => text("-"),
                Some(t) => {
                    text("+");
                    text(t);
                }
            }
        }
        match &post.payment {
            None => text("-"),
            Some(p) => {
                text("+");
                text(&p.gateway);
                text(p.amount.currency.as_str());
                text(&p.amount.minor.to_string());
                text(&p.pay_within_seconds.to_string());
            }
        }
        let mut lines: Vec<_> = post.lines.iter().collect();
        lines.sort_by(|a, b| a.sku.cmp(&b.sku));
        for line in lines {
            text(line.sku.as_str());
            match line.change {
                Change::By(delta) => text(&format!("by {}", delta.get())),
                Change::To {
                    level,
                    expected_version,
                } => {
                    text(&format!("to {} {expected_version:?}", level.get()));
                }
            }
        }
        Self(hash.finalize().into())
    }

    pub fn hex(&self) -> String {
        self.0.iter().map(|b| format!("{b:02x}")).collect()
    }
}
