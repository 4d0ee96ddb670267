# Lists in general: filters, pages, and when there is nothing to show.

list-title = { $title }（第 { $page } 页）
list-apply = 应用
list-clear = 清除
list-all = 全部
list-filters = 当前筛选
list-remove = 移除
# $total: a number, or one with a plus where counting stopped. $at: a time of day.
list-rows = 第 { $from }–{ $to } 行，共 { $total } 行 · 截至 { $at }
list-rows-uncounted = 第 { $from }–{ $to } 行 · 截至 { $at }
list-pages = 分页
list-first = 第一页
list-previous = 上一页
list-next = 下一页
list-moved-on = 列表已更新，已回到开头。
list-clear-filters = 清除筛选
list-not-loaded = 列表加载失败，并非没有数据。
list-try-again = 重试
list-not-offered = 请从列表中选择
list-too-long = 不能超过 { $max } 个字符
list-no-warehouse = 没有仓库 { $warehouse }
list-not-a-sku = 这不是有效的 SKU
list-not-a-time = 请填写日期和时间，例如 2026-11-20 12:03
# A filter in use: its label and its value.
list-chip = { $label }：{ $value }
