# Many orders cancelled as one operation: the form, and what stands on the operation's page.

cancels-selected = Cancel selected orders
cancels-row = Select { $order }
# In the list, of an order whose customer is paying just now.
cancels-alone = cannot be cancelled together with others
cancels-none = Check the orders to be cancelled first
cancels-too-many = At most { $max } orders can be cancelled at once. Nothing was changed.
cancels-title = Cancel { $count ->
        [one] { $count } selected order?
       *[other] { $count } selected orders?
    }
cancels-explained = Each order is cancelled by itself: its payment is closed at the gateway first, and only then its stock goes back. The payment is what the gateway said last; it is asked again when you confirm.
cancels-caption = Orders, as of { $at }
cancels-what = What becomes of it
cancels-keep = Keep the orders
cancels-back = Back to orders

cancels-check = Check before you cancel { $count ->
        [one] { $count } order
       *[other] { $count } orders
    }
cancels-label = Cancel { $count ->
        [one] { $count } order
       *[other] { $count } orders
    }
cancels-will = { $count } can be cancelled · { $cannot } cannot
cancels-came = { $applied } cancelled · { $refused } not cancelled
cancels-came-waiting = { $came } · { $count } waiting for the payment gateway
cancels-nothing = None of these orders can be cancelled.
cancels-done = { $count } of { $all ->
        [one] { $all } order cancelled.
       *[other] { $all } orders cancelled.
    }
cancels-done-refused = { $count ->
        [one] { $count } order was not cancelled; below is why.
       *[other] { $count } orders were not cancelled; below is why.
    }
cancels-running-waits = { $count ->
        [one] { $count } order waits for the payment gateway. Its stock stays reserved. Do not cancel it again.
       *[other] { $count } orders wait for the payment gateway. Their stock stays reserved. Do not cancel them again.
    }
cancels-progress = Orders done

# What becomes of one order.
cancels-can = Can be cancelled
cancels-applied = Cancelled
cancels-waits = Waits for the payment gateway
cancels-not-yet = Not yet
cancels-left = Not cancelled
cancels-unknown = There is no such order
cancels-paid = Not cancelled: the customer has paid
cancels-paying = The customer is paying just now: it cannot be cancelled together with others
# $name: who cancelled it, as in "API key shop".
cancels-before = Cancelled already by { $name }
cancels-closing = Being cancelled already by { $name }

# In the audit, before the numbers.
cancels-audit = Selected orders
