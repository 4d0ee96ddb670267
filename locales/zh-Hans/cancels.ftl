# Many orders cancelled as one operation: the form, and what stands on the operation's page.

cancels-selected = 取消所选订单
cancels-row = 选择 { $order }
# In the list, of an order whose customer is paying just now.
cancels-alone = 不能与其他订单一起取消
cancels-none = 请先勾选要取消的订单
cancels-too-many = 一次最多取消 { $max } 个订单，未做任何更改。
cancels-title = 取消所选 { $count } 个订单？
cancels-explained = 每个订单单独取消：先在网关关闭支付，库存才会退回。支付状态为网关上次的答复，确认时会再次询问。
cancels-caption = 订单，截至 { $at }
cancels-what = 处理结果
cancels-keep = 保留订单
cancels-back = 返回订单

cancels-check = 确认取消 { $count } 个订单
cancels-label = 取消 { $count } 个订单
cancels-will = { $count } 个可以取消 · { $cannot } 个不能取消
cancels-came = 已取消 { $applied } 个 · 未取消 { $refused } 个
cancels-came-waiting = { $came } · { $count } 个等待支付网关
cancels-nothing = 这些订单都不能取消。
cancels-done = 已取消 { $count } / { $all } 个订单。
cancels-done-refused = { $count } 个订单未取消，原因见下。
cancels-running-waits = { $count } 个订单正在等待支付网关，库存继续占用。请勿重复取消。
cancels-progress = 已处理的订单

# What becomes of one order.
cancels-can = 可以取消
cancels-applied = 已取消
cancels-waits = 等待支付网关
cancels-not-yet = 尚未处理
cancels-left = 未取消
cancels-unknown = 没有此订单
cancels-paid = 未取消：顾客已付款
cancels-paying = 顾客正在支付，不能与其他订单一起取消
# $name: who cancelled it, as in "API key shop".
cancels-before = 已由 { $name } 取消
cancels-closing = 已由 { $name } 申请取消，正在处理

# In the audit, before the numbers.
cancels-audit = 所选订单
