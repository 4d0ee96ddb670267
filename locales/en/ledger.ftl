# The ledger: its list, and one entry.

ledger-title = Ledger
ledger-sku = SKU
ledger-document = Order or operation
ledger-kind = Kind
ledger-who = Who
# $zone: the site zone.
ledger-from = From ({ $zone })
ledger-to = To ({ $zone })
ledger-not-a-document = This cannot be the number of an order or an operation
ledger-from-after-to = From must be before To
# $rows: one of list-rows*.
ledger-caption = Newest first · { $rows }
ledger-list = Ledger entries, newest first
ledger-time = Time
ledger-id = Entry
ledger-change = Change
ledger-available = Available
ledger-why = Why and what for
ledger-none-yet = No ledger entries yet. They appear when stock moves.
ledger-no-match = No ledger entry matches these filters.
ledger-look-further = Nothing found among the newest entries looked at. Older ones may match.

entry-unknown = There is no ledger entry { $entry }. Look for it in the ledger.
entry-when = When
entry-pair = Pair
entry-pair-none = Not rolled back
entry-document = Document
document-order = Order
document-deduction = Deduction by a program
document-adjustment = Adjustment by a program or a file
document-operation = Operation
document-fence = Fence
entry-moved-title = All entries of this document
entry-all-of-document = All { $count } in the ledger
entry-undoes-all = Rolls back all { $count } entries of this document.
entry-cancel-instead = This order waits for payment: cancel it instead.
entry-to-order = Go to the order
entry-reversal = A rollback cannot be rolled back. Make a new correction instead.
