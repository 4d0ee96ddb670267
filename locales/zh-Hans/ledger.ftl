# The ledger: its list, and one entry.

ledger-title = 流水
ledger-sku = SKU
ledger-document = 订单或操作编号
ledger-kind = 类型
ledger-who = 操作人
# $zone: the site zone.
ledger-from = 起（{ $zone }）
ledger-to = 止（{ $zone }）
ledger-not-a-document = 这不是有效的订单号或操作编号
ledger-from-after-to = 开始时间必须早于结束时间
# $rows: one of list-rows*.
ledger-caption = 最新在前 · { $rows }
ledger-list = 流水列表，最新在前
ledger-time = 时间
ledger-id = 流水
ledger-change = 变动
ledger-available = 可售
ledger-why = 原因与单据
ledger-none-yet = 暂无流水，库存变动后会出现。
ledger-no-match = 没有符合条件的流水。
ledger-look-further = 已查看的最新流水中没有匹配项，更早的流水中可能有。

entry-unknown = 没有流水 { $entry }，请在流水列表中查找。
entry-when = 时间
entry-pair = 对应流水
entry-pair-none = 未冲正
entry-document = 单据
document-order = 订单
document-deduction = 程序扣减
document-adjustment = 程序或文件调整
document-operation = 操作
document-fence = 预先冲正
entry-moved-title = 此单据的全部流水
entry-all-of-document = 在流水中查看全部 { $count } 笔
entry-undoes-all = 将冲正此单据的全部 { $count } 笔流水。
entry-cancel-instead = 此订单待支付，请改为取消订单。
entry-to-order = 前往订单
entry-reversal = 冲正不能再冲正，请新建一笔更正。
