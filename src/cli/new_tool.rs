//! `tools new`: a tool in a file of JSON, to start from.

use std::fs::DirBuilder;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::text::{complain, fail, tell};
use super::whole;
use crate::bindings::custom;
use crate::bindings::files::{Problem, name_problem};
use crate::tools;

/// A tool that works on any platform, the sandbox included.
const START: &str = include_str!("new_tool.json");

/// Writes a tool to start from into `file`, which must not be there.
pub fn new(file: &str) -> ExitCode {
    match write(Path::new(file)) {
        Ok(name) => {
            let here = |problem: &&Problem| file.starts_with(&problem.file);
            let folder = custom::load(&folder_of(Path::new(file)), &[]);
            folder.problems.iter().filter(here).for_each(|problem| complain(&problem.to_string()));
            tell(&format!(
                "{file} holds the tool '{name}'. A server offers it when tools_path names its folder; \
                 the first lines of the file say how to try it.\n"
            ))
        }
        Err(error) => fail(&format!("no tool was written: {error}")),
    }
}

fn folder_of(file: &Path) -> PathBuf {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Makes the folder unless it is there.
fn make(folder: &Path) -> io::Result<()> {
    match plain().create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Makes folders that only their owner writes to: where a group may, as with the default of some systems,
/// the server would refuse them.
#[cfg(unix)]
fn plain() -> DirBuilder {
    let mut builder = DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o755);
    builder
}

/// Makes folders.
#[cfg(not(unix))]
fn plain() -> DirBuilder {
    DirBuilder::new()
}

/// Writes the file: the name of its tool.
fn write(file: &Path) -> Result<String, String> {
    let shown = file.display();
    let stem = file.file_name().and_then(|name| name.to_str()?.strip_suffix(".json"));
    let Some(stem) = stem.filter(|stem| !stem.starts_with(['_', '.'])) else {
        return Err(format!(
            "tools are read from files such as my_tool.json, whose name does not begin with '_' or '.'; \
             {shown} is none"
        ));
    };
    // A file may well be called find-jobs.json.
    let name = stem.replace(['-', '.', ' '], "_");
    if let Some(problem) = name_problem(&name) {
        return Err(format!("{shown} would hold the tool '{name}': {problem}"));
    }
    if tools::find(&name).is_some() {
        return Err(format!("'{name}' is a built-in tool; give the file another name"));
    }
    let folder = folder_of(file);
    make(&folder).map_err(|error| format!("the folder {}: {error}", folder.display()))?;
    let folder = folder.display().to_string();
    let quoted = format!("'{}'", folder.replace('\'', r"'\''"));
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let folder = if folder.chars().all(plain) { folder } else { quoted };
    // What stands in the file is a JSON text.
    let folder = serde_json::Value::from(folder).to_string();
    let text = START.replace("NAME", &name).replace("FOLDER", folder.trim_matches('"'));
    // The mode is as with the folder.
    match whole::create(file, text.as_bytes(), None, 0o644) {
        Ok(()) => Ok(name),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(format!("{shown} is there already; nothing is written over it"))
        }
        Err(error) => Err(format!("{shown}: {error}")),
    }
}
