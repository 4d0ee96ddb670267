-- `summary`: what a list shows of an order's lines, which never change (`domain::order::OrderSummary`, as
-- JSON), so that a list need not read them. `NULL` for orders that were placed before: theirs are
-- read. The index: orders of one payment state, in the order of their list.
ALTER TABLE orders
  ADD COLUMN summary VARCHAR(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  ADD KEY orders_payment (status, payment_state, listed_at, order_no)
