# Orders, list and page.

orders-title = Orders
orders-list = Orders
orders-number = Order
orders-sku = SKU
orders-status = Status
# The filter that stands for pending and closing.
orders-open = Waiting or being cancelled
orders-deadline = Deadline
orders-due = Due
orders-due-passed = Passed
orders-due-5m = Within 5 minutes
orders-due-15m = Within 15 minutes
orders-due-1h = Within an hour
orders-units = Units
orders-amount = Amount
orders-payment = Payment
orders-lines = Lines
orders-placed = placed
orders-cancel = its cancel
orders-more = and { $count } more
orders-soonest-first = Soonest deadline first · { $rows }
orders-newest-first = Newest first · { $rows }
orders-none = No orders are waiting for payment.
orders-no-match = No order matches these filters.
orders-no-such = There is no order { $order }

order-gateway = Payment gateway
# $at: a time of day.
order-asked = asked { $at }
order-unknown = There is no order { $order }. Nothing was changed.
order-check = Check payment
# $state: one of payment-*.
order-checked = Asked at { $at }. Payment: { $state }.
order-return = Return goods
order-returned = Goods returned
order-deadline = If unpaid, stock returns by itself at that time.
order-deadline-passed = Its payment is being closed; then its stock returns by itself.
order-transaction = Transaction
order-paid-at = Paid at
order-pay = Pay
order-pay-link = Payment page
order-code = Code to scan
order-code-label = QR code that the customer scans to pay
order-placed = Placed by
order-cancel-asked = Cancel asked by
order-lines = { $count ->
        [one] { $count } unit
       *[other] { $count } units
    }
order-left = Left after it
order-evidence = Proof that the payment was closed
order-evidence-explained = Without it, no stock goes back.
order-evidence-line = The gateway { $gateway } said { $code } at
order-evidence-code = The gateway's word
order-evidence-at = Answered at

event-placed = Placed: { $count ->
        [one] { $count } unit deducted
       *[other] { $count } units deducted
    }
event-payment-created = Payment created
# $reason: one of reason-*.
event-closing = Cancel began: { $reason }
# $answer: one of heard-*.
event-gateway-asked = Gateway asked: { $answer }
event-gateway-unknown = No proof from the gateway: { $answer }
event-paid = Paid, transaction { $transaction }
event-cancelled = Cancelled; its stock went back ({ $code })
event-returned = Goods returned: { $reason }
event-late-payment = Money came that does not pay this order: { $detail }
event-will-release = Will be released if unpaid
event-will-cancel = Will be cancelled once the gateway proves the payment closed

heard-open = not paid
heard-paying = the customer is paying
heard-closed = closed
heard-paid = paid
heard-not-created = it knows no such payment
heard-refused = it refuses
heard-no-answer = no answer
heard-mismatch = paid, but not as ordered
