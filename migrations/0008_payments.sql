-- Verified payments, each stored once. What is not `order_paid` waits in the list of late money
-- until `settled_at` says what became of it.
CREATE TABLE IF NOT EXISTS payments (
  id             BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  gateway        VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  transaction_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  order_no       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount_minor   BIGINT NOT NULL,
  currency       CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  paid_at        DATETIME(6) NOT NULL,
  outcome        ENUM('order_paid', 'late', 'duplicate', 'mismatch', 'orphan')
                 CHARACTER SET ascii NOT NULL,
  created_at     DATETIME(6) NOT NULL,
  settled_at     DATETIME(6) NULL,
  paid_order     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin
                 AS (CASE WHEN outcome = 'order_paid' THEN order_no END) STORED,
  UNIQUE KEY payments_once (gateway, transaction_id),
  UNIQUE KEY payments_one_per_order (paid_order),
  KEY payments_order (order_no),
  KEY payments_waiting (outcome, settled_at),
  CONSTRAINT payments_amount CHECK (amount_minor > 0),
  CONSTRAINT payments_settled CHECK (outcome <> 'order_paid' OR settled_at IS NOT NULL)
) ENGINE = InnoDB
