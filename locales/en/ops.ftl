# The page of an operation, and what it does in words.

# A name alone: a SKU, a ledger entry, an order.
op-object = { $name }
op-skus = { $count ->
        [one] { $count } SKU
       *[other] { $count } SKUs
    }

op-do-deduct = Deduct { $count ->
        [one] { $count } unit
       *[other] { $count } units
    }
op-do-add = Add { $count ->
        [one] { $count } unit
       *[other] { $count } units
    }
op-do-remove = Remove { $count ->
        [one] { $count } unit
       *[other] { $count } units
    }
op-do-set = Set { $object } to { $count }
op-do-rollback = Roll back { $object }
op-do-cancel = Cancel { $object }

op-check-deduct = Check before you deduct { $count ->
        [one] { $count } unit
       *[other] { $count } units
    }
op-check-add = Check before you add { $count ->
        [one] { $count } unit
       *[other] { $count } units
    }
op-check-remove = Check before you remove { $count ->
        [one] { $count } unit
       *[other] { $count } units
    }
op-check-set = Check before you set { $object } to { $count }
op-check-rollback = Check before you roll back { $object }
op-check-cancel = Check before you cancel { $object }

op-done-deduct = { $count ->
        [one] { $count } unit deducted.
       *[other] { $count } units deducted.
    }
op-done-add = { $count ->
        [one] { $count } unit added.
       *[other] { $count } units added.
    }
op-done-remove = { $count ->
        [one] { $count } unit removed.
       *[other] { $count } units removed.
    }
op-done-set = { $object } set to { $count }.
op-done-rollback = { $object } rolled back.
op-done-cancel = { $object } cancelled.

# $at: a time of day, with its date when that is not today.
op-used-deduct = This form was already used to deduct { $count ->
        [one] { $count } unit
       *[other] { $count } units
    } at { $at }. To deduct again, start a new one.
op-used-add = This form was already used to add { $count ->
        [one] { $count } unit
       *[other] { $count } units
    } at { $at }. To add again, start a new one.
op-used-remove = This form was already used to remove { $count ->
        [one] { $count } unit
       *[other] { $count } units
    } at { $at }. To remove again, start a new one.
op-used-set = This form was already used to set { $object } to { $count } at { $at }. To set it again, start a new one.
op-used-rollback = This form was already used to roll back { $object } at { $at }.
op-used-cancel = This form was already used to cancel { $object } at { $at }.
op-used-otherwise = This form was already used at { $at }. To try again, start a new one.

op-not-deducted = Nothing was deducted.
op-not-changed = Nothing was changed.
op-not-set = Nothing was set.
op-not-cancelled = The order was not cancelled.
op-not-rolled-back = Nothing was rolled back.

op-used-title = This form was already used
op-expired-title = This draft has expired
op-discarded-title = This draft was discarded
op-others-title = This draft is somebody else's
op-expired = Nothing was changed. A draft can be confirmed for a day; this one could until { $at }.
op-discarded-at = Nothing was changed. It was discarded at { $at }.
op-discarded-by = Discarded by { $name } at { $at }. Nothing was changed, and nothing will be.
op-others = { $name } prepared it, and only they or a supervisor can change it. Nothing was changed.
op-unknown = There is no operation { $op }. Nothing was done under that number.

op-nothing-yet = Nothing has changed yet. Stock changes when you confirm.
op-nothing-yet-request = Nothing has changed yet. Stock changes when a supervisor confirms.
op-nothing-yet-others = Nothing has changed yet. Stock changes when it is confirmed.
op-nothing-yet-paused = Nothing has changed yet. Changes are paused, so it cannot be confirmed now.
op-may-move = Numbers are as of { $at } and may move until you confirm. The result page shows the exact ones.
op-request-title = This waits for a supervisor
op-request = It is saved. A supervisor opens this page and confirms it; give them its number.
op-requested-by = { $name } prepared this at { $at }. Check it before you confirm it.
op-blocked = It cannot be confirmed as it is.
op-only = { $count ->
        [one] Only { $count } is available now
       *[other] Only { $count } are available now
    }
op-none-left = None of { $sku } are available now
op-short = { $count } SKUs have too few available now
op-changed = This draft was changed after you looked at it
op-changed-detail = Nothing was done. Below is what it says now; check it again.
op-by-others = This order is being cancelled already, by somebody else. Nothing was done again.
# $name: who cancelled it, as in "API key shop".
op-order-cancelled = This order is cancelled already ({ $name })
op-order-cancelled-detail = Its stock went back. There is nothing left to cancel.
op-order-paid = The customer has paid
op-order-paid-detail = The order was not cancelled. On its page goods that come back can be returned; the money is refunded where it was paid.
op-order-sold = This order came as sold

# $object: a SKU.
op-moved = Stock of { $object } changed while you were counting
op-conflict = Stock changed while you were counting, so nothing was set
op-conflict-numbers = It was { $seen } when it was counted, it is now { $now }. You counted { $counted }.
op-conflict-choice = What is right now?
op-choose = Choose what is right now
# $change: with its sign.
op-keep-count = Set to { $counted } as counted ({ $change })
op-keep-difference = Keep the difference of { $difference } ({ $level })
op-count-again = Count again

op-again = Already applied at { $at } by { $name }. Nothing was done again.
op-again-waiting = Already confirmed at { $at } by { $name }. It waits for the payment gateway; nothing was done again.
op-again-refused = Already confirmed at { $at } by { $name }, and refused. Nothing was done again.
op-waits-title = Waiting for the payment gateway
op-waits = We asked the payment gateway and have no answer yet. Stock stays reserved. Do not cancel again.
op-waits-paying = The customer is paying just now. Stock stays reserved until the payment gateway says how that ended. Do not cancel again.
op-updates = This page updates.
op-look-later = Look again in a moment.
op-look-again = Look again

op-receipt-level = Available { $before } → { $after }.
op-receipt-unlimited = Available: unlimited.
# Both hold markup.
op-receipt-entry = Ledger entry <a class="id" href="{ $url }">{ $entry }</a>.
op-receipt-undid = Entry <a class="id" href="{ $undid-url }">{ $undid }</a> rolled back by <a class="id" href="{ $url }">{ $entry }</a>.
op-rolled-back = Rolled back at { $at } by { $name }.

op-order = Order
op-prepared = Prepared by
op-confirmed = Confirmed by
op-discarded-label = Discarded by
op-expires = Can be confirmed until
op-expired-tag = Expired
op-change = Go back and change
op-change-one = Change
op-discard = Discard
op-renew = Start again with these values
op-undo = Roll this back
op-back = Back to { $object }
op-more-deduct = Deduct more of this SKU
op-more-adjust = Adjust this SKU again

ops-title = Operations
ops-state = State
# Drafts that can still be confirmed.
ops-open = Can be confirmed
ops-corrections = Carried out or under way
ops-requests = Waits for a supervisor
ops-since = Confirmed since
ops-what = What
ops-on = On
ops-none-yet = No operations yet. They appear when staff correct stock.
ops-no-match = No operation matches these filters.
ops-no-such = There is no operation { $op }
