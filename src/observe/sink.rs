//! A file of lines that grows: opened anew when it was moved away, and never waited for.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::metrics::{LOG_LOST, Output};
use crate::limits;
use crate::sync::Lock;

/// A file of lines.
#[derive(Debug)]
pub struct Sink {
    path: PathBuf,
    output: Output,
    state: Lock<State>,
}

#[derive(Debug)]
struct State {
    file: File,
    /// The last line was not written whole.
    torn: bool,
    /// When it was last seen that the file is where it should be.
    looked: Instant,
}

impl Sink {
    /// Opens `path` for appending, and makes it when it is not there.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(path: &Path, output: Output) -> io::Result<Self> {
        let state = State { file: append(path)?, torn: false, looked: Instant::now() };
        Ok(Self { path: path.to_owned(), output, state: Lock::new(state) })
    }

    /// Opens the file anew.
    ///
    /// # Errors
    /// When it cannot be opened; then the old one is kept.
    pub fn reopen(&self) -> io::Result<()> {
        let file = append(&self.path)?;
        let mut state = self.state.lock();
        (state.file, state.torn) = (file, false);
        Ok(())
    }

    /// Writes a line, its end included. What cannot be written is counted.
    ///
    /// # Returns
    /// What an operator must be told: that it does not work any more, or again.
    pub fn write(&self, line: &str) -> Option<String> {
        let mut state = self.state.lock();
        if state.looked.elapsed() >= limits::LOG_FILE_LOOK {
            state.looked = Instant::now();
            if let Some(file) = self.moved(&state.file).then(|| append(&self.path).ok()).flatten() {
                (state.file, state.torn) = (file, false);
            }
        }
        // Half a line must not swallow the next one.
        let line = if state.torn { format!("\n{line}") } else { line.to_owned() };
        let written = state.file.write_all(line.as_bytes());
        let before = std::mem::replace(&mut state.torn, written.is_err());
        drop(state);
        let path = self.path.display();
        match written {
            Err(error) => {
                LOG_LOST.count(&[self.output.at()]);
                let said =
                    format!("{path} cannot be written: {error}; its lines are lost until it can");
                (!before).then_some(said)
            }
            Ok(()) => before.then(|| format!("{path} is written again")),
        }
    }

    /// Returns true if the file is not what stands at its path.
    #[cfg(unix)]
    fn moved(&self, file: &File) -> bool {
        use std::os::unix::fs::MetadataExt;

        let id = |found: fs::Metadata| (found.dev(), found.ino());
        let is = |found| file.metadata().is_ok_and(|ours| id(ours) == id(found));
        !fs::metadata(&self.path).is_ok_and(is)
    }

    #[cfg(not(unix))]
    fn moved(&self, _file: &File) -> bool {
        fs::metadata(&self.path).is_err()
    }
}

fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;

        // A pipe that nobody reads must not stop the server.
        options.mode(0o640).custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    options.open(path)
}
