# Forms in general.

title-error = Error: { $title }
form-problem = There is a problem
form-error = Error:
# $field: a label. $problem: what is wrong with it.
error-named = { $field }: { $problem }
form-show = Show
error-whole-number = Enter a whole number, like 3
