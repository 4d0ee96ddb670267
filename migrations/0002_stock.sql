-- The present level of every (warehouse, SKU). `version` rises by one with every ledger entry.
-- `unlimited` is a flag of its own, so that no arithmetic can ever mistake it for a level.
-- `state` is derived; its index finds the few SKUs that need attention among very many, and is
-- written only when a SKU runs low or out, or comes back, not with every sale.
CREATE TABLE IF NOT EXISTS stock (
  id         INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  warehouse  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sku        VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  name       VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  opening    BIGINT NOT NULL,
  available  BIGINT NOT NULL,
  reserved   BIGINT NOT NULL DEFAULT 0,
  unlimited  BOOLEAN NOT NULL DEFAULT FALSE,
  low_water  BIGINT NULL,
  version    BIGINT UNSIGNED NOT NULL DEFAULT 0,
  created_at DATETIME(6) NOT NULL,
  updated_at DATETIME(6) NOT NULL,
  state      ENUM('ok', 'low', 'out', 'unlimited') CHARACTER SET ascii
             AS (CASE WHEN unlimited <> 0 THEN 'unlimited' WHEN available = 0 THEN 'out'
                 WHEN available <= low_water THEN 'low' ELSE 'ok' END) STORED,
  UNIQUE KEY stock_sku (warehouse, sku),
  KEY stock_search (sku, warehouse, name),
  KEY stock_state (state, sku, warehouse),
  CONSTRAINT stock_warehouse FOREIGN KEY (warehouse) REFERENCES warehouses (warehouse),
  CONSTRAINT stock_never_negative CHECK (available >= 0),
  CONSTRAINT stock_reserved_never_negative CHECK (reserved >= 0),
  CONSTRAINT stock_opening_never_negative CHECK (opening >= 0),
  CONSTRAINT stock_unlimited_has_no_level CHECK (unlimited = 0 OR (available = 0 AND opening = 0)),
  CONSTRAINT stock_low_water CHECK (low_water IS NULL OR low_water >= 0)
) ENGINE = InnoDB
