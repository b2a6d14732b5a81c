//! Files that are written whole or not at all: a full disk leaves what was there. So does the end of the
//! program or of the power, but of a file beside which none may be made.

use std::fs::{self, OpenOptions};
use std::io::{self, Seek as _, SeekFrom, Write as _};
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
    let moved = || fs::rename(&new, &place).inspect_err(|_| drop(fs::remove_file(&new)));
    match create(&new, text, is.as_ref(), 0o666).and_then(|()| moved()) {
        // A file of ours in a folder of others, or one that is mounted into a container.
        Err(error) if is.is_some() && is_of_place(error.kind()) => over(&place, text),
        put => put,
    }
}

/// Whether the place, not the file, is what nothing may be written to.
fn is_of_place(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem, ResourceBusy};
    matches!(kind, PermissionDenied | ReadOnlyFilesystem | ResourceBusy)
}

/// Writes over what a file holds. Its new end comes first: there alone a disk can be too full.
fn over(file: &Path, text: &[u8]) -> io::Result<()> {
    let mut opened = OpenOptions::new().write(true).open(file)?;
    let before = opened.metadata()?.len();
    let end = usize::try_from(before).map_or(&[][..], |before| text.get(before..).unwrap_or(&[]));
    let (start, _) = text.split_at(text.len() - end.len());
    opened.seek(SeekFrom::End(0))?;
    let grown = opened.write_all(end).and_then(|()| opened.sync_all());
    grown.inspect_err(|_| drop(opened.set_len(before)))?;
    opened.rewind()?;
    opened.write_all(start)?;
    opened.set_len(text.len() as u64)?;
    opened.sync_all()
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
