# Many corrections as one operation: the sheet they are imported from, and their page.

import-title = Import a count sheet
import-intro = A table with a row for each SKU: either a change, or what was counted. You see what it would do before anything happens.
import-columns = Columns, in any order, with titles in English or Chinese: Warehouse, SKU, { $change } or { $set }, and if you like Note and Version. Others are left alone.
import-sheet = Download a count sheet
import-file = File
import-file-hint = CSV of up to { $mib } MiB and { $rows } rows; UTF-8 or GB18030.
import-file-again = Choose the file again: browsers do not keep it.
import-file-not-kept = After an error or a switch of language choose it again: browsers do not keep it.
import-rows = Or paste rows
import-rows-hint = With the titles in the first row, as copied from a spreadsheet
import-warehouse = Warehouse of rows that name none
import-no-warehouse = None: every row names its own

# Titles of columns. Sheets with these titles can be imported: service/bulk/sheet.rs knows them.
sheet-line = Line
sheet-change = Change (±)
sheet-set-to = Set to
sheet-problem = Problem

error-import-missing = Choose a file or paste rows
error-import-both = Choose a file or paste rows, not both
error-sheet-empty = The file is empty
error-sheet-large = The file must be { $mib } MiB or smaller
error-sheet-workbook = This is a workbook. Save it as CSV, and choose that file
error-sheet-text = The file is neither UTF-8 nor GB18030 text. Save it as CSV UTF-8
error-sheet-column = The first row names no column { $column }
error-sheet-no-change = The first row names no column { $change } and no column { $set }
error-sheet-twice = The first row names the column “{ $title }” a second time
error-sheet-no-rows = No row has a change or a count
error-sheet-rows = The file must have { $max } rows or fewer
error-sheet-quote = Line { $line }: a quotation mark is not closed

# $why: one of the sentences below.
bulk-line = Line { $line }: { $why }
bulk-line-sku = { $sku }: { $why }
line-warehouse-missing = no warehouse
line-warehouse-unknown = no warehouse is called “{ $typed }”
line-sku-missing = no SKU
line-sku-unknown = this warehouse holds no SKU “{ $typed }”
line-repeated = this SKU stands on line { $line } already
line-differs = this SKU stands on line { $line } as well, with another change or count
line-unlimited = unlimited: it has no level to change
line-both = a change and a count; only one of them is possible
line-not-whole = “{ $typed }” is not a whole number
line-too-many = a change is { $max } units or fewer
line-negative = a count is 0 or more
line-count-many = a count is { $max } or fewer
line-cells = { $has } cells, and the first row has { $wants }
line-moved = the stock moved since the sheet was made; { $available } are available now
line-short = { $requested } would be taken, { $available } are available
# $available: a number of units, or "Unlimited".
line-version-changed = the stock moved after the preview; it was left as it is ({ $available })

bulk-check = Check { $count ->
        [one] { $count } change
       *[other] { $count } changes
    }
bulk-check-undo = Check before you undo { $count ->
        [one] { $count } change
       *[other] { $count } changes
    }
bulk-label = Change { $count ->
        [one] { $count } SKU
       *[other] { $count } SKUs
    }
bulk-label-undo = Undo { $count ->
        [one] { $count } change
       *[other] { $count } changes
    }
bulk-will = { $count } will change
bulk-came = { $applied } changed · { $refused } refused
bulk-rest = { $same } unchanged · { $cannot } cannot
# $what, $rest: see above.
bulk-summary = { $what } · { $rest }
bulk-blank = { $rest } · { $count } left blank
# $net: with its sign.
bulk-net = Net change { $net } units over { $count ->
        [one] { $count } SKU.
       *[other] { $count } SKUs.
    }
bulk-largest = Largest: { $sku } { $change }.
bulk-nothing = No line would change anything.
bulk-counted = Counted
bulk-sample = First rows as they were read ({ $encoding })
bulk-ignored = Left alone: { $columns }
bulk-pasted = Pasted rows
bulk-lines = Lines
bulk-failed = { $count ->
        [one] { $count } line cannot
       *[other] { $count } lines cannot
    }
bulk-failed-detail = They do not keep the others from changing.
bulk-download = { $count ->
        [one] Download the { $count } that cannot
       *[other] Download the { $count } that cannot
    }
bulk-show-will = { $count } will change
bulk-show-same = { $count } unchanged
bulk-show-cannot = { $count } cannot
bulk-show-applied = { $count } changed
bulk-show-refused = { $count } refused
# Holds markup. $when: one of the next three.
bulk-same-file = This same file was applied as <a class="id" href="{ $url }">{ $op }</a> { $when } by { $by }. Confirm it only if it is meant a second time.
bulk-when-today = today at { $at }
bulk-when-yesterday = yesterday at { $at }
bulk-when = on { $at }
bulk-type = Enter { $count } to confirm
bulk-again-running = Already confirmed at { $at } by { $name }, and being carried out. Nothing was done again.
bulk-running = { $done } of { $count } done
bulk-progress = Lines done
bulk-running-detail = This goes on by itself, whether or not you stay.
bulk-partly = Partly applied
bulk-done = { $count } of { $all ->
        [one] { $all } change made.
       *[other] { $all } changes made.
    }
bulk-done-refused = { $count ->
        [one] { $count } line was refused, and nothing was changed by it.
       *[other] { $count } lines were refused, and nothing was changed by them.
    }
bulk-done-cannot = { $count ->
        [one] { $count } line could not be changed.
       *[other] { $count } lines could not be changed.
    }
bulk-back = Back to stock
bulk-keep = Keep them
bulk-undo = Undo these changes
bulk-undo-title = Undo { $count ->
        [one] { $count } change?
       *[other] { $count } changes?
    }
bulk-undo-explained = Each change gets an opposite entry; the originals stay in the ledger. You see first which of them can still be undone.
bulk-undone-title = These changes were undone
bulk-undone-before = Every one of these changes was rolled back already. There is nothing left to undo.
bulk-undo-none = None of these changes can be undone now: too little is available. Nothing was changed.
bulk-undoes = Undoes
bulk-undone-by = Undone by

# The same change for SKUs chosen on the list of stock.
change-many = Change many SKUs
change-selected = Change selected
change-count = selected
change-all = Change all { $count } that match
change-row = Select { $sku }
change-page = Select all on this page
change-none = Check the SKUs to be changed first
change-too-many = At most { $max } SKUs can be changed at once; narrow the filters
change-units-hint = A whole number; the same for each of them
error-change = Select add, remove or set
bulk-entries = Ledger entries
ops-bulk-lines = { $count ->
        [one] { $count } line
       *[other] { $count } lines
    }
