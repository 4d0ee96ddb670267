-- Append-only. An entry is named by its stock and the version the stock had after it, so the
-- primary key is also the unbroken chain of balances. The unique keys carry the guarantees: a
-- document moves a SKU once, and an entry is reversed once, whoever tries.
CREATE TABLE IF NOT EXISTS ledger (
  stock_id    INT UNSIGNED NOT NULL,
  version     BIGINT UNSIGNED NOT NULL,
  document    VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  kind        ENUM('deduct', 'adjust', 'set', 'rollback', 'cancel')
              CHARACTER SET ascii NOT NULL,
  line        SMALLINT UNSIGNED NOT NULL,
  delta       BIGINT NOT NULL,
  balance     BIGINT NULL,
  reverses    BIGINT UNSIGNED NULL,
  evidence_id BIGINT UNSIGNED NULL,
  created_at  DATETIME(6) NOT NULL,
  PRIMARY KEY (stock_id, version),
  UNIQUE KEY ledger_once (document, kind, stock_id),
  UNIQUE KEY ledger_reversed_once (stock_id, reverses),
  KEY ledger_time (created_at, stock_id, version),
  CONSTRAINT ledger_stock FOREIGN KEY (stock_id) REFERENCES stock (id),
  CONSTRAINT ledger_document FOREIGN KEY (document) REFERENCES documents (document),
  CONSTRAINT ledger_reverses FOREIGN KEY (stock_id, reverses) REFERENCES ledger (stock_id, version),
  CONSTRAINT ledger_balance_never_negative CHECK (balance IS NULL OR balance >= 0),
  CONSTRAINT ledger_version CHECK (version >= 1),
  CONSTRAINT ledger_deduct CHECK (kind <> 'deduct' OR delta < 0),
  CONSTRAINT ledger_cancel_returns CHECK (kind <> 'cancel' OR delta > 0),
  CONSTRAINT ledger_moves CHECK (kind IN ('set', 'rollback') OR delta <> 0),
  CONSTRAINT ledger_reversal CHECK (
    (kind IN ('rollback', 'cancel')) = (reverses IS NOT NULL)
    AND (reverses IS NULL OR reverses < version)),
  CONSTRAINT ledger_cancel_evidence CHECK ((kind = 'cancel') = (evidence_id IS NOT NULL))
) ENGINE = InnoDB
