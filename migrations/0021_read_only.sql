-- One row while changes are paused; none, or one whose time has come, when they are not.
CREATE TABLE IF NOT EXISTS read_only (
  id        TINYINT UNSIGNED NOT NULL PRIMARY KEY,
  ends_at   DATETIME(6) NOT NULL,
  actor     VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  paused_at DATETIME(6) NOT NULL,
  CONSTRAINT read_only_is_one CHECK (id = 1)
) ENGINE = InnoDB
