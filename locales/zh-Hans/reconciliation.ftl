# Comparing the ledger, the stock table and the gate.

run-title = 对账
run-now = 立即对账
run-of = 对账时间
run-none-yet = 尚未有人发起全量对账。
run-unknown = 没有这次对账，记录只保留 90 天。
run-is-running = 对账正在进行，未重复启动。
run-watch = 系统一直在自动比对闸口与数据库。
# $at: a time of day.
run-watch-last = 最近一次正常运行：{ $at }。
run-watch-stopped = 闸口自动比对已停止
run-watch-means = 恢复之前不会发现或校正差异。不会超卖：以数据库为准。
run-open = { $count ->
       *[other] 自动比对发现 { $shown } 处差异尚未校正。
    }
run-going-on = 正在对账，已比对 { $compared } 个 SKU。
run-all-agree = 全部 { $compared } 个 SKU 一致。
run-gate-away = 全部 { $compared } 个 SKU 的流水与库存表一致。闸口无响应，未比对。
run-broken-off = 在 { $compared } 个 SKU 之后中断。
run-differ = { $compared } 个 SKU 中有 { $count } 处差异。
run-unjudged = { $count } 个 SKU 一直在变动，无法判断。
run-took = 用时 { $seconds } 秒
run-differences = 差异
run-differences-cut = （仅前 { $kept } 处）
run-ledger = 流水
run-table = 库存表
run-gate = 闸口
run-difference = 差异
run-since = 起始时间
run-cause = 可能原因
run-earlier = 全部对账

place-none = —
place-units = { $units }
# $off: a number with its sign.
off-gate = 闸口 { $off }
off-table = 库存表 { $off }
off-no-entry = 缺少最后一笔流水

cause-no-entry = 库存表被修改但没有流水，请联系熟悉数据库的人
cause-write-lost = 闸口停留在这笔流水之后
cause-redis-lost-data = Redis 丢失数据
cause-ungated-writes = 闸口不可用期间的变动
cause-refused-after-gate = 闸口放行但数据库拒绝
cause-unknown = 未知

repair = 修复
repair-look = 查看修复
repair-all = 查看全部修复
repair-not-here = 不能在此修复
repair-title = 按库存表校正闸口
repair-never = 只校正闸口，绝不修改流水和库存表。
repair-nothing = 没有已知差异。
repair-gate-now = 闸口现在
repair-gate-then = 闸口之后
repair-agrees = 现已一致
repair-do = 修复 { $count } 个 SKU
repair-done = { $count } 个 SKU 的闸口已校正，流水未修改。
repair-left = { $count } 个 SKU 中有 { $left } 个尚未校正，系统会继续处理。流水未修改。
repair-audit = 查看修复审计
