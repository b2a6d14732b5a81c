//! What every tool in a file says of itself, whatever it does.

use serde_json::{Value, json};

use super::document::{Key, Part};
use crate::config::bindings::plain_name_problem;
use crate::limits;
use crate::nearest::nearest;
use crate::tools::Hints;

/// The keys of a tool.
pub const KEYS: &[Key] = &[
    ("name", "Name of the tool: a letter, then letters, digits and underscores; required"),
    ("title", "Name for people; otherwise made of the name"),
    ("description", "What it does, when not to use it, which tool comes next; required"),
    (
        "tags",
        "Tags beside `custom`, `default` and its name, for include_tags, exclude_tags and roles",
    ),
    ("input", "JSON Schema of the arguments, an object; otherwise it takes none"),
    ("output", "JSON Schema of what it gives; otherwise nothing is promised"),
    ("read_only", "true: it changes nothing; otherwise true when all its requests only read"),
    (
        "destructive",
        "false: it destroys and interrupts nothing; otherwise true unless it only reads",
    ),
    ("idempotent", "true: doing it twice is as good as once; otherwise true when it only reads"),
    ("open_world", "true: it reaches beyond the platform; otherwise true unless it only reads"),
    ("replaces", "true: it takes the place of the built-in tool of this name"),
    ("requests", "What it asks the platform, in order; this or `program`"),
    ("result", "With `requests`: template of what it gives; otherwise what the last request gave"),
    ("program", "The program that it runs; this or `requests`"),
];

/// What a tool in a file says of itself.
#[derive(Clone, Debug)]
pub struct Manifest {
    /// Name on the wire.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// What it does.
    pub description: String,
    /// Its own tags.
    pub tags: Vec<String>,
    /// JSON Schema of its arguments: always an object, perhaps of nothing.
    pub input: Value,
    /// JSON Schema of what it gives.
    pub output: Option<Value>,
    /// Whether it means to take the place of a built-in tool.
    pub replaces: bool,
    said: Said,
}

/// What it says of its hints.
#[derive(Clone, Debug, Default)]
struct Said {
    read_only: Option<bool>,
    destructive: Option<bool>,
    idempotent: Option<bool>,
    open_world: Option<bool>,
}

/// What a tool in a file does.
#[derive(Clone, Debug)]
pub enum Does<'a> {
    /// It sends these requests.
    Requests(Part<'a>),
    /// It runs this program.
    Program(Part<'a>),
}

impl Manifest {
    /// Reads what a tool says of itself. None: something is wrong, which is noted.
    pub fn read<'a>(root: &Part<'a>) -> Option<(Self, Does<'a>)> {
        root.object(KEYS)?;
        let text = |key: &str| root.get(key).and_then(|part| part.text()).map(str::to_owned);
        let flag = |key: &str| root.get(key).and_then(|part| part.flag());
        let required = |key: &str, why: &str| {
            if root.get(key).is_none() {
                root.wrong(format!("'{key}' is missing: {why}"));
            }
            text(key)
        };
        let name = required("name", "what clients call the tool by");
        if let (Some(name), Some(part)) = (&name, root.get("name"))
            && let Some(problem) = name_problem(name)
        {
            part.wrong(problem);
        }
        let description = required("description", "by it a model chooses the tool");
        let title = text("title");
        let said = Said {
            read_only: flag("read_only"),
            destructive: flag("destructive"),
            idempotent: flag("idempotent"),
            open_world: flag("open_world"),
        };
        if (said.read_only, said.destructive) == (Some(true), Some(true)) {
            root.wrong("'read_only' and 'destructive' cannot both be true; take one of them out");
        }
        let input = root.get("input").map_or_else(nothing, |part| schema_of_object(&part));
        let output = root.get("output").map(|part| {
            part.entries();
            part.value.clone()
        });
        let does = match (root.get("requests"), root.get("program")) {
            (Some(requests), None) => Some(Does::Requests(requests)),
            (None, Some(program)) => Some(Does::Program(program)),
            (None, None) => {
                root.wrong("'requests' or 'program' is missing: what the tool does");
                None
            }
            (Some(_), Some(program)) => {
                program.wrong("a tool has 'requests' or a 'program', not both; take one out");
                None
            }
        };
        let tags = root.get("tags").map(|part| tags(&part)).unwrap_or_default();
        let name = name?;
        let manifest = Self {
            title: title.unwrap_or_else(|| title_of(&name)),
            name,
            description: description?,
            tags,
            input,
            output,
            replaces: flag("replaces").unwrap_or_default(),
            said,
        };
        root.is_sound().then_some(manifest).zip(does)
    }

    /// Its hints, where it `reads` if it does nothing else: what it says of them, and otherwise the
    /// cautious ones.
    pub fn hints(&self, reads: bool) -> Hints {
        let read_only = self.said.read_only.unwrap_or(reads);
        Hints {
            read_only,
            destructive: self.said.destructive.unwrap_or(!read_only),
            idempotent: self.said.idempotent.unwrap_or(read_only),
            open_world: self.said.open_world.unwrap_or(!read_only),
        }
    }

    /// Whether it says that it changes nothing.
    pub fn says_read_only(&self) -> bool {
        self.said.read_only == Some(true)
    }

    /// The names of its arguments.
    pub fn arguments(&self) -> impl Iterator<Item = &str> {
        let properties = self.input.get("properties").and_then(Value::as_object);
        properties.into_iter().flatten().map(|(name, _)| name.as_str())
    }

    /// Whether an argument is there in every call: because callers must give it, or by its default.
    pub fn always_has(&self, argument: &str) -> bool {
        let required = self.input.get("required").and_then(Value::as_array);
        required.is_some_and(|names| names.iter().any(|name| name == argument))
            || self.default_of(argument).is_some()
    }

    /// What an argument is when callers leave it out.
    pub fn default_of(&self, argument: &str) -> Option<&Value> {
        self.input.get("properties")?.get(argument)?.get("default").filter(|value| !value.is_null())
    }
}

/// What is wrong with the name of a tool, if anything.
pub fn name_problem(name: &str) -> Option<String> {
    let length = name.chars().count();
    if length > limits::TOOL_NAME_CHARS {
        return Some(format!(
            "the name has {length} characters; models are told none of more than {}",
            limits::TOOL_NAME_CHARS
        ));
    }
    plain_name_problem(name)
}

/// A name for people, made of the name of a tool: its words, each with a capital.
pub fn title_of(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters.flat_map(char::to_lowercase)).collect::<String>()
    };
    let words = name.split('_').filter(|part| !part.is_empty()).map(word);
    words.collect::<Vec<_>>().join(" ")
}

fn tags(part: &Part<'_>) -> Vec<String> {
    let tag = |item: Part<'_>| {
        let tag = item.text()?;
        if tag.contains(',') {
            item.wrong("a tag holds no comma; write each tag by itself");
        }
        Some(tag.to_owned())
    };
    part.items().unwrap_or_default().into_iter().filter_map(tag).collect()
}

/// The schema of a tool without arguments.
fn nothing() -> Value {
    json!({"type": "object", "properties": {}})
}

/// The schema of the arguments, checked as far as what it says of their names.
fn schema_of_object(part: &Part<'_>) -> Value {
    if part.entries().is_none() {
        return nothing();
    }
    if let Some(kind) = part.get("type")
        && kind.value != "object"
    {
        kind.wrong("arguments are an object: \"type\" must be \"object\" here");
    }
    let properties = match part.get("properties") {
        Some(properties) => properties.entries().unwrap_or_default(),
        None => Vec::new(),
    };
    for property in &properties {
        property.entries();
    }
    let names: Vec<String> = properties.iter().map(Part::key).collect();
    let required = part.get("required").and_then(|part| part.items()).unwrap_or_default();
    for item in required {
        let Some(name) = item.text() else { continue };
        if !names.iter().any(|known| known == name) {
            let hint = match nearest(name, names.iter().map(String::as_str)) {
                Some(close) => format!("; did you mean '{close}'?"),
                None => "; add it to \"properties\", or take it out here".to_owned(),
            };
            item.wrong(format!("'{name}' is required and no argument{hint}"));
        }
    }
    let mut schema = part.value.clone();
    schema["type"] = json!("object");
    schema
}

#[cfg(test)]
mod tests {
    use super::super::document::Document;
    use super::*;

    fn read(text: &str) -> (Option<Manifest>, Vec<String>) {
        let document = Document::read("t.json".into(), text.into()).expect("good JSON");
        let manifest = Manifest::read(&document.root()).map(|(manifest, _)| manifest);
        (manifest, document.problems().iter().map(ToString::to_string).collect())
    }

    #[test]
    fn what_is_left_out_is_filled_in_with_care() {
        let (manifest, problems) =
            read(r#"{"name": "find_a_JOB", "description": "x", "requests": []}"#);
        let manifest = manifest.unwrap_or_else(|| panic!("{problems:?}"));
        assert_eq!(manifest.title, "Find A Job");
        assert_eq!(manifest.hints(true), Hints::READ);
        assert_eq!(manifest.hints(false), Hints::RUN);
        assert_eq!(manifest.arguments().count(), 0);
    }

    #[test]
    fn every_mistake_is_told() {
        let (manifest, problems) = read(
            r#"{
              "name": "find-jobs",
              "titel": "x",
              "tags": ["a,b", 7, ""],
              "read_only": "yes",
              "input": {
                "type": "array",
                "properties": {"name": {"type": "string"}, "x": 1},
                "required": ["nme", "zzz"]
              },
              "output": [],
              "requests": [],
              "program": {}
            }"#,
        );
        assert!(manifest.is_none());
        let expected = [
            "line 1: 'description' is missing",
            "line 2: the name must start with a letter and contain only letters, digits and \
             underscores, such as 'find_jobs'",
            "line 3: 'titel' is no key of this; did you mean 'title'?",
            "line 4: a tag holds no comma",
            "line 4: 'tags/1' must be a text, not a number",
            "line 4: 'tags/2' must be a text that is not empty, not an empty text",
            "line 5: 'read_only' must be true or false, not a text",
            "line 7: arguments are an object",
            "line 8: 'input/properties/x' must be an object ({...}), not a number",
            "line 9: 'nme' is required and no argument; did you mean 'name'?",
            "line 9: 'zzz' is required and no argument; add it",
            "line 11: 'output' must be an object ({...}), not a list",
            "line 13: a tool has 'requests' or a 'program', not both",
        ];
        assert_eq!(problems.len(), expected.len(), "{problems:#?}");
        for (problem, expected) in problems.iter().zip(expected) {
            assert!(problem.starts_with(&format!("t.json, {expected}")), "{problem}\n{expected}");
        }
    }

    #[test]
    fn names_are_those_that_clients_and_models_take() {
        for name in ["", "1x", "größe", "a b", "a-b", "../x", "a.b", &"x".repeat(65)] {
            let text = json!({"name": name, "description": "x", "requests": []}).to_string();
            let (manifest, problems) = read(&text);
            assert!(manifest.is_none() && problems.len() == 1, "{name}: {problems:?}");
        }
    }
}
