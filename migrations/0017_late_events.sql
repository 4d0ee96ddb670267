-- What happened to a late payment; written in the transaction that did it.
CREATE TABLE IF NOT EXISTS late_events (
  id         BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  payment_id BIGINT UNSIGNED NOT NULL,
  at         DATETIME(6) NOT NULL,
  kind       ENUM('arrived', 'queued', 'short', 'asked', 'processing', 'unanswered', 'refunded',
                  'failed', 'deducted', 'handled') CHARACTER SET ascii NOT NULL,
  actor      VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  detail     VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  KEY late_events_payment (payment_id, id),
  CONSTRAINT late_events_payment FOREIGN KEY (payment_id) REFERENCES payments (id)
) ENGINE = InnoDB
