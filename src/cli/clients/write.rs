//! A client's own file, changed in its place.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::table::{Client, System};
use crate::cli::whole::{beside, create};
use crate::limits;

/// What is to become of a file.
#[derive(Debug)]
pub enum Edit {
    /// The server stands there as it should.
    Same,
    /// This text.
    Changed {
        /// All of the file.
        text: String,
        /// Whether an entry of that name was there before.
        replaced: bool,
    },
}

/// What became of it.
#[derive(Debug)]
pub enum Written {
    /// Nothing had to be done.
    Same,
    /// The file is new.
    New,
    /// It was changed; what it was before is here.
    Changed {
        /// The file as it was.
        backup: PathBuf,
        /// Whether an entry of that name was there before.
        replaced: bool,
    },
}

/// Where `client` has its file here.
///
/// # Errors
/// When it has none that is known, or does not seem to be here.
pub fn locate(client: &Client, system: System) -> Result<PathBuf, String> {
    let place = client.files[system as usize];
    let (there, inside) = place
        .split_once("//")
        .ok_or_else(|| format!("the file of {} is not known; give it with --file", client.title))?;
    let folder = folder(there, system)
        .ok_or_else(|| format!("no variable says where {there} is; give the file with --file"))?;
    match folder.exists() {
        true => Ok(if inside.is_empty() { folder } else { folder.join(inside) }),
        false => Err(format!(
            "{} does not seem to be here: there is no {}; start it once, or give its file with --file",
            client.title,
            folder.display()
        )),
    }
}

fn folder(place: &str, system: System) -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let home = || set(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
    if let Some(rest) = place.strip_prefix("%APPDATA%/") {
        return Some(set("APPDATA")?.join(rest));
    }
    let rest = place.strip_prefix("~/")?;
    match (rest.strip_prefix(".config/"), set("XDG_CONFIG_HOME")) {
        (Some(rest), Some(folder)) if system == System::Linux => Some(folder.join(rest)),
        _ => Some(home()?.join(rest)),
    }
}

/// Changes the file, or makes it, whole or not at all.
///
/// # Errors
/// What stands against it; then the file is as it was.
pub fn write(file: &Path, edit: impl Fn(&str) -> Result<Edit, String>) -> Result<Written, String> {
    let failed = |error: io::Error| error.to_string();
    if fs::symlink_metadata(file).is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        let Edit::Changed { text, .. } = edit("")? else { return Ok(Written::Same) };
        if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        put(file, text.as_bytes(), None, || match file.exists() {
            true => Err("another program has just made it".into()),
            false => Ok(()),
        })?;
        return Ok(Written::New);
    }
    // A link stays, and what it leads to is changed.
    let file = &fs::canonicalize(file).map_err(failed)?;
    let is = fs::metadata(file).map_err(failed)?;
    if !is.is_file() {
        return Err("it is no file".into());
    }
    if is.permissions().readonly() {
        return Err("it is read-only".into());
    }
    let old = read(file)?;
    let text = std::str::from_utf8(&old).map_err(|_| "it is not UTF-8")?;
    let Edit::Changed { text, replaced } = edit(text)? else { return Ok(Written::Same) };
    let backup = keep(file, &old, &is)?;
    let unchanged = || match read(file)? == old {
        true => Ok(()),
        false => Err("another program has just changed it; do this again".to_owned()),
    };
    put(file, text.as_bytes(), Some(&is), unchanged)?;
    Ok(Written::Changed { backup, replaced })
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let opened = fs::File::open(file).map_err(|error| error.to_string())?;
    let bound = limits::CLIENT_FILE_BYTES;
    opened.take(bound + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    match bytes.len() as u64 > bound {
        true => Err(format!("it is larger than {} MiB", bound >> 20)),
        false => Ok(bytes),
    }
}

/// Keeps what the file was, over nothing that was kept before.
fn keep(file: &Path, old: &[u8], like: &fs::Metadata) -> Result<PathBuf, String> {
    for number in 0..limits::CLIENT_BACKUPS {
        let end = if number == 0 { ".bak".to_owned() } else { format!(".bak.{number}") };
        let backup = beside(file, &end);
        match create(&backup, old, Some(like), 0o600) {
            Ok(()) => return Ok(backup),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("{}: {error}", backup.display())),
        }
    }
    Err(format!(
        "there are {} earlier ones beside it already (.bak); remove some",
        limits::CLIENT_BACKUPS
    ))
}

/// Puts `text` in the place of `file` if that is still `allowed`.
fn put(
    file: &Path,
    text: &[u8],
    like: Option<&fs::Metadata>,
    allowed: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let new = beside(file, &format!(".{}.new", std::process::id()));
    create(&new, text, like, 0o600).map_err(|error| format!("{}: {error}", new.display()))?;
    let moved = allowed().and_then(|()| fs::rename(&new, file).map_err(|error| error.to_string()));
    if moved.is_err() {
        let _ = fs::remove_file(&new);
    }
    moved
}
