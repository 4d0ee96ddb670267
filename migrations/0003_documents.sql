-- Whatever moves stock, once for ever: the primary key is the guarantee against doing it twice.
-- A `fence` moved nothing: it holds the number of a deduction whose rollback came first.
-- `reversed_*` tell who undid the document, and when, and why; it happens at most once.
CREATE TABLE IF NOT EXISTS documents (
  document        VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  kind            ENUM('order', 'deduction', 'adjustment', 'operation', 'fence')
                  CHARACTER SET ascii NOT NULL,
  warehouse       VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  fingerprint     BINARY(32) NULL,
  actor           VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  source          ENUM('form', 'api', 'worker', 'command')
                  CHARACTER SET ascii NOT NULL,
  reason          VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  note            VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  reference       VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  created_at      DATETIME(6) NOT NULL,
  reversed_at     DATETIME(6) NULL,
  reversed_by     VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  reversed_source ENUM('form', 'api', 'worker', 'command')
                  CHARACTER SET ascii NULL,
  reversed_op     CHAR(29) CHARACTER SET ascii COLLATE ascii_bin NULL,
  reversed_reason VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
  reversed_note   VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  CONSTRAINT documents_content CHECK (
    kind = 'fence' OR (warehouse IS NOT NULL AND fingerprint IS NOT NULL)),
  CONSTRAINT documents_fence CHECK (kind <> 'fence' OR reversed_at IS NOT NULL),
  CONSTRAINT documents_reversed CHECK (
    (reversed_at IS NULL) = (reversed_by IS NULL)
    AND (reversed_at IS NULL) = (reversed_source IS NULL))
) ENGINE = InnoDB
