//! Templates of Automation Studio: TextFSM that parses text, Jinja2 that makes it.

use serde_json::{Map, Value, json};

use super::AREA;
use super::projects::{self, PROJECT_PARAMETER};
use crate::platform::Path;
use crate::tools::asked::{Directory, Done, Filter, List, Source, Write, change, record};
use crate::tools::context::Context;
use crate::tools::row::{Hints, Run, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter, Presence};

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);
/// `GET /automation-studio/templates`
const TEMPLATES: Source = Source::new("/automation-studio/templates", "items", "total");
static LIST: List = List::of(TEMPLATES, &ITEM).filtered(&[
    Filter::word(
        Parameter::optional("template_type", Kind::Text, "Only templates of this type")
            .one_of(TYPES),
        "type",
        &[("equals[type]", "{}")],
    ),
    Filter::name_contains(),
]);
static DIRECTORY: Directory = Directory {
    one: "template",
    many: "templates",
    query: &[("equals[name]", "{}")],
    by_id: false,
    lister: "get_templates",
};
const TYPES: &[&str] = &["textfsm", "jinja2"];

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_templates",
        title: "Get Templates",
        description: "List TextFSM and Jinja2 templates. A name that begins with '@id: ' belongs \
                      to that project. Checks of devices are in get_command_templates.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "describe_template",
        title: "Describe Template",
        description: "Show one TextFSM or Jinja2 template with its text and sample data.",
        parameters: &[NAME, PROJECT_PARAMETER],
        output: Output::Object(&TEMPLATE),
        run: Run::Code(|context, arguments| {
            let stored = projects::stored_name(context, arguments)?;
            Ok(TEMPLATE.project(&find(context, &stored)?).into())
        }),
        ..READ
    },
    Tool {
        name: "create_template",
        title: "Create Template",
        description: "Create a TextFSM or Jinja2 template. A taken name is refused: use \
                      update_template.",
        parameters: &[
            Parameter::required("name", Kind::Name, "New name, without '@id: '"),
            Parameter {
                presence: Presence::Required,
                ..Parameter::optional("template_type", Kind::Text, "Language of the text")
                    .one_of(TYPES)
            },
            Parameter::required("group", Kind::Name, "Group it is listed under, not blank"),
            PROJECT_PARAMETER,
            Parameter::optional("command", Kind::Text, "Command whose output it parses"),
            Parameter::optional("template", Kind::Text, "Text of the template"),
            Parameter::optional("data", Kind::Text, "Sample data to try it with"),
            Parameter::optional("description", Kind::Text, "Purpose, for people"),
        ],
        output: Output::Object(&TEMPLATE),
        run: Run::Code(create),
        ..CREATE
    },
    Tool {
        name: "update_template",
        title: "Update Template",
        description: "Change the given fields of a template and keep the others. An empty text \
                      keeps a field too; clear empties it.",
        hints: Hints::CREATE.idempotent(),
        parameters: &[
            NAME,
            PROJECT_PARAMETER,
            Parameter::optional("command", Kind::Text, "Command whose output it parses"),
            Parameter::optional("template", Kind::Text, "Its whole new text"),
            Parameter::optional("data", Kind::Text, "Sample data to try it with"),
            Parameter::optional("description", Kind::Text, "Purpose, for people"),
            Parameter::optional(
                "clear",
                Kind::List(&Kind::Name),
                "Fields to empty: command, template, data, description",
            )
            .one_of(&TEXTS),
        ],
        output: Output::Object(&TEMPLATE),
        run: Run::Code(update),
        ..CREATE
    },
];

const NAME: Parameter =
    Parameter::required("name", Kind::Name, "Exact template name from get_templates");

static ITEM: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    TYPE,
]);

static TEMPLATE: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    TYPE,
    Field::new("group", FieldKind::Text),
    Field::new("command", FieldKind::Text),
    Field::new("template", FieldKind::Text),
    Field::new("data", FieldKind::Text),
]);

const TYPE: Field = Field::new("type", FieldKind::Text);

/// The fields a caller may set or clear.
const TEXTS: [&str; 4] = ["command", "template", "data", "description"];

/// `POST /automation-studio/templates`. Whether the name is free is asked first.
fn create(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let stored = projects::stored_name(context, arguments)?;
    let thing = change(context, DIRECTORY.one, &stored)?;
    if !DIRECTORY.named(context, &TEMPLATES.listing(), &stored)?.is_empty() {
        return Err(ToolError::state(format!(
            "there is a template called '{stored}' already; update_template changes it"
        )));
    }
    let mut template = json!({
        "name": stored,
        "type": arguments.text("template_type"),
        "group": arguments.text("group"),
    });
    for field in TEXTS {
        template[field] = json!(arguments.text(field));
    }
    let body = json!({"template": template});
    let path = Path::literal(TEMPLATES.route);
    let there =
        |context: &Context<'_>| Ok(DIRECTORY.named(context, &TEMPLATES.listing(), &stored)?.pop());
    let write = Write::post(&path, Some(&body)).shown_by("describe_template").read_back(&there);
    let done = thing.send(&write)?;
    Ok(written(done, "created", &template, "created"))
}

/// `PUT /automation-studio/templates/{id}`, with the stored name, so that one in a project stays
/// there.
fn update(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let clear = arguments.texts("clear");
    let stored = projects::stored_name(context, arguments)?;
    let thing = change(context, DIRECTORY.one, &stored)?;
    let existing = find(context, &stored)?;
    let mut merged: Map<String, Value> = ["name", "group", "type"]
        .iter()
        .filter_map(|field| Some(((*field).to_owned(), existing.get(*field)?.clone())))
        .collect();
    for field in TEXTS {
        let value = match arguments.maybe_text(field) {
            Some(new) => json!(new),
            None if clear.contains(&field) => json!(""),
            // Whatever it is: a template's data may be an object. Only null is not taken back.
            None => match existing.get(field) {
                None | Some(Value::Null) => json!(""),
                Some(kept) => kept.clone(),
            },
        };
        merged.insert(field.to_owned(), value);
    }
    let kept = |field: &str| match existing.get(field) {
        None | Some(Value::Null) => merged[field] == "",
        Some(old) => *old == merged[field],
    };
    if TEXTS.iter().all(|field| kept(field)) {
        let outcome = Outcome::from(TEMPLATE.project(&existing));
        return Ok(outcome.with_note("Nothing was to be changed, and nothing was."));
    }
    let Some(id) = record::id(&existing) else {
        return Err(ToolError::platform("the platform did not say the template's id"));
    };
    let path = Path::new("/automation-studio/templates/{}", &[&id])?;
    let (body, merged) = (json!({"update": merged}), Value::Object(merged));
    let there = |context: &Context<'_>| {
        let now = find(context, &stored)?;
        Ok(TEXTS.iter().all(|field| now.get(field) == merged.get(field)).then_some(now))
    };
    let write = Write::put(&path, Some(&body)).shown_by("describe_template").read_back(&there);
    let done = thing.send(&write)?;
    Ok(written(done, "updated", &merged, "changed"))
}

/// What was written, as the platform says it; as it was sent when the platform says nothing.
fn written(done: Done, key: &str, sent: &Value, verb: &str) -> Outcome {
    let read_back = Some(&done.answer).filter(|_| done.note.is_some());
    let told = done.answer.get(key).filter(|template| template.is_object()).or(read_back);
    let outcome = match told {
        Some(template) => TEMPLATE.project(template).into(),
        None => Outcome::from(TEMPLATE.project(sent)).with_note(format!(
            "The template was {verb}; the platform did not show it, so this is what was sent."
        )),
    };
    outcome.noted(done.note)
}

/// The one template stored under this name.
fn find(context: &Context<'_>, stored: &str) -> Result<Value, ToolError> {
    let list = TEMPLATES.listing();
    let mut found = DIRECTORY.named(context, &list, stored)?;
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => {
            let all = list.items(context)?;
            let names = all.iter().filter_map(record::name);
            Err(projects::missing(DIRECTORY.one, stored, DIRECTORY.lister, names))
        }
        _ => Err(DIRECTORY.ambiguous(stored, &found)),
    }
}
