# Comparing the ledger, the stock table and the gate.

run-title = Reconciliation
run-now = Run now
run-of = Comparison of
run-none-yet = Nobody has asked for a comparison of all stock yet.
run-unknown = There is no such comparison. They are kept for 90 days.
run-is-running = A comparison is running already. Nothing was started.
run-watch = The gate is compared with the database all the time, by itself.
# $at: a time of day.
run-watch-last = It last worked at { $at }.
run-watch-stopped = The watch of the gate has stopped
run-watch-means = Until it runs again differences are neither found nor corrected. Nothing can be oversold: the database decides.
run-open = { $count ->
        [one] The watch has found { $shown } difference that is not corrected yet.
       *[other] The watch has found { $shown } differences that are not corrected yet.
    }
run-going-on = A comparison is running: { $compared } SKUs so far.
run-all-agree = All { $compared } SKUs agree.
run-gate-away = The ledger and the stock table agree for all { $compared } SKUs. The gate did not answer and was not compared.
run-broken-off = It was broken off after { $compared } SKUs.
run-differ = { $count ->
        [one] { $count } difference among { $compared } SKUs.
       *[other] { $count } differences among { $compared } SKUs.
    }
run-unjudged = { $count ->
        [one] { $count } SKU moved all the time and could not be judged.
       *[other] { $count } SKUs moved all the time and could not be judged.
    }
run-took = { $seconds } s
run-differences = Differences
run-differences-cut = (the first { $kept })
run-ledger = Ledger
run-table = Stock table
run-gate = Gate
run-difference = Difference
run-since = Since
run-cause = Likely cause
run-earlier = All comparisons

place-none = —
place-units = { $units }
# $off: a number with its sign.
off-gate = gate { $off }
off-table = table { $off }
off-no-entry = the last entry is missing

cause-no-entry = the stock table was changed without an entry; have somebody look who knows the database
cause-write-lost = the gate stands where it was after
cause-redis-lost-data = Redis lost data
cause-ungated-writes = changes while the gate was away
cause-refused-after-gate = the database refused what the gate let through
cause-unknown = not known

repair = Repair
repair-look = Look at the repair
repair-all = Look at the repair of all
repair-not-here = Not here
repair-title = Set the gate to the stock table
repair-never = Only the gate is set; the ledger and the stock table are never changed.
repair-nothing = Nothing is known to differ.
repair-gate-now = Gate now
repair-gate-then = Gate after
repair-agrees = agrees now
repair-do = { $count ->
        [one] Repair { $count } SKU
       *[other] Repair { $count } SKUs
    }
repair-done = { $count ->
        [one] The gate is right for { $count } SKU. The ledger was not changed.
       *[other] The gate is right for { $count } SKUs. The ledger was not changed.
    }
repair-left = { $left } of { $count } SKUs are not right yet; the watch goes on with them. The ledger was not changed.
repair-audit = Repairs in the audit
