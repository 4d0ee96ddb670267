-- Differences seen twice in a row between the gate and the stock table, and their repair.
CREATE TABLE IF NOT EXISTS gate_differences (
  id          BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  stock_id    INT UNSIGNED NOT NULL,
  seen_at     DATETIME(6) NOT NULL,
  gate_value  BIGINT NOT NULL,
  gate_held   BIGINT NOT NULL,
  available   BIGINT NOT NULL,
  cause       ENUM('unknown', 'redis_lost_data', 'ungated_writes', 'refused_after_gate')
              CHARACTER SET ascii NOT NULL,
  repaired_at DATETIME(6) NULL,
  KEY gate_differences_time (seen_at),
  KEY gate_differences_open (repaired_at),
  CONSTRAINT gate_differences_stock FOREIGN KEY (stock_id) REFERENCES stock (id)
) ENGINE = InnoDB
