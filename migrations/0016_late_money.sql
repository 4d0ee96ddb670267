-- What becomes of a verified payment that did not pay its order: one row a payment and one state,
-- so exactly one outcome. The checks keep the ways apart: stock is deducted again only where no
-- refund was ever asked for, and there is one refund number a payment, one deduction a document.
-- `refund_asked_at` is on disk before the gateway hears of the refund. `next_action_at` is when a
-- worker comes back; it is pushed on as a lease while one works.
CREATE TABLE IF NOT EXISTS late_money (
  payment_id      BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  state           ENUM('waiting', 'queued', 'refunding', 'refunded', 'refund_failed', 'deducted',
                       'handled') CHARACTER SET ascii NOT NULL,
  refund_no       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refund_asked_at DATETIME(6) NULL,
  attempts        INT UNSIGNED NOT NULL DEFAULT 0,
  next_action_at  DATETIME(6) NULL,
  heard           ENUM('refunded', 'processing', 'failed', 'refused', 'not_found', 'no_answer')
                  CHARACTER SET ascii NULL,
  refunded_at     DATETIME(6) NULL,
  evidence_code   VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  evidence_digest CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  document        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  handled_by      VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  handled_note    VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  created_at      DATETIME(6) NOT NULL,
  UNIQUE KEY late_money_one_refund (refund_no),
  UNIQUE KEY late_money_one_deduction (document),
  KEY late_money_due (state, next_action_at),
  CONSTRAINT late_money_payment FOREIGN KEY (payment_id) REFERENCES payments (id),
  CONSTRAINT late_money_deduction FOREIGN KEY (document) REFERENCES documents (document),
  CONSTRAINT late_money_watched CHECK (
    (state IN ('queued', 'refunding')) = (next_action_at IS NOT NULL)),
  CONSTRAINT late_money_refund_was_asked CHECK (
    state NOT IN ('refunding', 'refunded', 'refund_failed') OR refund_asked_at IS NOT NULL),
  CONSTRAINT late_money_refund_is_proved CHECK (
    (state = 'refunded') = (refunded_at IS NOT NULL)
    AND (state = 'refunded') = (evidence_code IS NOT NULL)
    AND (state = 'refunded') = (evidence_digest IS NOT NULL)),
  CONSTRAINT late_money_deducted CHECK ((state = 'deducted') = (document IS NOT NULL)),
  CONSTRAINT late_money_one_way CHECK (document IS NULL OR refund_asked_at IS NULL),
  CONSTRAINT late_money_handled CHECK (
    (state = 'handled') = (handled_by IS NOT NULL)
    AND (state = 'handled') = (handled_note IS NOT NULL))
) ENGINE = InnoDB
