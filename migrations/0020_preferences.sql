-- What people prefer, beside their language; nothing chosen is NULL.
CREATE TABLE IF NOT EXISTS preferences (
  user      VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL PRIMARY KEY,
  theme     ENUM('system', 'light', 'dark') CHARACTER SET ascii NULL,
  shortcuts BOOLEAN NULL,
  page_rows SMALLINT UNSIGNED NULL,
  CONSTRAINT preferences_user FOREIGN KEY (user) REFERENCES users (name),
  CONSTRAINT preferences_rows CHECK (page_rows IS NULL OR page_rows BETWEEN 1 AND 500)
) ENGINE = InnoDB
