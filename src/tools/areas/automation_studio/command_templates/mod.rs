//! Command templates: commands that run on devices, and rules their answers must meet.

mod run;
mod stored;
mod verdict;
mod write;

use serde_json::json;

use super::AREA;
use super::projects::{self, PROJECT_PARAMETER};
use crate::tools::asked::{Filter, List};
use crate::tools::context::Context;
use crate::tools::row::{Hints, Run, Tasking, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter, Presence};

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);
const RUN: Tool = Tool::runs(&AREA);

static LIST: List =
    List::of(stored::TEMPLATES, &ITEM).filtered(&[Filter::name_contains()]).under("templates");

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_command_templates",
        title: "Get Command Templates",
        description: "List command templates: commands with rules that check devices. A name that \
                      begins with '@id: ' belongs to that project. Next: run_command_template.",
        output: Output::Object(&TEMPLATES),
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "describe_command_template",
        title: "Describe Command Template",
        description: "Show one command template with its commands and rules.",
        parameters: &[NAME, PROJECT_PARAMETER],
        output: Output::Object(&DESCRIBED),
        run: Run::Code(describe),
        ..READ
    },
    Tool {
        name: "run_command_template",
        title: "Run Command Template",
        description: "Run a template's commands on devices and judge the answers by its rules. \
                      verdict is of the whole and says when something was not checked; result is \
                      of each command.",
        parameters: &[
            NAME,
            DEVICES,
            PROJECT_PARAMETER,
            Parameter::optional(
                "variables",
                Kind::Object,
                "Values for <!name!> in commands, e.g. {\"vlan\": \"10\"}; a command that lacks \
                 one is not run",
            ),
        ],
        output: Output::Object(&run::RESULT),
        tasking: Tasking::Always,
        run: Run::Code(run::template),
        ..RUN
    },
    Tool {
        name: "run_command",
        title: "Run Command",
        description: "Run one command on devices and return each answer. Anything it says is \
                      carried out: prefer show commands; configuration lines go through \
                      apply_device_configuration.",
        parameters: &[
            Parameter::required(
                "cmd",
                Kind::Text,
                "Command as typed on the device, e.g. show version",
            ),
            DEVICES,
        ],
        output: Output::Object(&run::ANSWERS),
        tasking: Tasking::Always,
        run: Run::Code(run::command),
        ..RUN
    },
    Tool {
        name: "create_command_template",
        title: "Create Command Template",
        description: "Create a command template; nothing is run. A taken name is refused: use \
                      update_command_template.",
        parameters: &[
            Parameter::required("name", Kind::Name, "New name, without '@id: '"),
            Parameter { presence: Presence::Required, ..COMMANDS },
            PROJECT_PARAMETER,
            DESCRIPTION,
            OS.or(Presence::Text("")),
            PASS_RULE.or(Presence::Boolean(true)),
            IGNORE_WARNINGS.or(Presence::Boolean(false)),
        ],
        output: Output::Object(&write::CREATED),
        run: Run::Code(write::create),
        ..CREATE
    },
    Tool {
        name: "update_command_template",
        title: "Update Command Template",
        description: "Change the given fields of a command template and keep the others. commands \
                      replaces the whole list: read it with describe_command_template first.",
        hints: Hints::CREATE.idempotent(),
        parameters: &[
            NAME,
            Parameter {
                doc: "The whole new list, as create_command_template takes it",
                ..COMMANDS
            },
            PROJECT_PARAMETER,
            DESCRIPTION,
            OS,
            PASS_RULE,
            IGNORE_WARNINGS,
        ],
        output: Output::Object(&write::UPDATED),
        run: Run::Code(write::update),
        ..CREATE
    },
];

const NAME: Parameter =
    Parameter::required("name", Kind::Name, "Exact template name from get_command_templates");
const DEVICES: Parameter = Parameter::required(
    "devices",
    Kind::List(&Kind::Name),
    "Exact device names from get_devices, e.g. [\"r1\", \"r2\"]",
);
const COMMANDS: Parameter = Parameter::optional(
    "commands",
    Kind::TextsOrObjects,
    "Command texts, or objects {command, passRule, rules: [{rule, eval: contains|!contains|\
     contains1|RegEx|!RegEx|#comparison, severity: error|warning|info}]}",
);
const DESCRIPTION: Parameter =
    Parameter::optional("description", Kind::Text, "Purpose, for people");
const OS: Parameter =
    Parameter::optional("os", Kind::Text, "Device type such as cisco-ios; empty fits any");
const PASS_RULE: Parameter = Parameter::optional(
    "pass_rule",
    Kind::Boolean,
    "true: all commands must pass; false: one is enough",
);
const IGNORE_WARNINGS: Parameter = Parameter::optional(
    "ignore_warnings",
    Kind::Boolean,
    "true: only rules of severity error count",
);

static TEMPLATES: Shape = Shape::closed(&[Field::new("templates", FieldKind::Objects(&ITEM))]);

static ITEM: Shape = Shape::closed(&[
    ID,
    TEMPLATE_NAME,
    TEMPLATE_DESCRIPTION,
    Field::new("namespace", FieldKind::Any),
    TEMPLATE_PASS_RULE,
]);

static DESCRIBED: Shape = Shape::closed(&[Field::new("template", FieldKind::Object(&TEMPLATE))]);

static TEMPLATE: Shape = Shape::closed(&[
    ID,
    TEMPLATE_NAME,
    TEMPLATE_DESCRIPTION,
    Field::new("commands", FieldKind::List),
    Field::new("namespace", FieldKind::Any),
    TEMPLATE_PASS_RULE,
    Field::new("os", FieldKind::Text),
    Field::new("ignoreWarnings", FieldKind::Boolean),
]);

const ID: Field = Field::new("_id", FieldKind::Text).from(&["_id", "id", "name"]);
const TEMPLATE_NAME: Field = Field::new("name", FieldKind::Text).from(&["name", "_id"]);
const TEMPLATE_DESCRIPTION: Field = Field::new("description", FieldKind::Text);
const TEMPLATE_PASS_RULE: Field = Field::new("passRule", FieldKind::Boolean);

fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let stored = projects::stored_name(context, arguments)?;
    let template = stored::find(context, &stored)?;
    Ok(DESCRIBED.project(&json!({"template": template})).into())
}
