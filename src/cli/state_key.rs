//! The key that seals what clients carry for this server.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use ring::rand::{SecureRandom, SystemRandom};

use crate::config::Server;
use crate::limits;
use crate::observe::always;
use crate::seal::Seal;

/// The name of the file in which a key is kept.
const FILE: &str = "state_key";

/// The seal of an HTTP server: with the keys of `state_key`, else with the one kept in the state
/// folder, which is made when it is not there, else with one that ends with the process.
///
/// # Errors
/// In words for the operator: what is wrong with the keys that were given.
pub fn seal(settings: &Server) -> Result<Seal, String> {
    if let Some(keys) = &settings.state_key {
        return Seal::shared(keys.expose());
    }
    let folder = folder(|name| std::env::var_os(name));
    let kept = match &folder {
        Some(folder) => keep(folder).map_err(|error| format!("{}: {error}", folder.display())),
        None => Err("there is no state folder".to_owned()),
    };
    let cause = match kept.and_then(|key| Seal::shared(&key)) {
        Ok(seal) => return Ok(seal),
        Err(cause) => cause,
    };
    // The words before the cause are such that nothing in it looks like a key to the log.
    let so = "sessions and questions end with this process, and no other replica knows them";
    match folder.map(|folder| folder.join(FILE)).filter(|file| file.exists()) {
        // Somebody counts upon it, and would not hear of it before a restart.
        Some(file) => always(format_args!(
            "{so}, because {} cannot be used ({cause}); put the right one there, or remove it",
            file.display()
        )),
        None => log::warn!(
            "{so}, because nothing could be kept ({cause}); set state_key where that matters"
        ),
    }
    Ok(Seal::random())
}

/// Where a service keeps state: what systemd gives it, else the user's own place.
fn folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let given = variable("STATE_DIRECTORY")
        .and_then(|all| std::env::split_paths(&all).next())
        .filter(|path| path.is_absolute());
    given.or_else(|| {
        let base = path("XDG_STATE_HOME").or_else(|| Some(path("HOME")?.join(".local/state")))?;
        Some(base.join("itential-mcp"))
    })
}

/// The key in this folder, made if there is none. However many processes start at once, all get the
/// same.
fn keep(folder: &Path) -> io::Result<String> {
    let file = folder.join(FILE);
    match read(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        read => return read,
    }
    fs::create_dir_all(folder)?;
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| io::Error::other("the system gives no random numbers"))?;
    let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // Whole before it has its name; the name is given to the first one only.
    let whole = folder.join(format!(".{FILE}.{}", std::process::id()));
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = options.open(&whole).and_then(|mut file| writeln!(file, "{key}")).and_then(|()| {
        match fs::hard_link(&whole, &file) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        }
    });
    // Of no more use, whether it got its name or not.
    let _ = fs::remove_file(&whole);
    made?;
    read(&file)
}

fn read(file: &Path) -> io::Result<String> {
    let length = fs::metadata(file)?.len();
    if length > limits::STATE_KEY_FILE_BYTES {
        return Err(io::Error::other("the key file is too large to be one"));
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&fs::metadata(file)?) & 0o077 != 0 {
        log::warn!("{} can be read by others; chmod 600 it", file.display());
    }
    fs::read_to_string(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_that_of_the_service_or_of_the_user() {
        let set = |all: &'static [(&str, &str)]| {
            folder(move |name| all.iter().find(|(known, _)| *known == name).map(|(_, v)| v.into()))
        };
        for (variables, expected) in [
            (
                &[("STATE_DIRECTORY", "/var/lib/a:/var/lib/b"), ("HOME", "/h")][..],
                Some("/var/lib/a"),
            ),
            (&[("XDG_STATE_HOME", "/s"), ("HOME", "/h")], Some("/s/itential-mcp")),
            (&[("XDG_STATE_HOME", "s"), ("HOME", "/h")], Some("/h/.local/state/itential-mcp")),
            (&[("HOME", "")], None),
            (&[], None),
        ] {
            assert_eq!(set(variables).as_deref(), expected.map(Path::new));
        }
    }
}
