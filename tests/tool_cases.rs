//! Runs the table of tool cases and shows it.

mod cases;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use cases::{Case, Seen, Shows};
use serde_json::{Value, json};
use support::{Platform, StdioServer, schema};

/// Every area's rows. An area is one file of `tests/cases/`.
fn areas() -> Vec<(&'static str, Vec<Case>)> {
    vec![
        ("agent_session_manager", cases::agent_session_manager::rows()),
        ("command_templates", cases::command_templates::rows()),
        ("compliance", cases::compliance::rows()),
        ("components", cases::components::rows()),
        ("device_groups", cases::device_groups::rows()),
        ("devices", cases::devices::rows()),
        ("gateway_manager", cases::gateway_manager::rows()),
        ("golden_config", cases::golden_config::rows()),
        ("health", cases::health::rows()),
        ("integrations", cases::integrations::rows()),
        ("inventory_manager", cases::inventory_manager::rows()),
        ("lifecycle_manager", cases::lifecycle_manager::rows()),
        ("operations_manager", cases::operations_manager::rows()),
        ("studio", cases::studio::rows()),
        ("workflow_engine", cases::workflow_engine::rows()),
    ]
}

#[test]
fn every_case_holds() {
    let mut failures = Vec::new();
    let mut table: BTreeMap<&str, BTreeSet<Shows>> = BTreeMap::new();
    let mut writers = BTreeSet::new();
    for (area, rows) in areas() {
        let platform = Platform::start();
        let mut server = StdioServer::start(&platform.env(), &[]);
        server.initialize("2025-11-25");
        let list = server.request("tools/list", json!({}))["result"]["tools"].clone();
        for tool in list.as_array().expect("tools") {
            let name: &str = tool["name"].as_str().map(|n| &*n.to_owned().leak()).expect("a name");
            table.entry(name).or_default();
            if tool["annotations"]["readOnlyHint"] == false {
                writers.insert(name);
            }
        }
        for case in rows {
            table.entry(case.tool).or_default().insert(case.shows);
            let run = AssertUnwindSafe(|| run(&case, &list, &platform, &mut server));
            if let Err(panic) = catch_unwind(run) {
                let why = panic
                    .downcast_ref::<String>()
                    .cloned()
                    .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
                    .unwrap_or_default();
                failures.push(format!(
                    "{area}: {} ({:?}: {}): {why}",
                    case.tool, case.shows, case.because
                ));
            }
        }
    }
    println!("{:<34} main  odd  paging  not found  fault after write  defects", "TOOL");
    for (tool, shown) in &table {
        let mark = |what| if shown.contains(&what) { "yes" } else { "-" };
        println!(
            "{tool:<34} {:<5} {:<4} {:<7} {:<10} {:<18} {}",
            mark(Shows::Main),
            mark(Shows::OddRecord),
            mark(Shows::Paging),
            mark(Shows::NotFound),
            mark(Shows::FaultAfterWrite),
            mark(Shows::Defect)
        );
    }
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n\n"));
}

fn run(case: &Case, list: &Value, platform: &Platform, server: &mut StdioServer) {
    platform.control("POST", "/sandbox/reset", None);
    platform.heal();
    for (collection, items) in &case.world {
        let path = format!("/sandbox/world/{collection}");
        let (status, body) = platform.control("PUT", &path, Some(items));
        assert_eq!(status / 100, 2, "{path}: {body}");
    }
    // A reset ends the session. It is opened again now, so that faults meet what the case is about.
    server.call("get_adapters", json!({}));
    platform.control("DELETE", "/sandbox/requests", None);
    if let Some(rows) = case.page_cap {
        platform.control("PUT", "/sandbox/page-cap", Some(&json!({"cap": rows})));
    }
    if case.faults != json!([]) {
        platform.faults(case.faults.clone());
    }
    let result = server.call(case.tool, case.arguments.clone());
    let text = result["content"]
        .as_array()
        .map(|items| items.iter().filter_map(|i| i["text"].as_str()).collect::<Vec<_>>().join("\n"))
        .unwrap_or_default();
    assert_eq!(result["isError"], case.fails, "{text}");
    assert!(!text.is_empty(), "a result without text");
    let tool = list
        .as_array()
        .and_then(|tools| tools.iter().find(|tool| tool["name"] == case.tool))
        .expect("the tool is listed");
    let structured = &result["structuredContent"];
    if !case.fails {
        schema::satisfies(&tool["outputSchema"], structured, case.tool);
    }
    let wrapped = tool["outputSchema"]["x-fastmcp-wrap-result"] == true;
    let value = if wrapped { &structured["result"] } else { structured };
    (case.check)(&Seen { result: &result, value, text: &text, platform });
}
