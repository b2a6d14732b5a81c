//! A tool that is declared by its requests.

use serde_json::{Map, Value, json};

use super::request::Request;
use super::run::{Running, Window};
use super::scope::Scope;
use super::template::Template;
use crate::bindings::files::{Manifest, Part, kind};
use crate::bindings::made::Act;
use crate::limits;
use crate::tools::Context;
use crate::tools::asked::{Change, change};
use crate::tools::shown::{Outcome, Output, ToolError};

/// The arguments that choose a part of a list: name, least, what it is.
const WINDOW: &[(&str, u64, &str)] =
    &[("limit", 1, "Maximum of items"), ("offset", 0, "Number to skip")];

/// What a declared tool does.
#[derive(Debug)]
pub struct Declared {
    name: String,
    defaults: Map<String, Value>,
    requests: Vec<Request>,
    result: Option<Template>,
    /// Whether it promises an object.
    object: bool,
    /// Whether it writes what it made of what it read, which must not change in between.
    builds: bool,
}

impl Declared {
    /// Reads the requests of a tool, and what it makes of their answers; what is wrong is noted.
    pub fn read(
        manifest: &Manifest,
        requests: &Part<'_>,
        result: Option<&Part<'_>>,
    ) -> Option<Self> {
        let parts = requests.items()?;
        if parts.is_empty() || parts.len() > limits::TOOL_REQUESTS {
            let most = limits::TOOL_REQUESTS;
            requests.wrong(format!("a tool has 1 to {most} requests, not {}", parts.len()));
            return None;
        }
        let arguments: Vec<String> = manifest.arguments().map(str::to_owned).collect();
        let name = |part: &Part<'_>| part.value.get("name")?.as_str().map(str::to_owned);
        let names: Vec<String> = parts.iter().map(|part| name(part).unwrap_or_default()).collect();
        let always = |name: &str| {
            !arguments.iter().any(|argument| argument == name) || manifest.always_has(name)
        };
        let mut read = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let (before, later) = names.split_at(at);
            let own = names[at].as_str();
            if !own.is_empty() && arguments.iter().chain(before).any(|known| known == own) {
                part.wrong(format!(
                    "'{own}' is the name of an argument or an earlier request already"
                ));
            }
            let scope = Scope { arguments: &arguments, before, later, each: false };
            let Some(request) = Request::read(part, &scope) else { continue };
            for argument in request.unsure(&always) {
                part.wrong(format!(
                    "the path needs '{argument}', which callers may leave out: name it in \"required\", \
                     give it a \"default\", or send this request only \"when\": \"{{{argument}}}\""
                ));
            }
            if manifest.says_read_only() && !request.reads {
                part.wrong(format!(
                    "'read_only' is true, and this is a {}; a POST that only reads says \
                     \"searches\": true",
                    request.method
                ));
            }
            read.push(request);
        }
        let scope = Scope { arguments: &arguments, before: &names, later: &[], each: false };
        let made = result.map(|part| Template::read(part, &scope));
        if made.as_ref().is_some_and(Option::is_none) {
            return None;
        }
        let made = made.flatten();
        let promised = manifest.output.as_ref().and_then(|output| output.get("type"));
        let default = |name: &String| Some((name.clone(), manifest.default_of(name)?.clone()));
        let declared = Self {
            name: manifest.name.clone(),
            defaults: arguments.iter().filter_map(default).collect(),
            builds: read.iter().any(|request| request.builds_on(&names)),
            requests: read,
            result: made,
            object: promised.is_some_and(|kind| kind == "object"),
        };
        let written = [Some(requests), result].into_iter().flatten();
        let written: String = written.map(|part| part.value.to_string()).collect();
        for argument in &arguments {
            let named = ["}", "/"].map(|end| written.contains(&format!("{{{argument}{end}")));
            let pages = declared.lists() && WINDOW.iter().any(|(name, ..)| name == argument);
            if named == [false; 2] && !pages {
                requests.odd(format!("the argument '{argument}' is used by no request"));
            }
        }
        requests.is_sound().then_some(declared)
    }

    /// Whether it changes nothing.
    pub fn reads(&self) -> bool {
        self.requests.iter().all(|request| request.reads)
    }

    /// Whether it gives a list of which callers may ask for a part.
    pub fn lists(&self) -> bool {
        self.result.is_none() && self.requests.last().is_some_and(|last| last.pages.is_some())
    }

    /// What it takes: what its file says, and for a list which part of it.
    pub fn input(&self, manifest: &Manifest) -> Value {
        let mut input = manifest.input.clone();
        if self.lists() {
            let known: Vec<&str> = manifest.arguments().collect();
            for (name, least, what) in WINDOW {
                if !known.contains(name) {
                    let schema = json!({"type": "integer", "minimum": least, "description": what});
                    input["properties"][*name] = schema;
                }
            }
        }
        input
    }

    /// In which form it gives what it gives, and how that is announced.
    pub fn output(&self, manifest: &Manifest) -> (Output, Option<Value>) {
        if self.object && !self.lists() {
            return (Output::Free, manifest.output.clone());
        }
        let mut schema = Output::Wrapped.schema(true);
        match (&manifest.output, self.lists()) {
            (Some(output), _) => schema["properties"]["result"] = output.clone(),
            (None, true) => schema["properties"]["result"] = json!({"type": "array"}),
            (None, false) => return (Output::Wrapped, None),
        }
        if self.lists() {
            schema["properties"]["total"] = json!({"type": "integer"});
        }
        (Output::Wrapped, Some(schema))
    }
}

impl Act for Declared {
    fn call(
        &self,
        context: &Context<'_>,
        given: &Map<String, Value>,
    ) -> Result<Outcome, ToolError> {
        let mut arguments = self.defaults.clone();
        let there = given.iter().filter(|(_, value)| !value.is_null());
        arguments.extend(there.map(|(name, value)| (name.clone(), value.clone())));
        let _turn: Option<Change<'_>> =
            self.builds.then(|| change(context, "custom tool", &self.name)).transpose()?;
        let mut running = Running::new(context, &arguments);
        let mut value = Value::Null;
        let mut page = None;
        for (at, request) in self.requests.iter().enumerate() {
            let last = at + 1 == self.requests.len();
            if last && self.lists() {
                let number = |name: &str| {
                    let given = arguments.get(name).and_then(Value::as_u64);
                    given.and_then(|number| usize::try_from(number).ok())
                };
                let limit = number("limit").or(context.max_items).unwrap_or(usize::MAX);
                let window = Window { offset: number("offset").unwrap_or(0), limit };
                if let Some((items, part)) = running.part(request, window)? {
                    (value, page) = (items, Some(part));
                }
                break;
            }
            let Some(given) = running.send(request)? else { continue };
            if !request.name.is_empty() {
                running.answers.insert(request.name.clone(), given.clone());
            }
            value = given;
        }
        if let Some(result) = &self.result {
            value = running.known(None, |known| result.make(known))?.unwrap_or_default();
        }
        if self.object && page.is_none() && !value.is_object() {
            return Err(ToolError::platform(format!(
                "the platform gave {} where the output of this tool is an object; whoever wrote the \
                 tool should look at \"take\" and \"output\"",
                kind(&value)
            )));
        }
        Ok(Outcome { value, note: None, page }.noted(running.notes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bindings::files::{Document, Does};

    #[test]
    fn what_writes_back_what_it_read_goes_one_at_a_time() {
        for (write, expected) in [
            (r#""method": "PUT", "body": {"all": ["{found/x}"]}"#, true),
            (r#""method": "PATCH", "body": "{found}""#, true),
            (r#""method": "PUT", "body": {"a": "{given}"}"#, false),
            (r#""method": "POST", "body": {"a": "{found/id}"}"#, false),
            (r#""method": "DELETE""#, false),
        ] {
            let text = format!(
                r#"{{"name": "t", "description": "x", "input": {{"properties": {{"given": {{}}}}}},
                    "requests": [{{"name": "found", "path": "/a"}}, {{"path": "/b", {write}}}]}}"#
            );
            let document = Document::read("t.json".into(), text).expect("good JSON");
            let (manifest, does) = Manifest::read(&document.root()).expect("a tool");
            let Does::Requests(requests) = does else { panic!("requests") };
            let tool = Declared::read(&manifest, &requests, None).expect("a tool");
            assert_eq!(tool.builds, expected, "{write}");
        }
    }
}
