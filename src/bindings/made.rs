//! A tool that was made from configuration.

use std::fmt;

use serde_json::{Map, Value};

use crate::tools::shown::{Outcome, Output, ToolError};
use crate::tools::told::{Arguments, Input};
use crate::tools::{Area, Callable, Context, Hints, Tasking};

/// A tool that was made from configuration.
pub struct MadeTool {
    /// Name on the wire.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What it does. The first sentence stands alone.
    pub description: String,
    /// Where it belongs.
    pub area: &'static Area,
    /// Every tag of it, sorted, its area's and its name included.
    pub tags: Vec<String>,
    /// What a client may assume about calling it.
    pub hints: Hints,
    /// What it takes.
    pub input: Input,
    /// What it gives back.
    pub output: Output,
    /// What is announced instead of what `output` says.
    pub output_schema: Option<Value>,
    /// Whether a call may go on as a task after its answer.
    pub tasking: Tasking,
    /// What it does.
    pub act: Box<dyn Act>,
}

/// What a made tool does.
pub trait Act: Send + Sync {
    /// Does it, with arguments that fit its input.
    ///
    /// # Errors
    /// What went wrong, told to the model.
    fn call(
        &self,
        context: &Context<'_>,
        arguments: &Map<String, Value>,
    ) -> Result<Outcome, ToolError>;
}

impl MadeTool {
    /// The tags of a tool of this area and name with these beside, each once and sorted.
    pub fn tags_of(
        area: &Area,
        name: &str,
        others: impl IntoIterator<Item = String>,
    ) -> Vec<String> {
        let mut tags: Vec<String> = [area.tag.to_owned(), name.to_owned()].into();
        tags.extend(others);
        tags.sort_unstable();
        tags.dedup();
        tags
    }
}

impl Callable for MadeTool {
    fn name(&self) -> &str {
        &self.name
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn description(&self) -> &str {
        &self.description
    }

    fn area(&self) -> &'static Area {
        self.area
    }

    fn hints(&self) -> Hints {
        self.hints
    }

    fn tags(&self) -> Vec<&str> {
        self.tags.iter().map(String::as_str).collect()
    }

    fn tasking(&self) -> Tasking {
        self.tasking
    }

    fn output(&self) -> Output {
        self.output
    }

    fn parameters(&self) -> Vec<(&str, bool)> {
        let required = self.input.announced().get("required").and_then(Value::as_array);
        let must = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
        self.input.names().map(|name| (name, must(name))).collect()
    }

    fn input_schema(&self, described: bool) -> Value {
        match described {
            true => self.input.announced().clone(),
            false => self.input.undescribed(),
        }
    }

    fn output_schema(&self, described: bool) -> Value {
        self.output_schema.clone().unwrap_or_else(|| self.output.schema(described))
    }

    fn check<'a>(&'a self, given: &'a Map<String, Value>) -> Result<Arguments<'a>, ToolError> {
        self.input.read(given)
    }

    fn call(&self, context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
        self.act.call(context, &arguments.clone().into_object())
    }
}

impl fmt::Debug for MadeTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MadeTool").field("name", &self.name).finish_non_exhaustive()
    }
}
