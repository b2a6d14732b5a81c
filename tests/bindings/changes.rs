//! Reloads: what changes, what stays, and that nobody loses a call.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use super::support::http_server::{HttpServer, call};
use super::support::{Platform, eventually, signal};
use super::{BACKUP, Bound, FACTS, Scratch, names};

#[test]
fn a_reload_takes_over_sections_that_came_changed_and_went() {
    let mut bound = Bound::start(BACKUP);
    bound.scratch.write(
        "mcp.conf",
        format!("{FACTS}[tool:backup]\ntype = endpoint\nname = Backup via API\nautomation = Backup Device\n"),
    );
    signal("HUP", bound.server.pid());
    eventually("the reload", || bound.tool("facts").is_some());
    let tools = bound.tools();
    assert!(names(&tools).contains(&"backup") && !names(&tools).contains(&"backup_router"));

    // What cannot be read changes nothing.
    bound.scratch.write("mcp.conf", "[tool:facts]\ntype = nonsense\n");
    signal("HUP", bound.server.pid());
    bound.scratch.write("other", "");
    let tools = bound.tools();
    assert!(names(&tools).contains(&"backup") && names(&tools).contains(&"facts"));
    bound.scratch.write("mcp.conf", BACKUP);
    signal("HUP", bound.server.pid());
    eventually("the next reload", || bound.tool("backup_router").is_some());
}

#[test]
fn a_configuration_that_became_invalid_is_refused_in_words() {
    let bound = Bound::start(BACKUP);
    bound.scratch.write("mcp.conf", "[tool:backup_router]\ntype = nonsense\n");
    signal("HUP", bound.server.pid());
    let mut bound = bound;
    eventually("the refusal", || bound.tool("backup_router").is_some());
    let log = bound.log();
    assert!(log.contains("the configuration stays as it was"), "{log}");
    assert!(log.contains("neither endpoint nor service"), "{log}");
}

#[test]
fn no_call_is_lost_while_the_configuration_is_reloaded() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let config = |extra: &str| {
        scratch.write("mcp.conf", format!("[server]\nlog_level = info\n{BACKUP}{FACTS}{extra}"))
    };
    let file = config("");
    let server = HttpServer::start(&platform.env(), &["--transport", "http", "--config", &file]);
    let (over, done) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let session = server.session("2025-11-25");
                let headers = [("Mcp-Session-Id", session.as_str())];
                while !over.load(Ordering::Relaxed) {
                    for (tool, arguments) in [
                        ("backup_router", json!({"device": "r1"})),
                        ("facts", json!({"device": "r1"})),
                    ] {
                        let answer = server.post(&headers, &call(7, tool, arguments));
                        let text = answer.text();
                        assert!(text.contains("\"isError\":false"), "{tool}: {text}");
                        done.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
        for turn in 1..=8 {
            let mut extra = String::new();
            for number in 0..turn {
                let _ = write!(extra, "[tool:more_{number}]\n{}", &FACTS["[tool:facts]\n".len()..]);
            }
            config(&extra);
            signal("HUP", server.served.pid());
            let reloaded = || server.served.log().matches("INFO: reloaded").count() >= turn;
            eventually("the reload", reloaded);
        }
        over.store(true, Ordering::Relaxed);
    });
    assert!(done.load(Ordering::Relaxed) > 0);
}

#[test]
fn five_hundred_tools_are_looked_up_in_a_handful_of_requests() {
    let mut config = String::from("[server]\ninclude_tags = bindings\n");
    for number in 0..500 {
        let _ =
            write!(config, "[tool:backup_{number}]\n{}", &BACKUP["[tool:backup_router]\n".len()..]);
    }
    let mut bound = Bound::start(&config);
    let tools = bound.tools();
    assert_eq!(tools.len(), 500);
    let asked = bound.platform.requests().len();
    assert!(asked <= 12, "{asked} requests");
    let answer = bound.server.call("backup_499", json!({"device": "r1"}));
    assert_eq!(answer["isError"], Value::Bool(false), "{answer}");
}
