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
sku-gate = 闸口
sku-gate-agrees = 与闸口一致
sku-gate-busy = 正在变动，稍后自动再次比对
sku-gate-unloaded = 尚未载入，首次扣减时载入
sku-gate-away = 闸口无响应，扣减直接走数据库
# $gate, $available: a number of units, or "Unlimited".
sku-gate-differs = 有差异：闸口 { $gate }，数据库 { $available }
sku-reconcile = 查看对账
sku-timeline = 时间线
sku-no-entries = 暂无流水，库存变动后会出现。
sku-older = 更早的流水
sku-not-loaded = 内容加载失败，请稍后重试。
sku-drafts = 未确认的草稿
sku-unknown = { $warehouse } 没有 SKU “{ $sku }”
sku-unknown-nothing = 未做任何更改。SKU 区分大小写，需完全一致。
sku-closest = 是否要找这些？
sku-search = 搜索
