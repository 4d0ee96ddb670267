-- The words that each SKU is found by (`domain::search`), written with its name, each word's SKUs
-- in the order of their list. A row of stock is never removed and never gets another SKU, so
-- nothing here needs a foreign key, whose index would be as large again.
CREATE TABLE IF NOT EXISTS sku_words (
  word      VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  sku       VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  warehouse VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  stock_id  INT UNSIGNED NOT NULL,
  PRIMARY KEY (word, sku, warehouse)
) ENGINE = InnoDB
