# Orders, list and page.

orders-title = 订单
orders-list = 订单列表
orders-number = 订单号
orders-sku = SKU
orders-status = 状态
# The filter that stands for pending and closing.
orders-open = 待支付或取消中
orders-deadline = 支付期限
orders-due = 到期
orders-due-passed = 已过期限
orders-due-5m = 5 分钟内
orders-due-15m = 15 分钟内
orders-due-1h = 1 小时内
orders-units = 件数
orders-amount = 金额
orders-payment = 支付
orders-lines = 明细
orders-placed = 下单于
orders-cancel = 取消操作
orders-more = 另有 { $count } 行
orders-soonest-first = 期限最近的在前 · { $rows }
orders-newest-first = 最新在前 · { $rows }
orders-none = 没有待支付的订单。
orders-no-match = 没有符合条件的订单。
orders-no-such = 没有订单 { $order }

order-gateway = 支付网关
# $at: a time of day.
order-asked = 询问于 { $at }
order-unknown = 没有订单 { $order }，未做任何更改。
order-check = 查询支付
# $state: one of payment-*.
order-checked = 已于 { $at } 询问。支付：{ $state }。
order-return = 退货入库
order-returned = 已退货
order-deadline = 届时仍未支付，库存自动退回。
order-deadline-passed = 正在关闭其支付，随后库存自动退回。
order-transaction = 交易号
order-paid-at = 支付时间
order-pay = 付款
order-pay-link = 付款页
order-code = 付款码
order-code-label = 顾客扫码付款的二维码
order-placed = 下单
order-cancel-asked = 取消申请
order-lines = 共 { $count } 件
order-left = 其后剩余
order-evidence = 支付已关闭的证据
order-evidence-explained = 没有它，库存不会退回。
order-evidence-line = 网关 { $gateway } 答复 { $code }，时间
order-evidence-code = 网关答复
order-evidence-at = 答复时间

event-placed = 下单，扣减 { $count } 件
event-payment-created = 已创建支付
# $reason: one of reason-*.
event-closing = 开始取消：{ $reason }
# $answer: one of heard-*.
event-gateway-asked = 已询问网关：{ $answer }
event-gateway-unknown = 网关未能证明：{ $answer }
event-paid = 已支付，交易号 { $transaction }
event-cancelled = 已取消，库存已退回（{ $code }）
event-returned = 已退货：{ $reason }
event-late-payment = 收到不属于此订单的款项：{ $detail }
event-will-release = 届时仍未支付将释放库存
event-will-cancel = 网关证明支付已关闭后将取消

heard-open = 未支付
heard-paying = 顾客正在支付
heard-closed = 已关闭
heard-paid = 已支付
heard-not-created = 网关没有此支付
heard-refused = 网关拒绝
heard-no-answer = 无答复
heard-mismatch = 已付款，但与订单不符
