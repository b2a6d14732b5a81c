//! The commands.
//!
//! [`commands`] is the table; [`args`] turns a command line into an inert request, [`main`] does it.

pub mod args;
mod ascii;
mod audit;
mod backend;
pub mod call;
mod call_arguments;
pub mod catalog;
mod checks;
pub mod clients;
mod collector;
pub mod command;
pub mod commands;
mod completions;
mod explain;
mod exposure;
mod flags;
mod help;
mod man;
mod manager;
pub mod new_tool;
mod observed;
mod passed;
mod probe;
mod reference;
mod reload;
mod roles;
pub mod sandbox;
pub mod serve;
mod shown;
mod signals;
mod state_key;
mod table;
pub mod test;
pub mod text;
pub mod tls;
mod token;
mod topics;
mod version;
mod waiting;
mod whole;

use std::ffi::OsString;
use std::process::ExitCode;

use args::Request;
use command::{PROGRAM, UsageError};
use commands::COMMANDS;
use text::{complain, print, width};

/// Exit code of a command line that cannot be understood.
const USAGE: u8 = 2;

/// Runs the command line and says how it ended: 0 done, 1 failed, 2 not understood, 3 cannot listen.
pub fn main(args: impl Iterator<Item = OsString>) -> ExitCode {
    match args::parse(args, COMMANDS) {
        Ok(Request::Run(invocation)) => {
            (invocation.command.run)(&invocation).unwrap_or_else(|error| refuse(&error))
        }
        Ok(Request::Help(None, _)) => print(&help::program(COMMANDS, width())),
        Ok(Request::Help(Some(command), arguments)) => {
            let topic = arguments.first().filter(|_| command.name == "call");
            let about = topic.and_then(|tool| topics::of_call(tool));
            about.unwrap_or_else(|| print(&help::command(command, width())))
        }
        Ok(Request::Version) => print(&format!("{PROGRAM} {}\n", env!("CARGO_PKG_VERSION"))),
        Err(error) => refuse(&error),
    }
}

fn refuse(error: &UsageError) -> ExitCode {
    let (name, usage) = match error.command {
        Some(command) => (format!("{PROGRAM} {}", command.name), command.usage()),
        None => (PROGRAM.into(), format!("{PROGRAM} [--config FILE] <COMMAND> [OPTIONS]")),
    };
    complain(&format!("usage: {usage}\n{name}: error: {}\nTry: {name} --help", error.message));
    ExitCode::from(USAGE)
}
