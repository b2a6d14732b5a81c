//! A tool whose calls run a program.

use std::sync::LazyLock;
use std::time::Instant;

use serde_json::{Map, Value};

use super::gate;
use super::heard::{Heard, Progress};
use super::manifest::Program;
use super::relay::Relay;
use super::run::{Around, End, run};
use super::start::keep_secrets;
use super::trusted;
use crate::bindings::files::Manifest;
use crate::bindings::made::Act;
use crate::limits;
use crate::places::{self, Place, Places};
use crate::tools::Context;
use crate::tools::shown::{ErrorKind, Outcome, Output, ToolError};

/// Runs of all programs.
static RUNS: LazyLock<Places> = LazyLock::new(|| places(limits::PROGRAM_RUNS));

/// A tool whose calls run a program.
#[derive(Debug)]
pub struct Runner {
    pub(super) program: Program,
    /// Name of the tool.
    pub(super) tool: String,
    /// Whether it changes nothing.
    pub(super) reads: bool,
    /// What it gives back.
    pub(super) output: Output,
    /// What arguments are when callers leave them out.
    defaults: Map<String, Value>,
    /// Whether what it gives back was announced, so that it has to give something.
    pub(super) must_answer: bool,
    /// Runs of this program.
    runs: Places,
}

impl Runner {
    /// The tool of this manifest, which runs `program`.
    pub fn new(program: Program, manifest: &Manifest) -> Self {
        keep_to_ourselves();
        keep_secrets(&program);
        let runs = places(program.concurrent_runs);
        let object = manifest.output.as_ref().is_some_and(|output| output["type"] == "object");
        let default = |name: &str| Some((name.to_owned(), manifest.default_of(name)?.clone()));
        Self {
            defaults: manifest.arguments().filter_map(default).collect(),
            output: if object && !program.text { Output::Free } else { Output::Wrapped },
            program,
            tool: manifest.name.clone(),
            reads: manifest.says_read_only(),
            must_answer: manifest.output.is_some(),
            runs,
        }
    }

    /// In which form it gives what it gives, and how that is announced.
    pub fn output(&self, manifest: &Manifest) -> (Output, Option<Value>) {
        let output = manifest.output.clone();
        let schema = output.map(|output| match self.output {
            Output::Free => output,
            wrapped => {
                let mut schema = wrapped.schema(true);
                schema["properties"]["result"] = output;
                schema
            }
        });
        (self.output, schema)
    }
}

impl Act for Runner {
    /// Runs the program for a call.
    ///
    /// # Errors
    /// [`ErrorKind::Program`] when it fails, [`ErrorKind::Unknown`] when it was ended half-way,
    /// [`ErrorKind::Busy`] when too many run, and [`ErrorKind::Cancelled`].
    fn call(
        &self,
        context: &Context<'_>,
        arguments: &Map<String, Value>,
    ) -> Result<Outcome, ToolError> {
        places::resting(|| {
            let _one_of_its_runs = self.place(&self.runs, context)?;
            let _one_of_all = self.place(&RUNS, context)?;
            trusted::check(&self.program.file).map_err(|why| self.unusable(&why))?;
            let (end, heard) = self.run(context, self.told(arguments))?;
            self.judge(&end, &heard)
        })
    }
}

impl Runner {
    /// What the program is told: a line of JSON.
    fn told(&self, given: &Map<String, Value>) -> Vec<u8> {
        let mut arguments = self.defaults.clone();
        for (name, value) in given {
            if !(value.is_null() && arguments.contains_key(name)) {
                arguments.insert(name.clone(), value.clone());
            }
        }
        format!("{}\n", Value::Object(arguments)).into_bytes()
    }

    fn run(&self, context: &Context<'_>, told: Vec<u8>) -> Result<(End, Heard), ToolError> {
        let far = |far: Progress| context.host.progress(far.done, far.total, &far.message);
        let cancel = context.api.token();
        let alone = Around { cancel, url: None, far: &far, over: &|| () };
        let ran = if self.program.platform {
            let relay = Relay { api: context.api, tool: &self.tool, reads: self.reads };
            let ran = gate::with_platform(&relay, |url, over| {
                run(&self.program, told, &Around { url: Some(url), over, ..alone })
            });
            ran.map_err(|why| self.unusable(&format!("it cannot be given the platform: {why}")))?
        } else {
            run(&self.program, told, &alone)
        };
        ran.map_err(|error| self.unusable(&format!("it could not be started: {error}")))
    }

    /// A place for a run, waited for in turn.
    fn place(&self, places: &Places, context: &Context<'_>) -> Result<Place, ToolError> {
        let cancel = context.api.token();
        let until = Instant::now() + limits::WAITING_TIME;
        places.take(&places::caller(), until, || cancel.is_cancelled()).ok_or_else(|| match cancel
            .is_cancelled()
        {
            true => ToolError::cancelled(format!("{} was not run", self.tool)),
            false => ToolError::new(
                ErrorKind::Busy,
                format!(
                    "too many programs of this server run already; {} was not run, call again \
                         later",
                    self.tool
                ),
            ),
        })
    }

    fn unusable(&self, why: &str) -> ToolError {
        let message = format!("the program of {} was not run: {why}", self.tool);
        ToolError::new(ErrorKind::Program, message)
    }
}

fn places(most: usize) -> Places {
    Places::new(most, most, limits::WAITING_CALLS)
}

/// From now on no other process of this account can read what this one knows: programs run under the
/// same account, and its memory and environment hold the credentials.
fn keep_to_ourselves() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};

        if let Err(error) = set_dumpable_behavior(DumpableBehavior::NotDumpable) {
            log::warn!("programs can read the memory of this server: {error}");
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{DumpableBehavior, dumpable_behavior};

    #[test]
    fn no_other_process_of_the_account_may_look_into_this_one() {
        super::keep_to_ourselves();
        assert_eq!(dumpable_behavior(), Ok(DumpableBehavior::NotDumpable));
    }
}
