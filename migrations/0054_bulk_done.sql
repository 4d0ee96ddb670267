-- Bulk operations by when they were confirmed: the latest, and those of today.
CREATE INDEX bulk_done ON bulk_operations (status, confirmed_at)
