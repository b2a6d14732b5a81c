//! The folder of tools: which of its files count, and whether nobody else can have put them there.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::document::Problem;
use crate::limits;
use crate::stamp::Stamp;

/// A file of the folder.
#[derive(Debug)]
pub struct Text {
    /// The file, as messages name it.
    pub file: String,
    /// What it says.
    pub text: String,
}

/// What a folder holds.
#[derive(Debug, Default)]
pub struct Held {
    /// Its files, in the order of their names.
    pub texts: Vec<Text>,
    /// What is wrong with the folder and with files that were not read.
    pub problems: Vec<Problem>,
}

/// What changes when a file of a folder is changed, added or taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderStamp(Vec<(OsString, Option<Stamp>)>);

impl FolderStamp {
    /// Of the folder at `path`. Taken before the folder is read: a change in between is noticed, at
    /// worst once too often.
    pub fn of(path: &Path) -> Self {
        let names = names(path).unwrap_or_default();
        let stamp = |name: OsString| {
            let stamp = Stamp::of(&path.join(&name));
            (name, stamp)
        };
        Self(names.into_iter().map(stamp).collect())
    }
}

/// Reads the files of tools in the folder at `path`: every `*.json` whose name does not begin with `_`
/// or `.`.
pub fn read(path: &Path) -> Held {
    let mut held = Held::default();
    let folder = path.display().to_string();
    let mut whole = |what: String| held.problems.push(Problem::of(&folder, what));
    let metadata = match path.metadata() {
        Ok(metadata) if metadata.is_dir() => metadata,
        Ok(_) => {
            whole("tools_path must name the folder of the tools; this is a file".into());
            return held;
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            whole(
                "the folder that tools_path names is not there; make it, or correct tools_path \
                   (it is looked for in the working directory of the server)"
                    .into(),
            );
            return held;
        }
        Err(error) => {
            whole(format!("the folder that tools_path names cannot be looked at: {error}"));
            return held;
        }
    };
    if let Some(danger) = danger(path, &metadata) {
        whole(danger);
        return held;
    }
    let (names, real) = match (names(path), path.canonicalize()) {
        (Ok(names), Ok(real)) => (names, real),
        (Err(error), _) | (_, Err(error)) => {
            whole(format!("the folder that tools_path names cannot be read: {error}"));
            return held;
        }
    };
    let mut scripts = Vec::new();
    let mut bytes = 0;
    for name in names {
        let file = path.join(&name);
        if ends(&name, ".py") {
            scripts.push(file);
            continue;
        }
        let shown = file.display().to_string();
        match text(&file, &real) {
            Ok(text) => {
                bytes += text.len() as u64;
                held.texts.push(Text { file: shown, text });
            }
            Err(what) => held.problems.push(Problem::of(shown, what)),
        }
        if held.texts.len() > limits::TOOL_FILES || bytes > limits::TOOL_FILES_BYTES {
            held.texts.pop();
            let what = format!(
                "from this file on nothing is read: the folder holds more than {} files or {} MiB",
                limits::TOOL_FILES,
                limits::TOOL_FILES_BYTES >> 20
            );
            held.problems.push(Problem::of(file.display().to_string(), what));
            break;
        }
    }
    held.problems.extend(scripts.iter().filter_map(|script| unread(script, &held.texts)));
    held
}

/// The names of the files that count, in order, and of Python scripts.
fn names(path: &Path) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let name = entry?.file_name();
        let first = name.as_encoded_bytes().first();
        let counts = !matches!(first, Some(b'_' | b'.'));
        if counts && (ends(&name, ".json") || ends(&name, ".py")) {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn ends(name: &OsString, end: &str) -> bool {
    name.as_encoded_bytes().ends_with(end.as_bytes())
}

/// What to do with a tool of the Python server, unless one of our files uses it.
fn unread(script: &Path, texts: &[Text]) -> Option<Problem> {
    let name = script.file_name()?.to_string_lossy();
    if texts.iter().any(|text| text.text.contains(name.as_ref())) {
        return None;
    }
    let what = format!(
        "a tool of the Python server, which this server does not load. Declare what it does in a \
         file of JSON beside it, or let such a file run it as a program (docs/custom-tools.md); a \
         name that begins with '_' is passed over: '_{name}'"
    );
    Some(Problem { serious: false, ..Problem::of(script.display().to_string(), what) })
}

/// Reads a file that really stands in the folder.
fn text(file: &Path, folder: &Path) -> Result<String, String> {
    let unreadable = |error: io::Error| format!("this file cannot be read: {error}");
    let real: PathBuf = file.canonicalize().map_err(unreadable)?;
    if !real.starts_with(folder) {
        return Err(format!(
            "a link that leads out of the folder, to {}; put the file itself here",
            real.display()
        ));
    }
    // A pipe must not be opened: that waits for a writer.
    if !real.metadata().map_err(unreadable)?.is_file() {
        return Err("this is no file; only files can be tools".into());
    }
    let open = File::open(&real).map_err(unreadable)?;
    let metadata = open.metadata().map_err(unreadable)?;
    if let Some(danger) = danger(file, &metadata) {
        return Err(danger);
    }
    let mut bytes = Vec::new();
    open.take(limits::TOOL_FILE_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > limits::TOOL_FILE_BYTES {
        return Err(format!(
            "this file is larger than {} KiB; shorten its schema",
            limits::TOOL_FILE_BYTES >> 10
        ));
    }
    String::from_utf8(bytes).map_err(|_| "this file is not UTF-8; save it as UTF-8".into())
}

/// Who else can write to a file or folder, if anybody, and how to mend that. What may be written here is
/// done with the rights of this server on the platform.
#[cfg(unix)]
fn danger(path: &Path, metadata: &Metadata) -> Option<String> {
    use rustix::fs::{StatVfsMountFlags, statvfs};

    let mode = std::os::unix::fs::MetadataExt::mode(metadata);
    // Kubernetes mounts a ConfigMap writable by its mode and read-only all the same.
    let fixed =
        || statvfs(path).is_ok_and(|system| system.f_flag.contains(StatVfsMountFlags::RDONLY));
    (mode & 0o022 != 0 && !fixed()).then(|| {
        format!(
            "others may write to this and so make tools that act with the account of this server; \
             chmod go-w {}",
            path.display()
        )
    })
}

#[cfg(not(unix))]
fn danger(_path: &Path, _metadata: &Metadata) -> Option<String> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("tools-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(path.join("in")).expect("a folder");
        path
    }

    fn chmod(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    }

    fn write(path: &Path, text: &[u8]) {
        fs::write(path, text).expect("a file");
        chmod(path, 0o644);
    }

    #[test]
    fn files_that_count_are_read_in_order_and_the_others_are_told() {
        let outer = folder("order");
        let path = outer.join("in");
        for name in ["b.json", "a.json", "_c.json", ".d.json", "e.txt", "used.py"] {
            write(&path.join(name), b"{}");
        }
        write(&path.join("program.json"), br#"{"program": ["python3", "used.py"]}"#);
        write(&path.join("old.py"), b"");
        write(&path.join("bytes.json"), b"\xff");
        write(&path.join("large.json"), &vec![b' '; limits::TOOL_FILE_BYTES as usize + 1]);
        write(&path.join("shared.json"), b"{}");
        chmod(&path.join("shared.json"), 0o664);
        write(&outer.join("out.json"), b"{}");
        symlink("../out.json", path.join("out.json")).expect("a link");
        symlink("nowhere", path.join("broken.json")).expect("a link");
        symlink("a.json", path.join("z.json")).expect("a link");
        fs::create_dir(path.join("folder.json")).expect("a folder");
        let held = read(&path);
        let names: Vec<_> =
            held.texts.iter().map(|text| text.file.rsplit('/').next().unwrap_or("")).collect();
        assert_eq!(names, ["a.json", "b.json", "program.json", "z.json"]);
        let said: Vec<String> = held.problems.iter().map(ToString::to_string).collect();
        for (problem, (name, word)) in said.iter().zip([
            ("broken.json", "cannot be read"),
            ("bytes.json", "not UTF-8"),
            ("folder.json", "no file"),
            ("large.json", "larger than 256 KiB"),
            ("out.json", "leads out of the folder"),
            ("shared.json", "chmod go-w"),
            ("old.py", "Python"),
        ]) {
            assert!(problem.contains(name) && problem.contains(word), "{problem}: {name} {word}");
        }
        assert_eq!(said.len(), 7, "{said:?}");
        assert_eq!(held.problems.iter().filter(|problem| !problem.serious).count(), 1);
        let before = FolderStamp::of(&path);
        assert_eq!(before, FolderStamp::of(&path));
        write(&path.join("b.json"), b"{ }");
        assert_ne!(before, FolderStamp::of(&path));
        fs::remove_dir_all(outer).expect("it was there");
    }

    #[test]
    fn a_folder_that_is_none_is_told() {
        let path = folder("none");
        let file = path.join("file");
        write(&file, b"");
        chmod(&path.join("in"), 0o777);
        for (path, word) in [
            (path.join("absent"), "is not there"),
            (file, "this is a file"),
            (path.join("in"), "chmod go-w"),
        ] {
            let held = read(&path);
            assert_eq!((held.texts.len(), held.problems.len()), (0, 1));
            assert!(held.problems[0].what.contains(word), "{}", held.problems[0]);
        }
        fs::remove_dir_all(path).expect("it was there");
    }
}
