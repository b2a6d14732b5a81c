//! Device groups: named sets of devices.

use serde_json::{Value, json};

use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::asked::read_whole;
use crate::tools::row::{Context, Hints, Tool};
use crate::tools::shown::{Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

const TAGS: &[&str] = &["configuration_manager"];

/// The tools of this area.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "get_device_groups",
        title: "Get Device Groups",
        description: "List the device groups with the names of their devices.",
        tags: TAGS,
        hints: Hints::READ,
        parameters: &[],
        output: Output::List(&GROUP),
        run: |context, _| Ok(GROUP.project_all(&groups(context)?).into()),
    },
    Tool {
        name: "create_device_group",
        title: "Create Device Group",
        description: "Create a device group. Refused when the name is taken: \
                      add_devices_to_group extends one.",
        tags: TAGS,
        hints: Hints::CREATE,
        parameters: &[
            Parameter::required("name", Kind::Text, "Name"),
            Parameter::optional("description", Kind::Text, "Purpose"),
            Parameter::optional("devices", Kind::List(&Kind::Text), "Exact device names"),
        ],
        output: Output::Object(&CREATED),
        run: create,
    },
    Tool {
        name: "add_devices_to_group",
        title: "Add Devices to Group",
        description: "Add devices to a group; those in it stay.",
        tags: TAGS,
        hints: Hints::CREATE.idempotent(),
        parameters: &[NAME, DEVICES],
        output: Output::Object(&CHANGED),
        run: |context, arguments| change(context, arguments, Change::Add),
    },
    Tool {
        name: "remove_devices_from_group",
        title: "Remove Devices from Group",
        description: "Take devices out of a group; the devices themselves stay.",
        tags: TAGS,
        hints: Hints { destructive: true, ..Hints::CREATE.idempotent() },
        parameters: &[NAME, DEVICES],
        output: Output::Object(&CHANGED),
        run: |context, arguments| change(context, arguments, Change::Remove),
    },
];

const NAME: Parameter = Parameter::required("name", Kind::Text, "Exact name");
const DEVICES: Parameter =
    Parameter::optional("devices", Kind::List(&Kind::Text), "Exact device names");

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
    if groups(context)?.iter().any(|group| text(group, "name") == Some(name)) {
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
    let reply = context.api.post(&path, Some(&body))?;
    let mut created = CREATED.project(&reply);
    created["name"] = json!(name);
    let mut notes = Vec::new();
    if created["id"].is_null() {
        match find(context, name) {
            Ok(group) => created["id"] = json!(id_of(&group)),
            Err(error) => notes.push(format!("The new group's id could not be read: {error}")),
        }
    }
    if !joined && let Some(id) = created["id"].as_str() {
        let members = devices.iter().map(|device| json!(device)).collect();
        if let Err(error) = set_members(context, id, members) {
            notes.push(format!("The group is there but empty, its devices were refused: {error}"));
        }
    }
    for (field, value) in [("status", "success"), ("message", "The device group was created.")] {
        if created[field].is_null() {
            created[field] = json!(value);
        }
    }
    let outcome = Outcome::from(created);
    Ok(if notes.is_empty() { outcome } else { outcome.with_note(notes.join(" ")) })
}

/// Reads the group, changes its members, writes them and reads again: the platform replaces the
/// whole list, so somebody else's change in the same moment could be lost and must be seen.
fn change(
    context: &Context<'_>,
    arguments: &Arguments,
    change: Change,
) -> Result<Outcome, ToolError> {
    let name = arguments.text("name");
    let named = distinct(arguments);
    let group = find(context, name)?;
    let before = members(&group);
    let holds = |members: &[Value], device: &str| members.iter().any(|m| member(m) == Some(device));
    let (moot, effective): (Vec<&str>, Vec<&str>) =
        named.iter().partition(|device| holds(&before, device) == (change == Change::Add));
    let moot_note = match (change, moot.is_empty()) {
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
        return Ok(match moot_note {
            Some(note) => outcome.with_note(note),
            None => outcome,
        });
    }
    let mut after = before;
    match change {
        Change::Add => after.extend(effective.iter().map(|device| json!(device))),
        Change::Remove => after.retain(|m| member(m).is_none_or(|m| !effective.contains(&m))),
    }
    let Some(id) = id_of(&group) else {
        return Err(ToolError::platform(format!("the platform did not say the id of '{name}'")));
    };
    let reply = set_members(context, id, after.clone())?;
    let mut notes: Vec<String> = moot_note.into_iter().collect();
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
        .filter(|device| holds(&shown, device) != (change == Change::Add))
        .collect();
    if !failed.is_empty() {
        notes.push(format!(
            "The platform accepted the change, but the group reads as if it had not been made for: \
             {}. Such a device may be unknown, or somebody changed the group at the same time.",
            failed.join(", ")
        ));
    }
    let shown = json!({
        "status": text(&reply, "status").unwrap_or("success"),
        "message": text(&reply, "message").map_or_else(|| done(change, name, &effective), str::to_owned),
        "devices": shown,
    });
    let outcome = Outcome::from(CHANGED.project(&shown));
    Ok(if notes.is_empty() { outcome } else { outcome.with_note(notes.join(" ")) })
}

fn done(change: Change, name: &str, devices: &[&str]) -> String {
    let devices = devices.join(", ");
    match change {
        Change::Add => format!("Added to group '{name}': {devices}."),
        Change::Remove => format!("Removed from group '{name}': {devices}."),
    }
}

/// `PUT /configuration_manager/deviceGroups/{id}`
fn set_members(context: &Context<'_>, id: &str, members: Vec<Value>) -> Result<Value, ToolError> {
    let path = Path::new("/configuration_manager/deviceGroups/{}", &[id])?;
    Ok(context.api.put(&path, Some(&json!({"details": {"devices": members}})))?)
}

/// The group called `name`. The list is read because the route that finds one group by name wants
/// a GET with a body, which proxies drop.
fn find(context: &Context<'_>, name: &str) -> Result<Value, ToolError> {
    let mut groups = groups(context)?;
    match groups.iter().position(|group| text(group, "name") == Some(name)) {
        Some(place) => Ok(groups.swap_remove(place)),
        None => {
            let hint = match nearest(name, groups.iter().filter_map(|group| text(group, "name"))) {
                Some(close) => format!("did you mean '{close}'?"),
                None => "get_device_groups lists them".to_owned(),
            };
            Err(ToolError::not_found(format!("no device group is called '{name}'; {hint}")))
        }
    }
}

/// `GET /configuration_manager/deviceGroups`
fn groups(context: &Context<'_>) -> Result<Vec<Value>, ToolError> {
    read_whole(context, &Path::literal("/configuration_manager/deviceGroups"))
}

fn distinct(arguments: &Arguments) -> Vec<&str> {
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
    member.as_str().or_else(|| text(member, "name"))
}

fn id_of(group: &Value) -> Option<&str> {
    text(group, "id").or_else(|| text(group, "_id"))
}

fn text<'a>(item: &'a Value, key: &str) -> Option<&'a str> {
    item.get(key).and_then(Value::as_str)
}
