# The frame around every page.

brand = 库存台
frame-skip = 跳到主要内容
frame-notice = 系统通知
frame-read-only = 已暂停修改
frame-environment = 环境：
frame-nav = 主导航
frame-crumbs = 位置
frame-sign-out = 退出登录
frame-server-time = 服务器时间
frame-request = 请求编号
frame-keys = 快捷键
frame-key-search = 搜索
frame-keys-off = 输入文字时快捷键不起作用。

# The box on every page that finds whatever has a number.
find-title = 查找
find-what = SKU、订单、流水、操作或其他编号
find-hint = SKU 或编号
find-several = 有多项名为 { $typed }
find-sku = SKU { $name }
find-order = 订单 { $name }
find-document = { $name } 的流水
find-operation = 操作 { $name }
find-entry = 流水 { $name }
find-paid = 由 { $name } 支付的订单
find-late = 迟到付款 { $name }

nav-overview = 总览
nav-stock = 库存
nav-ledger = 流水
nav-orders = 订单
nav-reconcile = 对账
nav-health = 运行状态
nav-audit = 操作审计

# $what: one of band-*. Holds markup.
band = <b>服务降级：</b>{ $what }<a href="{ $url }">查看运行状态</a>
# $since: a time of day.
band-database = 数据库自 { $since } 起无响应，暂时无法修改。
band-promises = 自 { $since } 起发现账目不一致。销售照常；不成立之处见页脚。
band-gate = 库存闸口自 { $since } 起不可用，销售照常但变慢。
band-payments = 支付网关查询自 { $since } 起变慢。
band-workers = 后台任务自 { $since } 起停止，到期处理和差异不再更新。

read-only = 暂停修改，可正常查询。
read-only-until = { $until } 前暂停修改，可正常查询。

script-copied = 已复制
script-sending = 正在提交
script-live = 实时
script-stale = 已停止刷新
copy = 复制

# $span: one of span-*.
relative-in = { $span }后
relative-ago = { $span }前
relative-now = 刚刚
span-seconds = { $s } 秒
span-minutes-seconds = { $m } 分 { $s } 秒
span-minutes = { $m } 分钟
span-hours = { $h } 小时 { $m } 分
span-days = { $d } 天
