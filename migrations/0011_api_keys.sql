-- Keys of shops: only the SHA-256 of a random 256-bit key is kept.
CREATE TABLE IF NOT EXISTS api_keys (
  id           BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name         VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  scope        ENUM('read', 'orders', 'stock') CHARACTER SET ascii NOT NULL,
  key_hash     BINARY(32) NOT NULL,
  hint         CHAR(4) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_by   VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  created_at   DATETIME(6) NOT NULL,
  last_used_at DATETIME(6) NULL,
  revoked_at   DATETIME(6) NULL,
  UNIQUE KEY api_keys_name (name),
  UNIQUE KEY api_keys_hash (key_hash)
) ENGINE = InnoDB
