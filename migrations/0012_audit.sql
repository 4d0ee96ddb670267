-- What people did, including what was refused or had no effect.
CREATE TABLE IF NOT EXISTS audit (
  id      BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at      DATETIME(6) NOT NULL,
  actor   VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  action  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  object  VARCHAR(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  result  VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  address VARCHAR(45) CHARACTER SET ascii COLLATE ascii_bin NULL,
  detail  VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  KEY audit_time (at, id),
  KEY audit_actor (actor, id)
) ENGINE = InnoDB
