-- What somebody made or reversed: who made little among very much is found at once.
ALTER TABLE documents
  ADD KEY documents_actor (actor),
  ADD KEY documents_reversed_by (reversed_by)
