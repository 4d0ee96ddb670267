-- Places that hold stock. A code is the name that programs and people use.
CREATE TABLE IF NOT EXISTS warehouses (
  warehouse  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  created_at DATETIME(6) NOT NULL
) ENGINE = InnoDB
