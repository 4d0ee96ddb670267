# Words of the domain, each of them one word everywhere.

unlimited = Unlimited
units =
    { $count ->
        [one] { $count } unit
       *[other] { $count } units
    }

role-viewer = viewer
role-operator = operator
role-supervisor = supervisor
role-admin = admin

# Each completes "Ask a supervisor to …".
action-view = look at this
action-correct = prepare this correction
action-draft = prepare this change
action-approve = confirm this
action-reverse = roll this back or cancel it
action-reverse-own = roll this back
action-settle = settle late payments
action-repair = start a reconciliation
action-administer = manage users and keys

available = Available
reserved = Reserved
on-hand = On hand
operation = Operation
warehouse = Warehouse
ledger-entry = Ledger entry
reason = Reason
note = Note
reference = Reference

reason-damaged = Damaged
reason-lost = Lost or short
reason-sample = Sample taken
reason-sold-offline = Sold offline
reason-received = Received
reason-returned = Returned by a customer
reason-count-error = Count error
reason-correction = Correction
reason-count = Count
reason-entered-twice = Entered twice
reason-wrong-sku = Wrong SKU
reason-wrong-quantity = Wrong quantity
reason-customer-asked = Customer asked
reason-duplicate = Duplicate
reason-suspected-fraud = Suspected fraud
reason-cannot-supply = Cannot supply
reason-not-paid = Not paid in time
reason-sale = Sale
reason-other = Other

kind-deduct = Deduct
kind-adjust = Adjust
kind-set = Set to counted
kind-rollback = Roll back
kind-cancel = Cancel order

op-draft = Draft
op-applied = Applied
op-refused = Refused
op-waiting = Waiting
op-discarded = Discarded
op-running = Running

order-pending = Waiting for payment
order-closing = Being cancelled
order-cancelled = Cancelled
order-paid = Paid

payment-unsent = Not sent yet
payment-sent = Being created
payment-open = Not paid
payment-paying = Paying now
payment-paid = Paid
payment-closed = Closed
payment-unknown = No answer

# What an adjustment did.
moved-add = Add
moved-remove = Remove

# Who did something, when it was nobody who signs in.
who-key = API key { $name }
who-deadline = by itself, at the deadline
who-payment = by itself, at the payment
who-worker = worker { $name }
who-command = command { $name }

# Available units before and after; each a number, or "Unlimited".
entry-available = available { $before } → { $after }
entry-roll-back = Roll this back
# Both hold markup.
entry-rolled-back-by = rolled back by <a class="id" href="{ $url }">{ $entry }</a>
entry-of = of <a class="id" href="{ $url }">{ $entry }</a>
