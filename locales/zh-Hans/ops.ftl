# The page of an operation, and what it does in words.

# A name alone: a SKU, a ledger entry, an order.
op-object = { $name }
op-skus = { $count } 个 SKU

op-do-deduct = 扣减 { $count } 件
op-do-add = 增加 { $count } 件
op-do-remove = 减少 { $count } 件
op-do-set = 将 { $object } 设为 { $count }
op-do-rollback = 冲正 { $object }
op-do-cancel = 取消 { $object }

op-check-deduct = 确认扣减 { $count } 件
op-check-add = 确认增加 { $count } 件
op-check-remove = 确认减少 { $count } 件
op-check-set = 确认将 { $object } 设为 { $count }
op-check-rollback = 确认冲正 { $object }
op-check-cancel = 确认取消 { $object }

op-done-deduct = 已扣减 { $count } 件。
op-done-add = 已增加 { $count } 件。
op-done-remove = 已减少 { $count } 件。
op-done-set = { $object } 已设为 { $count }。
op-done-rollback = { $object } 已冲正。
op-done-cancel = { $object } 已取消。

# $at: a time of day, with its date when that is not today.
op-used-deduct = 此表单已于 { $at } 用于扣减 { $count } 件。如需再次扣减，请新建。
op-used-add = 此表单已于 { $at } 用于增加 { $count } 件。如需再次增加，请新建。
op-used-remove = 此表单已于 { $at } 用于减少 { $count } 件。如需再次减少，请新建。
op-used-set = 此表单已于 { $at } 用于将 { $object } 设为 { $count }。如需再次设置，请新建。
op-used-rollback = 此表单已于 { $at } 用于冲正 { $object }。
op-used-cancel = 此表单已于 { $at } 用于取消 { $object }。
op-used-otherwise = 此表单已于 { $at } 使用过。如需再试，请新建。

op-not-deducted = 未扣减。
op-not-changed = 未做任何更改。
op-not-set = 未设置。
op-not-cancelled = 订单未取消。
op-not-rolled-back = 未冲正。

op-used-title = 此表单已使用过
op-expired-title = 此草稿已过期
op-discarded-title = 此草稿已丢弃
op-others-title = 这是他人的草稿
op-expired = 未做任何更改。草稿在一天内可以确认，此草稿的期限是 { $at }。
op-discarded-at = 未做任何更改。已于 { $at } 丢弃。
op-discarded-by = 已于 { $at } 由 { $name } 丢弃。未做任何更改，以后也不会执行。
op-others = 由 { $name } 填写，只有本人或主管可以修改。未做任何更改。
op-unknown = 没有操作 { $op }，此编号下未做过任何更改。

op-nothing-yet = 尚未生效，确认后库存立即变化。
op-nothing-yet-request = 尚未生效，主管确认后库存才会变化。
op-nothing-yet-others = 尚未生效，确认后库存才会变化。
op-nothing-yet-paused = 尚未生效。已暂停修改，现在不能确认。
op-may-move = 数字截至 { $at }，确认前可能变化，以结果页为准。
op-request-title = 等待主管确认
op-request = 已保存。由主管打开本页确认，请把操作编号告诉主管。
op-requested-by = 由 { $name } 于 { $at } 填写，请核对后再确认。
op-blocked = 目前不能确认。
op-only = 现在可售仅 { $count } 件
op-none-left = { $sku } 现在没有可售库存
op-short = { $count } 个 SKU 现在可售数量不足
op-changed = 此草稿在你查看之后已被修改
op-changed-detail = 未执行。以下是现在的内容，请重新核对。
op-by-others = 此订单已由他人取消，正在处理，未重复执行。
# $name: who cancelled it, as in "API key shop".
op-order-cancelled = 此订单已取消（{ $name }）
op-order-cancelled-detail = 库存已退回，无需再取消。
op-order-paid = 顾客已付款
op-order-paid-detail = 订单未取消。货物退回时可在订单页办理退货入库；款项在付款处退款。
op-order-sold = 此订单下单时即为已售

# $object: a SKU.
op-moved = 盘点期间 { $object } 的库存已变化
op-conflict = 盘点期间库存已变化，未执行
op-conflict-numbers = 盘点时是 { $seen }，现在是 { $now }。你盘点的是 { $counted }。
op-conflict-choice = 现在以哪个为准？
op-choose = 请选择以哪个为准
# $change: with its sign.
op-keep-count = 按盘点数 { $counted } 设置（{ $change }）
op-keep-difference = 保留差异 { $difference }（{ $level }）
op-count-again = 重新盘点

op-again = 已于 { $at } 由 { $name } 执行，未重复执行。
op-again-waiting = 已于 { $at } 由 { $name } 确认，正在等待支付网关，未重复执行。
op-again-refused = 已于 { $at } 由 { $name } 确认，但被拒绝，未重复执行。
op-waits-title = 正在等待支付网关
op-waits = 支付网关尚未答复，库存继续占用。请勿重复取消。
op-waits-paying = 顾客正在支付，网关给出结果前库存继续占用。请勿重复取消。
op-updates = 本页会更新。
op-look-later = 请稍后再看。
op-look-again = 再看一次

op-receipt-level = 可售 { $before } → { $after }。
op-receipt-unlimited = 可售：不限量。
# Both hold markup.
op-receipt-entry = 流水 <a class="id" href="{ $url }">{ $entry }</a>。
op-receipt-undid = 流水 <a class="id" href="{ $undid-url }">{ $undid }</a> 已由 <a class="id" href="{ $url }">{ $entry }</a> 冲正。
op-rolled-back = 已于 { $at } 由 { $name } 冲正。

op-order = 订单
op-prepared = 填写人
op-confirmed = 确认人
op-discarded-label = 丢弃人
op-expires = 可确认至
op-expired-tag = 已过期
op-change = 返回修改
op-change-one = 修改
op-discard = 丢弃
op-renew = 用这些内容重新开始
op-undo = 冲正这笔
op-back = 返回 { $object }
op-more-deduct = 继续扣减此 SKU
op-more-adjust = 再次增减此 SKU

ops-title = 操作
ops-state = 状态
# Drafts that can still be confirmed.
ops-open = 可以确认
ops-corrections = 已执行或执行中
ops-requests = 等待主管确认
ops-since = 确认不早于
ops-what = 内容
ops-on = 对象
ops-none-yet = 暂无操作，员工更正库存后会出现。
ops-no-match = 没有符合条件的操作。
ops-no-such = 没有操作 { $op }
