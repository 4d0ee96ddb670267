-- `sku_words` took its place.
DROP TABLE IF EXISTS stock_words
