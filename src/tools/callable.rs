//! What can be offered to clients and called: a row of the table, or a tool made from configuration.

use serde_json::{Map, Value, json};

use super::context::Context;
use super::row::{Area, Hints, Run, Tasking, Tool};
use super::shown::{Outcome, Output, ToolError};
use super::told::{Arguments, Presence, input_schema};

/// A tool that can be offered and called.
pub trait Callable: Send + Sync {
    /// Name on the wire.
    fn name(&self) -> &str;

    /// Name for people.
    fn title(&self) -> &str;

    /// What it does. The first sentence stands alone.
    fn description(&self) -> &str;

    /// Where it belongs.
    fn area(&self) -> &'static Area;

    /// What a client may assume about calling it.
    fn hints(&self) -> Hints;

    /// Every tag of it, sorted: its area's, its name and others.
    fn tags(&self) -> Vec<&str>;

    /// Whether a call may go on as a task after its answer.
    fn tasking(&self) -> Tasking;

    /// What it gives back.
    fn output(&self) -> Output;

    /// What it may be told: name, and whether that must be given.
    fn parameters(&self) -> Vec<(&str, bool)>;

    /// The JSON Schema of its arguments. `described` adds what they mean.
    fn input_schema(&self, described: bool) -> Value;

    /// The JSON Schema of its structured content. `described` adds what the fields mean: in a list of
    /// tools that is left out, for it costs every client and few show it.
    fn output_schema(&self, described: bool) -> Value;

    /// The arguments of a call, read as they are meant.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    fn check<'a>(&'a self, given: &'a Map<String, Value>) -> Result<Arguments<'a>, ToolError>;

    /// Runs it with arguments that have passed [`Callable::check`].
    ///
    /// # Errors
    /// What went wrong, told to the model.
    fn call(&self, context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError>;

    /// The first sentence of the description.
    fn summary(&self) -> &str {
        let description = self.description();
        description.find(". ").map_or(description, |end| &description[..=end])
    }

    /// The entry of `tools/list`. `slim` keeps what a model needs to choose and call the tool: the
    /// first sentence of the description, the parameters, and whether it is safe.
    fn definition(&self, slim: bool) -> Map<String, Value> {
        let mut entry = Map::new();
        entry.insert("name".into(), json!(self.name()));
        if slim {
            entry.insert("description".into(), json!(self.summary()));
            entry.insert("inputSchema".into(), self.input_schema(false));
            entry.insert("annotations".into(), self.hints().short());
            return entry;
        }
        entry.insert("title".into(), json!(self.title()));
        entry.insert("description".into(), json!(self.description()));
        entry.insert("inputSchema".into(), self.input_schema(true));
        entry.insert("outputSchema".into(), self.output_schema(false));
        entry.insert("annotations".into(), self.hints().annotations());
        entry
    }
}

impl Callable for Tool {
    fn name(&self) -> &str {
        self.name
    }

    fn title(&self) -> &str {
        self.title
    }

    fn description(&self) -> &str {
        self.description
    }

    fn area(&self) -> &'static Area {
        self.area
    }

    fn hints(&self) -> Hints {
        self.hints
    }

    fn tags(&self) -> Vec<&str> {
        self.all_tags()
    }

    fn tasking(&self) -> Tasking {
        self.tasking
    }

    fn output(&self) -> Output {
        match self.run {
            Run::List(list) if list.under.is_empty() => Output::List(list.shape),
            _ => self.output,
        }
    }

    fn parameters(&self) -> Vec<(&str, bool)> {
        self.all_parameters().map(|p| (p.name, p.presence == Presence::Required)).collect()
    }

    fn input_schema(&self, described: bool) -> Value {
        input_schema(self.all_parameters(), described)
    }

    /// With what stands beside a list in an object.
    fn output_schema(&self, described: bool) -> Value {
        let mut schema = self.output().schema(described);
        if let (Run::List(list), Some(properties)) = (self.run, schema.get_mut("properties"))
            && !list.under.is_empty()
        {
            properties["total"] = json!({"type": "integer"});
        }
        schema
    }

    fn check<'a>(&'a self, given: &'a Map<String, Value>) -> Result<Arguments<'a>, ToolError> {
        Arguments::check(self.all_parameters(), given)
    }

    fn call(&self, context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
        match self.run {
            Run::List(list) => list.read(context, arguments),
            Run::Code(run) => run(context, arguments),
        }
    }
}
