//! Machines that are not as one wishes: nowhere to write, no names, no IPv4, little of everything, a wrong
//! clock, damaged files, and starts that come twice. Each is made with namespaces where the system allows
//! it, and the part that it does not allow is said.

#![cfg(target_os = "linux")]

#[path = "machines/files.rs"]
mod files;
#[path = "machines/little.rs"]
mod little;
#[path = "machines/network.rs"]
mod network;
mod support;
#[path = "machines/twice.rs"]
mod twice;

use std::process::{Command, Output};

use support::machine::has;
use support::scratch::Scratch;
use support::{program, shell};

/// What a program came to.
struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl Ended {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let code = output.status.code().unwrap_or(-1);
        Self { code, out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// It ended well.
    #[track_caller]
    fn well(self) -> Self {
        assert_eq!(self.code, 0, "{}{}", self.out, self.err);
        self
    }

    /// It ended with this code, and one of its errors holds all of this.
    #[track_caller]
    fn failed(self, code: i32, parts: &[&str]) -> Self {
        assert_eq!(self.code, code, "{}{}", self.out, self.err);
        let errors = self.err.lines().filter(|line| line.contains("ERROR: "));
        let told = |line: &&str| parts.iter().all(|part| line.contains(part));
        assert!(errors.clone().any(|line| told(&line)), "no {parts:?}: {}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }
}

/// Runs these commands, which know the program as `$P`, in namespaces of these options of unshare. None
/// where the system has no such thing.
fn apart(options: &[&str], commands: &str) -> Option<Ended> {
    let mut command = namespaces(options)?;
    command.args(["sh", "-ec", commands]);
    Some(Ended::of(&command.output().expect("unshare starts")))
}

/// What comes behind it runs in namespaces of these options.
fn namespaces(options: &[&str]) -> Option<Command> {
    let mounts = options.iter().any(|option| option.contains('m'));
    let with = |more: &[&str]| {
        let plain = program();
        let mut command = Command::new("unshare");
        for (name, value) in plain.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.env("P", plain.get_program()).args(more).args(options);
        if mounts {
            command.args(["--propagation", "private"]);
        }
        command
    };
    for more in [&[][..], &["-r"]] {
        if with(more).arg("true").output().is_ok_and(|output| output.status.success()) {
            return Some(with(more));
        }
    }
    eprintln!("SKIPPED: no namespaces here ({options:?})");
    None
}

/// Whether this machine has these programs; says so when it has not.
fn has_all(names: &[&str]) -> bool {
    let missing: Vec<_> = names.iter().filter(|name| !has(name)).collect();
    if !missing.is_empty() {
        eprintln!("SKIPPED: {missing:?} not installed");
    }
    missing.is_empty()
}

/// Runs commands that find the program by its name, in a folder.
fn here(scratch: &Scratch, commands: &str) -> Ended {
    let output = shell(commands).current_dir(scratch.path()).output();
    Ended::of(&output.expect("there is a shell"))
}
