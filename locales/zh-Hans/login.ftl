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
login-ended-lost = 未做任何更改。填写内容无法保留；如需要，请先在浏览器中返回并复制，再登录。
login-kept-dropped = 登录前有其他人填写的内容，已丢弃，未做任何更改。
# $name: a user name.
login-kept-left-by = 这是 { $name } 留下的内容，尚未执行。继续之前请核对。
