//! `sandbox`: runs only the simulated platform.

use std::process::ExitCode;

/// Serves the simulated platform at `host:port` until told to stop.
pub fn sandbox(_host: &str, _port: u16) -> ExitCode {
    eprintln!("ERROR: the sandbox is not part of this build yet");
    ExitCode::FAILURE
}
