//! Backups of device configurations, and what differs between them.

mod difference;
mod stored;

use serde_json::{Value, json};

pub use self::difference::difference;
pub use self::stored::newest;
use super::AREA;
use super::devices::stored as devices;
use crate::tools::asked::{Filter, List, record};
use crate::tools::context::Context;
use crate::tools::row::{Hints, Run, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

const READ: Tool = Tool::reads(&AREA);

static LIST: List = List::below(|_, arguments| Ok(stored::wanted(arguments)), &ITEM)
    .filtered(&[
        Filter::exact(
            Parameter::optional("device", Kind::Name, "Exact device name from get_devices"),
            "name",
            &[],
        ),
        Filter::name_contains(),
    ])
    .newest_first("date", &[]);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_backups",
        title: "Get Backups",
        description: "List configuration backups of devices, newest first. Next: describe_backup, \
                      or compare_configurations for what changed since.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "describe_backup",
        title: "Describe Backup",
        description: "Show one backup with the whole configuration it holds. To see only what \
                      changed, compare_configurations is shorter.",
        parameters: &[Parameter::required("id", Kind::Name, "Id from get_backups")],
        output: Output::Object(&DETAIL),
        run: Run::Code(describe),
        ..READ
    },
    Tool {
        name: "compare_configurations",
        title: "Compare Configurations",
        description: "Show what changed in a device's configuration, as a unified diff with counts: \
                      from a backup to what runs on the device now, or from one backup to another. \
                      Secrets are masked.",
        hints: Hints { open_world: true, ..Hints::READ },
        parameters: &[
            Parameter::required("device", Kind::Name, "Exact name of the device"),
            Parameter::optional(
                "backup",
                Kind::Name,
                "Id of the older backup, from get_backups; the newest when left out",
            ),
            Parameter::optional(
                "other_backup",
                Kind::Name,
                "Id of the backup to compare it with, instead of what runs now",
            ),
        ],
        output: Output::Object(&COMPARED),
        run: Run::Code(compare),
        ..READ
    },
];

const ID: Field = Field::new("id", FieldKind::Text).from(&["_id", "id"]);
const DATE: Field = Field::new("date", FieldKind::Time);

static ITEM: Shape = Shape::closed(&[
    ID,
    Field::new("device", FieldKind::Text).from(&["name"]),
    DATE,
    Field::new("description", FieldKind::Text),
    Field::new("notes", FieldKind::Text),
    Field::new("type", FieldKind::Text),
    Field::new("provider", FieldKind::Texts),
]);

static DETAIL: Shape = Shape::closed(&[
    ID,
    Field::new("device", FieldKind::Text).from(&["name"]),
    DATE,
    Field::new("description", FieldKind::Text),
    Field::new("notes", FieldKind::Text),
    Field::new("type", FieldKind::Text),
    Field::new("provider", FieldKind::Texts),
    Field::new("rawConfig", FieldKind::Text).doc("The configuration"),
]);

/// What `compare_configurations` gives back.
static COMPARED: Shape = Shape::closed(&[
    Field::new("device", FieldKind::Text),
    Field::new("from", FieldKind::Text),
    Field::new("to", FieldKind::Text),
    Field::new("lines_added", FieldKind::Number),
    Field::new("lines_removed", FieldKind::Number),
    Field::new("diff", FieldKind::Text).doc("- only before, + only after; empty: no difference"),
]);

/// `GET /configuration_manager/backups/{id}`
fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let backup = stored::read(context, arguments.text("id"))?;
    let mut shown = DETAIL.project(&backup);
    let outcome = match stored::configuration(&backup) {
        Ok(text) => {
            shown["rawConfig"] = json!(text);
            Outcome::from(shown)
        }
        Err(error) => Outcome::from(shown).with_note(error.message),
    };
    Ok(outcome)
}

fn compare(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let device = arguments.text("device");
    let old = match arguments.maybe_text("backup") {
        Some(id) => stored::of(context, device, id)?,
        None => {
            let newest = newest(context, device)?.ok_or_else(|| none(context, device))?;
            stored::read(context, &record::id(&newest).unwrap_or_default())?
        }
    };
    let before = stored::configuration(&old)?;
    let (to, now) = match arguments.maybe_text("other_backup") {
        Some(id) => {
            let new = stored::of(context, device, id)?;
            (stored::title(&new), stored::configuration(&new)?)
        }
        None => ("running configuration".to_owned(), devices::running(context, device)?),
    };
    let found = difference(&before, &now);
    let shown = COMPARED.project(&json!({
        "device": device, "from": stored::title(&old), "to": to, "lines_added": found.added,
        "lines_removed": found.removed, "diff": found.text,
    }));
    Ok(Outcome::from(shown).noted(found.note))
}

/// There is no backup of the device; perhaps there is no such device.
fn none(context: &Context<'_>, device: &str) -> ToolError {
    let missing = ToolError::not_found(format!(
        "there is no backup of '{device}'; backup_device_configuration makes one"
    ));
    devices::explain(context, device, missing)
}

/// Says how to go back behind a change of a device: to the newest backup from before it.
pub fn rollback(device: &str, backup: Option<&Value>) -> String {
    match backup {
        Some(backup) => format!(
            "To roll back: compare_configurations with device '{device}' and backup '{}' ({}) shows \
             what is different now; send the opposite of those lines with \
             apply_device_configuration.",
            record::id(backup).unwrap_or_default(),
            stored::date(backup)
        ),
        None => format!(
            "There is no backup of '{device}' from before this: what it replaced can only be put \
             back by hand. backup_device_configuration before a change makes it safe."
        ),
    }
}
