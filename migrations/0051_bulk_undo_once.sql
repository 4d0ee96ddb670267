-- The bulk operation that another one is undoing, or undid to its last line: no third one does. What
-- left lines as they were may be followed by another. (RTRIM: of a CHAR alone MariaDB would not know
-- whether its spaces count.)
ALTER TABLE bulk_operations ADD COLUMN undoing CHAR(29) CHARACTER SET ascii COLLATE ascii_bin
  AS (CASE WHEN status = 'running'
      OR (status = 'applied' AND refused_count = 0 AND cannot_count = 0) THEN RTRIM(undoes) END) VIRTUAL,
  ADD UNIQUE KEY bulk_undo_once (undoing)
