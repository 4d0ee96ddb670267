-- What happened to an order after it was placed; written in the transaction that did it.
CREATE TABLE IF NOT EXISTS order_events (
  id       BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  at       DATETIME(6) NOT NULL,
  kind     ENUM('payment_created', 'closing', 'gateway_asked', 'gateway_unknown', 'paid',
                'cancelled', 'returned', 'late_payment')
           CHARACTER SET ascii NOT NULL,
  actor    VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  detail   VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  KEY order_events_order (order_no, id),
  CONSTRAINT order_events_order FOREIGN KEY (order_no) REFERENCES orders (order_no)
) ENGINE = InnoDB
