# How the desk is doing.

health-title = 运行状态
health-all-ok = 一切正常。
health-degraded = 有部分异常，库存的查询和修改正常。
health-down = 数据库恢复之前，无法做任何修改。
health-parts = 系统各部分
# $at: a time of day.
health-as-of = 截至 { $at }
health-part = 部分
health-state = 状态
health-latency = 响应用时
health-last-success = 最近成功
health-means = 对你的影响

health-state-ok = 正常
health-state-degraded = 降级
health-state-down = 不可用

health-database = 数据库
health-redis = Redis
health-gate = 库存闸口
health-migrations = 数据库结构
health-worker = 后台任务 { $name }
worker-bulk = 执行批量操作
worker-due-orders = 处理到期订单
worker-gateways = 询问支付网关
worker-gauges = 采集指标
worker-health = 检查运行状态
worker-late-money = 退还迟到款项
worker-pauses = 关注暂停修改
worker-prover = 证明各项承诺
worker-reconcile = 比对闸口与数据库
worker-turned-away = 统计被拒需求
health-payment-gateway = 支付网关 { $name }

health-cancels = 等待证明的取消
health-late-money = 迟到款项
health-promises = 账目承诺

health-database-slow = 页面和修改会变慢
health-database-down = 无法修改，只能显示少量内容
health-redis-away = 销售照常，直接走数据库，速度变慢
health-gate-differs = 闸口与数据库不一致或无法查询，会自动校正
health-migrations-missing = 数据库结构与此版本不符，请运行 stockdesk migrate
health-not-asked = 没有数据库就无法查看
health-worker-late = 上次运行失败，会自动重试
health-worker-stopped = 自动处理已停止，到期处理或差异不再更新
health-cancels-late = 有订单长时间处于取消中，库存仍被占用；请查看其支付网关
health-late-money-waits = 有款项等待处理超过一小时；请查看迟到款项
health-promises-broken = 账目前后不一致，页脚列出了所在之处。销售照常。请先让熟悉数据库的人查看，再更正这些 SKU
health-payment-gateway-slow = 取消前的支付查询可能变慢或超时
health-payment-gateway-down = 取消会等待，库存继续占用

health-history = 最近 24 小时
health-history-none = 最近 24 小时没有记录到异常。
# For those who cannot see the bars as well.
health-history-told = 共 { $count } 次异常或暂停修改，合计 { $minutes } 分钟。
health-history-now = 现在
health-history-more = 另有 { $count } 次较早的未列出。

health-mode = 模式
health-mode-normal = 正常
health-mode-read-only = 只读
pause-title = 暂停修改
pause-means = 所有实例上，员工不能做任何修改，店铺程序收到 503；仍可正常查询。到账的付款照常保存。
# $zone: the site zone.
pause-until = 截止时间（{ $zone }）
pause-until-hint = 填写时刻（如 14:00）或日期和时间，24 小时以内
pause-in-the-past = 时间必须晚于现在
pause-too-long = 时间必须在 { $hours } 小时以内
# $until: a time of day.
pause-done = { $until } 前暂停修改。
pause-resume = 立即恢复修改
pause-over = 已恢复修改。
pause-none = 修改并未暂停，未做更改。
