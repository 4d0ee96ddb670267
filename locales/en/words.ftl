# Words of the domain, each of them one word everywhere.

unlimited = Unlimited
units =
    { $count ->
        [one] { $count } unit
       *[other] { $count } units
    }

role-viewer = viewer
role-operator = operator
role-supervisor = supervisor
role-admin = admin

# Each completes "Ask a supervisor to …".
action-view = look at this
action-correct = prepare this correction
action-draft = prepare this change
action-approve = confirm this
action-reverse = roll this back or cancel it
action-reverse-own = roll this back
action-repair = start a reconciliation
action-administer = manage users and keys
