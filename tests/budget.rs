//! What the list of tools costs a model, which reads all of it before its first word.

mod support;

use serde_json::{Value, json};
use support::{Platform, StdioServer};
use tiktoken_rs::CoreBPE;

/// Tokens of every tool together, as `o200k_base` counts them.
const ALL_TOKENS: usize = 13_000;
/// The same of a slim list.
const SLIM_TOKENS: usize = 8_000;
/// Tokens of the heaviest tool.
const TOOL_TOKENS: usize = 350;
/// Bytes of the whole message, output schemas and hints included.
const MESSAGE_BYTES: usize = 90_000;
/// Shorter text about a parameter says nothing that its name does not.
const PARAMETER_TEXT: usize = 14;

/// The answer to `tools/list` with these further settings.
fn message(settings: &[(&str, &str)]) -> Value {
    let platform = Platform::start();
    let mut env = platform.env();
    env.extend(settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let mut server = StdioServer::start(&env, &[]);
    server.initialize("2025-11-25");
    server.request("tools/list", json!({}))
}

fn tools(message: &Value) -> &[Value] {
    message["result"]["tools"].as_array().expect("a list of tools")
}

fn name(tool: &Value) -> &str {
    tool["name"].as_str().expect("a name")
}

/// Each tool with its tokens, the heaviest first. Clients give a model name, description and input
/// schema of a tool.
fn costs(tools: &[Value]) -> Vec<(usize, &str)> {
    let encoder: CoreBPE = tiktoken_rs::o200k_base().expect("the encoding is built in");
    let tokens = |tool: &Value| {
        let seen = json!({
            "name": tool["name"],
            "description": tool["description"],
            "parameters": tool["inputSchema"],
        });
        encoder.encode_ordinary(&seen.to_string()).len()
    };
    let mut costs: Vec<(usize, &str)> =
        tools.iter().map(|tool| (tokens(tool), name(tool))).collect();
    costs.sort_unstable_by(|(a, one), (b, other)| b.cmp(a).then(one.cmp(other)));
    costs
}

fn sum(costs: &[(usize, &str)]) -> usize {
    costs.iter().map(|(tokens, _)| tokens).sum()
}

#[test]
fn a_model_can_afford_every_tool() {
    let message = message(&[]);
    let costs = costs(tools(&message));
    let heaviest = &costs[..12];
    assert!(costs[0].0 <= TOOL_TOKENS, "say less: {heaviest:?}");
    let all = sum(&costs);
    assert!(all <= ALL_TOKENS, "{all} tokens of {ALL_TOKENS}; say less, first here: {heaviest:?}");
    let bytes = message.to_string().len();
    assert!(bytes <= MESSAGE_BYTES, "{bytes} bytes of {MESSAGE_BYTES}");
}

/// Some clients show a model no more tools than this.
const LEAN_TOOLS: usize = 40;
const LEAN_TOKENS: usize = 5_000;
const SEARCH_TOKENS: usize = 600;

#[test]
fn a_model_with_little_room_can_afford_fewer() {
    for (offer, most_tools, most_tokens) in
        [("lean", LEAN_TOOLS, LEAN_TOKENS), ("search", 3, SEARCH_TOKENS)]
    {
        let message = message(&[("ITENTIAL_MCP_SERVER_OFFER", offer)]);
        let costs = costs(tools(&message));
        assert!(costs.len() <= most_tools, "{offer} offers {} tools", costs.len());
        let all = sum(&costs);
        assert!(all <= most_tokens, "{offer}: {all} tokens of {most_tokens}: {costs:?}");
    }
}

#[test]
fn every_parameter_is_told_of() {
    let message = message(&[]);
    for tool in tools(&message) {
        for (parameter, schema) in tool["inputSchema"]["properties"].as_object().expect("an object")
        {
            let text = schema["description"].as_str().unwrap_or_default();
            assert!(text.len() >= PARAMETER_TEXT, "{}.{parameter}: {text:?}", name(tool));
        }
    }
}

#[test]
fn a_slim_list_costs_less() {
    let message = message(&[("ITENTIAL_MCP_SERVER_SLIM", "true")]);
    let costs = costs(tools(&message));
    let all = sum(&costs);
    assert!(all <= SLIM_TOKENS, "{all} tokens of {SLIM_TOKENS}: {:?}", &costs[..10]);
}

/// Where docs/tools.md stops being what the program prints.
const HEADING: &str = "\n## What the tools cost a model\n";

#[test]
fn the_costs_in_docs_are_those_of_today() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tools.md");
    let kept = std::fs::read_to_string(path).expect("docs/tools.md is kept");
    let message = message(&[]);
    let now = table(&costs(tools(&message)), message.to_string().len());
    let (printed, costs) = kept.split_once(HEADING).unwrap_or((&kept, ""));
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, format!("{printed}{HEADING}{now}")).expect("docs/ can be written");
        return;
    }
    assert!(costs == now, "docs/tools.md is out of date; run: docs/regenerate");
}

fn table(costs: &[(usize, &str)], bytes: usize) -> String {
    let rows: String =
        costs.iter().map(|(tokens, name)| format!("| `{name}` | {tokens} |\n")).collect();
    format!(
        "\nTokens of name, description and input schema, which is what clients show a model, counted \
         by the encoding `o200k_base`. The whole message, with output schemas and hints, is {} kB.\n\n\
         | Tool | Tokens |\n|---|---:|\n| all {} | {} |\n{rows}",
        bytes.div_ceil(1000),
        costs.len(),
        sum(costs),
    )
}

/// Fifteen tasks of an operator, and the tools with which a model did each.
const TASKS: [(&str, &[&str]); 15] = [
    ("what is not running", &["get_health"]),
    ("the newest failed job, why, and again", &["get_jobs", "describe_job", "retry_task"]),
    ("cancel what runs of a workflow", &["get_jobs", "cancel_jobs"]),
    ("count devices", &["get_devices"]),
    ("what waits for a person", &["get_manual_tasks", "claim_task", "finish_task"]),
    ("every day at two", &["get_workflows", "create_trigger"]),
    ("export the largest project", &["get_projects", "export_project"]),
    (
        "change with backup and difference",
        &[
            "get_devices",
            "apply_device_configuration",
            "backup_device_configuration",
            "compare_configurations",
        ],
    ),
    ("compliance", &["get_compliance_plans", "describe_compliance_plan", "run_compliance_plan"]),
    ("tokens of agents", &["get_agent_token_usage"]),
    ("an inventory with nodes", &["get_user_groups", "create_inventory"]),
    ("checks on devices", &["get_command_templates", "run_command_template"]),
    ("start by name and wait", &["start_job"]),
    ("when next, and not at all", &["get_triggers", "update_trigger"]),
    ("what can be started", &["get_workflows"]),
];

#[test]
fn the_lean_offer_suffices_for_the_tasks_of_an_operator() {
    let message = message(&[("ITENTIAL_MCP_SERVER_OFFER", "lean")]);
    let offered: Vec<&str> = tools(&message).iter().map(name).collect();
    for (task, needs) in TASKS {
        let missing: Vec<_> = needs.iter().filter(|tool| !offered.contains(tool)).collect();
        assert!(missing.is_empty(), "{task}: {missing:?} is not offered");
    }
}
