//! What a manifest says of a program: the object under `program`.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::trusted;
use crate::bindings::files::{Key, Part};
use crate::limits;

/// The keys of a program.
pub const KEYS: &[Key] = &[
    (
        "command",
        "The program's file, absolute or from the manifest's folder, then its arguments; required",
    ),
    ("environment", "Variables it sees: NAME passes one of this server on, NAME=value sets one"),
    ("timeout", "Seconds a run may take, up to 3600; otherwise 60"),
    ("memory", "MiB of memory that each of its processes may take, on Linux; otherwise 1024"),
    ("concurrent_runs", "Runs of it at the same time, up to 16; otherwise 4"),
    ("platform", "true: it may use the platform, with the rights of whoever calls the tool"),
    ("text", "true: it prints text; otherwise JSON"),
];

/// Variables of this server, passwords among them.
const OWN: &str = "ITENTIAL_MCP_";

/// A program that a tool runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The file that is run; an absolute path.
    pub file: PathBuf,
    /// What it is given on its command line.
    pub words: Vec<String>,
    /// The variables that it sees.
    pub environment: Vec<Variable>,
    /// How long a run may take.
    pub time: Duration,
    /// MiB of memory that each of its processes may take.
    pub memory: usize,
    /// Runs at the same time.
    pub concurrent_runs: usize,
    /// Whether it may use the platform, with the rights of the caller.
    pub platform: bool,
    /// Whether it prints text rather than JSON.
    pub text: bool,
}

/// A variable of a program's environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variable {
    /// Passed on from this server's own environment, if it is there.
    Passed(String),
    /// With this value.
    Set(String, String),
}

impl Program {
    /// Reads the object of a manifest that lies in `folder`. None: something is wrong with it, which
    /// is noted.
    pub fn read(object: &Part<'_>, folder: &Path) -> Option<Self> {
        object.object(KEYS)?;
        let number = |key: &str, (least, most), default| match object.get(key) {
            Some(part) => part.number(least, most),
            None => Some(default),
        };
        let flag = |key: &str| object.get(key).and_then(|part| part.flag()).unwrap_or_default();
        let environment = object.get("environment").map(|part| environment(&part));
        let time = number("timeout", (1, limits::PROGRAM_TIME_MAX), limits::PROGRAM_TIME);
        let memory = number("memory", limits::PROGRAM_MEMORY_RANGE, limits::PROGRAM_MEMORY);
        let runs = (1, limits::PROGRAM_RUNS);
        let concurrent_runs = number("concurrent_runs", runs, limits::PROGRAM_RUNS_EACH);
        let (platform, text) = (flag("platform"), flag("text"));
        let Some(command) = object.get("command") else {
            object.wrong("'command' is missing: the program's file, then its arguments, in a list");
            return None;
        };
        let mut words = words(&command).into_iter();
        let Some(file) = words.next().filter(|file| !file.is_empty()) else {
            command.wrong("the first part of a command is the program's file");
            return None;
        };
        // Nobody looks for it on a search path, which could lead elsewhere tomorrow.
        let file = std::path::absolute(folder.join(file)).ok()?;
        if let Err(problem) = trusted::check(&file) {
            command.wrong(problem);
            return None;
        }
        object.is_sound().then_some(Self {
            file,
            words: words.collect(),
            environment: environment.unwrap_or_default(),
            time: Duration::from_secs(time? as u64),
            memory: memory?,
            concurrent_runs: concurrent_runs?,
            platform,
            text,
        })
    }
}

/// A list of what can be passed to a program.
fn words(part: &Part<'_>) -> Vec<String> {
    let items = part.items().unwrap_or_default();
    if items.len() > limits::PROGRAM_WORDS {
        part.wrong(format!("more than {} parts; move some into a script", limits::PROGRAM_WORDS));
    }
    let word = |item: Part<'_>| match item.value.as_str() {
        Some(word) if !word.contains('\0') => Some(word.to_owned()),
        _ => item.misread("a text without NUL characters"),
    };
    items.into_iter().map(|item| word(item).unwrap_or_default()).collect()
}

fn environment(part: &Part<'_>) -> Vec<Variable> {
    let variable = |text: String| match text.split_once('=') {
        Some((name, value)) => Variable::Set(name.to_owned(), value.to_owned()),
        None => Variable::Passed(text),
    };
    let variables: Vec<Variable> = words(part).into_iter().map(variable).collect();
    for variable in &variables {
        let (Variable::Passed(name) | Variable::Set(name, _)) = variable;
        if name.is_empty() {
            part.wrong("a variable is NAME, to pass it on, or NAME=value");
        } else if name.to_ascii_uppercase().starts_with(OWN) {
            part.wrong(format!(
                "{name} is a setting of this server and stays here; a program that needs the \
                 platform says \"platform\": true"
            ));
        }
    }
    variables
}

#[cfg(all(test, unix))]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::bindings::files::Document;

    fn read(object: &Value) -> (Option<Program>, Vec<String>) {
        let document = Document::read("t.json".into(), object.to_string()).expect("good JSON");
        let program = Program::read(&document.root(), Path::new("/bin"));
        (program, document.problems().into_iter().map(|problem| problem.what).collect())
    }

    #[test]
    fn a_command_is_enough() {
        let (program, problems) = read(&json!({"command": ["sh", "-c", ""]}));
        let program = program.unwrap_or_else(|| panic!("{problems:?}"));
        assert_eq!((program.file.as_path(), program.words.len()), (Path::new("/bin/sh"), 2));
        assert_eq!(
            (program.time.as_secs(), program.memory, program.concurrent_runs),
            (60, 1024, 4)
        );
        assert!(!program.platform && !program.text && program.environment.is_empty());
    }

    #[test]
    fn everything_can_be_said() {
        let (program, problems) = read(&json!({
            "command": ["/bin/sh"], "environment": ["LANG", "A=b=c", "EMPTY="], "timeout": 3600,
            "memory": 64, "concurrent_runs": 1, "platform": true, "text": true,
        }));
        let program = program.unwrap_or_else(|| panic!("{problems:?}"));
        let set = |name: &str, value: &str| Variable::Set(name.to_owned(), value.to_owned());
        let passed = Variable::Passed("LANG".into());
        assert_eq!(program.environment, [passed, set("A", "b=c"), set("EMPTY", "")]);
        assert_eq!(
            (program.time.as_secs(), program.memory, program.concurrent_runs),
            (3600, 64, 1)
        );
        assert!(program.platform && program.text);
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let (program, problems) = read(&json!({
            "comand": ["sh"], "environment": ["=x", "itential_mcp_platform_password", 1],
            "timeout": 0, "memory": 1.5, "concurrent_runs": 17, "platform": "yes",
        }));
        assert_eq!(program, None);
        let said = problems.join("\n");
        for part in [
            "'comand' is no key of this; did you mean 'command'?",
            "'command' is missing",
            "a variable is NAME",
            "itential_mcp_platform_password is a setting of this server",
            "'environment/2' must be a text",
            "'timeout' must be a whole number from 1 to 3600",
            "'memory' must be a whole number from 16",
            "'concurrent_runs' must be a whole number from 1 to 16",
            "'platform' must be true or false",
        ] {
            assert!(said.contains(part), "{part}: {said}");
        }
        for (odd, word) in [
            (json!([]), "the first part"),
            (json!([""]), "the first part"),
            (json!("ls"), "a list"),
            (json!([1]), "a text"),
            (json!(["sh", "a\0b"]), "NUL"),
            (json!(["no-such-program"]), "there is no file /bin/no-such-program"),
            (json!(["."]), "is no file"),
        ] {
            let (program, problems) = read(&json!({"command": odd}));
            assert!(program.is_none() && problems[0].contains(word), "{odd}: {problems:?}");
        }
    }
}
