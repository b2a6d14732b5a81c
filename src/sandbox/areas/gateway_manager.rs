//! Gateway Manager: services on gateway clusters, and the configuration of a cluster.

use serde_json::{Map, Value, json};

use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::routing::{Area, Route, get, post};
use crate::sandbox::schema;
use crate::sandbox::world::{Collection, World};

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "connections", key: "cluster_id" },
        Collection { name: "gateways", key: "cluster_id" },
        Collection { name: "services", key: "_id" },
    ],
};

/// Gateways, connections, services.
const ROUTES: &[Route] = &[
    get("/gateway_manager/v1/gateways", |world, _| {
        let rows = world.rows("gateways");
        Ok(json!({"results": rows, "total": rows.len()}).into())
    }),
    get("/gateway_manager/v1/connections", connections),
    get("/gateway_manager/v1/services", services),
    post("/gateway_manager/v1/services/run", run),
    get("/gateway_manager/v1/gateways/{}/configuration/export", export),
    post("/gateway_manager/v1/gateways/{}/configuration/import", import),
];

/// The list of gateways does not tell who is connected; this map does.
fn connections(world: &mut World, _: &Incoming) -> Answered {
    let states = world.rows("connections").iter().filter_map(|row| {
        Some((row.get("cluster_id")?.as_str()?.to_owned(), row.get("state")?.clone()))
    });
    Ok(Value::Object(states.collect()).into())
}

fn services(world: &mut World, call: &Incoming) -> Answered {
    let cluster = call.query.get("cluster_id");
    let rows = world.rows("services").iter();
    let rows = rows.filter(|row| cluster.is_none_or(|cluster| location(row) == Some(cluster)));
    let rows: Vec<Value> = rows.map(|row| without(row, "run")).collect();
    Ok(json!({"state": "Success", "message": "ok", "result": rows}).into())
}

/// Answers like JSON-RPC, which it is behind the scenes: what went wrong comes in a 200.
fn run(world: &mut World, call: &Incoming) -> Answered {
    let (name, cluster) = (call.text("/serviceName")?, call.text("/clusterId")?);
    let id = world.new_id();
    let failed = |code: i32, data: String| {
        let error = json!({"code": code, "message": "Internal error", "data": data});
        Ok(json!({"jsonrpc": "2.0", "id": id, "status": "error", "error": error}).into())
    };
    let connected = world.find("connections", cluster).and_then(|row| row.get("state")?.as_str());
    if connected != Some("connected") {
        return failed(-32001, format!("no gateway of cluster '{cluster}' is connected"));
    }
    let named =
        |row: &&Value| metadata(row, "name") == Some(name) && location(row) == Some(cluster);
    let Some(service) = world.rows("services").iter().find(named) else {
        return failed(-32602, format!("service '{name}' not found on cluster '{cluster}'"));
    };
    let params = call.body.get("params").cloned().unwrap_or_else(|| json!({}));
    let decorator = service.pointer("/service_metadata/decorator").unwrap_or(&Value::Null);
    if let Err(refusal) = schema::check(decorator, &params) {
        return failed(-32602, refusal.to_string());
    }
    // A plan of an older gateway is answered in the older shape.
    if let Some(answer) = service.pointer("/run/answer") {
        return Ok(answer.clone().into());
    }
    let start = now_ms();
    let mut result = json!({
        "stdout": params.to_string(), "stderr": "", "return_code": 0,
        "start_time": iso(start), "end_time": iso(start + 1_250), "elapsed_time": 1.25,
    });
    crate::sandbox::world::merge(
        &mut result,
        service.get("run").cloned().unwrap_or_else(|| json!({})),
    );
    Ok(json!({"jsonrpc": "2.0", "id": id, "status": "completed", "result": result}).into())
}

/// The configuration of a cluster as a document; some hold secrets.
fn export(world: &mut World, call: &Incoming) -> Answered {
    let cluster = call.param(0);
    let gateway = world.require("gateways", "Gateway", cluster)?;
    let part = |name: &str| gateway.get(name).cloned().unwrap_or_else(|| json!([]));
    let services: Vec<Value> = world
        .rows("services")
        .iter()
        .filter(|row| location(row) == Some(cluster))
        .map(|row| {
            let mut service = without(row.get("service_metadata").unwrap_or(row), "location");
            crate::sandbox::world::merge(&mut service, json!({"secrets": row.get("secrets")}));
            service
        })
        .collect();
    Ok(json!({
        "services": services,
        "repositories": [{"name": "automation", "url": "https://git.example/automation.git"}],
        "decorators": [],
        "secrets": part("secrets"),
        "users": part("users"),
    })
    .into())
}

/// Adds the services of a document; those that exist are replaced with `force` and skipped without.
/// `validate` and `check` change nothing.
fn import(world: &mut World, call: &Incoming) -> Answered {
    let cluster = call.param(0);
    world.require("gateways", "Gateway", cluster)?;
    let flag = |name: &str| call.value(&format!("/options/{name}")) == json!(true);
    if flag("validate") && flag("check") {
        return Err(Refusal::invalid("validate and check exclude each other"));
    }
    let services = match call.text("/options/source")? {
        "content" => document(&call.value("/options/content"))?,
        "git" => {
            call.text("/options/git/url")?;
            let file = call.text("/options/git/file")?;
            let stem = file.rsplit('/').next().unwrap_or(file).split('.').next().unwrap_or(file);
            vec![json!({"name": stem, "type": "python", "description": format!("from {file}")})]
        }
        other => return Err(Refusal::invalid(format!("unknown source '{other}'"))),
    };
    let (mut added, mut replaced, mut skipped) = (Vec::new(), Vec::new(), Vec::new());
    for service in services {
        let name = service.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let entry = json!({"kind": "service", "name": name});
        let same = |row: &Value| {
            metadata(row, "name") == Some(name.as_str()) && location(row) == Some(cluster)
        };
        let exists = world.rows("services").iter().any(same);
        match (exists, flag("force")) {
            (true, false) => {
                skipped.push(entry);
                continue;
            }
            (true, true) => replaced.push(entry),
            (false, _) => added.push(entry),
        }
        if !flag("validate") && !flag("check") {
            world.rows_mut("services").retain(|row| !same(row));
            let mut row = service_row(&world.new_id(), cluster, &name);
            crate::sandbox::world::merge(&mut row, json!({"service_metadata": service}));
            world.add("services", row);
        }
    }
    let summary =
        json!({"added": added.len(), "replaced": replaced.len(), "skipped": skipped.len()});
    Ok(json!({"added": added, "replaced": replaced, "skipped": skipped, "summary": summary}).into())
}

/// The services of a document given as an object or as JSON text.
fn document(content: &Value) -> Result<Vec<Value>, Refusal> {
    let parsed = content.as_str().map(serde_json::from_str).transpose();
    let parsed = parsed.map_err(|error| {
        Refusal::invalid(format!("content is not JSON (the sandbox reads no YAML): {error}"))
    })?;
    let services = parsed.as_ref().unwrap_or(content).get("services").cloned();
    Ok(services.and_then(|services| services.as_array().cloned()).unwrap_or_default())
}

/// A service as Gateway Manager keeps it.
pub fn service_row(id: &str, cluster: &str, name: &str) -> Value {
    json!({
        "_id": id,
        "active": true,
        "service_metadata": {
            "name": name, "location": cluster, "type": "python-script",
            "description": null, "decorator": null, "tags": [],
        },
    })
}

fn metadata<'a>(row: &'a Value, field: &str) -> Option<&'a str> {
    row.get("service_metadata")?.get(field)?.as_str()
}

fn location(row: &Value) -> Option<&str> {
    metadata(row, "location")
}

fn without(row: &Value, field: &str) -> Value {
    let fields: Map<String, Value> = row.as_object().cloned().unwrap_or_default();
    Value::Object(fields.into_iter().filter(|(name, _)| name != field).collect())
}
