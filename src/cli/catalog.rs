//! `tools` and `tags`: what this server can offer.

use std::process::ExitCode;

use crate::config::Config;

/// Prints every built-in tool, or with a configuration those it leaves enabled.
pub fn tools(_enabled: Option<&Config>) -> ExitCode {
    eprintln!("ERROR: listing tools is not part of this build yet");
    ExitCode::FAILURE
}

/// Prints every tag, or with a configuration those of the tools it leaves enabled.
pub fn tags(_enabled: Option<&Config>) -> ExitCode {
    eprintln!("ERROR: listing tags is not part of this build yet");
    ExitCode::FAILURE
}
