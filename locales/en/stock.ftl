# The list of stock, and one SKU.

stock-title = Stock
stock-q = SKU or name
stock-state = State
stock-sort = Sort
stock-name = Name
stock-last-change = Last change
stock-list = Stock list
stock-none-yet = No SKUs yet. They appear when stock is imported.
stock-no-match = No SKU matches these filters.

state-ok = OK
state-low = Low
state-out = Sold out
state-unlimited = Unlimited
sort-sku = SKU
sort-available = Available ↑

# $at: a time of day.
sku-levels = Levels, as of { $at }
sku-version = Version
sku-low-water = Low at
sku-held = { $units ->
        [one] { $units } unit
       *[other] { $units } units
    } in { $orders ->
        [one] { $orders } order
       *[other] { $orders } orders
    }
sku-ledger-agrees = The stock table agrees with it
# $ledger: a number of units, or a dash; $available: a number.
sku-ledger-differs = Difference: the ledger says { $ledger }, the stock table { $available }
sku-broken = A promise does not hold for this SKU
sku-broken-means = Selling goes on. Do not correct it before somebody who knows the database has looked.
sku-gate = Gate
sku-gate-agrees = The gate agrees
sku-gate-busy = Moving just now; the gate is compared again by itself
sku-gate-unloaded = Not loaded: the first claim loads it
sku-gate-away = The gate does not answer; claims go straight to the database
# $gate, $available: a number of units, or "Unlimited".
sku-gate-differs = Difference: the gate has { $gate }, the database { $available }
sku-reconcile = See reconcile
sku-run = Last reconciled
sku-run-none = Not yet
sku-run-agrees = no difference found
sku-run-gate-away = the stock table agreed with the ledger; the gate did not answer
sku-timeline = Timeline
sku-no-entries = No ledger entries yet. They appear when stock moves.
sku-older = Older in the ledger
sku-not-loaded = This could not be loaded. Try again in a moment.
sku-drafts = Open drafts
sku-unknown = { $warehouse } holds no SKU "{ $sku }"
sku-unknown-nothing = Nothing was changed. SKUs are compared exactly: capital letters matter.
sku-closest = Did you mean one of these?
sku-search = Search

sku-page-title = { $sku }
sku-explain = Explain this number
sku-chart-title = Available over time
# $span: one of span-*.
sku-chart = { $span }: high { $high }, low { $low }.
sku-chart-about = { $span }: high about { $high }, low about { $low }; not every entry is drawn.
span-two-days = Last 48 hours
span-month = Last 30 days
sku-at-title = At a past moment
sku-at = Date and time ({ $zone })
sku-at-look = Look
sku-at-future = The moment must be in the past
sku-at-after = after
sku-at-before = before its first entry
demand-title = Turned away
demand-why = Why
demand-hour = Last hour
demand-day = Last 24 hours
demand-sold-out = Nothing was left
demand-not-enough = Less was left than asked for
demand-refused = { $claims ->
        [one] { $claims } claim, { $units } units
       *[other] { $claims } claims, { $units } units
    }

explain-title = Why { $sku } in { $warehouse } has what it has
explain-title-at = Why { $sku } in { $warehouse } had what it had at { $at }
explain-now = As it is now
explain-crumb = Explained
explain-means = What it began with, and what each kind of entry has added since. Each line leads to its entries.
explain-unlimited = This SKU is unlimited: there is no number to explain.
explain-part = Part
explain-entries = Entries
explain-units = Units
explain-opening = Opening stock
explain-after = Level after
explain-total = Available
# $available: a number.
explain-differs = The stock table says { $available }.
