-- The orders that a bulk operation cancels, each by an operation of its own. `problem`: why one cannot
-- be cancelled, as it was found when this was prepared; only the others are ever asked for. `outcome`
-- stays empty while an order waits for its gateway.
CREATE TABLE IF NOT EXISTS bulk_cancels (
  op       CHAR(29) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  line     INT UNSIGNED NOT NULL,
  order_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  problem  JSON NULL,
  outcome  ENUM('applied', 'refused') CHARACTER SET ascii NULL,
  refusal  JSON NULL,
  PRIMARY KEY (op, line),
  UNIQUE KEY bulk_cancels_once (op, order_no),
  CONSTRAINT bulk_cancels_op FOREIGN KEY (op) REFERENCES bulk_operations (op),
  CONSTRAINT bulk_cancels_outcome CHECK (outcome IS NULL OR problem IS NULL),
  CONSTRAINT bulk_cancels_refused CHECK ((outcome IS NOT NULL AND outcome = 'refused')
    = (refusal IS NOT NULL))
) ENGINE = InnoDB
