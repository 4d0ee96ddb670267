# What goes wrong: a title, and a sentence that says what happened to what was asked.

error-request = Request
error-home = Go to the overview
error-login = Sign in
error-entered = What you entered
entered-name = Name
entered-until = Until
entered-count = Number of changes
entered-keep-count = Set to what was counted
entered-keep-difference = Keep the difference
error-back-to-form = Back to the form, with what you entered
# Holds markup.
error-check-op = Check <a class="id" href="{ $url }">{ $op }</a> before you try again.

not-found-title = Not found
not-found-detail = There is nothing at this address. Check it, or start from the overview.
method-title = This address cannot be used like that
method-detail = Nothing was changed. Go back and use the page's own buttons.
malformed-title = This request cannot be read
malformed-detail = Nothing was changed. Check what you entered and send it again.
invalid-title = Some values cannot be accepted
invalid-detail = Nothing was changed.
too-large-title = That is too much at once
too-large-detail = Nothing was changed. At most { $kib } KiB can be sent here.
wrong-type-title = This kind of content cannot be read here
wrong-type-detail = Nothing was changed. Send { $expected }.
unauthorized-title = An API key is needed
unauthorized-detail = Send "Authorization: Bearer" with a key that is valid.
idempotency-key-title = An idempotency key is needed
idempotency-key-detail = Nothing was changed. Send the header Idempotency-Key with a value of your own, the same one when you send the same again.
signature-title = This is not signed by the gateway
signature-detail = Nothing was changed. Notifications are believed only with the gateway's own signature.
scope-title = This API key may not do that
scope-detail = A key with the scope { $scope } is needed. Nothing was changed.
forbidden-title = Your role cannot do this
# $action: one of action-*.
forbidden-ask-operator = Nothing was changed. Ask an operator or a supervisor to { $action }.
forbidden-ask-supervisor = Nothing was changed. Ask a supervisor to { $action }.
# $name: who made the entry; $until: a time of day.
forbidden-not-own = Nothing was changed. { $name } made this entry, and an operator rolls back only what they did themselves, within { $minutes } minutes. Ask a supervisor to roll it back.
forbidden-own-late = Nothing was changed. You made this entry, and could roll it back for { $minutes } minutes, until { $until }. Ask a supervisor to roll it back.
forbidden-cancel = Nothing was changed. A cancel closes the customer's payment, so only supervisors cancel orders. Ask a supervisor to cancel it.
forbidden-ask-admin = Nothing was changed. Users, keys and the read-only switch are for admins.
foreign-form-title = Nothing was changed
foreign-form-detail = We could not confirm that this form came from this page, so nothing changed. Check it and send again. If you did not fill this in, close the page.
locked-title = Too many attempts
# $until: a time of day, with its date when that is not today.
locked-detail = Too many attempts. Try again at { $until }.
read-only-title = Changes are paused
# $until: a time of day, with its date when that is not today.
paused-until = Nothing was changed. Changes are paused until { $until }. You can still look things up.
paused = Nothing was changed. Changes are paused. You can still look things up.
internal-title = Sorry, there is a problem
internal-detail = We do not know yet whether your change was saved. Look before you try again.
away-title = The database does not answer
away-detail = This was not confirmed. It is safe to send the same again in a moment.
away-looked = This could not be loaded. Nothing was changed. Try again in a moment.
too-many-title = Too many requests
busy-title = The desk is busy
busy-detail = Nothing was changed. It is safe to send the same again in a moment.

refused-title = This was not done
refused-insufficient-stock = There is not enough stock. Nothing was deducted.
refused-unknown-stock = This warehouse does not hold that SKU. Nothing was changed.
refused-different-content = This number was used before with other content. Nothing was done again.
refused-rolled-back = This was rolled back before it came. Nothing was deducted.
refused-version-changed = The stock changed since it was seen. Nothing was set.
refused-above-limit = The level would be above { $max }. Nothing was changed.
refused-unlimited-stock = { $sku } is unlimited and has no level to set. Nothing was changed.
refused-cancel-the-order = This order waits for payment: cancel it instead. Nothing was rolled back.
refused-order-cancelled = This order was cancelled and its stock went back. Nothing was done again.
refused-already-paid = The customer has paid. The order was not cancelled.
refused-already-rolled-back = This was already rolled back by { $by }. Nothing was done again.
refused-not-reversible = A rollback cannot be rolled back. Make a new correction instead.
refused-expired = This draft has expired. Nothing was changed.
refused-discarded = This draft was discarded. Nothing was changed.
refused-draft-changed = This draft was changed after you looked at it. Nothing was done. Check it again.
refused-form-used = This form was already used. To do it again, start a new one.
refused-forbidden = Your role cannot do this. Ask a supervisor. Nothing was changed.
refused-already-settled = This payment has its outcome already, or is getting it. Nothing was done again.
refused-nothing-to-change = Nothing would change.
