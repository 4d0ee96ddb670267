# The forms of corrections, and what they refuse.

deduct-title = Deduct stock: { $sku }
adjust-title = Adjust stock: { $sku }
set-title = Set to counted: { $sku }
correct-tab = { $title } · { $warehouse }
correct-units = Units
correct-units-deduct = Units to deduct
correct-units-upto = A whole number from 1 to { $max }
correct-units-any = A whole number, 1 or more
correct-direction = Direction
correct-add = Add
correct-remove = Remove
correct-counted = Counted, free to sell
# $count: units held by unpaid orders.
set-counted-hint = { $count ->
        [0] What you counted, 0 if none. Leave out goods that belong to orders.
        [one] What you counted, 0 if none. Leave out goods that belong to orders; { $count } unit is reserved now.
       *[other] What you counted, 0 if none. Leave out goods that belong to orders; { $count } units are reserved now.
    }
correct-counted-at = Counted at
set-counted-at-hint = Date and time, { $zone } ({ $offset }). What moved since then is noticed.
set-unlimited = This SKU is unlimited: there is no level to set. Nothing was changed.
correct-reference = Reference (optional)
correct-reference-hint = An order, ticket or count sheet number
correct-note-hint = 500 characters or fewer
correct-preview = Preview the effect
correct-cancel = Cancel
correct-back = Back to { $sku }
correct-limit = You can confirm up to { $limit } units yourself. More than that waits for a supervisor, and needs a note.
correct-supervisor = You prepare the count here, and a supervisor confirms it.
# $at: a time of day.
as-of = as of { $at }

levels-caption = Before and after, as of { $at }
levels-now = Now
levels-change = Change
levels-after = After

error-direction = Select add or remove
error-units-deduct = Enter how many units to deduct
error-units-adjust = Enter how many units
error-units-whole = Units must be a whole number, like 3
error-units-few = Units must be 1 or more
error-units-many = Units must be { $max } or fewer
error-units-available = Units must be { $max } or fewer, the number available
error-units-none = None are available now
error-units-room = Units must be { $max } or fewer, so that the level stays within its limit
error-counted-missing = Enter what you counted, 0 if none
error-counted-whole = Counted must be a whole number, like 73
error-counted-negative = Counted must be 0 or more
error-counted-many = Counted must be { $max } or fewer
error-counted-at = Enter a date and time, like 2026-11-20 11:58
error-counted-future = Counted at must be in the past
error-counted-old = Counted at must be within the last 24 hours
error-reason = Select a reason
error-reference-long = Reference must be { $max } characters or fewer
error-reference-characters = Reference has a character that cannot be kept
error-note-missing = Enter what happened
error-note-long = Note must be { $max } characters or fewer
error-note-characters = Note has a character that cannot be kept

used-again = Start a new one with these values
used-blank = Start a new one

# $object: a ledger entry or a document.
rollback-title = Roll back { $object }?
rollback-return-title = Return the goods of { $order }?
rollback-never-title = This is a rollback
rollback-never = A rollback cannot be rolled back. Make a new correction instead.
rollback-explained = A new opposite entry is added. The original stays in the ledger.
rollback-whole = { $document } moved { $count } SKUs. They are rolled back together.
rollback-original = Original
# $at: a time of day.
rollback-already = Already rolled back at { $at } by { $name }.
rollback-short = Rolling back would go below zero. Nothing was rolled back.
rollback-short-line = { $requested } would be taken, { $available } are available now
rollback-keep = Keep it
rollback-back = Back to { $entry }
rollback-unknown = There is no ledger entry { $entry }. Nothing was changed.

cancel-title = Cancel { $order }?
# $amount: with its currency. $at: a time of day.
cancel-paid = The customer has paid ({ $amount } at { $at }). The order was not cancelled.
cancel-paid-somehow = The customer has paid. The order was not cancelled.
cancel-sold = This order came as sold: no payment of it runs through this desk, and there is nothing to cancel.
cancel-refund = If the goods come back, return them: their stock goes back, and no money moves. The money is refunded where it was paid, in the payment gateway's own console.
cancel-paid-there = The payment gateway says that the customer has paid. Nothing was stored by looking: check the payment, and the order becomes paid.
cancel-done-before = This order is cancelled, and its stock went back. There is nothing left to cancel.
cancel-under-way = This order is being cancelled already. Stock stays reserved until the payment gateway answers.
cancel-waits = The payment gateway has given no clear answer. Stock stays reserved until it does. Ask again, or cancel when it answers.
cancel-waits-paying = The customer is paying just now. Stock stays reserved until that has ended. Ask again, or cancel when the gateway says how it ended.
cancel-ask-again = Ask again
cancel-when-answered = Cancel when the gateway answers
cancel-keep = Keep the order
cancel-back = Back to { $order }
cancel-steps = What will happen, in this order
cancel-step-close = The payment is closed at the gateway, so the customer can no longer pay
cancel-step-ask = The gateway is asked until it answers, and the payment is closed; if the customer has paid by then, the order stays
cancel-step-stock = { $count ->
        [one] { $count } unit of { $sku } goes back: available { $before } → { $after }
       *[other] { $count } units of { $sku } go back: available { $before } → { $after }
    }
cancel-step-unlimited = { $count ->
        [one] { $count } unit of { $sku } is no longer reserved
       *[other] { $count } units of { $sku } are no longer reserved
    }
cancel-step-more = { $count ->
        [one] So does { $count } more SKU
       *[other] So do { $count } more SKUs
    }
cancel-step-status = The order becomes Cancelled
