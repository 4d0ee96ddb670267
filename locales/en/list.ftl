# Lists in general: filters, pages, and when there is nothing to show.

list-title = { $title } (page { $page })
list-apply = Apply
list-clear = Clear
list-all = All
list-filters = Filters in use
list-remove = Remove
# $total: a number, or one with a plus where counting stopped. $at: a time of day.
list-rows = Rows { $from }–{ $to } of { $total } · as of { $at }
list-rows-uncounted = Rows { $from }–{ $to } · as of { $at }
list-pages = Pages
list-first = First page
list-previous = Previous
list-next = Next
list-moved-on = The list moved on, you are at the start.
list-clear-filters = Clear filters
list-not-loaded = The list could not be loaded. It is not empty.
list-try-again = Try again
list-not-offered = Choose one of the list
list-too-long = Enter { $max } characters or fewer
list-no-warehouse = There is no warehouse { $warehouse }
list-not-a-sku = This cannot be a SKU
list-not-a-time = Enter a date and time, like 2026-11-20 12:03
# A filter in use: its label and its value.
list-chip = { $label }: { $value }
