-- The words that each SKU is found by (`domain::search`), written with its name. A row of stock is
-- never removed, so nothing here needs a foreign key, whose index would be as large again.
CREATE TABLE IF NOT EXISTS stock_words (
  word     VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  stock_id INT UNSIGNED NOT NULL,
  PRIMARY KEY (word, stock_id)
) ENGINE = InnoDB
