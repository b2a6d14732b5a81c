//! Files that are written whole or not at all: a full disk leaves what was there.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Puts `text` into a file, which may be new. What is no file, as a pipe or terminal, is written to.
///
/// # Errors
/// Why not; a file is then as it was.
pub fn save(file: &Path, text: &[u8]) -> io::Result<()> {
    // A link stays, and what it leads to is replaced.
    let place = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let is = match fs::metadata(&place) {
        Ok(is) if is.is_file() => Some(is),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        _ => return fs::write(file, text),
    };
    let new = beside(&place, &format!(".{}.new", std::process::id()));
    match create(&new, text, is.as_ref(), 0o666) {
        Ok(()) => {}
        // A file of ours in a folder of others.
        Err(error) if is.is_some() && error.kind() == io::ErrorKind::PermissionDenied => {
            return fs::write(file, text);
        }
        Err(error) => return Err(error),
    }
    fs::rename(&new, &place).inspect_err(|_| drop(fs::remove_file(&new)))
}

/// A file with `end` behind its name.
pub fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// A new file, of this mode or with mode and owner of another.
///
/// # Errors
/// Why not; then there is none.
pub fn create(file: &Path, bytes: &[u8], like: Option<&fs::Metadata>, mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(
        &mut options,
        if like.is_some() { 0o600 } else { mode },
    );
    #[cfg(not(unix))]
    let _ = mode;
    let mut opened = options.open(file)?;
    let mut fill = || {
        opened.write_all(bytes)?;
        if let Some(like) = like {
            #[cfg(unix)]
            {
                use std::os::unix::fs::{MetadataExt as _, fchown};
                let is = opened.metadata()?;
                if (is.uid(), is.gid()) != (like.uid(), like.gid()) {
                    fchown(&opened, Some(like.uid()), Some(like.gid()))?;
                }
            }
            opened.set_permissions(like.permissions())?;
        }
        opened.sync_all()
    };
    fill().inspect_err(|_| drop(fs::remove_file(file)))
}
