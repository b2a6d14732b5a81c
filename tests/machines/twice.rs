//! Starts that come twice, and signals that come by the hundred.

use std::process::Command;

use crate::here;
use crate::support::http_server::initialize;
use crate::support::scratch::Scratch;
use crate::support::served::Served;
use crate::support::{eventually, program, raw_http, run, signal};

const SERVE: [&str; 6] = ["run", "--sandbox", "--transport", "http", "--port", "0"];

fn is_well(server: &Served) -> bool {
    raw_http::request(server.port, "GET", "/status/healthz", &[], None).status == 200
}

const ACCEPT: (&str, &str) = ("Accept", "application/json, text/event-stream");
const LIST: &str = r#"{"jsonrpc": "2.0", "id": 2, "method": "tools/list"}"#;

fn session(server: &Served) -> String {
    let hello = initialize("2025-06-18").to_string();
    let answer = raw_http::request(server.port, "POST", "/mcp", &[ACCEPT], Some(&hello));
    answer.header("mcp-session-id").expect("a session").to_owned()
}

/// How many tools it offers.
fn tools(server: &Served) -> usize {
    let session = session(server);
    let headers = [ACCEPT, ("Mcp-Session-Id", session.as_str())];
    let answer = raw_http::request(server.port, "POST", "/mcp", &headers, Some(LIST));
    answer.text().matches("\"inputSchema\"").count()
}

#[test]
fn the_second_on_a_port_says_so_and_the_first_goes_on() {
    let first = Served::start(&[], &SERVE);
    let port = first.port.to_string();
    let (code, out, err) = run(&[], &[&SERVE[..5], &[port.as_str()]].concat());
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains(&format!("127.0.0.1:{port}: the port is in use")), "{err}");
    assert!(is_well(&first));
}

#[test]
fn all_that_start_at_once_in_a_new_state_folder_get_one_key() {
    let scratch = Scratch::new();
    let started: Vec<Served> = std::thread::scope(|scope| {
        let start = || {
            let mut command = program();
            command.args(SERVE).env("STATE_DIRECTORY", scratch.path().join("new/state"));
            Served::spawn(command).unwrap_or_else(|(_, log)| panic!("{log}"))
        };
        let starting: Vec<_> = (0..4).map(|_| scope.spawn(start)).collect();
        starting.into_iter().map(|server| server.join().expect("it serves")).collect()
    });
    let kept = std::fs::read_dir(scratch.path().join("new/state")).expect("the folder");
    let kept: Vec<_> = kept.map(|entry| entry.expect("an entry").file_name()).collect();
    assert_eq!(kept, ["state_key"]);
    // A session of one is a session of every other.
    let session = session(&started[0]);
    for other in &started {
        let headers = [ACCEPT, ("Mcp-Session-Id", session.as_str())];
        let answer = raw_http::request(other.port, "POST", "/mcp", &headers, Some(LIST));
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
}

#[test]
fn many_that_write_one_audit_file_leave_it_intact() {
    let scratch = Scratch::new();
    let calls = "for n in 1 2 3 4 5 6; do
                   itential-mcp call get_jobs --sandbox --audit-file audit > /dev/null &
                 done; wait; itential-mcp audit verify audit";
    let ended = here(&scratch, calls).well();
    assert!(ended.out.starts_with("6 good lines") && ended.out.contains("intact"), "{}", ended.out);
}

#[test]
fn a_storm_of_hangups_changes_nothing() {
    let scratch = Scratch::new();
    let file = scratch.write("mcp.conf", "[server]\nlog_level = INFO\n");
    let mut server = Served::start(&[], &[&SERVE[..], &["--config", &file]].concat());
    let before = tools(&server);
    let storm =
        format!("n=0; while [ $n -lt 500 ]; do kill -HUP {}; n=$((n+1)); done", server.pid());
    for _ in 0..2 {
        let sent = Command::new("sh").args(["-c", &storm]).status();
        assert!(sent.is_ok_and(|status| status.success()));
        assert!(is_well(&server));
    }
    std::fs::write(&file, "[server]\nlog_level = INFO\nread_only = yes\n").expect("ours");
    signal("HUP", server.pid());
    eventually("fewer tools", || tools(&server) < before);
    signal("TERM", server.pid());
    assert_eq!(server.wait().code(), Some(0), "{}", server.log());
}
