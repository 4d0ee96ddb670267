//! Who typed a command, for the audit.

use nix::unistd::{Uid, User};

use crate::service::audit::By;

/// `root, command line`: the user of the operating system, as far as it has a name in ASCII.
pub fn typed_by() -> String {
    let user = User::from_uid(Uid::current()).ok().flatten();
    let name = user.map(|user| user.name);
    match name.filter(|name| name.chars().all(|c| c.is_ascii_graphic())) {
        Some(name) => format!("{name}, command line"),
        None => format!("{}, command line", Uid::current()),
    }
}

/// `actor` is the command, as `Actor` displays; `typed_by` stands where addresses stand.
pub fn by<'a>(actor: &'a str, typed_by: &'a str) -> By<'a> {
    By {
        actor,
        address: Some(typed_by),
    }
}
