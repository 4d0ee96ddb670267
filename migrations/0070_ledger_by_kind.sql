-- The ledger of one kind, newest first: a dozen counts among ten million sales are found at once.
CREATE INDEX ledger_kind ON ledger (kind, created_at, stock_id, version)
