-- Stock files that were imported, by their SHA-256, so that the same file never sets stock twice.
-- `chunks_done` rises with each piece of the file; an import that was broken off goes on there.
CREATE TABLE IF NOT EXISTS stock_imports (
  file_digest  BINARY(32) NOT NULL PRIMARY KEY,
  file_name    VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  file_rows    INT UNSIGNED NOT NULL,
  actor        VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  chunks_done  INT UNSIGNED NOT NULL DEFAULT 0,
  started_at   DATETIME(6) NOT NULL,
  finished_at  DATETIME(6) NULL
) ENGINE = InnoDB
