//! Tools that are declared in files: what files may say, and what their calls do on a platform.
#![cfg(unix)]

#[path = "declared/calls.rs"]
mod calls;
#[path = "declared/document.rs"]
mod document;
#[path = "declared/mistakes.rs"]
mod mistakes;
#[path = "declared/served.rs"]
mod served;
mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use itential_mcp::bindings::custom::{self, Custom};
use itential_mcp::cancel::CancelToken;
use itential_mcp::config::{self, Sources};
use itential_mcp::platform::Client;
use itential_mcp::tools::shown::{Outcome, ToolError};
use itential_mcp::tools::{Callable as _, Context, Host};
use serde_json::{Value, json};

/// A folder of tools, gone with this.
pub struct Folder(PathBuf);

impl Folder {
    /// With these files.
    pub fn new(files: &[(&str, &str)]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("declared-{}-{number}", std::process::id());
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&path).expect("a folder");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("permissions");
        let folder = Self(path);
        for (name, text) in files {
            folder.write(name, text);
        }
        folder
    }

    /// Puts a file there.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.0.join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(path, fs::Permissions::from_mode(0o644)).expect("permissions");
    }

    /// What it gives.
    pub fn load(&self) -> Custom {
        custom::load(&self.0, &["bound"])
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Files that hold this tool, whose name, description and requests' frame are filled in.
pub fn tool(text: &str) -> Folder {
    let mut tool: Value = serde_json::from_str(text).expect("good JSON");
    for key in ["name", "description"] {
        if tool.get(key).is_none() {
            tool[key] = "tried".into();
        }
    }
    Folder::new(&[("tool.json", &format!("{tool:#}"))])
}

/// The host of a call, which keeps its progress.
#[derive(Default)]
pub struct Seen(pub Mutex<Vec<(f64, Option<f64>)>>);

impl Host for Seen {
    fn progress(&self, done: f64, total: Option<f64>, _message: &str) {
        self.0.lock().expect("no panic").push((done, total));
    }

    fn log(&self, _level: log::Level, _message: &str) {}

    fn confirm(&self, _question: &str) -> Result<(), ToolError> {
        Ok(())
    }
}

/// Calls the one tool of a folder, whose file must be sound.
pub fn call(
    platform: &support::Platform,
    folder: &Folder,
    arguments: Value,
) -> Result<Outcome, ToolError> {
    let loaded = folder.load();
    let said: Vec<String> = loaded.problems.iter().map(ToString::to_string).collect();
    assert!(said.is_empty(), "{said:#?}");
    let mut settings = config::load(&Sources::default()).expect("defaults").config.platform;
    settings.host = "127.0.0.1".parse().expect("a host");
    settings.port = Some(platform.port);
    settings.disable_tls = true;
    let client = Client::new(&settings).expect("a client");
    let (token, host) = (CancelToken::new(), Seen::default());
    let api = client.api(&token);
    let context = Context { api, host: &host, max_items: Some(100), max_bytes: None };
    let given = arguments.as_object().cloned().unwrap_or_default();
    let tool = &loaded.tools[0];
    let read = tool.check(&given)?;
    tool.call(&context, &read)
}

/// A call that gives this.
#[track_caller]
pub fn gives(platform: &support::Platform, folder: &Folder, arguments: Value) -> Outcome {
    call(platform, folder, arguments).unwrap_or_else(|error| panic!("{error}"))
}

/// A call that fails with these words.
#[track_caller]
pub fn fails(platform: &support::Platform, folder: &Folder, arguments: Value, words: &[&str]) {
    let error = call(platform, folder, arguments).expect_err("it fails").to_string();
    for word in words {
        assert!(error.contains(word), "'{word}' is not in: {error}");
    }
}

/// What the platform was sent by `method` at `path`.
pub fn sent(platform: &support::Platform, method: &str, path: &str) -> Vec<Value> {
    let all = platform.requests().into_iter();
    all.filter(|request| request["method"] == method && request["path"] == path).collect()
}

#[test]
fn a_tool_says_of_itself_what_its_file_says() {
    let folder = Folder::new(&[
        (
            "a.json",
            r#"{"//": ["Any key that begins so", "is a comment"],
                "name": "find_device", "description": "Find a device. Next: x.", "tags": ["b", "a"],
                "input": {"properties": {"name": {"type": "string", "//": "not shown"}}, "required": ["name"]},
                "requests": [{"path": "/x/{name}", "//": 1}]}"#,
        ),
        (
            "b.json",
            r#"{"name": "start_it", "title": "Start It!", "description": "x", "idempotent": true,
                "open_world": false, "output": {"type": "object"},
                "requests": [{"method": "POST", "path": "/x"}]}"#,
        ),
        (
            "c.json",
            r#"{"name": "get_jobs", "replaces": true, "description": "x",
                "requests": [{"path": "/x", "pages": {"by": "skip"}}]}"#,
        ),
    ]);
    let Custom { tools, problems, .. } = folder.load();
    assert!(problems.is_empty(), "{problems:?}");
    let [find, start, jobs] = tools.as_slice() else { panic!("three of them") };
    assert_eq!(find.title, "Find Device");
    assert_eq!(find.tags, ["a", "b", "custom", "default", "find_device"]);
    assert!(find.hints.read_only && find.hints.idempotent && !find.hints.destructive);
    assert!(!find.input.announced().to_string().contains("//"), "{}", find.input.announced());
    assert_eq!(find.output_schema(false)["required"], Value::Null);
    assert_eq!(start.title, "Start It!");
    assert!(start.hints.destructive && !start.hints.read_only && !start.hints.open_world);
    assert_eq!(start.output_schema(false), json!({"type": "object"}));
    assert_eq!(jobs.input.names().collect::<Vec<_>>(), ["limit", "offset"]);
    assert_eq!(jobs.output_schema(false)["properties"]["result"], json!({"type": "array"}));
}
