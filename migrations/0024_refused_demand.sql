-- Claims that were turned away for want of stock, added up by SKU, reason and minute. Each try
-- counts. Rows are dropped after 30 days.
CREATE TABLE IF NOT EXISTS refused_demand (
  stock_id INT UNSIGNED NOT NULL,
  at       DATETIME NOT NULL,
  reason   ENUM('sold_out', 'not_enough') CHARACTER SET ascii NOT NULL,
  claims   BIGINT UNSIGNED NOT NULL,
  units    BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (stock_id, at, reason),
  KEY refused_demand_time (at),
  CONSTRAINT refused_demand_stock FOREIGN KEY (stock_id) REFERENCES stock (id)
) ENGINE = InnoDB
