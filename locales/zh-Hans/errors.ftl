# What goes wrong: a title, and a sentence that says what happened to what was asked.

error-request = 请求编号
error-home = 前往总览
error-login = 登录
error-entered = 你填写的内容
entered-name = 名称
entered-until = 截止时间
entered-count = 更改的数量
entered-keep-count = 设为盘点数
entered-keep-difference = 保留差异
error-back-to-form = 带着填写内容返回表单
# Holds markup.
error-check-op = 重试前请先查看 <a class="id" href="{ $url }">{ $op }</a>。

not-found-title = 未找到
not-found-detail = 此地址没有内容。请核对地址，或从总览开始。
method-title = 此地址不能这样使用
method-detail = 未做任何更改。请返回并使用页面上的按钮。
malformed-title = 无法读取此请求
malformed-detail = 未做任何更改。请核对填写内容后重新提交。
invalid-title = 有些值无法接受
invalid-detail = 未做任何更改。
too-large-title = 一次提交的内容过多
too-large-detail = 未做任何更改。此处一次最多提交 { $kib } KiB。
wrong-type-title = 此处无法读取这种内容
wrong-type-detail = 未做任何更改。请发送 { $expected }。
unauthorized-title = 需要 API 密钥
unauthorized-detail = 请在“Authorization: Bearer”中发送有效的密钥。
idempotency-key-title = 缺少幂等键
idempotency-key-detail = 未做任何更改。请在请求头 Idempotency-Key 中提供自选的值，重发同一请求时使用同一个值。
signature-title = 签名不是支付网关的
signature-detail = 未做任何更改。只有带支付网关签名的通知才会被采信。
scope-title = 此 API 密钥无权执行该操作
scope-detail = 需要权限范围为 { $scope } 的密钥。未做任何更改。
forbidden-title = 你的角色不能执行此操作
# $action: one of action-*.
forbidden-ask-operator = 未做任何更改。请联系操作员或主管{ $action }。
forbidden-ask-supervisor = 未做任何更改。请联系主管{ $action }。
# $name: who made the entry; $until: a time of day.
forbidden-not-own = 未做任何更改。这笔流水由 { $name } 产生；操作员只能在 { $minutes } 分钟内冲正自己的流水。请联系主管冲正。
forbidden-own-late = 未做任何更改。这笔流水由你产生，可自行冲正的 { $minutes } 分钟已于 { $until } 结束。请联系主管冲正。
forbidden-cancel = 未做任何更改。取消订单会关闭顾客的支付，只有主管可以取消。请联系主管取消。
forbidden-ask-admin = 未做任何更改。用户、密钥和只读开关仅限管理员。
foreign-form-title = 未做任何更改
foreign-form-detail = 无法确认此表单来自本页面，未做任何更改。请核对后重新提交；若非本人填写，请关闭页面。
locked-title = 尝试次数过多
# $until: a time of day, with its date when that is not today.
locked-detail = 尝试次数过多，请于 { $until } 后再试。
read-only-title = 已暂停修改
# $until: a time of day, with its date when that is not today.
paused-until = 未做任何更改。{ $until } 前暂停修改，可正常查询。
paused = 未做任何更改。已暂停修改，可正常查询。
internal-title = 系统出错
internal-detail = 暂不确定更改是否已保存，重试前请先查看。
away-title = 数据库无响应
away-detail = 未得到确认。稍后重新提交相同内容是安全的。
away-looked = 内容加载失败，未做任何更改。请稍后再试。
too-many-title = 请求过多
busy-title = 系统繁忙
busy-detail = 未做任何更改。稍后重新提交相同内容是安全的。

refused-title = 未执行
refused-insufficient-stock = 库存不足，未扣减。
refused-unknown-stock = 该仓库没有此 SKU，未做任何更改。
refused-different-content = 此编号已用于其他内容，未重复执行。
refused-rolled-back = 此单在到达前已被冲正，未扣减。
refused-version-changed = 查看之后库存已变化，未设置。
refused-above-limit = 数量将超过 { $max }，未做任何更改。
refused-unlimited-stock = { $sku } 不限量，没有可设置的数量。未做任何更改。
refused-cancel-the-order = 此订单待支付，请改为取消订单。未冲正。
refused-order-cancelled = 此订单已取消，库存已退回，未重复执行。
refused-already-paid = 顾客已付款，订单未取消。
refused-already-rolled-back = 已由 { $by } 冲正，未重复执行。
refused-not-reversible = 冲正不能再冲正，请新建一笔更正。
refused-expired = 此草稿已过期，未做任何更改。
refused-discarded = 此草稿已丢弃，未做任何更改。
refused-draft-changed = 此草稿在你查看之后已被修改，未执行。请重新核对。
refused-form-used = 此表单已使用过。如需再次执行，请新建。
refused-forbidden = 你的角色不能执行此操作，请联系主管。未做任何更改。
refused-already-settled = 这笔款项已有处理结果，或正在处理，未重复执行。
refused-nothing-to-change = 没有需要更改的内容。
