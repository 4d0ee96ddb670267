-- The numbers of operations that are there already.
INSERT IGNORE INTO operation_numbers (op, kind)
  SELECT op, 'single' FROM operations UNION ALL SELECT op, 'bulk' FROM bulk_operations
