# Forms in general.

title-error = Error: { $title }
form-problem = There is a problem
form-error = Error:
form-show = Show
error-whole-number = Enter a whole number, like 3
