# Late payments: money that came and paid for nothing.

late-title = Late payments
late-payment = Late payment
late-explained = Money that came after its order was cancelled, twice, or not as ordered. Each gets exactly one outcome: refunded, stock deducted again, or handled outside.
late-order = Order
late-amount = Amount
late-came = Paid
late-why = Why it is here
late-state = State
late-none = No money came late.
late-no-match = No late payment is in this state.
late-caption = Waiting for somebody first · { $rows }
late-unknown = There is no late payment { $id }. Nothing was changed.

# Why a payment is here.
late-order-paid = Paid its order
late-late = Its order was cancelled before
late-duplicate = Its order was paid before
late-mismatch = Not the amount, currency or gateway of its order
late-orphan = There is no such order

late-waiting = Waits for somebody
late-queued = To be refunded
late-refunding = Refund under way
late-refunded = Refunded
late-refund-failed = Refund failed
late-deducted = Stock deducted again
late-handled = Handled outside

late-says-waiting = Nothing happens by itself. Decide what becomes of it.
late-says-queued = It goes back by itself. The gateway is asked again until it says that it did.
late-says-refunding = The gateway took the refund on. It is asked until the money arrived.
late-says-refunded = The gateway confirmed that the money went back.
late-says-refund-failed = The gateway says that this refund will not arrive. Put it right at the gateway and ask again, or pay it back another way and mark it as handled.
late-says-deducted = Its order’s stock was deducted again; the order itself stays cancelled.
late-says-handled = People settled it outside.
# $count: tries.
late-tried = { $count ->
        [one] tried { $count } time
       *[other] tried { $count } times
    }
late-next-at = asked again

late-gateway = Payment gateway
late-transaction = Transaction
late-paid-at = Paid at
late-stored-at = Stored at
late-refund-no = Refund number
late-refunded-at = Refunded at
late-heard = The gateway said last
late-proof = Proof of the refund
late-proof-explained = The gateway’s signed answer, without which no refund counts as done.
late-document = Deduction
late-handled-by = Handled by

refund-said-refunded = refunded
refund-said-processing = on its way
refund-said-failed = it will not arrive
refund-said-refused = it refuses
refund-said-not-found = it knows no such refund
refund-said-no-answer = no answer

late-do-refund = Refund now
late-do-deduct = Deduct again
late-do-ask = Ask the gateway again
late-do-handle = Mark as handled outside

late-check-refund = Refund { $amount }?
late-check-deduct = Deduct the stock of { $order } again?
late-check-handle = Mark as handled outside?
late-refund-explained = The whole payment goes back to the payer through { $gateway }, once, under refund number { $refund }. From then on its stock cannot be deducted again.
late-deduct-explained = The same goods leave stock again, under a document of their own, and the money stays. The order itself stays cancelled: tell the shop that it is to be sent.
# $available: a number, or "unlimited".
late-deduct-line = { $count ->
        [one] { $count } unit of { $sku }; available { $available }
       *[other] { $count } units of { $sku }; available { $available }
    }
late-deduct-more = and { $count } more SKUs
late-deduct-short = There is not enough stock to deduct all of it again. Nothing was changed.
late-handle-explained = Nothing is sent to the gateway and no stock moves. Say what was done with the money, so that others can follow it.
late-handle-note = What was done with the money
late-keep = Go back

late-did-refund = The refund was asked for. It now stands at: { $state }.
late-did-deduct = Stock was deducted again.
late-did-ask = Asked. It now stands at: { $state }.
late-did-handle = Marked as handled outside.
late-did-before = That was done before. It stands at: { $state }. Nothing was done again.

late-event-arrived = Money came: { $why }
late-event-queued = Refund ordered
late-event-short = Not deducted again: { $why }
late-event-asked = Gateway asked for the refund
late-event-processing = The gateway took the refund on
late-event-unanswered = Refund not settled: { $answer }
late-event-refunded = Refunded
late-event-failed = Refund failed: the gateway says it will not arrive
late-event-deducted = Stock deducted again
late-event-handled = Handled outside
late-short-stock = not enough stock
late-short-before = its goods left for another payment
late-short-other = it was refused ({ $code })
