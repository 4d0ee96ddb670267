//! Payments, and what became of them.

use sqlx::FromRow;

use super::Snapshot;
use crate::store::mysql::StoreResult;

/// A payment whose outcome is not true, or a paid order without its payment.
#[derive(Debug, FromRow)]
pub struct BrokenPayment {
    pub order_no: String,
    pub gateway: String,
    pub transaction_id: Option<String>,
    /// What is stored as its outcome; empty when the payment is missing.
    pub outcome: String,
    pub order_status: Option<String>,
}

// `late` and `duplicate` keep what was true when they came; the order's state is final by then.
const OUTCOMES: &str = "SELECT p.order_no, p.gateway, p.transaction_id, p.outcome,
    o.status AS order_status
  FROM payments p LEFT JOIN orders o ON o.order_no = p.order_no
  WHERE (CASE p.outcome
    WHEN 'order_paid' THEN o.status = 'paid' AND o.gateway = p.gateway
      AND o.amount_minor = p.amount_minor AND o.currency = p.currency
      AND o.transaction_id = p.transaction_id AND p.settled_at IS NOT NULL
    WHEN 'late' THEN o.status = 'cancelled' AND o.gateway = p.gateway
      AND o.amount_minor = p.amount_minor AND o.currency = p.currency
    WHEN 'duplicate' THEN o.status = 'paid'
      AND NOT (o.gateway <=> p.gateway AND o.transaction_id <=> p.transaction_id)
    WHEN 'mismatch' THEN NOT (o.gateway <=> p.gateway AND o.amount_minor <=> p.amount_minor
      AND o.currency <=> p.currency) AND o.order_no IS NOT NULL
    ELSE TRUE END) IS NOT TRUE
  LIMIT ?";

const MISSING: &str = "SELECT o.order_no, o.gateway, o.transaction_id, '' AS outcome,
    o.status AS order_status
  FROM orders o LEFT JOIN payments p
    ON p.order_no = o.order_no AND p.outcome = 'order_paid'
  WHERE o.status = 'paid' AND o.gateway IS NOT NULL AND p.id IS NULL LIMIT ?";

const TWICE: &str = "SELECT MIN(p.order_no) AS order_no, p.gateway, p.transaction_id,
    'stored more than once' AS outcome, NULL AS order_status
  FROM payments p GROUP BY p.gateway, p.transaction_id HAVING COUNT(*) > 1 LIMIT ?";

// `paid_order` is the order of an `order_paid` payment, and has an index.
const PAID_TWICE: &str = "SELECT p.paid_order AS order_no, MIN(p.gateway) AS gateway,
    MAX(p.transaction_id) AS transaction_id, 'order_paid twice' AS outcome, NULL AS order_status
  FROM payments p JOIN (
    SELECT t.paid_order FROM payments t WHERE t.paid_order IS NOT NULL
    GROUP BY t.paid_order HAVING COUNT(*) > 1 LIMIT ?) t ON t.paid_order = p.paid_order
  GROUP BY p.paid_order";

// What became of late money: one outcome, and its traces.
const LATE: &str = "SELECT p.order_no, p.gateway, p.transaction_id, p.outcome,
    COALESCE(l.state, 'waiting') AS state
  FROM payments p LEFT JOIN late_money l ON l.payment_id = p.id
  WHERE (CASE WHEN p.outcome = 'order_paid' THEN l.payment_id IS NULL
    ELSE (p.settled_at IS NOT NULL)
        = (COALESCE(l.state, 'waiting') IN ('refunded', 'deducted', 'handled'))
      AND (l.document IS NULL OR l.refund_asked_at IS NULL)
      AND (COALESCE(l.state, 'waiting') = 'deducted') = (l.document IS NOT NULL)
      AND (l.document IS NULL OR EXISTS (
        SELECT 1 FROM ledger g WHERE g.document = l.document AND g.kind = 'deduct'))
      AND (COALESCE(l.state, 'waiting') = 'refunded') = (l.evidence_digest IS NOT NULL)
      AND (l.evidence_digest IS NULL OR l.refund_asked_at IS NOT NULL)
    END) IS NOT TRUE
  LIMIT ?";

// One refund number a payment, one payment a deduction.
const ONE_REFUND: &str = "SELECT p.order_no, p.gateway, p.transaction_id, p.outcome,
    'sharing its refund' AS state
  FROM (SELECT MAX(payment_id) AS id FROM late_money GROUP BY refund_no HAVING COUNT(*) > 1
    LIMIT ?) t JOIN payments p ON p.id = t.id";

const ONE_DEDUCTION: &str = "SELECT p.order_no, p.gateway, p.transaction_id, p.outcome,
    'sharing its deduction' AS state
  FROM (SELECT MAX(payment_id) AS id FROM late_money WHERE document IS NOT NULL
    GROUP BY document HAVING COUNT(*) > 1 LIMIT ?) t JOIN payments p ON p.id = t.id";

/// A late payment whose outcome is none, or more than one.
#[derive(Debug, FromRow)]
pub struct BrokenLate {
    pub order_no: String,
    pub gateway: String,
    pub transaction_id: String,
    pub outcome: String,
    pub state: String,
}

impl Snapshot {
    pub async fn broken_late(&mut self, limit: u32) -> StoreResult<Vec<BrokenLate>> {
        let mut found = Vec::new();
        for sql in [LATE, ONE_REFUND, ONE_DEDUCTION] {
            let query = sqlx::query_as(sql).bind(limit);
            found.extend(query.fetch_all(&mut self.conn).await?);
        }
        Ok(found)
    }

    pub async fn broken_payments(&mut self, limit: u32) -> StoreResult<Vec<BrokenPayment>> {
        let mut found = Vec::new();
        for sql in [OUTCOMES, MISSING, TWICE, PAID_TWICE] {
            let query = sqlx::query_as(sql).bind(limit);
            found.extend(query.fetch_all(&mut self.conn).await?);
        }
        Ok(found)
    }

    /// How many payments there are, and how many of them people still have to deal with.
    pub async fn payments_count(&mut self) -> StoreResult<(i64, i64)> {
        const SQL: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(settled_at IS NULL), 0) AS SIGNED)
          FROM payments";
        Ok(sqlx::query_as(SQL).fetch_one(&mut self.conn).await?)
    }
}
