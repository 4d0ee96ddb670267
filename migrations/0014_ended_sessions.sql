-- Sessions that were signed out before their time. A session lives in its cookie; this list is
-- what makes a kept copy of that cookie worthless. Rows go once the session would be over anyway.
CREATE TABLE IF NOT EXISTS ended_sessions (
  session    CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  expires_at DATETIME(6) NOT NULL,
  KEY ended_sessions_expiry (expires_at)
) ENGINE = InnoDB
