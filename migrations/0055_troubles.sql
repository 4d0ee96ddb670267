-- What did not work as usual, or was paused, from when to when; kept for a day. The unique key lets
-- one period of a part go on at a time, whichever instances notice it; `seen_at` is its end once it
-- is over.
CREATE TABLE IF NOT EXISTS troubles (
  id       BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind     ENUM('database', 'redis', 'gate', 'migrations', 'worker', 'payment_gateway', 'cancels',
                'late_money', 'read_only') CHARACTER SET ascii NOT NULL,
  detail   VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  worst    ENUM('degraded', 'down') CHARACTER SET ascii NOT NULL,
  began_at DATETIME(6) NOT NULL,
  seen_at  DATETIME(6) NOT NULL,
  going_on TINYINT NULL,
  UNIQUE KEY troubles_one (kind, detail, going_on),
  KEY troubles_time (seen_at),
  CONSTRAINT troubles_forward CHECK (began_at <= seen_at),
  CONSTRAINT troubles_going_on CHECK (going_on IS NULL OR going_on = 1)
) ENGINE = InnoDB
