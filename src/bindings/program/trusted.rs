//! Whether nobody but the operator can have written a program.

use std::path::Path;

/// Looks whether `file` is a program that only the account of this server or root can change.
///
/// # Errors
/// What is wrong, and what to do about it.
pub fn check(file: &Path) -> Result<(), String> {
    let shown = file.display();
    let real = file.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => format!("there is no file {shown}"),
        _ => format!("{shown} cannot be looked at: {error}"),
    })?;
    if !real.is_file() {
        return Err(format!("{shown} is no file"));
    }
    check_rights(file, &real)
}

/// The file itself and all folders on the way to it, as it is named and where it really is: whoever
/// may write to one of them may put another program there.
#[cfg(unix)]
fn check_rights(file: &Path, real: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt;

    /// Whoever may write to such a folder may still not touch the files of others (`/tmp`).
    const STICKY: u32 = 0o1000;
    const WRITABLE: u32 = 0o022;
    let own = rustix::process::geteuid().as_raw();
    let folders = file.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    for place in real.ancestors().chain(folders) {
        let shown = place.display();
        let facts =
            place.metadata().map_err(|error| format!("{shown} cannot be looked at: {error}"))?;
        let mode = facts.mode();
        if facts.is_file() && mode & 0o111 == 0 {
            return Err(format!("{shown} is not executable; chmod +x {shown}"));
        }
        if is_fixed(place) {
            continue;
        }
        let open = match mode & WRITABLE {
            0 => None,
            0o020 => Some("its group"),
            _ => Some("others"),
        };
        let sticky = facts.is_dir() && mode & STICKY != 0;
        if let Some(others) = open.filter(|_| !sticky) {
            return Err(format!("{shown} can be changed by {others}; chmod go-w {shown}"));
        }
        if facts.uid() != 0 && facts.uid() != own {
            return Err(format!(
                "{shown} belongs to another account (uid {}); it must belong to root or to the \
                 account of this server (uid {own})",
                facts.uid()
            ));
        }
    }
    Ok(())
}

/// Returns true if nobody can write there, as in what an orchestrator mounts.
#[cfg(unix)]
fn is_fixed(place: &Path) -> bool {
    let flags = rustix::fs::statvfs(place).map(|facts| facts.f_flag);
    flags.is_ok_and(|flags| flags.contains(rustix::fs::StatVfsMountFlags::RDONLY))
}

/// Rights are lists there, which this program does not read.
#[cfg(not(unix))]
fn check_rights(_: &Path, _: &Path) -> Result<(), String> {
    Ok(())
}
