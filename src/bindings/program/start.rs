//! How a program is started.
//!
//! On Linux this very executable is started in its place: it puts its bounds upon itself and then
//! becomes the program ([`become_program`]), so that no instruction of it runs without them.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::manifest::{Program, Variable};
use crate::observe;

/// The name under which this executable is started to become a program.
#[cfg(all(target_os = "linux", not(test)))]
const STARTER: &str = "itential-mcp: program";

/// How a process ends that could not become its program, and how its line on standard error begins.
#[cfg(target_os = "linux")]
pub const NOT_STARTED: (i32, &str) = (127, "itential-mcp: not started: ");

/// The variable that tells a program where the platform is.
const PLATFORM_URL: &str = "ITENTIAL_PLATFORM_URL";

/// Starts the program in this folder, where it is told the address of the platform, if any, and as the first of a
/// group of processes. Its three standard streams are pipes; it inherits nothing else.
///
/// # Errors
/// When there is no such file, or the system starts no process.
pub fn start(program: &Program, folder: &Path, url: Option<&str>) -> io::Result<Child> {
    let mut command = command(program);
    command.env_clear().current_dir(folder).envs(url.map(|url| (PLATFORM_URL, url)));
    for variable in &program.environment {
        match variable {
            Variable::Set(name, value) => _ = command.env(name, value),
            Variable::Passed(name) => _ = command.envs(passed(name).map(|value| (name, value))),
        }
    }
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

/// Masks from now on what the program is given under names of secrets: what it prints of that, in an
/// error for instance, reaches nobody.
pub fn keep_secrets(program: &Program) {
    for variable in &program.environment {
        let (name, value) = match variable {
            Variable::Set(name, value) => (name, Some(value.clone())),
            Variable::Passed(name) => {
                (name, passed(name).and_then(|value| value.into_string().ok()))
            }
        };
        let Some(value) = value else { continue };
        let told = format!("{name}={value}");
        if observe::redact(&told) != told {
            observe::keep(&value);
        }
    }
}

/// The value that this server has for a variable.
fn passed(name: &str) -> Option<OsString> {
    // The standard library panics for names that no variable can have.
    let possible = !name.is_empty() && !name.contains(['=', '\0']);
    possible.then(|| std::env::var_os(name)).flatten()
}

#[cfg(all(target_os = "linux", not(test)))]
fn command(program: &Program) -> Command {
    // Also after the file of this executable was replaced.
    let mut command = Command::new("/proc/self/exe");
    std::os::unix::process::CommandExt::arg0(&mut command, STARTER);
    command.args([std::process::id().to_string(), (program.memory << 20).to_string()]);
    command.arg(&program.file).args(&program.words);
    command
}

#[cfg(not(all(target_os = "linux", not(test))))]
fn command(program: &Program) -> Command {
    let mut command = Command::new(&program.file);
    command.args(&program.words);
    command
}

/// Becomes the program of a run, when this process was started for that. Otherwise returns nothing.
#[cfg(all(target_os = "linux", not(test)))]
pub fn become_program() -> Option<std::process::ExitCode> {
    use std::os::unix::process::CommandExt;

    let mut words = std::env::args_os();
    if words.next().is_none_or(|name| name != STARTER) {
        return None;
    }
    let mut number = || words.next().and_then(|word| word.to_str()?.parse::<u64>().ok());
    let (server, memory) = (number(), number());
    let (code, begin) = NOT_STARTED;
    let why = match (server, memory, words.next()) {
        (Some(server), Some(memory), Some(file)) => match bound(server, memory) {
            Ok(()) => Command::new(file).args(words).exec().to_string(),
            Err(error) => error.to_string(),
        },
        _ => "this name is for the server alone".to_owned(),
    };
    eprint!("{begin}{why}");
    Some(std::process::ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX)))
}

/// Nothing is started in place of a program here.
#[cfg(not(all(target_os = "linux", not(test))))]
pub fn become_program() -> Option<std::process::ExitCode> {
    None
}

/// Puts the bounds of a program upon this process.
#[cfg(all(target_os = "linux", not(test)))]
fn bound(server: u64, memory: u64) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, Signal, getppid, set_parent_process_death_signal};

    // It does not outlive a server that is killed.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let parent = getppid().map_or(0, |parent| parent.as_raw_pid());
    if i64::from(parent) != i64::try_from(server).unwrap_or(0) {
        return Err(io::Error::other("the server has gone"));
    }
    // What it wrote there would hold its arguments.
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    rustix::process::setrlimit(Resource::Core, none)?;
    // What it may write to: interpreters reserve many times that and never use it.
    let most = Rlimit { current: Some(memory), maximum: Some(memory) };
    rustix::process::setrlimit(Resource::Data, most)?;
    Ok(())
}
