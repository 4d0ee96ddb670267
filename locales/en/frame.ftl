# The frame around every page.

brand = Stock desk
frame-skip = Skip to main content
frame-notice = System notice
frame-read-only = Changes are paused
frame-environment = Environment:
frame-nav = Main
frame-crumbs = You are here
frame-sign-out = Sign out
frame-server-time = Server time
frame-request = Request
frame-keys = Keys
frame-key-search = Search
frame-keys-off = Shortcuts are off while you type.

# The box on every page that finds whatever has a number.
find-title = Find
find-what = SKU, order, entry, operation or other number
find-hint = SKU or number
find-several = Several things are called { $typed }
find-sku = SKU { $name }
find-order = Order { $name }
find-document = Ledger entries of { $name }
find-operation = Operation { $name }
find-entry = Ledger entry { $name }
find-paid = Order paid by { $name }
find-late = Late payment { $name }

nav-overview = Overview
nav-stock = Stock
nav-ledger = Ledger
nav-orders = Orders
nav-reconcile = Reconcile
nav-health = Health
nav-audit = Audit

# $what: one of band-*. Holds markup.
band = <b>Degraded:</b> { $what } <a href="{ $url }">See health</a>
# $since: a time of day.
band-database = the database does not answer since { $since }. Nothing can be changed.
band-promises = the books do not agree with themselves, seen first at { $since }. Selling goes on; see what is broken at the foot of this page.
band-gate = the stock gate is away since { $since }. Selling goes on, more slowly.
band-payments = payment gateway lookups are slow since { $since }.
band-workers = background work has stopped since { $since }. Deadlines and differences are not updated.

read-only = Changes are paused. You can still look things up.
read-only-until = Changes are paused until { $until }. You can still look things up.

script-copied = Copied
script-sending = Sending
script-live = Live
script-stale = Not updating
copy = Copy

# $span: one of span-*.
relative-in = in { $span }
relative-ago = { $span } ago
relative-now = now
span-seconds = { $s } s
span-minutes-seconds = { $m } min { $s } s
span-minutes = { $m } min
span-hours = { $h } h { $m } min
span-days = { $d } d
