# The forms of corrections, and what they refuse.

deduct-title = 扣减库存：{ $sku }
adjust-title = 增减库存：{ $sku }
set-title = 设为盘点数：{ $sku }
correct-tab = { $title } · { $warehouse }
correct-units = 数量（件）
correct-units-deduct = 扣减数量（件）
correct-units-upto = 整数，1 至 { $max }
correct-units-any = 整数，至少为 1
correct-direction = 方向
correct-add = 增加
correct-remove = 减少
correct-counted = 盘点数（可售）
# $count: units held by unpaid orders.
set-counted-hint = { $count ->
        [0] 填写盘点数，没有请填 0。不要计入已属于订单的货。
       *[other] 填写盘点数，没有请填 0。不要计入已属于订单的货；现已占用 { $count } 件。
    }
correct-counted-at = 盘点时间
set-counted-at-hint = 日期和时间，{ $zone }（{ $offset }）。此后的变动会提示你。
set-unlimited = 此 SKU 不限量，没有可设置的数量。未做任何更改。
correct-reference = 关联单号（选填）
correct-reference-hint = 订单号、工单号或盘点单号
correct-note-hint = 最多 500 字
correct-preview = 预览影响
correct-cancel = 取消
correct-back = 返回 { $sku }
correct-limit = 你可自行确认不超过 { $limit } 件；超过的需主管确认，并须填写备注。
correct-supervisor = 盘点数由你填写，由主管确认。
# $at: a time of day.
as-of = 截至 { $at }

levels-caption = 变更前后，截至 { $at }
levels-now = 现在
levels-change = 变化
levels-after = 之后

error-direction = 请选择增加或减少
error-units-deduct = 请填写扣减数量
error-units-adjust = 请填写数量
error-units-whole = 数量必须是整数，例如 3
error-units-few = 数量至少为 1
error-units-many = 数量不能超过 { $max }
error-units-available = 不能超过可售 { $max } 件
error-units-none = 现在没有可售库存
error-units-room = 数量不能超过 { $max }，否则超出上限
error-counted-missing = 请填写盘点数，没有请填 0
error-counted-whole = 盘点数必须是整数，例如 73
error-counted-negative = 盘点数至少为 0
error-counted-many = 盘点数不能超过 { $max }
error-counted-at = 请填写日期和时间，例如 2026-11-20 11:58
error-counted-future = 盘点时间不能晚于现在
error-counted-old = 盘点时间须在最近 24 小时内
error-reason = 请选择原因
error-reference-long = 单号不能超过 { $max } 个字符
error-reference-characters = 单号含有无法保存的字符
error-note-missing = 请说明原因
error-note-long = 备注不能超过 { $max } 字
error-note-characters = 备注含有无法保存的字符

used-again = 用这些内容新建
used-blank = 新建

# $object: a ledger entry or a document.
rollback-title = 冲正 { $object }？
rollback-return-title = 退回 { $order } 的货？
rollback-never-title = 这是一笔冲正
rollback-never = 冲正不能再冲正，请新建一笔更正。
rollback-explained = 将新增一笔相反的流水，原流水保留。
rollback-whole = { $document } 变动了 { $count } 个 SKU，将一并冲正。
rollback-original = 原流水
# $at: a time of day.
rollback-already = 已于 { $at } 由 { $name } 冲正。
rollback-short = 冲正后将低于零，未冲正。
rollback-short-line = 需扣回 { $requested } 件，现在可售 { $available } 件
rollback-keep = 保留
rollback-back = 返回 { $entry }
rollback-unknown = 没有流水 { $entry }，未做任何更改。

cancel-title = 取消 { $order }？
# $amount: with its currency. $at: a time of day.
cancel-paid = 顾客已付款（{ $amount }，{ $at }），订单未取消。
cancel-paid-somehow = 顾客已付款，订单未取消。
cancel-sold = 此订单下单时即为已售，其付款不经过本系统，没有可取消的支付。
cancel-refund = 货物退回时请办理退货入库：只退库存，不涉及款项。款项在付款处退款，即支付网关自己的后台。
cancel-paid-there = 支付网关答复顾客已付款。查看本页不会保存任何内容：请点“查询支付”，订单即变为已支付。
cancel-done-before = 此订单已取消，库存已退回，无需再取消。
cancel-under-way = 此订单正在取消。支付网关答复前，库存继续占用。
cancel-waits = 支付网关尚未给出明确答复，在此之前库存继续占用。可再次询问，或在网关答复后取消。
cancel-waits-paying = 顾客正在支付，结束之前库存继续占用。可再次询问，或在网关给出结果后取消。
cancel-ask-again = 再次询问
cancel-when-answered = 网关答复后取消
cancel-keep = 保留订单
cancel-back = 返回 { $order }
cancel-steps = 将依次发生
cancel-step-close = 在网关关闭支付，顾客无法再付款
cancel-step-ask = 持续询问网关直到答复并关闭支付；若届时顾客已付款，订单保留
cancel-step-stock = { $sku } 退回 { $count } 件：可售 { $before } → { $after }
cancel-step-unlimited = { $sku } 不再占用 { $count } 件
cancel-step-more = 另有 { $count } 个 SKU 同样处理
cancel-step-status = 订单变为已取消
