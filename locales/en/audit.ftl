# Who did what, and lists as files.

audit-title = Audit
audit-list = Who did what, newest first
audit-what = What
audit-object = Object
audit-result = Result
audit-address = From address
audit-detail = Detail
audit-from = From
audit-to = To
audit-none-yet = Nothing has been noted yet.
audit-no-match = Nothing in the audit matches these filters.
audit-look-further = Nothing found among the newest rows looked at. Older ones may match.

did-sign-in = signed in
did-sign-out = signed out
did-user-created = added a user
did-role-changed = changed a role
did-user-disabled = disabled a user
did-user-enabled = enabled a user
did-password-set = set a password
did-key-created = created an API key
did-key-revoked = revoked an API key
did-drafted = drafted
did-redrafted = replaced a draft
did-confirmed = confirmed
did-approved = confirmed for somebody else
did-discarded = discarded a draft
did-carried-out = carried out a bulk operation
did-imported = imported a file
did-payment-asked = asked the payment gateway
did-late-refund = asked for the refund of a late payment
did-late-deduct = deducted stock again for a late payment
did-late-ask = asked about the refund of a late payment
did-late-handle = marked a late payment as handled outside
did-reconciled = started a reconciliation
did-repaired = repaired the gate
did-paused = paused changes
did-resumed = allowed changes again
did-tried-paused = tried to change something while changes were paused
did-trespassed = tried what their role may not
did-foreign-form = sent a form that was not from this page

came-done = Done
came-refused = Refused
came-no-effect = No effect
came-locked = Locked out

# What else is said of what was done. $kind: one of kind-*. $change: units with their sign.
audit-done = { $kind } { $object }
audit-moved = { $kind } { $object } { $change }
audit-set = { $kind } { $object }: { $units }
audit-more = { $what } and { $count } more
audit-file = File { $name }
audit-undo = Undo { $op }
audit-selected = Selected SKUs
audit-bulk = { $what }: { $will } will change, { $same } unchanged, { $cannot } cannot
audit-stock = { $new } new, { $set } set to another level, { $described } described anew, { $unchanged } as they were
audit-imported-before = imported before
audit-until = until { $at }
audit-left = { $skus }; { $count } still differ
audit-name-taken = The name is taken
audit-nobody = Nobody has this name
audit-not-found = There is no such thing

who-unknown = (unknown) { $name }

# $rows: a number.
export-link = Export CSV
export-excel = CSV for Excel
export-excel-told = In the CSV for Excel an apostrophe (') stands before numbers that a spreadsheet would not keep: those with more than 15 digits, and those that begin with 0.
export-limit = All that match the filters, at most { $rows } rows
export-stopped = Stopped after { $rows } rows; there are more. Choose narrower filters.
# $zone: the site zone.
export-time = Time ({ $zone })
export-last-change = Last change ({ $zone })
export-before = Available before
export-after = Available after
export-rolls-back = Rolls back
export-rolled-back-by = Rolled back by
export-placed = Placed ({ $zone })
export-deadline = Deadline ({ $zone })
export-lines = Lines
export-currency = Currency
export-prepared = Prepared ({ $zone })
export-confirmed = Confirmed ({ $zone })
