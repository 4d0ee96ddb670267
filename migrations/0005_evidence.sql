-- The gateway's answer that proved an order's payment closed: what licenses a cancel.
CREATE TABLE IF NOT EXISTS evidence (
  id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_no    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  gateway     VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  code        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  answered_at DATETIME(6) NOT NULL,
  digest      CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at  DATETIME(6) NOT NULL,
  UNIQUE KEY evidence_order (order_no, id),
  CONSTRAINT evidence_document FOREIGN KEY (order_no) REFERENCES documents (document)
) ENGINE = InnoDB
