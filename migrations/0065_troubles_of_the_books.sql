-- A promise of the books that does not hold is a trouble of the day as well.
ALTER TABLE troubles MODIFY COLUMN
  kind ENUM('database', 'redis', 'gate', 'migrations', 'worker', 'payment_gateway', 'cancels',
            'late_money', 'read_only', 'promises') CHARACTER SET ascii NOT NULL
