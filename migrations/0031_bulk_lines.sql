-- The lines of a bulk operation. `state` is what was found when it was prepared: only lines that
-- `will` change something are ever carried out. `document`: what a line that undoes rolls back.
CREATE TABLE IF NOT EXISTS bulk_lines (
  op             CHAR(29) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  line           INT UNSIGNED NOT NULL,
  file_line      INT UNSIGNED NULL,
  typed          JSON NOT NULL,
  warehouse      VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  sku            VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  state          ENUM('will', 'same', 'cannot') CHARACTER SET ascii NOT NULL,
  kind           ENUM('delta', 'set', 'undo') CHARACTER SET ascii NULL,
  units          BIGINT NULL,
  document       VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  note           VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  seen_available BIGINT NULL,
  seen_version   BIGINT UNSIGNED NULL,
  planned        BIGINT NULL,
  problem        JSON NULL,
  outcome        ENUM('applied', 'refused') CHARACTER SET ascii NULL,
  refusal        JSON NULL,
  stock_id       INT UNSIGNED NULL,
  version        BIGINT UNSIGNED NULL,
  delta          BIGINT NULL,
  balance        BIGINT NULL,
  PRIMARY KEY (op, line),
  KEY bulk_lines_state (op, state, outcome, line),
  CONSTRAINT bulk_lines_op FOREIGN KEY (op) REFERENCES bulk_operations (op),
  CONSTRAINT bulk_lines_will CHECK (state <> 'will'
    OR (warehouse IS NOT NULL AND sku IS NOT NULL AND kind IS NOT NULL)),
  CONSTRAINT bulk_lines_cannot CHECK ((state = 'cannot') = (problem IS NOT NULL)),
  CONSTRAINT bulk_lines_outcome CHECK (outcome IS NULL OR state = 'will'),
  CONSTRAINT bulk_lines_applied CHECK (outcome IS NULL OR outcome <> 'applied'
    OR (stock_id IS NOT NULL AND version IS NOT NULL AND delta IS NOT NULL)),
  CONSTRAINT bulk_lines_refused CHECK (outcome IS NULL OR outcome <> 'refused'
    OR refusal IS NOT NULL)
) ENGINE = InnoDB
