# Coming and going.

login-title = Sign in
login-name = User name
login-password = Password
login-submit = Sign in
login-name-missing = Enter your user name
login-password-missing = Enter your password
login-wrong = Check your user name and password
login-signed-out = You are signed out.

login-ended-title = Your session ended
login-ended = Your session ended. Sign in again to go on.
login-ended-kept = What you entered is kept. After you sign in you return to its preview; nothing runs by itself.
# $what: one of kept-*.
login-ended-kept-what = What you entered is kept: { $what }. After you sign in you return to its preview; nothing runs by itself.
# $units: as it was typed. $object: a SKU, an entry, an order.
kept-deduct = deduct { $units } of { $object }
kept-add = add { $units } to { $object }
kept-remove = remove { $units } from { $object }
kept-set = set { $object } to { $units }
kept-correction = a correction of { $object }
kept-rollback = roll back { $object }
kept-cancel = cancel { $object }
login-ended-lost = Nothing was changed. What you entered could not be kept; if you need it, go back in your browser and copy it before you sign in.
login-kept-dropped = Somebody else had entered something before you signed in. It was discarded; nothing was changed.
# $name: a user name.
login-kept-left-by = This was left by { $name } and has not been performed. Check it before you go on.
