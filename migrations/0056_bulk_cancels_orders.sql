-- A bulk operation may cancel orders, too.
ALTER TABLE bulk_operations MODIFY COLUMN origin ENUM('select', 'file', 'undo', 'cancel')
  CHARACTER SET ascii NOT NULL
