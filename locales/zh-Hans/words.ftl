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
action-repair = 启动对账
action-administer = 管理用户和密钥
