//! Adapters and applications, in every state.

use serde_json::{Value, json};

use super::{cycle, lack, sometimes_null, twist};
use crate::sandbox::Options;
use crate::sandbox::clock::SEED_MS;
use crate::sandbox::health::DIES_ON_START;

/// Adapters: id, package, state.
const ADAPTERS: &[(&str, &str, &str)] = &[
    ("AutomationGateway", "@itential/adapter-automation_gateway", "RUNNING"),
    ("ServiceNow", "@itentialopensource/adapter-servicenow", "RUNNING"),
    ("NetBox", "@itentialopensource/adapter-netbox", "RUNNING"),
    ("Infoblox", "@itentialopensource/adapter-infoblox", "STOPPED"),
    ("Email Relay", "@itential/adapter-email", "RUNNING"),
    ("Local AAA", "@itential/adapter-local_aaa", "RUNNING"),
    (DIES_ON_START, "@lab/adapter-terminal", "STOPPED"),
    ("NSO-emea/dc1", "@itential/adapter-nso", "DEAD"),
    ("Jira", "@itentialopensource/adapter-jira", "DELETED"),
    ("Grafana", "@itentialopensource/adapter-grafana", "STARTING"),
];

const APPLICATIONS: &[(&str, &str)] = &[
    ("OperationsManager", "RUNNING"),
    ("AutomationStudio", "RUNNING"),
    ("WorkFlowEngine", "RUNNING"),
    ("ConfigurationManager", "RUNNING"),
    ("LifecycleManager", "RUNNING"),
    ("GatewayManager", "RUNNING"),
    ("InventoryManager", "RUNNING"),
    ("AgentSessionManager", "RUNNING"),
    ("MOP", "RUNNING"),
    ("TemplateBuilder", "RUNNING"),
    ("FormBuilder", "STOPPED"),
    ("AdminEssentials", "RUNNING"),
    ("Jst", "RUNNING"),
    ("Tags", "RUNNING"),
    ("Search", "RUNNING"),
    ("JsonForms", "RUNNING"),
    ("NSO Manager", "DEAD"),
    ("ServiceCatalog", "STARTING"),
];

/// 34 adapters: the named ones, then enough switches' gateways to need a second page.
pub fn adapters(_: &Options) -> Vec<Value> {
    let named = ADAPTERS
        .iter()
        .enumerate()
        .map(|(n, (name, package, state))| process(n, "Adapter", name, Some(package), state));
    let more = (0..24).map(|n| {
        let name = format!("Gateway Site {n:02}");
        process(n, "Adapter", &name, Some("@itential/adapter-automation_gateway"), "RUNNING")
    });
    let mut rows: Vec<Value> = named.chain(more).collect();
    // A bare number where others have an object, and an adapter nobody has packaged.
    twist(
        &mut rows,
        [
            (1, json!({"cpuUsage": 1.25})),
            (2, json!({"package_id": null, "description": null, "logger": {"syslog": {}}})),
            (4, json!({"uptime": "86400.5", "pid": "2817", "health": {"score": 0.97}})),
        ],
    );
    rows
}

/// 30 applications. A stopped one lacks what only a process has.
pub fn applications(_: &Options) -> Vec<Value> {
    let named = APPLICATIONS.iter().enumerate().map(|(n, (name, state))| {
        let package = format!("@itential/app-{}", name.to_lowercase().replace(' ', "_"));
        process(n, "Application", name, Some(&package), state)
    });
    let more = (0..12).map(|n| {
        let package = (n % 4 != 0).then_some("@lab/app-portal");
        process(n, "Application", &format!("Portal-{n:02}"), package, "RUNNING")
    });
    let mut rows: Vec<Value> = named.chain(more).collect();
    for (place, (_, state)) in APPLICATIONS.iter().enumerate() {
        if *state != "RUNNING" {
            lack(&mut rows, place, &["uptime", "pid", "memoryUsage", "cpuUsage", "prevUptime"]);
        }
    }
    rows
}

fn process(n: usize, kind: &str, name: &str, package: Option<&str>, state: &str) -> Value {
    let up = state == "RUNNING";
    let when = |it_has: bool, value: Value| if up && it_has { value } else { Value::Null };
    let memory = json!({
        "rss": 112_345_088 + n * 4096, "heapTotal": 65_011_712, "heapUsed": 51_380_224,
        "external": 2_097_152,
    });
    let route = name.to_lowercase().replace([' ', '/'], "_");
    json!({
        "id": name,
        "package_id": package,
        "version": cycle(&["4.8.2", "2.14.0-2023.2.11", "1.0.0"], n),
        "type": kind,
        "description": sometimes_null(n, 4, 3, format!("{kind} {name}")),
        "routePrefix": route,
        "state": state,
        "connection": when(kind == "Adapter", json!({"state": "ONLINE"})),
        "uptime": if up { 345_600.25 } else { 0.0 },
        "memoryUsage": when(true, memory),
        "cpuUsage": when(true, json!({"user": 12_345_678, "system": 2_345_678})),
        "pid": when(true, json!(2_000 + n)),
        "logger": {"console": "info", "file": "debug", "syslog": "warning"},
        "timestamp": SEED_MS + u64::try_from(n).unwrap_or(0),
        "prevUptime": when(true, json!(12.5)),
    })
}
