-- Comparisons of all stock that somebody asked for. `heard_at` is the last sign of life of the
-- instance that does it; the unique key lets one run at a time.
CREATE TABLE IF NOT EXISTS reconciliations (
  id          INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  actor       VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  started_at  DATETIME(6) NOT NULL,
  heard_at    DATETIME(6) NOT NULL,
  ended_at    DATETIME(6) NULL,
  outcome     ENUM('complete', 'gate_away', 'broken_off') CHARACTER SET ascii NULL,
  compared    INT UNSIGNED NOT NULL DEFAULT 0,
  unjudged    INT UNSIGNED NOT NULL DEFAULT 0,
  differences INT UNSIGNED NOT NULL DEFAULT 0,
  running     TINYINT AS (CASE WHEN ended_at IS NULL THEN 1 END) STORED,
  UNIQUE KEY reconciliations_one (running),
  KEY reconciliations_time (started_at),
  CONSTRAINT reconciliations_ended CHECK ((ended_at IS NULL) = (outcome IS NULL))
) ENGINE = InnoDB
