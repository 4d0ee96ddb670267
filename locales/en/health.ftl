# How the desk is doing.

health-title = Health
health-all-ok = Everything works.
health-degraded = Something does not work as usual. Reading and writing stock work.
health-down = Nothing can be changed until the database answers as it should.
health-parts = Parts of the desk
# $at: a time of day.
health-as-of = As of { $at }
health-part = Part
health-state = State
health-latency = Answered in
health-last-success = Last success
health-means = What it means for you

health-state-ok = OK
health-state-degraded = Degraded
health-state-down = Down

health-database = Database
health-redis = Redis
health-gate = Stock gate
health-migrations = Database schema
health-worker = Worker { $name }
worker-bulk = Carries out bulk operations
worker-due-orders = Ends orders past their deadline
worker-gateways = Asks the payment gateways
worker-gauges = Measures
worker-health = Looks after the health
worker-late-money = Refunds late payments
worker-pauses = Watches for pauses
worker-prover = Proves the promises
worker-reconcile = Compares the gate with the database
worker-turned-away = Counts refused demand
health-payment-gateway = Payment gateway { $name }

health-cancels = Cancels waiting for proof
health-late-money = Late payments
health-promises = Promises of the books

health-database-slow = Pages and changes take longer
health-database-down = Nothing can be changed, and little can be shown
health-redis-away = Selling goes on, straight to the database and more slowly
health-gate-differs = The gate differs from the database or cannot be asked; it is corrected by itself
health-migrations-missing = The database is not as this version needs it; run stockdesk migrate
health-not-asked = It cannot be looked at without the database
health-worker-late = Its last run failed; it tries again by itself
health-worker-stopped = What it does by itself is not done: deadlines or differences are not updated
health-cancels-late = An order has been closing for long; its stock stays reserved. Look at its payment gateway
health-late-money-waits = Money has waited for somebody for over an hour; see Late payments
health-promises-broken = The books say two things; the foot of this page names where. Selling goes on. Do not correct those SKUs before somebody who knows the database has looked
health-payment-gateway-slow = The check before a cancel may take long or time out
health-payment-gateway-down = Cancels wait, and their stock stays reserved

health-history = History, last 24 hours
health-history-none = Nothing out of the ordinary was noted in the last 24 hours.
# For those who cannot see the bars as well.
health-history-told = { $count ->
        [one] { $count } time something did not work as usual or changes were paused
       *[other] { $count } times something did not work as usual or changes were paused
    }, { $minutes ->
        [one] { $minutes } minute in all.
       *[other] { $minutes } minutes in all.
    }
health-history-now = now
health-history-more = { $count ->
        [one] { $count } earlier time is not listed.
       *[other] { $count } earlier times are not listed.
    }

health-mode = Mode
health-mode-normal = Normal
health-mode-read-only = Read-only
pause-title = Pause changes
pause-means = Staff cannot change anything and shops' programs are answered 503, on every instance; everything can still be looked up. Payments that come are kept.
# $zone: the site zone.
pause-until = Until ({ $zone })
pause-until-hint = A time of day like 14:00, or a date and time; within 24 hours
pause-in-the-past = The time must be in the future
pause-too-long = The time must be within { $hours } hours
# $until: a time of day.
pause-done = Changes are paused until { $until }.
pause-resume = Allow changes now
pause-over = Changes are possible again.
pause-none = Changes were not paused. Nothing was changed.
