-- Corrections by staff, from draft to receipt. The stock they move stands under the same number
-- in `documents`; its lines were frozen when the draft was made.
CREATE TABLE IF NOT EXISTS operations (
  op           CHAR(29) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  kind         ENUM('deduct', 'adjust', 'set', 'rollback', 'cancel')
               CHARACTER SET ascii NOT NULL,
  status       ENUM('draft', 'applied', 'refused', 'waiting', 'discarded')
               CHARACTER SET ascii NOT NULL,
  revision     INT UNSIGNED NOT NULL DEFAULT 1,
  target       JSON NOT NULL,
  stock_id     INT UNSIGNED NULL,
  document     VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  reason       VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  note         VARCHAR(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  reference    VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  author       VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  created_at   DATETIME(6) NOT NULL,
  expires_at   DATETIME(6) NOT NULL,
  confirmed_by VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  confirmed_at DATETIME(6) NULL,
  result       JSON NULL,
  refusal      JSON NULL,
  KEY operations_list (created_at, op),
  KEY operations_open (status, created_at, op),
  KEY operations_drafts (status, expires_at),
  KEY operations_done (status, confirmed_at),
  KEY operations_stock (stock_id, created_at, op),
  KEY operations_document (document, created_at, op),
  KEY operations_author (author, created_at, op),
  CONSTRAINT operations_stock FOREIGN KEY (stock_id) REFERENCES stock (id),
  CONSTRAINT operations_confirmed CHECK ((status = 'draft') = (confirmed_at IS NULL)),
  CONSTRAINT operations_refused CHECK ((status = 'refused') = (refusal IS NOT NULL))
) ENGINE = InnoDB
