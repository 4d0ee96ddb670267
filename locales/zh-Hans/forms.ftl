# Forms in general.

title-error = 错误：{ $title }
form-problem = 填写有误
form-error = 错误：
# $field: a label. $problem: what is wrong with it.
error-named = { $field }：{ $problem }
form-show = 显示
error-whole-number = 必须是整数，例如 3
