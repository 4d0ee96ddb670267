# What a person prefers.

prefs-title = 偏好设置
prefs-language = 语言
prefs-theme = 颜色
theme-system = 跟随设备
theme-light = 浅色
theme-dark = 深色
prefs-shortcuts = 键盘快捷键
prefs-on = 开启
prefs-off = 关闭
prefs-rows = 列表每页行数
prefs-rows-usual = 按各列表默认
prefs-save = 保存
prefs-saved = 已保存。
prefs-kept-here = 保存在此浏览器中；登录后随用户保存。
prefs-choose = 请选择其中一项
