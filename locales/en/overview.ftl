# What needs a person, and the figures.

overview-title = Overview
# $at: a time of day.
overview-as-of = As of { $at }

needs-title = Needs attention
needs-nothing = Nothing needs you right now.
needs-incomplete = Some of this could not be loaded.
needs-named = { $id }
needs-payments = Late payments
needs-operations = Operations
# $count chooses the form, $shown is the number as it is shown. $oldest: "18 min ago".
needs-cancels = { $count ->
        [one] { $shown } cancel waits for the payment gateway, first asked { $oldest }
       *[other] { $shown } cancels wait for the payment gateway, the oldest first asked { $oldest }
    }
needs-late-payments = { $count ->
        [one] { $shown } late payment waits for somebody
       *[other] { $shown } late payments wait for somebody
    }
needs-out = { $count ->
        [one] { $shown } SKU is sold out
       *[other] { $shown } SKUs are sold out
    }
needs-low = { $count ->
        [one] { $shown } SKU is low
       *[other] { $shown } SKUs are low
    }
needs-due-soon = { $count ->
        [one] { $shown } order reaches its deadline within 5 minutes, or has passed it
       *[other] { $shown } orders reach their deadline within 5 minutes, or have passed it
    }
needs-differences = { $count ->
        [one] { $shown } difference between the gate and the database
       *[other] { $shown } differences between the gate and the database
    }
# $at: a time of day.
needs-run = { $count ->
        [one] { $shown } difference from the { $at } reconciliation
       *[other] { $shown } differences from the { $at } reconciliation
    }
# $promise: one of proof-*.
needs-promise = { $count ->
        [one] A promise does not hold: { $promise }
       *[other] A promise does not hold in { $count } places: { $promise }
    }
needs-requests = { $count ->
        [one] { $shown } draft waits for a supervisor
       *[other] { $shown } drafts wait for a supervisor
    }

figure-unknown = Could not be loaded
figure-pending = Pending orders
figure-moves = Moves, last hour
# For those who cannot see the line.
figure-moves-line = Moves per minute in the last hour: at most { $most }
figure-corrections = Corrections today
figure-people = { $people ->
        [one] by { $people } person
       *[other] by { $people } people
    }

latest-title = Latest corrections
latest-none = No corrections yet. They appear when somebody confirms one.
latest-more = and { $count } more
latest-all = All

hours-title = Moves per hour, last 24 hours
# $hour: a time of day, the beginning of that hour.
hours-most = At most { $most } in an hour, in the one from { $hour }.
hours-none = Nothing moved in the last 24 hours.
