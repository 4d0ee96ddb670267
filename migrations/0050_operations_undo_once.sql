-- The document that an operation undid, or is undoing: no other operation ever does.
ALTER TABLE operations ADD COLUMN undoes VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin
  AS (CASE WHEN status IN ('waiting', 'applied') THEN document END) VIRTUAL,
  ADD UNIQUE KEY operations_undo_once (undoes)
