-- What a comparison found of one SKU: three places that should say the same. -1 is unlimited;
-- NULL in `gate` was not loaded or not asked. `after_version` names the last entry that the
-- differing place knew of, where that could be told.
CREATE TABLE IF NOT EXISTS reconciliation_differences (
  run_id        INT UNSIGNED NOT NULL,
  stock_id      INT UNSIGNED NOT NULL,
  ledger        BIGINT NULL,
  available     BIGINT NOT NULL,
  gate          BIGINT NULL,
  since         DATETIME(6) NOT NULL,
  cause         ENUM('no_entry', 'write_lost', 'redis_lost_data', 'ungated_writes',
                     'refused_after_gate', 'unknown') CHARACTER SET ascii NOT NULL,
  after_version BIGINT UNSIGNED NULL,
  PRIMARY KEY (run_id, stock_id),
  KEY reconciliation_differences_stock (stock_id),
  CONSTRAINT reconciliation_differences_run FOREIGN KEY (run_id)
    REFERENCES reconciliations (id) ON DELETE CASCADE,
  CONSTRAINT reconciliation_differences_of_stock FOREIGN KEY (stock_id) REFERENCES stock (id)
) ENGINE = InnoDB
