//! The `stockdesk` program; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    stockdesk::cli::main()
}
