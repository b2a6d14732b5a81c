//! What a filter keeps when the platform ignores it and records are odd.

use serde_json::{Map, Value, json};

use super::{Case, Shows, ok};

/// A tool's filter: how it is called (first what is wanted), whose answer holds the items where, in which field, and what
/// stays of what cannot be compared.
struct Filtered {
    tool: &'static str,
    arguments: &'static [(&'static str, &'static str)],
    path: &'static str,
    items: &'static str,
    field: &'static str,
    unknown: Unknown,
}

/// What becomes of records whose field is missing or holds no text.
#[derive(Clone, Copy, PartialEq)]
enum Unknown {
    Stay,
    Go,
}
use Unknown::{Go, Stay};

const METRICS_OF_JOBS: &str = "/workflow_engine/jobs/metrics";
const METRICS_OF_TASKS: &str = "/workflow_engine/tasks/metrics";

const fn filtered(
    tool: &'static str,
    arguments: &'static [(&'static str, &'static str)],
    path: &'static str,
    items: &'static str,
    field: &'static str,
    unknown: Unknown,
) -> Filtered {
    Filtered { tool, arguments, path, items, field, unknown }
}

const FILTERS: &[Filtered] = &[
    filtered(
        "get_job_metrics_for_workflow",
        &[("name", "wanted")],
        METRICS_OF_JOBS,
        "results",
        "workflow.name",
        Stay,
    ),
    filtered(
        "get_task_metrics_for_workflow",
        &[("name", "wanted")],
        METRICS_OF_TASKS,
        "results",
        "workflow.name",
        Stay,
    ),
    filtered(
        "get_task_metrics_for_app",
        &[("name", "wanted")],
        METRICS_OF_TASKS,
        "results",
        "app",
        Stay,
    ),
    filtered(
        "get_task_metrics_for_task",
        &[("name", "wanted")],
        METRICS_OF_TASKS,
        "results",
        "name",
        Stay,
    ),
    filtered("get_integrations", &[("model", "wanted")], "/integrations", "results", "model", Stay),
    filtered(
        "get_templates",
        &[("template_type", "jinja2")],
        "/automation-studio/templates",
        "items",
        "type",
        Go,
    ),
    filtered(
        "get_triggers",
        &[("type", "manual")],
        "/operations-manager/triggers",
        "data",
        "type",
        Go,
    ),
    filtered(
        "get_sessions",
        &[("agent_name", "wanted")],
        "/agent-session-manager/sessions",
        "data",
        "agentSnapshot.name",
        Go,
    ),
    filtered(
        "get_action_executions",
        &[("resource_name", "wanted"), ("instance_name", "")],
        "/lifecycle-manager/action-executions",
        "data",
        "modelName",
        Go,
    ),
    filtered(
        "get_action_executions",
        &[("instance_name", "wanted"), ("resource_name", "model")],
        "/lifecycle-manager/action-executions",
        "data",
        "instanceName",
        Go,
    ),
];

pub fn rows() -> Vec<Case> {
    FILTERS.iter().map(row).collect()
}

fn row(filter: &'static Filtered) -> Case {
    let wanted = filter.arguments[0].1;
    let arguments: Map<String, Value> =
        filter.arguments.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let record = |value: Option<Value>| {
        let mut record = json!({"_id": "x"});
        if filter.field == "instanceName" {
            // Its tool is always asked for the instances of one model.
            record["modelName"] = json!("model");
        }
        match (filter.field.split_once('.'), value) {
            (_, None) => {}
            (Some((outer, inner)), Some(value)) => record[outer] = json!({inner: value}),
            (None, Some(value)) => record[filter.field] = value,
        }
        record
    };
    let records = [
        record(Some(json!(wanted))),
        record(Some(json!("other"))),
        record(Some(json!(null))),
        record(None),
        record(Some(json!([wanted]))),
        record(Some(json!(7))),
    ];
    let kept = if filter.unknown == Stay { 4 } else { 1 };
    ok(
        filter.tool,
        Shows::OddRecord,
        "what the platform chose without saying why stays only where its versions differ",
        Value::Object(arguments),
        move |seen| assert_eq!(seen.items().len(), kept, "{}", seen.value),
    )
    .with_faults(json!([{"match": {"path": filter.path}, "times": 9,
        "replace": {filter.items: records, "total": 6, "metadata": {"total": 6}}}]))
}
