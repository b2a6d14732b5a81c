//! `test`: checks the connection to the platform step by step.

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::Duration;

use super::backend;
use super::signals;
use super::text::{colored, fail, print_painted, width, wrap_lines};
use crate::config::Config;
use crate::observe;
use crate::platform::check;

/// How the connection test runs and reports.
#[derive(Clone, Debug)]
pub struct TestOptions {
    /// Time the whole test may take.
    pub timeout: Duration,
    /// Report as JSON rather than for people.
    pub json: bool,
    /// Show details of every check.
    pub verbose: bool,
    /// Leave out the opening line.
    pub quiet: bool,
}

/// Runs every check and reports on standard output.
pub fn test(config: &Config, options: &TestOptions) -> ExitCode {
    observe::init(config.server.log_level);
    signals::on_stop(|| signals::exit(signals::INTERRUPTED));
    let mut platform = config.platform.clone();
    let _sandbox = match platform.sandbox.then(|| backend::start(&mut platform)).transpose() {
        Ok(sandbox) => sandbox,
        Err(error) => return fail(&error),
    };
    let report = check::run(&platform, options.timeout);
    let text = match options.json {
        true => check::json(&report) + "\n",
        false => {
            let text = check::human(&report, options.verbose, options.quiet, colored(), width());
            if io::stdout().is_terminal() { wrap_lines(&text, width()) } else { text }
        }
    };
    match print_painted(&text) {
        ExitCode::SUCCESS if !report.success => ExitCode::FAILURE,
        code => code,
    }
}
