-- The gateway's own number of an order's payment, for gateways that cannot be asked by ours.
CREATE TABLE IF NOT EXISTS payment_references (
  order_no  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  reference VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  CONSTRAINT payment_references_order FOREIGN KEY (order_no) REFERENCES orders (order_no)
) ENGINE = InnoDB
