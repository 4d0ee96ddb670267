//! The `stockdesk-gateways` program; everything is in the simulator's own library, which cannot
//! use the desk's: the desk's package depends on it.

use std::process::ExitCode;

fn main() -> ExitCode {
    gateway_simulator::main()
}
