# Users and API keys.

users-title = Users
user-name = User name
user-role = Role
user-last-seen = Last seen
user-never = Never
user-since = Added
user-change = Change
user-add = Add a user
user-name-hint = 1 to 64 letters, digits and . _ - @ +
user-name-missing = Enter a user name
user-name-wrong = A user name has 1 to 64 letters, digits and . _ - @ +
user-name-taken = There is a user { $name } already
user-role-missing = Select a role
user-password = Password
user-password-hint = At least 8 characters. Leave it empty and the desk makes one, shown once.
user-password-short = The password must be { $min } characters or longer
user-password-long = The password must be { $max } bytes or shorter
user-added = Added { $name }, { $role }.
user-unknown = There is no user { $name }.
user-is-disabled = Disabled
user-is-locked = Locked out
user-audit = What they did
user-change-role = Change role
user-look = Look at the change
user-set-password = Set password
user-disable = Disable
user-enable = Enable
user-keep = Leave it as it is
user-now = Now
user-then = After
# $role: one of role-*.
user-ask-role = Change { $name } to { $role }?
user-ask-disable = Disable { $name }?
user-ask-enable = Enable { $name }?
user-disable-means = Cannot sign in. Every session ends at once here, and within five seconds everywhere.
user-enable-means = Can sign in again with the password as it was. Sessions that ended stay ended.
role-viewer-may = Sees everything but users and keys, and changes nothing.
role-operator-may = Prepares every correction; confirms deductions and adjustments up to the limit; rolls back their own for 15 minutes.
role-supervisor-may = Confirms everything; rolls back and cancels; repairs the gate.
role-admin-may = All that a supervisor may; users, keys and the read-only switch.
user-role-changed = { $name } is { $role } now.
user-disabled-now = { $name } is disabled.
user-enabled-now = { $name } is enabled.
user-same = { $name } was so already. Nothing was changed.
user-last-admin = This is the last admin who can sign in. Nothing was changed: make somebody else an admin first.
user-password-of = Set the password of { $name }
user-password-means = Every session of this user ends, and a lock is lifted.
user-password-set = The password of { $name } is set.

# A button or a link stands before it, and nothing was done yet.
nothing-yet = Nothing has changed yet.
secret-once = Store it now. It is not shown again.

keys-title = API keys
keys-none = No API keys yet.
key-key = Key
key-name = Key name
key-name-hint = What it is for, such as shop-web
key-name-missing = Enter what the key is for
key-name-wrong = The name must be { $max } characters or fewer, without line breaks
key-name-taken = There is a key { $name } already
key-scope = May
key-scope-missing = Select what the key may do
key-used = Last used
key-never = Never used
key-made = Made
key-create = Create a key
key-revoke = Revoke
key-is-revoked = Revoked
key-unknown = There is no such key.
key-ask-revoke = Revoke { $name }?
key-revoke-means = Programs that use this key are refused within five seconds. That cannot be undone; a new key can be made.
key-revoked-now = { $name } is revoked.
key-revoked-before = { $name } was revoked before. Nothing was done again.

scope-read = read stock, ledger and orders
scope-orders = read; place and cancel orders, deduct and roll back
scope-stock = read; place and cancel orders, deduct and roll back; adjust stock

docs-title = API reference
docs-language = For the people who write programs that use the desk.
keys-docs = How programs use the desk
