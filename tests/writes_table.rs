//! Every writing tool on a bad day: no answer that says nothing is told as a success.
//!
//! The table is made by the program's own list of tools: each one that is not read-only is called as
//! its case shows it at work, once for each of its writes and each way in which the answer of that
//! write can be lost, both with the write carried out and without.

mod cases;
mod support;

use std::collections::BTreeMap;
use std::thread;

use cases::{AREAS, Case, Shows};
use serde_json::{Value, json};
use support::{Platform, StdioServer};

/// Tools that count as writing, because they hand out secrets, but write nothing.
const WRITE_NOTHING: &[&str] = &["export_gateway_configuration"];

/// Routes that are asked by POST and change nothing.
const SEARCHES: &[&str] = &[
    "/login",
    "/configuration_manager/search/",
    "/configuration_manager/devices\n",
    "/configuration_manager/jinja2",
    "/configuration_manager/backups\n",
];

/// Checks before a write, which may say nothing when all is well.
const CHECKS: &[&str] = &["/integration-models/validation"];

/// Words of the platform that must reach the reader.
const WORDS: &str = "the license of this platform has expired";

/// What may come instead of an answer: its name, and the fault that makes it.
fn days() -> Vec<(&'static str, Value)> {
    let failed =
        json!({"message": format!("Failed: {WORDS}"), "error": {"code": "E1"}, "data": null});
    vec![
        (
            "login page",
            json!({"content_type": "text/html", "body": "<html><title>Sign in</title></html>"}),
        ),
        ("error in a 200", json!({"replace": failed})),
        ("status of failure", json!({"replace": {"status": "Failure", "message": WORDS}})),
        ("504", json!({"status": 504})),
        ("empty", json!({"body": "", "content_type": "application/json"})),
        ("empty object", json!({"replace": {}})),
        ("odd bytes", json!({"body": "\u{1}{\"_id\": \"x", "content_type": "application/json"})),
        ("cut off", json!({"truncate": true, "body": {"_id": "x", "status": "success"}})),
    ]
}

#[test]
fn no_lost_answer_is_told_as_a_success() {
    let rows: Vec<Vec<String>> = thread::scope(|scope| {
        let areas: Vec<_> =
            AREAS.iter().map(|(_, rows)| scope.spawn(move || area(&rows()))).collect();
        areas.into_iter().map(|area| area.join().expect("failures are gathered")).collect()
    });
    let tested: Vec<&String> =
        rows.iter().flatten().filter(|row| !row.starts_with("WRONG")).collect();
    let wrong: Vec<&String> =
        rows.iter().flatten().filter(|row| row.starts_with("WRONG")).collect();
    assert!(wrong.is_empty(), "{} cells are wrong:\n{}", wrong.len(), join(&wrong));
    println!("{}", join(&tested));
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    server.initialize("2025-11-25");
    let list = server.request("tools/list", json!({}))["result"]["tools"].clone();
    for tool in list.as_array().expect("tools") {
        let name = tool["name"].as_str().expect("a name");
        if tool["annotations"]["readOnlyHint"] == false && !WRITE_NOTHING.contains(&name) {
            let shown = tested.iter().any(|row| row.split(' ').next() == Some(name));
            assert!(shown, "{name} writes, and no case shows one of its writes");
        }
    }
}

fn join(rows: &[&String]) -> String {
    rows.iter().map(|row| row.as_str()).collect::<Vec<_>>().join("\n")
}

/// The table of one area, on a platform and a server of its own.
fn area(cases: &[Case]) -> Vec<String> {
    let mut first: BTreeMap<&str, &Case> = BTreeMap::new();
    for case in cases {
        let works = case.shows == Shows::Main && !case.fails && case.faults == json!([]);
        if works {
            first.entry(case.tool).or_insert(case);
        }
    }
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    server.initialize("2025-11-25");
    let list = server.request("tools/list", json!({}))["result"]["tools"].clone();
    let writes_at_all = |name: &str| {
        let tool = list.as_array().and_then(|all| all.iter().find(|tool| tool["name"] == name));
        tool.is_some_and(|tool| tool["annotations"]["readOnlyHint"] == false)
    };
    let mut rows = Vec::new();
    for (tool, case) in first.into_iter().filter(|(tool, _)| writes_at_all(tool)) {
        call(&platform, &mut server, case, json!([]));
        let mut writes: Vec<(String, String)> = Vec::new();
        for request in platform.requests() {
            let (method, path) = (text(&request["method"]), text(&request["path"]));
            let searches = SEARCHES.iter().any(|search| format!("{path}\n").starts_with(search));
            let write = (method, without_ids(&path));
            if write.0 != "GET" && !searches && !writes.contains(&write) {
                writes.push(write);
            }
        }
        for (place, (method, path)) in writes.iter().enumerate() {
            for (day, fault) in days() {
                for after_write in [false, true] {
                    let mut fault = fault.clone();
                    fault["match"] = json!({"method": method, "path": path});
                    fault["after_write"] = json!(after_write);
                    let result = call(&platform, &mut server, case, json!([fault]));
                    let carried_out = if after_write { "carried out" } else { "not carried out" };
                    let cell = format!("{tool} {method} {path}: {day}, {carried_out}");
                    let main = place == 0 && !CHECKS.contains(&path.as_str());
                    rows.push(match wrong(&result, day, after_write, main) {
                        Some(why) => format!("WRONG {cell}: {why}: {result}"),
                        None => format!("{cell}: {}", outcome(&result)),
                    });
                }
            }
        }
    }
    rows
}

/// The path up to an id, which is another one in each run.
fn without_ids(path: &str) -> String {
    let mut end = 0;
    for segment in path.split('/') {
        if segment.len() == 24 && segment.chars().all(|c| c.is_ascii_hexdigit()) {
            return format!("{}*", &path[..end]);
        }
        end += segment.len() + 1;
    }
    path.to_owned()
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// The case's call on a platform as it was at the start, with these faults.
fn call(platform: &Platform, server: &mut StdioServer, case: &Case, faults: Value) -> Value {
    platform.control("POST", "/sandbox/reset", None);
    platform.heal();
    for (collection, items) in &case.world {
        platform.control("PUT", &format!("/sandbox/world/{collection}"), Some(items));
    }
    server.call("get_adapters", json!({}));
    platform.control("DELETE", "/sandbox/requests", None);
    platform.faults(faults);
    server.call(case.tool, case.arguments.clone())
}

fn said(result: &Value) -> String {
    let texts = result["content"].as_array().into_iter().flatten();
    texts.filter_map(|item| item["text"].as_str()).collect::<Vec<_>>().join("\n")
}

fn outcome(result: &Value) -> String {
    let said = said(result);
    let kind = if result["isError"] == true { "error" } else { "success" };
    format!(
        "{kind}, {}",
        said.lines().last().unwrap_or_default().chars().take(160).collect::<String>()
    )
}

/// What is wrong with a cell, if something is.
fn wrong(result: &Value, day: &str, carried_out: bool, main: bool) -> Option<&'static str> {
    let said = said(result);
    let fails = result["isError"] == true;
    let refuses = matches!(day, "error in a 200" | "status of failure");
    let settled = ["Read back, it has been done", "The platform complained, yet all are there"];
    // What reading showed to be so needs no further word; what only follows the main write may fail
    // beside its success, and is told.
    let settled = settled.iter().any(|words| said.contains(words));
    let told = ["not set", "not all of its", "refused", "Not done"];
    let told = told.iter().any(|words| said.contains(words));
    let doubts = [
        "may have happened",
        "Read back, it has not been done",
        "Nothing was changed",
        "nothing was changed",
        "nothing was kept",
        "Missing: ",
    ];
    let doubts = doubts.iter().any(|words| said.contains(words));
    if refuses && !said.contains(WORDS) && !settled {
        return Some("the platform's words do not reach the reader");
    }
    match (fails, carried_out, main) {
        (true, ..) if refuses || doubts => None,
        (true, ..) => Some("it does not say what is known and what is not"),
        (false, false, true) => Some("it was not carried out, and is told as a success"),
        // A route that may answer without a word, read back without one too.
        (false, true, true) if settled || day.starts_with("empty") => None,
        (false, _, false) if settled || told || day.starts_with("empty") => None,
        _ => Some("it is told as a success without a word"),
    }
}
