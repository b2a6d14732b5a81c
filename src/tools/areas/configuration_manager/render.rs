//! Rendering Jinja2 on the platform.

use serde_json::{Value, json};

use super::AREA;
use crate::platform::Path;
use crate::tools::context::Context;
use crate::tools::row::{Run, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

const READ: Tool = Tool::reads(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[Tool {
    name: "render_template",
    title: "Render Template",
    description: "Render Jinja2 text on the platform; nothing is changed or sent. \
                  apply_device_configuration puts the result on a device.",
    parameters: &[
        Parameter::required(
            "template",
            Kind::Text,
            "The Jinja2 text itself, e.g. hostname {{ name }}",
        ),
        Parameter::optional(
            "variables",
            Kind::ObjectOrText,
            "Values it uses, e.g. {\"name\": \"r1\"}",
        ),
    ],
    output: Output::Object(&RENDERED),
    run: Run::Code(render),
    ..READ
}];

static RENDERED: Shape = Shape::closed(&[Field::new("result", FieldKind::Text)]);

/// `POST /configuration_manager/jinja2`, which only reads.
fn render(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let variables = match arguments.value("variables") {
        Value::Null => json!({}),
        given => given.clone(),
    };
    let body = json!({"template": arguments.text("template"), "variables": variables});
    let path = Path::literal("/configuration_manager/jinja2");
    Ok(json!({"result": context.api.search_text(&path, &body)?}).into())
}
