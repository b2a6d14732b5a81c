//! Configuration Manager: golden configuration trees, their versions, nodes and specs.

use serde_json::{Value, json};

use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::routing::{Area, Route, get, post, put};
use crate::sandbox::world::{Collection, World, assign};

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "config_specs", key: "id" },
        Collection { name: "config_trees", key: "id" },
        Collection { name: "config_versions", key: "key" },
        Collection { name: "parsers", key: "name" },
    ],
};

/// Trees, versions, nodes, specs, parsers.
const ROUTES: &[Route] = &[
    get("/configuration_manager/configurations/parser", |world, _| {
        Ok(json!({"list": world.rows("parsers"), "total": world.rows("parsers").len()}).into())
    }),
    get("/configuration_manager/configs", |world, _| Ok(json!(world.rows("config_trees")).into())),
    post("/configuration_manager/configs", create_tree),
    get("/configuration_manager/configs/{}/{}", read_version),
    put("/configuration_manager/configs/{}/{}", update_version),
    post("/configuration_manager/configs/{}/{}/{*}", add_node),
    get("/configuration_manager/config_specs/{}", |world, call| {
        Ok(world.require("config_specs", "Config spec", call.param(0))?.clone().into())
    }),
    put("/configuration_manager/config_specs/{}", update_spec),
];

fn create_tree(world: &mut World, call: &Incoming) -> Answered {
    let (name, kind) = (call.text("/name")?, call.text("/deviceType")?);
    if kind != "json" && world.find("parsers", kind).is_none() {
        return Err(Refusal::invalid(format!("unknown device type '{kind}'")));
    }
    if world.rows("config_trees").iter().any(|row| row.get("name") == Some(&json!(name))) {
        return Err(Refusal::invalid(format!("A tree named '{name}' already exists")));
    }
    let id = world.new_id();
    let row = json!({"id": id, "name": name, "deviceType": kind, "versions": ["initial"]});
    world.add("config_trees", row.clone());
    let root = new_node(world, "base");
    let version = json!({
        "key": format!("{id}/initial"), "id": id, "name": name, "version": "initial",
        "root": root, "variables": {},
    });
    world.add("config_versions", version);
    Ok(row.into())
}

fn read_version(world: &mut World, call: &Incoming) -> Answered {
    let mut version = world.require("config_versions", "Version", &key(call))?.clone();
    if let Some(fields) = version.as_object_mut() {
        fields.remove("key");
    }
    Ok(version.into())
}

fn update_version(world: &mut World, call: &Incoming) -> Answered {
    let variables = call.value("/variables");
    let version = world.require_mut("config_versions", "Version", &key(call))?;
    if variables.is_object() {
        assign(version, json!({"variables": variables}));
    }
    Ok(json!({"status": "success", "message": "Version updated"}).into())
}

/// Adds a node below the one the path leads to and answers with the new node.
fn add_node(world: &mut World, call: &Incoming) -> Answered {
    let name = call.text("/name")?;
    let key = key(call);
    let path = call.param(2).to_owned();
    let node = new_node(world, name);
    let version = world.require_mut("config_versions", "Version", &key)?;
    let parent = descend(version, &path)?;
    let children = parent.get_mut("children").and_then(Value::as_array_mut);
    let children = children.ok_or_else(|| Refusal::not_found("Node", &path))?;
    if children.iter().any(|child| child.get("name") == Some(&json!(name))) {
        return Err(Refusal::invalid(format!("node '{path}' already has a child '{name}'")));
    }
    children.push(node.clone());
    Ok(node.into())
}

fn update_spec(world: &mut World, call: &Incoming) -> Answered {
    let data = call.value("/data");
    if !data.is_object() {
        return Err(Refusal::invalid("body/data must be object"));
    }
    let spec = world.require_mut("config_specs", "Config spec", call.param(0))?;
    assign(spec, data);
    Ok(json!({"status": "success", "message": "Config spec updated"}).into())
}

/// The node at `path`, whose first part names the root.
fn descend<'a>(version: &'a mut Value, path: &str) -> Result<&'a mut Value, Refusal> {
    let gone = || Refusal::not_found("Node", path);
    let mut parts = path.split('/');
    let mut node = version.get_mut("root").ok_or_else(gone)?;
    if node.get("name").and_then(Value::as_str) != parts.next() {
        return Err(gone());
    }
    for part in parts {
        let children = node.get_mut("children").and_then(Value::as_array_mut).ok_or_else(gone)?;
        let named = |child: &&mut Value| child.get("name").and_then(Value::as_str) == Some(part);
        node = children.iter_mut().find(named).ok_or_else(gone)?;
    }
    Ok(node)
}

fn new_node(world: &mut World, name: &str) -> Value {
    let spec = world.new_id();
    world.add("config_specs", json!({"id": spec, "template": "", "variables": {}, "lines": []}));
    json!({
        "name": name,
        "attributes": {"configId": spec, "devices": [], "deviceGroups": []},
        "children": [],
    })
}

fn key(call: &Incoming) -> String {
    format!("{}/{}", call.param(0), call.param(1))
}
