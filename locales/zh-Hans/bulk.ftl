# Many corrections as one operation: the sheet they are imported from, and their page.

import-title = 导入盘点表
import-intro = 每行一个 SKU，填写变动数或盘点数。执行前会先显示效果。
import-columns = 列的顺序不限，标题中英文均可：仓库、SKU、{ $change } 或 { $set }，可另加备注和版本。其他列不读取。
import-sheet = 下载盘点表
import-file = 文件
import-file-hint = CSV，最大 { $mib } MiB、{ $rows } 行；UTF-8 或 GB18030。
import-file-again = 请重新选择文件，浏览器不会保留。
import-file-not-kept = 出错或切换语言后需重新选择，浏览器不会保留文件。
import-rows = 或粘贴行
import-rows-hint = 首行为标题，可直接从表格复制
import-warehouse = 未写仓库的行所属仓库
import-no-warehouse = 无，每行都写明仓库

# Titles of columns. Sheets with these titles can be imported: service/bulk/sheet.rs knows them.
sheet-line = 行
sheet-change = 变动（±）
sheet-set-to = 设为盘点数
sheet-problem = 问题

error-import-missing = 请选择文件或粘贴行
error-import-both = 文件和粘贴的行只能二选一
error-sheet-empty = 文件是空的
error-sheet-large = 文件不能超过 { $mib } MiB
error-sheet-workbook = 这是工作簿，请另存为 CSV 后再选择
error-sheet-text = 文件既不是 UTF-8 也不是 GB18030 文本，请另存为 CSV UTF-8
error-sheet-column = 首行没有“{ $column }”列
error-sheet-no-change = 首行既没有“{ $change }”列，也没有“{ $set }”列
error-sheet-twice = 首行的“{ $title }”列重复
error-sheet-no-rows = 没有任何行填写了变动数或盘点数
error-sheet-rows = 文件不能超过 { $max } 行
error-sheet-quote = 第 { $line } 行：引号没有闭合

# $why: one of the sentences below.
bulk-line = 第 { $line } 行：{ $why }
bulk-line-sku = { $sku }：{ $why }
line-warehouse-missing = 未填写仓库
line-warehouse-unknown = 没有仓库“{ $typed }”
line-sku-missing = 未填写 SKU
line-sku-unknown = 此仓库没有 SKU“{ $typed }”
line-repeated = 此 SKU 已在第 { $line } 行出现
line-differs = 此 SKU 在第 { $line } 行也出现，且变动数或盘点数不同
line-unlimited = 不限量，没有可更改的数量
line-both = 变动数和盘点数只能填一个
line-not-whole = “{ $typed }”不是整数
line-too-many = 变动不能超过 { $max } 件
line-negative = 盘点数不能小于 0
line-count-many = 盘点数不能超过 { $max }
line-cells = 有 { $has } 格，首行只有 { $wants } 格
line-moved = 盘点表生成后库存已变化，现在可售 { $available }
line-short = 需扣减 { $requested } 件，可售 { $available } 件
# $available: a number of units, or "Unlimited".
line-version-changed = 预览后库存已变化，保持不变（{ $available }）

bulk-check = 确认 { $count } 处更改
bulk-check-undo = 确认撤销 { $count } 处更改
bulk-label = 更改 { $count } 个 SKU
bulk-label-undo = 撤销 { $count } 处更改
bulk-will = { $count } 行将更改
bulk-came = 已更改 { $applied } 行 · 被拒绝 { $refused } 行
bulk-rest = { $same } 行不变 · { $cannot } 行不能执行
# $what, $rest: see above.
bulk-summary = { $what } · { $rest }
bulk-blank = { $rest } · { $count } 行未填写
# $net: with its sign.
bulk-net = 净变化 { $net } 件，共 { $count } 个 SKU。
bulk-largest = 最大：{ $sku } { $change }。
bulk-nothing = 没有任何行会带来更改。
bulk-counted = 盘点数
bulk-sample = 读取到的前几行（{ $encoding }）
bulk-ignored = 未读取的列：{ $columns }
bulk-pasted = 粘贴的行
bulk-lines = 明细行
bulk-failed = { $count } 行不能执行
bulk-failed-detail = 不影响其他行。
bulk-download = 下载这 { $count } 行
bulk-show-will = { $count } 行将更改
bulk-show-same = { $count } 行不变
bulk-show-cannot = { $count } 行不能执行
bulk-show-applied = { $count } 行已更改
bulk-show-refused = { $count } 行被拒绝
# Holds markup. $when: one of the next three.
bulk-same-file = 相同的文件已由 { $by } 于{ $when }执行，操作编号 <a class="id" href="{ $url }">{ $op }</a>。确需再次执行时才确认。
bulk-when-today = 今天 { $at }
bulk-when-yesterday = 昨天 { $at }
bulk-when = { $at }
bulk-type = 请输入 { $count } 以确认
bulk-again-running = 已于 { $at } 由 { $name } 确认，正在执行，未重复执行。
bulk-running = 已完成 { $done } / { $count }
bulk-progress = 已完成的行
bulk-running-detail = 会自动继续，离开本页也不影响。
bulk-partly = 部分执行
bulk-done = 已完成 { $count } / { $all } 处更改。
bulk-done-refused = { $count } 行被拒绝，未因此更改任何库存。
bulk-done-cannot = { $count } 行不能执行，未更改。
bulk-back = 返回库存
bulk-keep = 保留更改
bulk-undo = 撤销这些更改
bulk-undo-title = 撤销 { $count } 处更改？
bulk-undo-explained = 每处更改会新增一笔相反的流水，原流水保留。先显示哪些还能撤销。
bulk-undone-title = 这些更改已撤销
bulk-undone-before = 这些更改均已冲正，没有可撤销的内容。
bulk-undo-none = 这些更改现在都不能撤销：可售库存不足。未做任何更改。
bulk-undoes = 撤销对象
bulk-undone-by = 撤销操作

# The same change for SKUs chosen on the list of stock.
change-many = 更改多个 SKU
change-selected = 更改所选
change-count = 项已选
change-all = 更改全部 { $count } 个符合条件的
change-row = 选择 { $sku }
change-page = 选择本页全部
change-none = 请先勾选要更改的 SKU
change-too-many = 一次最多更改 { $max } 个 SKU，请缩小筛选范围
change-units-hint = 整数，每个 SKU 相同
error-change = 请选择增加、减少或设为盘点数
bulk-entries = 流水
ops-bulk-lines = { $count } 行
