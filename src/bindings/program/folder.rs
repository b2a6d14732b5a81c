//! The folder that a run works in.

use std::fs::{self, DirBuilder};
use std::path::{Path, PathBuf};

use super::random;

/// An empty folder that only the account of this server may enter, until it is dropped.
pub struct Folder(Option<PathBuf>);

impl Folder {
    /// A new one among the temporary files; the root folder where there are none.
    pub fn new() -> Self {
        match create() {
            Ok(path) => Self(Some(path)),
            Err(why) => {
                log::info!("programs work in the root folder, for there is no other: {why}");
                Self(None)
            }
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.as_deref().unwrap_or(Path::new("/"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Some(path) = &self.0
            && let Err(error) = fs::remove_dir_all(path)
        {
            log::warn!("{} stays, with what a program left there: {error}", path.display());
        }
    }
}

fn create() -> Result<PathBuf, String> {
    let among = std::path::absolute(std::env::temp_dir()).map_err(|error| error.to_string())?;
    let path = among.join(format!("itential-mcp-{}", random::name()?));
    let created = private().create(&path);
    created.map_err(|error| format!("{} cannot be made: {error}", path.display()))?;
    Ok(path)
}

/// Makes folders that nobody else looks into.
#[cfg(unix)]
fn private() -> DirBuilder {
    let mut builder = DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
}

/// Makes folders; that of temporary files is a user's own here.
#[cfg(not(unix))]
fn private() -> DirBuilder {
    DirBuilder::new()
}
