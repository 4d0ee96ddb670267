# Forms in general.

title-error = 错误：{ $title }
form-problem = 填写有误
form-error = 错误：
form-show = 显示
error-whole-number = 必须是整数，例如 3
