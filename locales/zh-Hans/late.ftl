# Late payments: money that came and paid for nothing.

late-title = 迟到款项
late-payment = 迟到款项
late-explained = 订单取消后才到账、重复支付或与订单不符的款项。每笔只有一种结果：退款、重新扣减库存，或在系统外处理。
late-order = 订单
late-amount = 金额
late-came = 支付时间
late-why = 原因
late-state = 状态
late-none = 没有迟到款项。
late-no-match = 没有处于此状态的迟到款项。
late-caption = 待处理的在前 · { $rows }
late-unknown = 没有迟到款项 { $id }，未做任何更改。

# Why a payment is here.
late-order-paid = 已付清订单
late-late = 订单此前已取消
late-duplicate = 订单此前已支付
late-mismatch = 金额、币种或网关与订单不符
late-orphan = 没有对应订单

late-waiting = 待人工处理
late-queued = 待退款
late-refunding = 退款中
late-refunded = 已退款
late-refund-failed = 退款失败
late-deducted = 已重新扣减
late-handled = 已在系统外处理

late-says-waiting = 不会自动处理，请决定如何处置。
late-says-queued = 将自动退回；会反复询问网关，直到其确认。
late-says-refunding = 网关已受理退款；会持续询问直至到账。
late-says-refunded = 网关已确认款项退回。
late-says-refund-failed = 网关表示此退款不会到账。请在网关处理后再次询问，或以其他方式退回并标记为已处理。
late-says-deducted = 已重新扣减其订单的库存；订单本身仍为已取消。
late-says-handled = 已由人工在系统外处理。
# $count: tries.
late-tried = 已尝试 { $count } 次
late-next-at = 再次询问

late-gateway = 支付网关
late-transaction = 交易号
late-paid-at = 支付时间
late-stored-at = 入库时间
late-refund-no = 退款单号
late-refunded-at = 退款时间
late-heard = 网关最近答复
late-proof = 退款证据
late-proof-explained = 网关签名的答复；没有它，退款不算完成。
late-document = 扣减单
late-handled-by = 处理人

refund-said-refunded = 已退款
refund-said-processing = 退款途中
refund-said-failed = 不会到账
refund-said-refused = 网关拒绝
refund-said-not-found = 网关没有此退款
refund-said-no-answer = 无答复

late-do-refund = 立即退款
late-do-deduct = 重新扣减
late-do-ask = 再次询问网关
late-do-handle = 标记为已在系统外处理

late-check-refund = 退款 { $amount }？
late-check-deduct = 重新扣减 { $order } 的库存？
late-check-handle = 标记为已在系统外处理？
late-refund-explained = 整笔款项将通过 { $gateway } 退回付款人，仅一次，退款单号 { $refund }。此后不能再重新扣减其库存。
late-deduct-explained = 同样的货品将以新的单据再次出库，款项保留。订单本身仍为已取消：请告知店铺发货。
# $available: a number, or "unlimited".
late-deduct-line = { $sku } { $count } 件；可用 { $available }
late-deduct-more = 另有 { $count } 个 SKU
late-deduct-short = 库存不足，无法全部重新扣减，未做任何更改。
late-handle-explained = 不会通知网关，也不移动库存。请写明款项如何处理，便于他人查证。
late-handle-note = 款项如何处理
late-keep = 返回

late-did-refund = 已申请退款，当前状态：{ $state }。
late-did-deduct = 已重新扣减库存。
late-did-ask = 已询问，当前状态：{ $state }。
late-did-handle = 已标记为在系统外处理。
late-did-before = 此前已完成，当前状态：{ $state }，未重复执行。

late-event-arrived = 款项到账：{ $why }
late-event-queued = 已指示退款
late-event-short = 未重新扣减：{ $why }
late-event-asked = 已向网关申请退款
late-event-processing = 网关已受理退款
late-event-unanswered = 退款未定：{ $answer }
late-event-refunded = 已退款
late-event-failed = 退款失败：网关表示不会到账
late-event-deducted = 已重新扣减库存
late-event-handled = 已在系统外处理
late-short-stock = 库存不足
late-short-before = 货品已因另一笔款项发出
late-short-other = 被拒绝（{ $code }）
