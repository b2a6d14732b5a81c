//! Devices and their configurations.

use serde_json::{Value, json};

use super::AREA;
use crate::limits;
use crate::platform::Path;
use crate::tools::asked::{
    Directory, Filter, List, Listing, Paging, Source, Write, change, record,
};
use crate::tools::context::Context;
use crate::tools::row::{Hints, Run, Tool};
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

/// `POST /configuration_manager/devices`
const DEVICES: Source = Source::new("/configuration_manager/devices", "list", "total")
    .paged(Paging::Search("options"), 100);
static LIST: List =
    List::below(|_, arguments| Ok(devices(arguments.maybe_text("name_contains"))), &DEVICE)
        .filtered(&[Filter::contains("name_contains", "name", &[])])
        .prepared(with_type);
static DIRECTORY: Directory =
    Directory { one: "device", many: "devices", query: &[], by_id: false, lister: "get_devices" };

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);
const RUN: Tool = Tool::runs(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_devices",
        title: "Get Devices",
        description: "List network devices: name, address, type (ostype) and host, the adapter \
                      that manages each. A network can have thousands: give name_contains or \
                      limit.",
        parameters: &[
            Parameter::optional(
                "name_contains",
                Kind::Name,
                "Part of the device name, in any case",
            ),
            Parameter::optional(
                "limit",
                Kind::Integer { min: 1, max: i64::MAX },
                "At most this many",
            ),
        ],
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "get_device_configuration",
        title: "Get Device Configuration",
        description: "Read the running configuration from one device now, as text.",
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
                      before apply_device_configuration.",
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
                      without undo. Use backup_device_configuration first; the answer says which \
                      lines were taken.",
        parameters: &[
            Parameter::required("device", Kind::Name, "Exact device name from get_devices"),
            Parameter::required(
                "config",
                Kind::Text,
                "Lines as typed on the device, separated by newlines",
            ),
        ],
        output: Output::Free,
        run: Run::Code(apply),
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

/// `GET /configuration_manager/devices/{name}/configuration`
fn configuration(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let device = arguments.text("name");
    let path = Path::new("/configuration_manager/devices/{}/configuration", &[device])?;
    let reply =
        context.api.get(&path, &[]).map_err(|error| explain(context, device, error.into()))?;
    let config = if reply.is_object() { reply.get("config") } else { Some(&reply) };
    match config {
        Some(Value::String(text)) => Ok(json!(text).into()),
        // Controllers are configured by structured data.
        Some(data) if !data.is_null() => Ok(json!(format!("{data:#}")).into()),
        _ => Err(ToolError::platform(format!(
            "the platform answered for '{device}' but gave no configuration; the device may be \
             unreachable, or its adapter may not read configurations"
        ))),
    }
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
        outcome.with_note("The platform accepted the backup but did not say its id.")
    } else {
        outcome
    })
}

/// `POST /configuration_manager/devices/{device}/configuration`
fn apply(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let device = arguments.text("device");
    let path = Path::new("/configuration_manager/devices/{}/configuration", &[device])?;
    let body = json!({"config": {"device": device, "config": arguments.text("config")}});
    let reply = change(context, DIRECTORY.one, device)?
        .send(&Write::post(&path, Some(&body)).shown_by("get_device_configuration"))
        .map_err(|error| explain(context, device, error))?
        .answer;
    Ok(match reply {
        Value::Object(_) => reply.into(),
        other => json!({"result": other}).into(),
    })
}

/// Adds to "no such device" which one may have been meant.
fn explain(context: &Context<'_>, device: &str, error: ToolError) -> ToolError {
    if error.kind != ErrorKind::NotFound {
        return error;
    }
    let known = devices(None).at_most(limits::HINT_DEVICES).items(context).unwrap_or_default();
    if known.iter().any(|item| record::name(item) == Some(device)) {
        return error;
    }
    DIRECTORY.missing(device, known.iter().filter_map(record::name))
}

/// Every device, or those whose name holds `part` where the platform knows that filter.
fn devices(part: Option<&str>) -> Listing<'static> {
    let mut options = json!({"order": "ascending", "sort": [{"name": 1}]});
    if let Some(part) = part {
        options["filter"] = json!({"name": part});
    }
    DEVICES.listing().searched(json!({"options": options}))
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
