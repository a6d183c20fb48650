//! The command line: what an operator does. Nothing else.
use std::process::ExitCode;

mod commands;

fn main() -> ExitCode {
    commands::run()
}
