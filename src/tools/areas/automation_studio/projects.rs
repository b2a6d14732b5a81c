//! Projects of Automation Studio, and the names of what lives inside them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::AREA;
use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::asked::{Directory, Filter, List, Source};
use crate::tools::context::Context;
use crate::tools::row::{Run, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError, lookup};
use crate::tools::told::{Arguments, Kind, Parameter};

/// `GET /automation-studio/projects`
pub const PROJECTS: Source = Source::new("/automation-studio/projects", "data", "metadata.total");
static LIST: List =
    List::of(PROJECTS, &ITEM).filtered(&[Filter::name_contains()]).prepared(counted);
/// How projects are found.
pub static DIRECTORY: Directory = Directory {
    one: "project",
    many: "projects",
    query: &[("equals[name]", "{}")],
    by_id: true,
    lister: "get_projects",
};

const READ: Tool = Tool::reads(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_projects",
        title: "Get Projects",
        description: "List Automation Studio projects with the number of their components. Next: \
                      describe_project.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "describe_project",
        title: "Describe Project",
        description: "Show one project with everything inside it. Component names are plain: give \
                      them together with project to tools that take it.",
        parameters: &[Parameter::required(
            "name",
            Kind::Name,
            "Exact project name or id from get_projects",
        )],
        output: Output::Object(&PROJECT),
        run: Run::Code(describe),
        ..READ
    },
];

/// The parameter of every tool that reaches into a project.
pub const PROJECT_PARAMETER: Parameter =
    Parameter::optional("project", Kind::Name, "Name or id of its project");

const ID: Field = Field::new("id", FieldKind::Text).from(&["_id", "id"]);
const NAME: Field = Field::new("name", FieldKind::Text);
const DESCRIPTION: Field = Field::new("description", FieldKind::Text);

static ITEM: Shape = Shape::closed(&[
    ID,
    NAME,
    DESCRIPTION,
    Field::new("component_count", FieldKind::Number).doc("null: the platform does not say"),
    Field::new("component_types", FieldKind::Map).doc("How many of each type"),
]);

static PROJECT: Shape = Shape::closed(&[
    ID,
    NAME,
    DESCRIPTION,
    Field::new("components", FieldKind::Objects(&COMPONENT)),
]);

static COMPONENT: Shape = Shape::closed(&[
    Field::new("id", FieldKind::Text).from(&["reference"]),
    Field::new("name", FieldKind::Text).from(&["name", "document.name"]),
    Field::new("type", FieldKind::Text),
    Field::new("folder", FieldKind::Text),
]);

/// The project with how much is in it: the platform's list holds the components themselves.
fn counted(mut project: Value) -> Value {
    if let Some(components) = project.get("components").and_then(Value::as_array) {
        let count = components.len();
        let mut types: BTreeMap<&str, usize> = BTreeMap::new();
        for component in components {
            let kind = component.get("type").and_then(Value::as_str).unwrap_or("unknown");
            *types.entry(kind).or_default() += 1;
        }
        let types = json!(types);
        project["component_count"] = json!(count);
        project["component_types"] = types;
    }
    project
}

/// The id of the project with this name or id.
///
/// # Errors
/// When there is none, or several share the name.
pub fn id(context: &Context<'_>, name: &str) -> Result<String, ToolError> {
    DIRECTORY.id(&DIRECTORY.find(context, &PROJECTS.listing(), name)?)
}

/// The name under which the platform stores what lives inside a project.
pub fn scoped(project_id: &str, name: &str) -> String {
    let prefix = format!("@{project_id}: ");
    if name.starts_with(&prefix) { name.to_owned() } else { prefix + name }
}

/// The stored name of what the arguments `name` and `project` mean.
///
/// # Errors
/// When there is no such project.
pub fn stored_name(context: &Context<'_>, arguments: &Arguments) -> Result<String, ToolError> {
    let name = arguments.text("name");
    match arguments.maybe_text("project") {
        None => Ok(name.to_owned()),
        Some(project) => Ok(scoped(&id(context, project)?, name)),
    }
}

/// Says that nothing is stored under `stored`, and what the caller may have meant among `names`.
pub fn missing<'a>(
    what: &str,
    stored: &str,
    lists: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> ToolError {
    let (project, plain) = split(stored);
    let names: Vec<&str> = names.into_iter().collect();
    let elsewhere = names.iter().map(|name| split(name)).find(|(_, other)| *other == plain);
    let hint = match elsewhere {
        Some((Some(id), _)) => format!("project {id} holds one: give it as 'project'"),
        Some((None, _)) => "there is a global one: leave out 'project'".to_owned(),
        None => match nearest(stored, names.iter().copied()).map(split) {
            Some((_, close)) => format!("did you mean '{close}'?"),
            None => format!("{lists} lists them"),
        },
    };
    let place = project.map(|id| format!(" in project {id}")).unwrap_or_default();
    ToolError::not_found(format!("no {what} is called '{plain}'{place}; {hint}"))
}

/// Every project.
///
/// # Errors
/// When they could not be read.
pub fn all(context: &Context<'_>) -> Result<Vec<Value>, ToolError> {
    PROJECTS.listing().items(context)
}

/// A stored name as the id of its project and the plain name.
pub fn split(stored: &str) -> (Option<&str>, &str) {
    stored
        .strip_prefix('@')
        .and_then(|rest| rest.split_once(": "))
        .filter(|(id, _)| !id.is_empty() && !id.contains(char::is_whitespace))
        .map_or((None, stored), |(id, name)| (Some(id), name))
}

/// `GET /automation-studio/projects/{id}`.
fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let path =
        Path::new("/automation-studio/projects/{}", &[&id(context, arguments.text("name"))?])?;
    let reply = context.api.get(&path, &[])?;
    let mut project = PROJECT.project(lookup(&reply, "data").unwrap_or(&reply));
    for component in project["components"].as_array_mut().into_iter().flatten() {
        if let Some(stored) = component["name"].as_str() {
            component["name"] = json!(split(stored).1.trim());
        }
    }
    Ok(project.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_real_prefix_is_a_prefix() {
        for (stored, expected) in [
            ("@61f: Port Up", (Some("61f"), "Port Up")),
            ("@61f: VLAN: Add", (Some("61f"), "VLAN: Add")),
            ("VLAN: Add", (None, "VLAN: Add")),
            ("@ home: tv", (None, "@ home: tv")),
            ("@x:y", (None, "@x:y")),
            ("", (None, "")),
        ] {
            assert_eq!(split(stored), expected, "{stored}");
        }
        assert_eq!(scoped("61f", "@61f: Port Up"), "@61f: Port Up");
    }
}
