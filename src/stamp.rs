//! Whether a file is still the one that was read.

use std::path::Path;
use std::time::SystemTime;

/// What changes when a file is replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    modified: Option<SystemTime>,
    bytes: u64,
    inode: u64,
}

impl Stamp {
    /// Of the file at `path`; none when there is none. Taken before the file is read: a change in
    /// between is noticed, at worst once too often.
    pub fn of(path: &Path) -> Option<Self> {
        let file = path.metadata().ok()?;
        #[cfg(unix)]
        let inode = std::os::unix::fs::MetadataExt::ino(&file);
        #[cfg(not(unix))]
        let inode = 0;
        Some(Self { modified: file.modified().ok(), bytes: file.len(), inode })
    }
}
