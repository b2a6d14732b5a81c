//! Runs the table of tool cases and shows it.

mod cases;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use cases::{AREAS, Area, Case, Seen, Shows};
use serde_json::{Value, json};
use support::{Platform, StdioServer, schema};

/// Tools that count as writing, because they hand out secrets, but write nothing.
const WRITE_NOTHING: &[&str] = &["export_gateway_configuration"];

/// Filters of a list whose odd records are shown with the list itself.
const SHOWN_WITH_THEIR_LIST: &[&str] = &[
    "get_job_metrics_for_workflow",
    "get_task_metrics_for_app",
    "get_task_metrics_for_task",
    "get_task_metrics_for_workflow",
];

/// What one area's rows have shown.
#[derive(Default)]
struct Shown {
    failures: Vec<String>,
    table: BTreeMap<String, BTreeSet<Shows>>,
    writers: BTreeSet<String>,
}

#[test]
fn every_case_holds() {
    let mut all = Shown::default();
    let areas: Vec<Shown> = thread::scope(|scope| {
        let running: Vec<_> = AREAS.iter().map(|area| scope.spawn(|| show(area))).collect();
        running.into_iter().map(|area| area.join().expect("failures are caught")).collect()
    });
    for area in areas {
        all.failures.extend(area.failures);
        all.writers.extend(area.writers);
        for (tool, shown) in area.table {
            all.table.entry(tool).or_default().extend(shown);
        }
    }
    println!("{:<34} main  odd  paging  not found  fault after write  defects", "TOOL");
    for (tool, shown) in &all.table {
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
    let failures = &all.failures;
    assert!(failures.is_empty(), "{} cases failed:\n{}", failures.len(), failures.join("\n\n"));
    for (tool, shown) in &all.table {
        assert!(shown.contains(&Shows::Main), "{tool} is not shown at work");
        let reads = !all.writers.contains(tool) && !WRITE_NOTHING.contains(&tool.as_str());
        if reads && !SHOWN_WITH_THEIR_LIST.contains(&tool.as_str()) {
            assert!(shown.contains(&Shows::OddRecord), "{tool}: no odd record");
        }
        if tool.starts_with("describe_") {
            assert!(shown.contains(&Shows::NotFound), "{tool}: not asked for what is not there");
        }
        if all.writers.contains(tool) && !WRITE_NOTHING.contains(&tool.as_str()) {
            assert!(shown.contains(&Shows::FaultAfterWrite), "{tool}: no fault after its write");
        }
    }
}

/// Runs the rows of one area, one after the other, on a platform and a server of their own.
fn show((area, rows): &Area) -> Shown {
    let platform = Platform::start();
    // The cases are about what is read; `lists.rs` shows how much of it is given at a time.
    let mut server = StdioServer::start(&platform.env(), &["--full"]);
    server.initialize("2025-11-25");
    let list = server.request("tools/list", json!({}))["result"]["tools"].clone();
    let mut shown = Shown::default();
    for tool in list.as_array().expect("tools") {
        let name = tool["name"].as_str().expect("a name").to_owned();
        if tool["annotations"]["readOnlyHint"] == false {
            shown.writers.insert(name.clone());
        }
        shown.table.entry(name).or_default();
    }
    for case in rows() {
        shown.table.entry(case.tool.to_owned()).or_default().insert(case.shows);
        let run = AssertUnwindSafe(|| run(&case, &list, &platform, &mut server));
        if let Err(panic) = catch_unwind(run) {
            let why = panic
                .downcast_ref::<String>()
                .cloned()
                .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
                .unwrap_or_default();
            shown
                .failures
                .push(format!("{area}: {} ({:?}: {}): {why}", case.tool, case.shows, case.because));
        }
    }
    shown
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
    if !case.absent.is_empty() {
        platform.control("PUT", "/sandbox/absent", Some(&json!(case.absent)));
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
