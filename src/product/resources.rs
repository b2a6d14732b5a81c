//! What can be read by its address: documents that a tool reads, too.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::run;
use super::runner::{Share, ToolRunner, among};
use super::suggest::{Listed, Suggestions, completer};
use crate::observe;
use crate::protocol::{Call, Reply, RpcError, TemplateEntry, Variables};
use crate::tools::Tool;
use crate::tools::shown::{ErrorKind, Outcome, ToolError};

/// A family of documents.
struct Document {
    uri: &'static str,
    name: &'static str,
    title: &'static str,
    description: &'static str,
    mime: &'static str,
    /// The variable of the address, and which listed it names.
    variable: (&'static str, Listed),
    /// The tool that reads it.
    tool: &'static str,
    /// How the variable finds the document in what the tool gives.
    found: Found,
}

enum Found {
    /// The tool takes it as this argument.
    ByArgument(&'static str),
    /// The tool gives a list; the one that has it under one of these keys.
    InList(&'static [&'static str]),
}

static DOCUMENTS: &[Document] = &[
    Document {
        uri: "itential://workflows/{name}",
        name: "workflow",
        title: "Workflow",
        description: "A workflow that can be started: its route_name and the schema of its input. \
                      The name is that of its trigger, or its route_name.",
        mime: "application/json",
        variable: ("name", Listed::Workflows),
        tool: "get_workflows",
        found: Found::InList(&["name", "route_name"]),
    },
    Document {
        uri: "itential://jobs/{id}",
        name: "job",
        title: "Job",
        description: "A job as it is now: status, tasks, variables, and why it failed.",
        mime: "application/json",
        variable: ("id", Listed::Jobs),
        tool: "describe_job",
        found: Found::ByArgument("object_id"),
    },
    Document {
        uri: "itential://devices/{name}/configuration",
        name: "device-configuration",
        title: "Device Configuration",
        description: "The configuration that runs on a device now. Reading it asks the device.",
        mime: "text/plain",
        variable: ("name", Listed::Devices),
        tool: "get_device_configuration",
        found: Found::ByArgument("name"),
    },
];

/// The families that the enabled tools can read.
pub fn entries(
    tools: &[&'static Tool],
    runner: &Arc<ToolRunner>,
    suggestions: &Arc<Suggestions>,
) -> Vec<TemplateEntry> {
    let entry = |document: &'static Document| {
        let tool = among(tools, document.tool)?;
        let definition = json!({
            "uriTemplate": document.uri,
            "name": document.name,
            "title": document.title,
            "description": document.description,
            "mimeType": document.mime,
            "annotations": {"audience": ["user", "assistant"]},
        });
        let complete = completer(vec![document.variable], tools, runner, suggestions);
        let runner = Arc::clone(runner);
        Some(TemplateEntry {
            definition: definition.as_object().cloned().unwrap_or_default(),
            read: Arc::new(move |call, uri, variables| {
                read(document, tool, &runner, call, uri, variables)
            }),
            complete,
        })
    };
    DOCUMENTS.iter().filter_map(entry).collect()
}

fn read(
    document: &'static Document,
    tool: &'static Tool,
    runner: &ToolRunner,
    call: &Call,
    uri: &str,
    variables: &Variables,
) -> Result<Reply, RpcError> {
    let wanted = variables.get(document.variable.0).map_or("", String::as_str);
    let arguments = match document.found {
        Found::ByArgument(argument) => Map::from_iter([(argument.to_owned(), json!(wanted))]),
        Found::InList(_) => Map::new(),
    };
    let outcome = match run::outcome(tool, runner, call, &arguments, Share::ALL) {
        Ok(outcome) => outcome,
        Err(ToolError { kind: ErrorKind::NotFound | ErrorKind::InvalidArguments, .. }) => {
            return Err(RpcError::unknown_resource(uri, call.modern));
        }
        Err(error) => return Err(RpcError::internal(observe::redact(&error.to_string()))),
    };
    let Some(value) = document.pick(outcome, wanted) else {
        return Err(RpcError::unknown_resource(uri, call.modern));
    };
    let text = match value {
        Value::String(text) => text,
        value => value.to_string(),
    };
    let content = json!({"uri": uri, "mimeType": document.mime, "text": text});
    Ok(json!({"contents": [content]}).into())
}

impl Document {
    fn pick(&self, outcome: Outcome, wanted: &str) -> Option<Value> {
        let Found::InList(keys) = self.found else { return Some(outcome.value) };
        let Value::Array(items) = outcome.value else { return None };
        let has = |item: &Value, key: &str| item.get(key).and_then(Value::as_str) == Some(wanted);
        // The first key decides before the second is looked at.
        let at = keys.iter().find_map(|key| items.iter().position(|item| has(item, key)))?;
        items.into_iter().nth(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_read_by_tools_that_change_nothing() {
        for document in DOCUMENTS {
            let tool = crate::tools::find(document.tool).expect(document.name);
            assert!(tool.hints.read_only, "{}", document.name);
            assert!(document.uri.contains(&format!("{{{}}}", document.variable.0)));
            if let Found::ByArgument(argument) = document.found {
                assert!(tool.all_parameters().any(|p| p.name == argument), "{}", document.name);
            }
        }
    }
}
