-- The stock list in order of available units, each state by itself.
CREATE INDEX stock_available ON stock (state, available, sku, warehouse)
