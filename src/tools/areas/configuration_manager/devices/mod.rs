//! Devices and their configurations.

mod apply;
pub mod stored;

use serde_json::{Value, json};

use self::stored::{DIRECTORY, devices, explain, running};
use super::AREA;
use crate::platform::Path;
use crate::tools::asked::{Filter, List, change};
use crate::tools::context::Context;
use crate::tools::row::{Hints, Run, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter, Presence};

static LIST: List =
    List::below(|_, arguments| Ok(devices(arguments.maybe_text("name_contains"))), &DEVICE)
        .filtered(&[
            Filter::name_contains(),
            Filter::word(
                Parameter::optional(
                    "ostype",
                    Kind::List(&Kind::Name),
                    "Any of these, e.g. cisco-ios",
                ),
                "ostype",
                &[],
            ),
            Filter::word(
                Parameter::optional("adapter", Kind::Name, "Adapter that manages it"),
                "host",
                &[],
            ),
            Filter::word(
                Parameter::optional("device_type", Kind::Name, "Value of deviceType"),
                "deviceType",
                &[],
            ),
        ])
        .prepared(with_type);
const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);
const RUN: Tool = Tool::runs(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_devices",
        title: "Get Devices",
        description: "List network devices: name, address, type (ostype) and host, the adapter \
                      that manages each. Filter, choose fields or count_by instead of reading \
                      thousands.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "get_device_configuration",
        title: "Get Device Configuration",
        description: "Read the running configuration from one device now, as text. Kept copies are \
                      in get_backups.",
        hints: Hints { open_world: true, ..Hints::READ },
        parameters: &[NAME],
        output: Output::Wrapped,
        run: Run::Code(configuration),
        ..READ
    },
    Tool {
        name: "backup_device_configuration",
        title: "Backup Device Configuration",
        description: "Keep a device's running configuration as a backup on the platform. Do this \
                      before apply_device_configuration; compare_configurations shows the \
                      difference later.",
        hints: Hints { open_world: true, ..Hints::CREATE },
        parameters: &[
            NAME,
            Parameter::optional("description", Kind::Text, "Why, e.g. before change 4711"),
            Parameter::optional("notes", Kind::Text, "Further remarks kept with it"),
        ],
        output: Output::Object(&BACKUP),
        run: Run::Code(backup),
        ..CREATE
    },
    Tool {
        name: "apply_device_configuration",
        title: "Apply Device Configuration",
        description: "Send configuration lines to one device, which carries them out at once \
                      without undo. Use backup_device_configuration first and try it with \
                      'preview'; the answer says which lines were taken and how to roll back.",
        parameters: &[
            Parameter::required("device", Kind::Name, "Exact device name from get_devices"),
            Parameter::required(
                "config",
                Kind::Text,
                "Lines as typed on the device, separated by newlines; those of a section indented",
            ),
            Parameter::optional(
                "preview",
                Kind::Boolean,
                "Send nothing; show the change as a diff",
            )
            .or(Presence::Boolean(false)),
        ],
        output: Output::Free,
        run: Run::Code(apply::apply),
        ..RUN
    },
];

const NAME: Parameter =
    Parameter::required("name", Kind::Name, "Exact device name from get_devices");

static DEVICE: Shape = Shape::open(&[
    Field::new("name", FieldKind::Text),
    Field::new("host", FieldKind::Text),
    Field::new("deviceType", FieldKind::Text),
    Field::new("status", FieldKind::Text),
]);

static BACKUP: Shape = Shape::open(&[
    Field::new("id", FieldKind::Text).from(&["id", "_id"]),
    Field::new("status", FieldKind::Text),
    Field::new("message", FieldKind::Text),
]);

fn configuration(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    Ok(json!(running(context, arguments.text("name"))?).into())
}

/// `POST /configuration_manager/devices/backups`
fn backup(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let device = arguments.text("name");
    let body = json!({
        "name": device,
        "options": {"description": arguments.text("description"), "notes": arguments.text("notes")},
    });
    let path = Path::literal("/configuration_manager/devices/backups");
    let reply = change(context, DIRECTORY.one, device)?
        .post(&path, Some(&body))
        .map_err(|error| explain(context, device, error))?;
    let backup = BACKUP.project(&reply);
    let unnamed = backup["id"].is_null();
    let outcome = Outcome::from(backup);
    Ok(if unnamed {
        outcome.with_note(
            "The platform accepted the backup but did not say its id; get_backups shows it.",
        )
    } else {
        outcome
    })
}

/// The device with its type under the newer spelling too; the older one stays beside it.
fn with_type(mut device: Value) -> Value {
    if device.get("deviceType").is_none_or(Value::is_null)
        && let Some(kind) = device.get("device-type").filter(|kind| kind.is_string()).cloned()
    {
        device["deviceType"] = kind;
    }
    device
}
