//! Configuration Manager: compliance plans, their runs and reports; rendering of templates.

use serde_json::{Value, json};

use crate::limits;
use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{at, sort};
use crate::sandbox::routing::{Area, Route, get, post};
use crate::sandbox::world::{Collection, World};

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "compliance_instances", key: "id" },
        Collection { name: "compliance_plans", key: "id" },
        Collection { name: "compliance_reports", key: "id" },
    ],
};

/// Compliance, and Jinja2.
const ROUTES: &[Route] = &[
    post("/configuration_manager/search/compliance_plans", search_plans),
    post("/configuration_manager/compliance_plans/run", run_plan),
    post("/configuration_manager/search/compliance_plan_instances", search_instances),
    get("/configuration_manager/compliance_reports/details/{}", |world, call| {
        Ok(world.require("compliance_reports", "Report", call.param(0))?.clone().into())
    }),
    get("/configuration_manager/compliance_reports/batch/{}", reports_of_batch),
    post("/configuration_manager/jinja2", render),
];

fn search_plans(world: &mut World, call: &Incoming) -> Answered {
    let name = call.body.get("name").and_then(Value::as_str).unwrap_or("").to_lowercase();
    let named = |row: &&Value| {
        let own = row.get("name").and_then(Value::as_str).unwrap_or_default();
        own.to_lowercase().contains(&name)
    };
    let rows: Vec<&Value> = world.rows("compliance_plans").iter().filter(named).collect();
    let total = rows.len();
    let (start, limit) = window(world, &call.value("/options"));
    let plans: Vec<&Value> = rows.into_iter().skip(start).take(limit).collect();
    Ok(json!({"plans": plans, "totalCount": total}).into())
}

/// A plan without nodes starts nothing and does not say so.
fn run_plan(world: &mut World, call: &Incoming) -> Answered {
    let plan = world.require("compliance_plans", "Plan", call.text("/planId")?)?.clone();
    let field = |name| plan.get(name).cloned().unwrap_or_default();
    if field("nodes").as_array().is_none_or(Vec::is_empty) {
        return Ok(json!({"message": "Compliance plan started", "planId": field("id")}).into());
    }
    let (id, batch) = (world.new_id(), world.new_id());
    let row = json!({
        "id": id, "planId": field("id"), "name": field("name"), "jobStatus": "running",
        "batchId": batch, "started": iso(now_ms()), "finished": null,
        "nodes": field("nodes"),
    });
    world.add_newest("compliance_instances", row);
    let nodes = field("nodes");
    let named = nodes.as_array().into_iter().flatten().filter_map(|node| node.get("devices"));
    let mut devices: Vec<Value> = named.filter_map(Value::as_array).flatten().cloned().collect();
    if devices.is_empty() {
        devices.push(json!("ams-core-rtr-000"));
    }
    // The first device is as it should be, each further one has one more line wrong.
    for (wrong, device) in devices.iter().enumerate() {
        let report = world.new_id();
        world.add(
            "compliance_reports",
            json!({
                "id": report, "batchId": batch, "deviceName": device, "nodePath": "base",
                "timestamp": iso(now_ms()), "issues": [],
                "totals": {"errors": wrong, "warnings": 0, "infos": 0, "passes": 8},
            }),
        );
    }
    let finished = json!({"jobStatus": "complete", "finished": iso(now_ms())});
    world.after(2.0, "compliance_instances", &id, finished);
    Ok(json!({"message": "Compliance plan started", "planId": field("id"), "instanceId": id})
        .into())
}

/// Summaries: totals and issues stand only in the details.
fn reports_of_batch(world: &mut World, call: &Incoming) -> Answered {
    let batch = json!(call.param(0));
    let rows = world.rows("compliance_reports").iter();
    let summaries = rows.filter(|row| row.get("batchId") == Some(&batch)).map(|row| {
        let fields = ["id", "batchId", "treeId", "nodePath", "deviceName"];
        let fields = fields.iter().map(|field| ((*field).to_owned(), at(row, field).clone()));
        Value::Object(fields.collect())
    });
    Ok(summaries.collect::<Value>().into())
}

/// Asked for one instance it answers in groups, asked for a plan's instances in a list: two
/// generations of one route.
fn search_instances(world: &mut World, call: &Incoming) -> Answered {
    let wanted = |name: &str| call.body.pointer(&format!("/searchParams/{name}"));
    let is = |row: &Value, field: &str, name: &str| {
        wanted(name).is_none_or(|wanted| row.get(field) == Some(wanted))
    };
    let matches = |row: &&Value| is(row, "planId", "planId") && is(row, "id", "instanceId");
    let mut rows: Vec<&Value> = world.rows("compliance_instances").iter().filter(matches).collect();
    sort(&mut rows, "started", true);
    let total = rows.len();
    let (start, limit) = window(world, &call.value("/searchParams"));
    let plans: Vec<&Value> = rows.into_iter().skip(start).take(limit).collect();
    Ok(match wanted("instanceId") {
        Some(_) => {
            json!({"totalCount": total, "groups": [{"totalCount": total, "plans": plans}]})
        }
        None => json!({"totalCount": total, "plans": plans}),
    }
    .into())
}

fn window(world: &World, options: &Value) -> (usize, usize) {
    let count = |name: &str, default: usize| {
        let asked = options.get(name).and_then(Value::as_u64);
        asked.and_then(|asked| usize::try_from(asked).ok()).unwrap_or(default)
    };
    let most = world.page_cap.unwrap_or(limits::SANDBOX_PAGE).min(limits::SANDBOX_PAGE);
    (count("start", 0), count("limit", 25).min(most))
}

/// Fills in `{{ name }}`, dots reaching into objects and lists, and answers with a bare string.
/// Unknown names are empty, as in Jinja2; statements and filters are more than a sandbox knows.
fn render(_: &mut World, call: &Incoming) -> Answered {
    let template = call.text("/template")?;
    let variables = call.value("/variables");
    if template.contains("{%") {
        return Err(Refusal::invalid(
            "the sandbox renders {{ variables }} but no {% statements %}",
        ));
    }
    let mut parts = template.split("{{");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, after) = part
            .split_once("}}")
            .ok_or_else(|| Refusal::invalid("unexpected end of template, expected '}}'"))?;
        match at(&variables, name.trim()) {
            Value::Null => {}
            Value::String(value) => text.push_str(value),
            other => text.push_str(&other.to_string()),
        }
        text.push_str(after);
    }
    Ok(json!(text).into())
}
