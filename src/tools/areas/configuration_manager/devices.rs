//! Devices and their configurations.

use serde_json::{Value, json};

use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::asked::Listing;
use crate::tools::row::{Context, Hints, Tool};
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

const TAGS: &[&str] = &["configuration_manager"];

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_devices",
        title: "Get Devices",
        description: "List network devices with all that is known of them, such as ipaddress \
                      and ostype; host is the adapter that manages it. A network can have \
                      thousands: give 'name_contains' or 'limit'.",
        tags: TAGS,
        hints: Hints::READ,
        parameters: &[
            Parameter::optional("name_contains", Kind::Text, "In any case"),
            Parameter::optional(
                "limit",
                Kind::Integer { min: 1, max: i64::MAX },
                "At most this many",
            ),
        ],
        output: Output::List(&DEVICE),
        run: list,
    },
    Tool {
        name: "get_device_configuration",
        title: "Get Device Configuration",
        description: "Read the running configuration from a device, as text.",
        tags: TAGS,
        hints: Hints { open_world: true, ..Hints::READ },
        parameters: &[NAME],
        output: Output::Wrapped,
        run: configuration,
    },
    Tool {
        name: "backup_device_configuration",
        title: "Backup Device Configuration",
        description: "Keep a device's running configuration on the platform as a backup. Do \
                      this before apply_device_configuration.",
        tags: TAGS,
        hints: Hints { open_world: true, ..Hints::CREATE },
        parameters: &[
            NAME,
            Parameter::optional("description", Kind::Text, "Kept with it"),
            Parameter::optional("notes", Kind::Text, "Kept with it"),
        ],
        output: Output::Object(&BACKUP),
        run: backup,
    },
    Tool {
        name: "apply_device_configuration",
        title: "Apply Device Configuration",
        description: "Send configuration lines to a device, which carries them out at once, \
                      without undo. Back it up first; the answer says which lines were taken.",
        tags: TAGS,
        hints: Hints::RUN,
        parameters: &[
            Parameter::required("device", Kind::Text, "Exact name"),
            Parameter::required("config", Kind::Text, "Lines as typed on it"),
        ],
        output: Output::Free,
        run: apply,
    },
];

const NAME: Parameter = Parameter::required("name", Kind::Text, "Exact name");

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

/// Devices looked through for a similar name; a hint is not worth reading a whole large network.
const HINT_DEVICES: usize = 500;

/// `POST /configuration_manager/devices`, every page up to the limit.
fn list(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let part = arguments.maybe_text("name_contains");
    let limit = arguments.maybe_integer("limit").and_then(|limit| usize::try_from(limit).ok());
    let mut listing = devices(part);
    if let (Some(limit), None) = (limit, part) {
        // With a filter the platform may not know, what is enough is known only afterwards.
        listing = listing.at_most(limit);
    }
    let listed = listing.read(context)?;
    let (mut items, mut total) = (listed.items, listed.total);
    if let Some(part) = part.map(str::to_lowercase) {
        items.retain(|device| name(device).is_some_and(|n| n.to_lowercase().contains(&part)));
        total = Some(items.len() as u64);
        items.truncate(limit.unwrap_or(usize::MAX));
    }
    let mut shown = DEVICE.project_all(&items);
    for device in shown.as_array_mut().into_iter().flatten() {
        // The same thing under the platform's older spelling, which stays beside it.
        if device["deviceType"].is_null()
            && let Some(kind) = device.get("device-type").filter(|kind| kind.is_string())
        {
            device["deviceType"] = kind.clone();
        }
    }
    let mut outcome = Outcome::part(shown, total);
    if listed.truncated && outcome.note.is_none() {
        outcome.note = Some("More devices are available.".into());
    }
    Ok(outcome)
}

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
    let reply = context
        .api
        .post(&path, Some(&body))
        .map_err(|error| explain(context, device, error.into()))?;
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
    let reply = context
        .api
        .post(&path, Some(&body))
        .map_err(|error| explain(context, device, error.into()))?;
    Ok(match reply {
        Value::Object(_) => reply.into(),
        Value::Null => Outcome::from(json!({})).with_note(
            "The configuration was sent; the platform said nothing of what became of it. Check \
             with get_device_configuration.",
        ),
        other => json!({"result": other}).into(),
    })
}

/// Adds to "no such device" which one may have been meant.
fn explain(context: &Context<'_>, device: &str, error: ToolError) -> ToolError {
    if error.kind != ErrorKind::NotFound {
        return error;
    }
    let known = devices(None).at_most(HINT_DEVICES).read(context).map(|listed| listed.items);
    let known = known.unwrap_or_default();
    if known.iter().any(|item| name(item) == Some(device)) {
        return error;
    }
    let hint = match nearest(device, known.iter().filter_map(name)) {
        Some(close) => format!("did you mean '{close}'?"),
        None => "get_devices lists them".to_owned(),
    };
    ToolError::not_found(format!("no device is called '{device}'; {hint}"))
}

fn devices(part: Option<&str>) -> Listing {
    let mut options = json!({"order": "ascending", "sort": [{"name": 1}]});
    if let Some(part) = part {
        options["filter"] = json!({"name": part});
    }
    let path = Path::literal("/configuration_manager/devices");
    Listing::new(path, "list", "total").searched(json!({"options": options}), "options")
}

fn name(device: &Value) -> Option<&str> {
    device.get("name").and_then(Value::as_str)
}
