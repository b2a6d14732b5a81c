//! Configuration Manager: devices, their configurations and their groups.

use serde_json::{Value, json};

use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing;
use crate::sandbox::routing::{Area, Route, get, post, put};
use crate::sandbox::world::{Collection, World, assign};
use crate::{limits, sections};

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "device_configs", key: "name" },
        Collection { name: "device_groups", key: "id" },
        Collection { name: "devices", key: "name" },
    ],
};

/// Devices, configurations, device groups.
const ROUTES: &[Route] = &[
    post("/configuration_manager/devices", list),
    get("/configuration_manager/devices/{}/configuration", read_configuration),
    post("/configuration_manager/devices/{}/configuration", apply_configuration),
    get("/configuration_manager/deviceGroups", |world, _| {
        Ok(json!(world.rows("device_groups")).into())
    }),
    post("/configuration_manager/devicegroup", create_group),
    put("/configuration_manager/deviceGroups/{}", update_group),
];

/// `return_count` is the count of this page, `total` that of all; a missing `limit` means 25.
fn list(world: &mut World, call: &Incoming) -> Answered {
    let option = |name: &str| call.body.pointer(&format!("/options/{name}"));
    let count = |name: &str, default: usize| {
        let asked = option(name).and_then(Value::as_u64);
        asked.and_then(|asked| usize::try_from(asked).ok()).unwrap_or(default)
    };
    let contains = option("filter").and_then(Value::as_object).cloned().unwrap_or_default();
    let accepted = |row: &&Value| {
        contains.iter().all(|(field, wanted)| {
            let wanted = wanted.as_str().unwrap_or_default().to_lowercase();
            let text = row.get(field).and_then(Value::as_str).unwrap_or_default();
            text.to_lowercase().contains(&wanted)
        })
    };
    let mut rows: Vec<&Value> = world.rows("devices").iter().filter(accepted).collect();
    let sort = option("sort").and_then(|sort| sort.get(0)?.as_object()?.keys().next().cloned());
    if let Some(field) = sort {
        listing::sort(&mut rows, &field, option("order") == Some(&json!("descending")));
    }
    let (start, total) = (count("start", 0), rows.len());
    let limit = count("limit", 25)
        .min(world.page_cap.unwrap_or(limits::SANDBOX_PAGE))
        .min(limits::SANDBOX_PAGE);
    let list: Vec<&Value> = rows.into_iter().skip(start).take(limit).collect();
    Ok(json!({
        "entity": "device",
        "total": total,
        "unique_device_count": total,
        "return_count": list.len(),
        "start_index": start,
        "list": list,
    })
    .into())
}

fn read_configuration(world: &mut World, call: &Incoming) -> Answered {
    let name = call.param(0);
    Ok(json!({"device": name, "config": configuration(world, name)?}).into())
}

/// Puts what is applied into the running configuration where a device would put it.
fn apply_configuration(world: &mut World, call: &Incoming) -> Answered {
    let name = call.param(0);
    let typed = call.text("/config/config")?;
    let Value::String(config) = configuration(world, name)? else {
        return Err(Refusal::invalid(format!("device '{name}' takes no text configuration")));
    };
    let config = sections::enter(&config, typed);
    world.rows_mut("device_configs").retain(|row| row.get("name") != Some(&json!(name)));
    world.add("device_configs", json!({"name": name, "config": config}));
    let lines: Vec<Value> = typed
        .lines()
        .map(|line| json!({"device": name, "command": line, "result": "success"}))
        .collect();
    Ok(json!({"status": "success", "result": lines}).into())
}

/// The configuration of a device: what was applied to it, or what it came with.
pub fn configuration(world: &World, name: &str) -> Result<Value, Refusal> {
    let device = world.require("devices", "Device", name)?;
    if let Some(row) = world.find("device_configs", name) {
        return Ok(row.get("config").cloned().unwrap_or_default());
    }
    let field = |field| device.get(field).and_then(Value::as_str).unwrap_or("unknown");
    Ok(match field("ostype") {
        // A controller's configuration is an object, not text.
        "cloud" => json!({"name": name, "vpcs": [{"cidr": "10.0.0.0/16"}]}),
        os => {
            let loopback = format!("interface Loopback0\n ip address {}/32", field("ipaddress"));
            json!(format!("! {os}\nhostname {name}\n{loopback}\n!\nend\n"))
        }
    })
}

/// Device names come joined by commas; newer releases take a list as well.
fn create_group(world: &mut World, call: &Incoming) -> Answered {
    let name = call.text("/groupName")?;
    if world.rows("device_groups").iter().any(|row| row.get("name") == Some(&json!(name))) {
        return Err(Refusal::invalid(format!("A device group named '{name}' already exists")));
    }
    let devices = match call.value("/deviceNames") {
        Value::String(names) => {
            names.split(',').filter(|name| !name.is_empty()).map(|name| json!(name)).collect()
        }
        Value::Array(names) => names,
        _ => Vec::new(),
    };
    let id = world.new_id();
    let row = json!({
        "id": id, "name": name, "devices": devices, "description": call.value("/groupDescription"),
        "created": iso(now_ms()), "createdBy": call.account, "gbac": {"read": [], "write": []},
    });
    world.add("device_groups", row);
    Ok(json!({"id": id, "name": name, "message": "created", "status": "ACTIVE"}).into())
}

/// Replaces every field that is named: sending `devices` replaces all members.
fn update_group(world: &mut World, call: &Incoming) -> Answered {
    let details = call.value("/details");
    if !details.is_object() {
        return Err(Refusal::invalid("body/details must be object"));
    }
    let group = world.require_mut("device_groups", "Device group", call.param(0))?;
    assign(group, details);
    Ok(json!({"status": "success", "message": "Device group updated"}).into())
}
