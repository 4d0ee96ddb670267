# Words of the domain, each of them one word everywhere.

unlimited = 不限量
units = { $count } 件

role-viewer = 查看员
role-operator = 操作员
role-supervisor = 主管
role-admin = 管理员

# Each completes "请联系主管……".
action-view = 查看此页
action-correct = 填写这项更正
action-draft = 填写这项变更
action-approve = 确认这项操作
action-reverse = 冲正或取消
action-reverse-own = 冲正这笔
action-settle = 处理迟到款项
action-repair = 启动对账
action-administer = 管理用户和密钥

available = 可售
reserved = 已占用
on-hand = 在库
operation = 操作编号
warehouse = 仓库
ledger-entry = 流水
reason = 原因
note = 备注
reference = 关联单号

reason-damaged = 破损
reason-lost = 丢失或盘亏
reason-sample = 样品领用
reason-sold-offline = 线下销售
reason-received = 到货
reason-returned = 顾客退货
reason-count-error = 盘点差错
reason-correction = 更正
reason-count = 盘点
reason-entered-twice = 重复录入
reason-wrong-sku = SKU 有误
reason-wrong-quantity = 数量有误
reason-customer-asked = 顾客要求
reason-duplicate = 重复下单
reason-suspected-fraud = 疑似欺诈
reason-cannot-supply = 无法供货
reason-not-paid = 逾期未支付
reason-sale = 销售
reason-other = 其他

kind-deduct = 扣减
kind-adjust = 增减
kind-set = 设为盘点数
kind-rollback = 冲正
kind-cancel = 取消订单

op-draft = 草稿
op-applied = 已执行
op-refused = 已拒绝
op-waiting = 等待网关
op-running = 执行中
op-discarded = 已丢弃

order-pending = 待支付
order-closing = 取消中
order-cancelled = 已取消
order-paid = 已支付

payment-unsent = 尚未创建
payment-sent = 创建中
payment-open = 未支付
payment-paying = 支付中
payment-paid = 已支付
payment-closed = 已关闭
payment-unknown = 无答复

# What an adjustment did.
moved-add = 增加
moved-remove = 减少

# Who did something, when it was nobody who signs in.
who-key = API 密钥 { $name }
who-deadline = 到期自动处理
who-payment = 付款自动处理
who-worker = 自动任务 { $name }
who-command = 命令 { $name }

# Available units before and after; each a number, or "Unlimited".
entry-available = 可售 { $before } → { $after }
entry-roll-back = 冲正这笔
# Both hold markup.
entry-rolled-back-by = 已由 <a class="id" href="{ $url }">{ $entry }</a> 冲正
entry-of = 冲正自 <a class="id" href="{ $url }">{ $entry }</a>
