# Who did what, and lists as files.

audit-title = 操作审计
audit-list = 谁做了什么，最新在前
audit-what = 动作
audit-object = 对象
audit-result = 结果
audit-address = 来源地址
audit-detail = 详情
audit-from = 起
audit-to = 止
audit-none-yet = 暂无记录。
audit-no-match = 没有符合条件的审计记录。
audit-look-further = 已查看的最新记录中没有匹配项，更早的记录中可能有。

did-sign-in = 登录
did-sign-out = 退出登录
did-user-created = 新增用户
did-role-changed = 更改角色
did-user-disabled = 停用用户
did-user-enabled = 启用用户
did-password-set = 设置密码
did-key-created = 创建 API 密钥
did-key-revoked = 吊销 API 密钥
did-drafted = 填写草稿
did-redrafted = 替换草稿
did-confirmed = 确认
did-approved = 代他人确认
did-discarded = 丢弃草稿
did-carried-out = 批量操作执行完毕
did-imported = 导入文件
did-payment-asked = 查询支付网关
did-late-refund = 申请退回迟到款项
did-late-deduct = 为迟到款项重新扣减库存
did-late-ask = 询问迟到款项的退款
did-late-handle = 将迟到款项标记为已在系统外处理
did-reconciled = 启动对账
did-repaired = 修复闸口
did-paused = 暂停修改
did-resumed = 恢复修改
did-tried-paused = 在暂停修改期间尝试更改
did-trespassed = 尝试角色无权的操作
did-foreign-form = 提交了非本页面的表单

came-done = 完成
came-refused = 已拒绝
came-no-effect = 无效果
came-locked = 已锁定

# What else is said of what was done. $kind: one of kind-*. $change: units with their sign.
audit-done = { $kind } { $object }
audit-moved = { $kind } { $object } { $change }
audit-set = { $kind } { $object }：{ $units }
audit-more = { $what }，另有 { $count } 行
audit-file = 文件 { $name }
audit-undo = 撤销 { $op }
audit-selected = 所选 SKU
audit-bulk = { $what }：{ $will } 行将更改，{ $same } 行不变，{ $cannot } 行不能执行
audit-stock = 新增 { $new }，数量改变 { $set }，说明更新 { $described }，不变 { $unchanged }
audit-imported-before = 此前已导入
audit-until = 至 { $at }
audit-left = { $skus }；仍有 { $count } 个不一致
audit-name-taken = 名称已被使用
audit-nobody = 没有此名称的用户
audit-not-found = 所指对象不存在

who-unknown = （未知）{ $name }

# $rows: a number.
export-link = 导出 CSV
export-excel = 导出 Excel 用 CSV
export-excel-told = 在 Excel 用 CSV 中，超过 15 位或以 0 开头的编号前加撇号（'），以免被表格软件改动。
export-limit = 符合筛选的全部数据，最多 { $rows } 行
export-stopped = 已在 { $rows } 行处停止，还有更多数据，请缩小筛选范围。
# $zone: the site zone.
export-time = 时间（{ $zone }）
export-last-change = 最近变动（{ $zone }）
export-before = 变动前可售
export-after = 变动后可售
export-rolls-back = 冲正对象
export-rolled-back-by = 冲正流水
export-placed = 下单时间（{ $zone }）
export-deadline = 支付期限（{ $zone }）
export-lines = 行数
export-currency = 币种
export-prepared = 填写时间（{ $zone }）
export-confirmed = 确认时间（{ $zone }）
