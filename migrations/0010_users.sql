-- People. `session_epoch` rises to end every session of a user at once.
CREATE TABLE IF NOT EXISTS users (
  name          VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
  role          ENUM('viewer', 'operator', 'supervisor', 'admin')
                CHARACTER SET ascii NOT NULL,
  password_hash VARCHAR(200) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  language      VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NULL,
  session_epoch INT UNSIGNED NOT NULL DEFAULT 0,
  failed_logins INT UNSIGNED NOT NULL DEFAULT 0,
  locked_until  DATETIME(6) NULL,
  disabled_at   DATETIME(6) NULL,
  created_at    DATETIME(6) NOT NULL,
  last_seen_at  DATETIME(6) NULL
) ENGINE = InnoDB
