//! Device groups: named sets of devices.

use serde_json::{Value, json};

use super::AREA;
use crate::platform::Path;
use crate::tools::asked::{self, Directory, Done, Filter, List, Source, Write, change, record};
use crate::tools::context::Context;
use crate::tools::row::{Hints, Run, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

/// `GET /configuration_manager/deviceGroups`. The list is read because the route that finds one group
/// by name wants a GET with a body, which proxies drop.
const GROUPS: Source = Source::whole("/configuration_manager/deviceGroups");
static LIST: List = List::of(GROUPS, &GROUP).filtered(&[Filter::name_contains()]);
static DIRECTORY: Directory = Directory {
    one: "device group",
    many: "device groups",
    query: &[],
    by_id: false,
    lister: "get_device_groups",
};

const READ: Tool = Tool::reads(&AREA);
const CREATE: Tool = Tool::creates(&AREA);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_device_groups",
        title: "Get Device Groups",
        description: "List device groups with the names of their devices.",
        run: Run::List(&LIST),
        ..READ
    },
    Tool {
        name: "create_device_group",
        title: "Create Device Group",
        description: "Create a device group. A taken name is refused: use add_devices_to_group.",
        parameters: &[
            Parameter::required("name", Kind::Name, "New name, not blank"),
            Parameter::optional("description", Kind::Text, "Purpose, for people"),
            Parameter::optional(
                "devices",
                Kind::List(&Kind::Name),
                "Exact device names from get_devices",
            ),
        ],
        output: Output::Object(&CREATED),
        run: Run::Code(create),
        ..CREATE
    },
    Tool {
        name: "add_devices_to_group",
        title: "Add Devices to Group",
        description: "Add devices to a group; those in it stay.",
        hints: Hints::CREATE.idempotent(),
        parameters: &[NAME, DEVICES],
        output: Output::Object(&CHANGED),
        run: Run::Code(|context, arguments| alter(context, arguments, Change::Add)),
        ..CREATE
    },
    Tool {
        name: "remove_devices_from_group",
        title: "Remove Devices from Group",
        description: "Take devices out of a group; the devices themselves stay.",
        hints: Hints { destructive: true, ..Hints::CREATE.idempotent() },
        parameters: &[NAME, DEVICES],
        output: Output::Object(&CHANGED),
        run: Run::Code(|context, arguments| alter(context, arguments, Change::Remove)),
        ..CREATE
    },
];

const NAME: Parameter =
    Parameter::required("name", Kind::Name, "Exact group name from get_device_groups");
const DEVICES: Parameter = Parameter::optional(
    "devices",
    Kind::List(&Kind::Name),
    "Exact device names from get_devices, e.g. [\"r1\"]",
);

static GROUP: Shape = Shape::closed(&[
    ID,
    Field::new("name", FieldKind::Text),
    Field::new("devices", FieldKind::Texts),
    Field::new("description", FieldKind::Text),
]);

static CREATED: Shape = Shape::closed(&[
    ID,
    Field::new("name", FieldKind::Text),
    Field::new("message", FieldKind::Text),
    Field::new("status", FieldKind::Text),
]);

static CHANGED: Shape = Shape::closed(&[
    Field::new("status", FieldKind::Text),
    Field::new("message", FieldKind::Text),
    Field::new("devices", FieldKind::Texts).doc("All of the group now"),
]);

const ID: Field = Field::new("id", FieldKind::Text).from(&["id", "_id"]);

#[derive(Clone, Copy, PartialEq)]
enum Change {
    Add,
    Remove,
}

/// `POST /configuration_manager/devicegroup`. Whether the name is free is asked first.
fn create(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let name = arguments.text("name");
    let devices = distinct(arguments);
    let thing = change(context, DIRECTORY.one, name)?;
    if !DIRECTORY.named(context, &GROUPS.listing(), name)?.is_empty() {
        return Err(ToolError::state(format!(
            "there is a device group called '{name}' already; add_devices_to_group extends it"
        )));
    }
    // The route takes names joined by commas, so a name with a comma has to come afterwards.
    let joined = !devices.iter().any(|device| device.contains(','));
    let body = json!({
        "groupName": name,
        "groupDescription": arguments.text("description"),
        "deviceNames": if joined { devices.join(",") } else { String::new() },
    });
    let path = Path::literal("/configuration_manager/devicegroup");
    let there =
        |context: &Context<'_>| Ok(DIRECTORY.named(context, &GROUPS.listing(), name)?.pop());
    let write = Write::post(&path, Some(&body)).shown_by(DIRECTORY.lister).read_back(&there);
    let done = thing.send(&write)?;
    let mut created = CREATED.project(&done.answer);
    created["name"] = json!(name);
    let mut notes: Vec<String> = done.note.into_iter().collect();
    if created["id"].is_null() {
        match find(context, name) {
            Ok(group) => created["id"] = json!(record::id(&group)),
            Err(error) => notes.push(format!("The new group's id could not be read: {error}")),
        }
    }
    if !joined && let Some(id) = created["id"].as_str() {
        let members: Vec<Value> = devices.iter().map(|device| json!(device)).collect();
        if let Err(error) = set_members(&thing, id, &members) {
            notes.push(format!("The group is there, but not all of its devices: {error}"));
        }
    }
    if !devices.is_empty() {
        match find(context, name).map(|group| absent(&devices, &members(&group))) {
            Ok(absent) if absent.is_empty() => {}
            Ok(absent) => notes.push(format!(
                "The group is there, but without: {}. Such a device may be unknown; get_devices \
                 lists them.",
                absent.join(", ")
            )),
            Err(error) => notes.push(format!("Its devices could not be read back: {error}")),
        }
    }
    for (field, value) in [("status", "success"), ("message", "The device group was created.")] {
        if created[field].is_null() {
            created[field] = json!(value);
        }
    }
    let outcome = Outcome::from(created);
    Ok(outcome.noted(notes))
}

/// Reads the group, changes its members, writes them and reads again: the platform replaces the
/// whole list, so somebody else's change in the same moment could be lost and must be seen.
fn alter(context: &Context<'_>, arguments: &Arguments, kind: Change) -> Result<Outcome, ToolError> {
    let name = arguments.text("name");
    let named = distinct(arguments);
    let thing = change(context, DIRECTORY.one, name)?;
    let group = find(context, name)?;
    let before = members(&group);
    if group.get("devices").is_some_and(|devices| !devices.is_array() && !devices.is_null()) {
        return Err(ToolError::platform(format!(
            "the platform shows the devices of group '{name}' as something else than a list, and \
             writing would lose them; nothing was changed"
        )));
    }
    let holds = |members: &[Value], device: &str| members.iter().any(|m| member(m) == Some(device));
    let (moot, effective): (Vec<&str>, Vec<&str>) =
        named.iter().partition(|device| holds(&before, device) == (kind == Change::Add));
    let moot_note = match (kind, moot.is_empty()) {
        (_, true) => None,
        (Change::Add, _) => Some(format!("Already in the group: {}.", moot.join(", "))),
        (Change::Remove, _) => Some(format!("Not in the group: {}.", moot.join(", "))),
    };
    if effective.is_empty() {
        let shown = json!({
            "status": "success",
            "message": format!("Nothing was to be changed in group '{name}'."),
            "devices": before,
        });
        let outcome = Outcome::from(CHANGED.project(&shown));
        return Ok(outcome.noted(moot_note));
    }
    let mut after = before;
    match kind {
        Change::Add => after.extend(effective.iter().map(|device| json!(device))),
        Change::Remove => after.retain(|m| member(m).is_none_or(|m| !effective.contains(&m))),
    }
    let id = DIRECTORY.id(&group)?;
    let written = set_members(&thing, &id, &after)?;
    let reply = written.answer;
    let mut notes: Vec<String> = moot_note.into_iter().chain(written.note).collect();
    let shown = match find(context, name) {
        Ok(group) => members(&group),
        Err(error) => {
            notes.push(format!("The change was written but could not be read back: {error}"));
            after
        }
    };
    let failed: Vec<&str> = effective
        .iter()
        .copied()
        .filter(|device| holds(&shown, device) != (kind == Change::Add))
        .collect();
    if failed.len() == effective.len() {
        return Err(ToolError::unknown(format!(
            "the platform accepted the change of group '{name}', but it reads as if it had not been \
             made for: {}. Such a device may be unknown, or somebody changed the group at the same \
             time; get_device_groups shows it",
            failed.join(", ")
        )));
    }
    if !failed.is_empty() {
        notes.push(format!(
            "The platform accepted the change, but the group reads as if it had not been made for: \
             {}. Such a device may be unknown, or somebody changed the group at the same time.",
            failed.join(", ")
        ));
    }
    let shown = json!({
        "status": record::text(&reply, &["status"]).unwrap_or("success"),
        "message": record::text(&reply, &["message"]).map_or_else(|| done(kind, name, &effective), str::to_owned),
        "devices": shown,
    });
    let outcome = Outcome::from(CHANGED.project(&shown));
    Ok(outcome.noted(notes))
}

fn done(change: Change, name: &str, devices: &[&str]) -> String {
    let devices = devices.join(", ");
    match change {
        Change::Add => format!("Added to group '{name}': {devices}."),
        Change::Remove => format!("Removed from group '{name}': {devices}."),
    }
}

/// `PUT /configuration_manager/deviceGroups/{id}`
fn set_members(thing: &asked::Change<'_>, id: &str, wanted: &[Value]) -> Result<Done, ToolError> {
    let path = Path::new("/configuration_manager/deviceGroups/{}", &[id])?;
    let body = json!({"details": {"devices": wanted}});
    let there = |context: &Context<'_>| {
        let group = find(context, &thing.name)?;
        let now = members(&group);
        let same = now.len() == wanted.len() && wanted.iter().all(|one| now.contains(one));
        Ok(same.then_some(group))
    };
    thing.send(&Write::put(&path, Some(&body)).shown_by(DIRECTORY.lister).read_back(&there))
}

/// The group called `name`.
fn find(context: &Context<'_>, name: &str) -> Result<Value, ToolError> {
    DIRECTORY.find(context, &GROUPS.listing(), name)
}

/// Those of `devices` that are no members.
fn absent<'a>(devices: &[&'a str], members: &[Value]) -> Vec<&'a str> {
    let holds = |device: &str| members.iter().any(|one| member(one) == Some(device));
    devices.iter().copied().filter(|device| !holds(device)).collect()
}

fn distinct<'a>(arguments: &'a Arguments<'_>) -> Vec<&'a str> {
    let mut devices = Vec::new();
    for device in arguments.texts("devices") {
        if !device.is_empty() && !devices.contains(&device) {
            devices.push(device);
        }
    }
    devices
}

fn members(group: &Value) -> Vec<Value> {
    group.get("devices").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The name of a member, which some versions wrap in an object.
fn member(member: &Value) -> Option<&str> {
    member.as_str().or_else(|| record::name(member))
}
