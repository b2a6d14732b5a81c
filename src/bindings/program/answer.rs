//! What a run means for whoever called the tool.

use std::process::ExitStatus;

use serde_json::{Value, json};

use super::Runner;
use super::heard::Heard;
use super::run::End;
use crate::tools::shown::{ErrorKind, Outcome, ToolError};
use crate::{json, limits, observe};

impl Runner {
    /// The result of a run that ended so, or why there is none.
    pub(super) fn judge(&self, end: &End, heard: &Heard) -> Result<Outcome, ToolError> {
        let words = heard.last_words();
        if !words.is_empty() {
            log::info!("{}: the program wrote to standard error: {words}", self.tool);
        }
        let seconds = self.program.time.as_secs();
        let why = match (heard.flooded(), end) {
            (Some((stream, most)), _) => {
                let kib = most >> 10;
                format!("it wrote more than {kib} KiB to {stream} and was ended")
            }
            (_, End::Cancelled) => {
                let message = format!("the program of {} was ended with its call", self.tool);
                return Err(ToolError::cancelled(message));
            }
            (_, End::Stopping) => "it was ended because this server stops; call again later".into(),
            (_, End::TimedOut) => {
                format!("it did not end within {seconds} seconds and was ended")
            }
            (_, End::Lost) => "it does not end, although it was told to; tell the operator".into(),
            (_, End::Flooded) => "it wrote too much and was ended".into(),
            (None, End::Exited(status)) if status.success() => return self.read(heard),
            (None, End::Exited(status)) => {
                let why = self.exit(*status, heard);
                return Err(self.failed(ErrorKind::Program, &why, &words));
            }
        };
        // It was stopped half-way.
        let kind = if self.reads { ErrorKind::Program } else { ErrorKind::Unknown };
        let why = match self.reads {
            true => why,
            false => format!("{why}; what it had done by then stays done"),
        };
        Err(self.failed(kind, &why, &words))
    }

    /// A failure of the program, with what it said last.
    fn failed(&self, kind: ErrorKind, why: &str, words: &str) -> ToolError {
        let said = match words {
            "" => "; it wrote nothing to standard error".to_owned(),
            words => format!("; the end of its standard error:\n{words}"),
        };
        ToolError::new(kind, format!("the program of {} failed: {why}{said}", self.tool))
    }

    /// How a program ended that failed.
    fn exit(&self, status: ExitStatus, heard: &Heard) -> String {
        #[cfg(target_os = "linux")]
        if status.code() == Some(super::start::NOT_STARTED.0)
            && let Some(why) = heard.last_words().strip_prefix(super::start::NOT_STARTED.1)
        {
            return format!("it could not be started: {why}");
        }
        let _ = heard;
        match status.code() {
            Some(code) => format!("it ended with exit code {code}"),
            None => {
                let memory = self.program.memory;
                format!("{}; each of its processes may take {memory} MiB of memory", signal(status))
            }
        }
    }

    /// What a program printed that ended well.
    fn read(&self, heard: &Heard) -> Result<Outcome, ToolError> {
        let printed = heard.output.trim_ascii();
        let free = !self.output.wrapped();
        if printed.is_empty() {
            if self.must_answer {
                return Err(self.odd("printed nothing, although the tool announces a result"));
            }
            let nothing = if free { json!({}) } else { Value::Null };
            return Ok(
                Outcome::from(nothing).with_note("The program ended well and printed nothing.")
            );
        }
        let value = if self.program.text {
            Value::String(String::from_utf8_lossy(printed).into_owned())
        } else {
            json::parse(printed).map_err(|error| {
                let text = String::from_utf8_lossy(printed);
                let shown = observe::brief(&text, limits::SHOWN_LINE_CHARS);
                self.odd(&format!(
                    "printed something that is not JSON ({error}): {shown}; a program that prints \
                     text has \"text\": true in its manifest"
                ))
            })?
        };
        if free && !value.is_object() {
            return Err(
                self.odd("printed JSON that is no object, which is what the tool announces")
            );
        }
        Ok(value.into())
    }

    fn odd(&self, what: &str) -> ToolError {
        let message = format!("the program of {} ended well but {what}", self.tool);
        ToolError::new(ErrorKind::Program, message)
    }
}

/// By which signal a program ended.
#[cfg(unix)]
fn signal(status: ExitStatus) -> String {
    use rustix::process::Signal;
    use std::os::unix::process::ExitStatusExt;

    let number = status.signal().unwrap_or_default();
    let known = [
        (Signal::HUP, "SIGHUP"),
        (Signal::INT, "SIGINT"),
        (Signal::QUIT, "SIGQUIT"),
        (Signal::ILL, "SIGILL"),
        (Signal::ABORT, "SIGABRT"),
        (Signal::BUS, "SIGBUS"),
        (Signal::FPE, "SIGFPE"),
        (Signal::KILL, "SIGKILL"),
        (Signal::SEGV, "SIGSEGV"),
        (Signal::PIPE, "SIGPIPE"),
        (Signal::TERM, "SIGTERM"),
        (Signal::XCPU, "SIGXCPU"),
    ];
    let name = known.iter().find(|(signal, _)| signal.as_raw() == number);
    match name {
        Some((_, name)) => format!("it was ended by signal {number} ({name})"),
        None => format!("it was ended by signal {number}"),
    }
}

#[cfg(not(unix))]
fn signal(status: ExitStatus) -> String {
    format!("it was ended: {status}")
}
