//! The commands.
//!
//! [`commands`] is the table; [`args`] turns a command line into an inert request, [`main`] does it.

pub mod args;
mod backend;
pub mod call;
pub mod catalog;
pub mod clients;
pub mod commands;
mod completions;
mod explain;
mod help;
mod man;
pub mod probe;
mod reference;
pub mod sandbox;
pub mod serve;
mod signals;
pub mod test;
pub mod text;
pub mod tls;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use args::{Invocation, Request, UsageError};
use clients::ClientOptions;
use commands::PROGRAM;
use probe::ProbeOptions;
use test::TestOptions;
use text::{complain, fail, print, width};

use crate::config::{self, Config, Environment, Loaded, Sources, value};

/// Exit code of a command line that cannot be understood.
const USAGE: u8 = 2;

/// Runs the command line and says how it ended: 0 done, 1 failed, 2 not understood, 3 cannot listen.
pub fn main(args: impl Iterator<Item = OsString>) -> ExitCode {
    match args::parse(args) {
        Ok(Request::Run(invocation)) => execute(&invocation).unwrap_or_else(|e| refuse(&e)),
        Ok(Request::Help(None)) => print(&help::program(width())),
        Ok(Request::Help(Some(command))) => print(&help::command(command, width())),
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

fn execute(invocation: &Invocation) -> Result<ExitCode, UsageError> {
    let argument = |index: usize| invocation.arguments.get(index).map_or("", String::as_str);
    let with_config = |then: &dyn Fn(&Config) -> ExitCode| match load(invocation) {
        Ok(loaded) => then(&loaded.config),
        Err(error) => fail(&error.to_string()),
    };
    Ok(match invocation.command.name {
        "run" => match load(invocation) {
            Ok(loaded) => serve::run(&loaded.config, &|| {
                load(invocation).map(|loaded| loaded.config).map_err(|error| error.to_string())
            }),
            Err(error) => fail(&format!("server stopped unexpectedly: {error}")),
        },
        "call" => {
            with_config(&|config| call::call(config, argument(0), invocation.option("params")))
        }
        // Without --enabled the lists do not depend on any configuration, so none is read.
        "tools" => {
            let show = match invocation.option("format") {
                Some("markdown") => catalog::reference,
                _ => catalog::tools,
            };
            match invocation.switch("enabled") {
                true => with_config(&|config| show(Some(config))),
                false => show(None),
            }
        }
        "tags" if !invocation.switch("enabled") => catalog::tags(None),
        "tags" => with_config(&|config| catalog::tags(Some(config))),
        "test" => {
            let options = TestOptions {
                timeout: Duration::from_secs(number(invocation, "timeout", 1, 86_400)?),
                json: invocation.option("format") == Some("json"),
                verbose: invocation.switch("verbose"),
                quiet: invocation.switch("quiet"),
            };
            with_config(&|config| test::test(config, &options))
        }
        "config" => match argument(0) {
            "example" => print(&reference::example()),
            "docs" => print(&reference::markdown()),
            action => match load(invocation) {
                Ok(loaded) if action == "check" => print(&explain::check(&loaded)),
                Ok(loaded) if invocation.option("format") == Some("json") => {
                    print(&explain::json(&loaded))
                }
                Ok(loaded) => print(&explain::text(&loaded)),
                Err(error) => error.0.iter().fold(ExitCode::FAILURE, |_, line| fail(line)),
            },
        },
        "tls" => {
            let host = invocation.arguments.get(1).map(String::as_str);
            let json = invocation.option("format") == Some("json");
            with_config(&|config| tls::check(&config.server, host, json))
        }
        "probe" => {
            let options = ProbeOptions {
                url: invocation.option("url").map(str::to_owned),
                ready: invocation.switch("ready"),
                timeout: Duration::from_secs(number(invocation, "timeout", 1, 3_600)?),
                ca_file: invocation.option("ca-file").map(PathBuf::from),
                insecure: invocation.switch("insecure"),
            };
            with_config(&|config| probe::probe(config, &options))
        }
        "client-config" => {
            let options = ClientOptions {
                client: invocation.arguments.first().cloned(),
                name: invocation.option("name").unwrap_or("itential").to_owned(),
                url: invocation.option("url").map(str::to_owned),
                ca_file: invocation.option("ca-file").map(PathBuf::from),
                config_file: sources(invocation).file(),
            };
            match load(invocation).map_err(|error| error.to_string()) {
                Ok(loaded) => {
                    clients::print_config(&loaded, &options).unwrap_or_else(|error| fail(&error))
                }
                Err(error) => fail(&error),
            }
        }
        "sandbox" => {
            let host = invocation.option("host").unwrap_or("127.0.0.1");
            let port = number(invocation, "port", 0, u16::MAX.into())?;
            sandbox::sandbox(host, u16::try_from(port).unwrap_or(u16::MAX))
        }
        "completions" => print(&completions::script(argument(0))),
        "man" => print(&man::page()),
        // The empty line belongs to the Python server's output, which scripts read.
        _ => print(&format!("{PROGRAM} {}\n\n", env!("CARGO_PKG_VERSION"))),
    })
}

fn load(invocation: &Invocation) -> Result<Loaded, config::Error> {
    config::load(&sources(invocation))
}

fn sources(invocation: &Invocation) -> Sources {
    Sources {
        environment: Environment::of_process(),
        command_line: invocation.settings(),
        config_file: invocation.option("config").filter(|f| !f.is_empty()).map(PathBuf::from),
    }
}

/// The number given to an option of the command, or its default.
fn number(invocation: &Invocation, name: &str, min: i64, max: i64) -> Result<u64, UsageError> {
    let own = invocation.command.options.iter().find(|flag| flag.name == name);
    let default = own.map_or("0", |flag| flag.default);
    let text = invocation.option(name).unwrap_or(default);
    let number =
        value::integer(text, min, max, "a whole number").map_err(|invalid| UsageError {
            command: Some(invocation.command),
            message: format!(
                "argument --{name}: {} is not valid; expected {invalid}",
                value::shown(text)
            ),
        })?;
    Ok(number.unsigned_abs())
}
