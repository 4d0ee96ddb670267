-- Orders of shops; their lines are their ledger entries. `next_action_at` is when a worker looks
-- next: soon after it was placed (was its payment created?), at the deadline, at each attempt to
-- close; it is pushed on as a lease while one works.
-- `listed_at` is what lists go by: the deadline while an order is open, then when it was placed.
CREATE TABLE IF NOT EXISTS orders (
  order_no           VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  status             ENUM('pending', 'closing', 'cancelled', 'paid')
                     CHARACTER SET ascii NOT NULL,
  gateway            VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  amount_minor       BIGINT NULL,
  currency           CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NULL,
  pay_deadline       DATETIME(6) NULL,
  next_action_at     DATETIME(6) NULL,
  attempts           INT UNSIGNED NOT NULL DEFAULT 0,
  payment_state      ENUM('unsent', 'sent', 'open', 'paying', 'paid', 'closed', 'unknown')
                     CHARACTER SET ascii NULL,
  payment_checked_at DATETIME(6) NULL,
  payment_url        VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  transaction_id     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  paid_at            DATETIME(6) NULL,
  cancel_actor       VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  cancel_source      ENUM('form', 'api', 'worker', 'command')
                     CHARACTER SET ascii NULL,
  cancel_op          CHAR(29) CHARACTER SET ascii COLLATE ascii_bin NULL,
  cancel_reason      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  cancel_note        VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  evidence_id        BIGINT UNSIGNED NULL,
  created_at         DATETIME(6) NOT NULL,
  listed_at          DATETIME(6)
                     AS (CASE WHEN status IN ('pending', 'closing') THEN pay_deadline
                         ELSE created_at END) STORED,
  KEY orders_due (status, next_action_at),
  KEY orders_list (status, listed_at, order_no),
  CONSTRAINT orders_document FOREIGN KEY (order_no) REFERENCES documents (document),
  CONSTRAINT orders_evidence FOREIGN KEY (order_no, evidence_id)
    REFERENCES evidence (order_no, id),
  CONSTRAINT orders_cancelled_needs_evidence CHECK (
    (status = 'cancelled') = (evidence_id IS NOT NULL)),
  CONSTRAINT orders_waits_for_payment CHECK (
    status = 'paid' OR (gateway IS NOT NULL AND amount_minor IS NOT NULL
      AND currency IS NOT NULL AND pay_deadline IS NOT NULL AND payment_state IS NOT NULL)),
  CONSTRAINT orders_open_is_watched CHECK (
    (status IN ('pending', 'closing')) = (next_action_at IS NOT NULL))
) ENGINE = InnoDB
