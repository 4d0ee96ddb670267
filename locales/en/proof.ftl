# The strip at the foot of every page: what this desk promises, checked all the time.

# $held and $all: numbers of promises.
proof-summary = { $held } of { $all } promises hold
proof-levels = Levels follow from the ledger
proof-reversals = Moved once, returned at most once
proof-orders = Orders, their lines and proofs agree
proof-reserved = Reserved units are those of open orders
proof-payments = Every payment has an outcome
proof-gate = The stock gate agrees with the database
proof-held = held
proof-broken = broken
proof-not-yet = not checked yet
# $at: a time of day.
proof-whole = (all of it by { $at })
