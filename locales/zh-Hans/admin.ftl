# Users and API keys.

users-title = 用户
user-name = 用户名
user-role = 角色
user-last-seen = 最近在线
user-never = 从未
user-since = 添加时间
user-change = 更改
user-add = 添加用户
user-name-hint = 1 到 64 个字母、数字或 . _ - @ +
user-name-missing = 请填写用户名
user-name-wrong = 用户名须为 1 到 64 个字母、数字或 . _ - @ +
user-name-taken = 已有用户 { $name }
user-role-missing = 请选择角色
user-password = 密码
user-password-hint = 至少 8 个字符。留空则由系统生成，只显示一次。
user-password-short = 密码至少 { $min } 个字符
user-password-long = 密码不能超过 { $max } 字节
user-added = 已添加 { $name }（{ $role }）。
user-unknown = 没有用户 { $name }。
user-is-disabled = 已停用
user-is-locked = 已锁定
user-audit = 查看其操作
user-change-role = 更改角色
user-look = 查看更改
user-set-password = 设置密码
user-disable = 停用
user-enable = 启用
user-keep = 保持不变
user-now = 现在
user-then = 之后
# $role: one of role-*.
user-ask-role = 将 { $name } 改为{ $role }？
user-ask-disable = 停用 { $name }？
user-ask-enable = 启用 { $name }？
user-disable-means = 无法登录。此处的会话立即结束，其他实例五秒内结束。
user-enable-means = 可用原密码重新登录，已结束的会话不会恢复。
role-viewer-may = 可查看用户和密钥以外的全部内容，不能修改。
role-operator-may = 可填写各项更正；限额内自行确认扣减和增减；15 分钟内可冲正自己的操作。
role-supervisor-may = 可确认全部操作、冲正、取消订单、修复闸口。
role-admin-may = 主管的全部权限，以及用户、密钥和只读开关。
user-role-changed = { $name } 现在是{ $role }。
user-disabled-now = 已停用 { $name }。
user-enabled-now = 已启用 { $name }。
user-same = { $name } 本来就是如此，未做更改。
user-last-admin = 这是最后一位可登录的管理员，未做更改。请先将其他人设为管理员。
user-password-of = 设置 { $name } 的密码
user-password-means = 该用户的所有会话将结束，锁定也会解除。
user-password-set = 已设置 { $name } 的密码。

# A button or a link stands before it, and nothing was done yet.
nothing-yet = 尚未生效。
secret-once = 请立即保存，之后不再显示。

keys-title = API 密钥
keys-none = 暂无 API 密钥。
key-key = 密钥
key-name = 密钥名称
key-name-hint = 用途，例如 shop-web
key-name-missing = 请填写密钥用途
key-name-wrong = 名称不能超过 { $max } 个字符，且不能换行
key-name-taken = 已有密钥 { $name }
key-scope = 权限
key-scope-missing = 请选择密钥权限
key-used = 最近使用
key-never = 从未使用
key-made = 创建
key-create = 创建密钥
key-revoke = 吊销
key-is-revoked = 已吊销
key-unknown = 没有这个密钥。
key-ask-revoke = 吊销 { $name }？
key-revoke-means = 使用此密钥的程序五秒内将被拒绝。此操作无法撤销，但可以新建密钥。
key-revoked-now = 已吊销 { $name }。
key-revoked-before = { $name } 之前已吊销，未重复执行。

scope-read = 读取库存、流水和订单
scope-orders = 读取；下单、取消订单、扣减和冲正
scope-stock = 读取；下单、取消订单、扣减和冲正；增减库存

docs-title = API 参考
docs-language = 供编写对接程序的人员阅读。
keys-docs = 程序如何使用库存台
