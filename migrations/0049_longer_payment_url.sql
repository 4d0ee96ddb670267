-- Addresses of payment pages may be longer than they were thought to be: Stripe's hold a key.
ALTER TABLE orders MODIFY COLUMN payment_url
  VARCHAR(2000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL
