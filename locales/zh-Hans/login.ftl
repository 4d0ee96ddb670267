# Coming and going.

login-title = 登录
login-name = 用户名
login-password = 密码
login-submit = 登录
login-name-missing = 请填写用户名
login-password-missing = 请填写密码
login-wrong = 用户名或密码不正确，请核对
login-signed-out = 已退出登录。

login-ended-title = 登录已过期
login-ended = 登录已过期，请重新登录后继续。
login-ended-kept = 填写内容已保留。登录后回到预览页，不会自动执行。
# $what: one of kept-*.
login-ended-kept-what = 填写内容已保留：{ $what }。登录后回到预览页，不会自动执行。
# $units: as it was typed. $object: a SKU, an entry, an order.
kept-deduct = 扣减 { $object } { $units } 件
kept-add = 增加 { $object } { $units } 件
kept-remove = 减少 { $object } { $units } 件
kept-set = 将 { $object } 设为 { $units }
kept-correction = 更正 { $object }
kept-rollback = 冲正 { $object }
kept-cancel = 取消 { $object }
login-ended-lost = 未做任何更改。填写内容无法保留；如需要，请先在浏览器中返回并复制，再登录。
login-kept-dropped = 登录前有其他人填写的内容，已丢弃，未做任何更改。
# $name: a user name.
login-kept-left-by = 这是 { $name } 留下的内容，尚未执行。继续之前请核对。
