-- One number, one operation, single or bulk: written with its draft.
CREATE TABLE IF NOT EXISTS operation_numbers (
  op   CHAR(29) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  kind ENUM('single', 'bulk') CHARACTER SET ascii NOT NULL
) ENGINE = InnoDB
