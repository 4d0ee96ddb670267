# The list of stock, and one SKU.

stock-title = 库存
stock-q = SKU 或名称
stock-state = 状态
stock-sort = 排序
stock-name = 名称
stock-last-change = 最近变动
stock-list = 库存列表
stock-none-yet = 暂无 SKU，导入库存后会出现。
stock-no-match = 没有符合条件的 SKU。

state-ok = 正常
state-low = 偏低
state-out = 售罄
state-unlimited = 不限量
sort-sku = SKU
sort-available = 可售 ↑

# $at: a time of day.
sku-levels = 库存数量，截至 { $at }
sku-version = 版本
sku-low-water = 偏低线
sku-held = { $units } 件，{ $orders } 单
sku-ledger-agrees = 库存表与流水一致
# $ledger: a number of units, or a dash; $available: a number.
sku-ledger-differs = 有差异：流水 { $ledger }，库存表 { $available }
sku-broken = 此 SKU 有承诺不成立
sku-broken-means = 销售照常。请先让熟悉数据库的人查看，再更正此 SKU。
sku-gate = 闸口
sku-gate-agrees = 与闸口一致
sku-gate-busy = 正在变动，稍后自动再次比对
sku-gate-unloaded = 尚未载入，首次扣减时载入
sku-gate-away = 闸口无响应，扣减直接走数据库
# $gate, $available: a number of units, or "Unlimited".
sku-gate-differs = 有差异：闸口 { $gate }，数据库 { $available }
sku-reconcile = 查看对账
sku-run = 最近对账
sku-run-none = 尚未对账
sku-run-agrees = 未发现差异
sku-run-gate-away = 库存表与流水一致，闸口未答复
sku-timeline = 时间线
sku-no-entries = 暂无流水，库存变动后会出现。
sku-older = 更早的流水
sku-not-loaded = 内容加载失败，请稍后重试。
sku-drafts = 未确认的草稿
sku-unknown = { $warehouse } 没有 SKU “{ $sku }”
sku-unknown-nothing = 未做任何更改。SKU 区分大小写，需完全一致。
sku-closest = 是否要找这些？
sku-search = 搜索

sku-page-title = { $sku }
sku-explain = 这个数是怎么来的
sku-chart-title = 可售走势
# $span: one of span-*.
sku-chart = { $span }：最高 { $high }，最低 { $low }。
sku-chart-about = { $span }：最高约 { $high }，最低约 { $low }；未绘出每一笔流水。
span-two-days = 最近 48 小时
span-month = 最近 30 天
sku-at-title = 过去某一时刻
sku-at = 日期和时间（{ $zone }）
sku-at-look = 查看
sku-at-future = 时间必须早于现在
sku-at-after = 流水
sku-at-before = 首笔流水之前
demand-title = 未能满足的需求
demand-why = 原因
demand-hour = 最近一小时
demand-day = 最近 24 小时
demand-sold-out = 已售罄
demand-not-enough = 剩余不足
demand-refused = { $claims ->
       *[other] { $claims } 次请求，{ $units } 件
    }

explain-title = { $warehouse } 仓 { $sku } 的数量是怎么来的
explain-title-at = { $warehouse } 仓 { $sku } 在 { $at } 的数量是怎么来的
explain-now = 看现在的
explain-crumb = 说明
explain-means = 期初数量，加上之后每类流水的合计。每一行都可查看其流水。
explain-unlimited = 此 SKU 不限量，没有数量可说明。
explain-part = 组成
explain-entries = 笔数
explain-units = 件数
explain-opening = 期初库存
explain-after = 此笔之后的数量
explain-total = 可售
# $available: a number.
explain-differs = 库存表显示 { $available }。
