//! Where what is written goes, decided once.

use std::io;
use std::path::Path;

use super::{access, log};

/// How the log is written, and where.
#[derive(Clone, Copy, Debug)]
pub struct Style<'a> {
    /// As JSON.
    pub json: bool,
    /// To this file instead of standard error.
    pub file: Option<&'a Path>,
    /// A line for each request: to this file, `-` among the lines of the log.
    pub access: Option<&'a Path>,
}

/// Begins to write so. To be called once, before anything is said.
///
/// # Errors
/// The setting whose file cannot be opened, and why.
pub fn start(style: Style<'_>) -> Result<(), (&'static str, io::Error)> {
    if style.json {
        log::write_json();
    }
    if let Some(file) = style.file {
        log::write_to(file).map_err(|error| ("log_file", error))?;
    }
    if let Some(path) = style.access {
        let file = (path != Path::new("-")).then_some(path);
        access::write_to(file).map_err(|error| ("access_log", error))?;
    }
    Ok(())
}

/// Opens every file anew, after they were moved away.
///
/// # Errors
/// The setting whose file cannot be opened, and why; the old one is kept.
pub fn reopen() -> Result<(), (&'static str, io::Error)> {
    let log = log::reopen().map_err(|error| ("log_file", error));
    let access = access::reopen().map_err(|error| ("access_log", error));
    log.and(access)
}

/// Whether there is an access log.
pub fn writes_access() -> bool {
    access::is_written()
}
