//! Several processes, and one after a restart, serve the same clients.

mod support;

use serde_json::{Value, json};
use support::http_server::{Events, HttpServer, call, initialize};
use support::scratch::Scratch;
use support::{Platform, eventually};

const KEY: &str = "a91f0c3de8274b56a91f0c3de8274b56";

fn replica(platform: &Platform, key: &str, options: &[&str]) -> HttpServer {
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_STATE_KEY".into(), key.into()));
    let mut arguments = vec!["--transport", "http"];
    arguments.extend(options);
    HttpServer::start(&env, &arguments)
}

fn adapters(server: &HttpServer, session: &str) -> (u16, Value) {
    let in_session = [("Mcp-Session-Id", session)];
    let answer = server.post(&in_session, &call(1, "get_adapters", json!({})));
    (answer.status, answer.json())
}

#[test]
fn h13_a_session_is_known_to_every_process_with_the_key() {
    let platform = Platform::start();
    let (here, there) = (replica(&platform, KEY, &[]), replica(&platform, KEY, &[]));
    let rotated = replica(&platform, &format!("{}\n{KEY}", KEY.replace('a', "b")), &[]);
    let foreign = replica(&platform, &KEY.replace('a', "b"), &[]);
    for revision in ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] {
        let id = here.session(revision);
        for server in [&there, &rotated, &here] {
            let (status, answer) = adapters(server, &id);
            assert_eq!((status, &answer["result"]["isError"]), (200, &json!(false)), "{answer}");
        }
        assert_eq!(adapters(&foreign, &id).0, 404);
        assert_eq!(adapters(&there, &id[1..]).0, 404);
        // Whoever ends it says so to one process.
        let in_session = [("Mcp-Session-Id", id.as_str())];
        assert_eq!(there.request("DELETE", "/mcp", &in_session, None).status, 200);
        assert_eq!(adapters(&there, &id).0, 404);
    }
}

/// A request of 2026-07-28 by a client that knows forms and tasks, with its headers.
fn ask(server: &HttpServer, method: &str, name: &str, params: Value) -> Value {
    let (headers, body) = modern(method, name, params);
    server.post(&headers.each_ref().map(|(name, value)| (*name, value.as_str())), &body).json()
}

fn modern(method: &str, name: &str, params: Value) -> ([(&'static str, String); 3], Value) {
    let mut params = support::modern(params);
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
        json!({"elicitation": {}, "extensions": {"io.modelcontextprotocol/tasks": {}}});
    let headers = [
        ("MCP-Protocol-Version", "2026-07-28".to_owned()),
        ("Mcp-Method", method.to_owned()),
        ("Mcp-Name", name.to_owned()),
    ];
    (headers, json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
}

/// The task that a call becomes: its id.
fn begun(server: &HttpServer, tool: &str, arguments: Value) -> String {
    let answer = ask(server, "tools/call", tool, json!({"name": tool, "arguments": arguments}));
    assert_eq!(answer["result"]["resultType"], "task", "{answer}");
    assert_eq!(answer["result"]["status"], "working");
    answer["result"]["taskId"].as_str().expect("an id").to_owned()
}

/// One that waits for a person until somebody ends it.
fn approval(server: &HttpServer, wait: u64) -> String {
    begun(server, "start_workflow", json!({"route_name": "change-approval", "wait": wait}))
}

fn about(server: &HttpServer, method: &str, id: &str) -> Value {
    ask(server, method, id, json!({"taskId": id, "inputResponses": {}}))
}

fn task(server: &HttpServer, id: &str) -> Value {
    about(server, "tasks/get", id)["result"].clone()
}

fn ended(server: &HttpServer, id: &str) -> Value {
    eventually("the end of the task", || task(server, id)["status"] != "working");
    task(server, id)
}

#[test]
fn h13_a_task_of_a_job_is_answered_by_every_process_with_the_key() {
    let platform = Platform::start();
    let (here, there) = (replica(&platform, KEY, &[]), replica(&platform, KEY, &[]));
    let foreign = replica(&platform, &KEY.replace('a', "b"), &[]);
    let device = json!({"device": "ams-access-sw-008"});
    let action = json!({"resource_name": "VLAN Service", "action_name": "Provision",
                        "instance_name": "vlan-new", "input_params": {"vlan": 7}});
    let route = |route: &str, data: &Value| json!({"route_name": route, "data": data, "wait": 60});
    let tasks = [
        begun(&here, "start_workflow", route("backup-device", &device)),
        begun(&here, "run_action", action),
        begun(&here, "trigger_automation", route("assistant", &json!({"prompt": "hello"}))),
    ];
    here.served.stop();
    let again = replica(&platform, KEY, &[]);
    let results = tasks.each_ref().map(|id| {
        assert!(id.len() < 1000, "{id}");
        for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
            let unknown = about(&there, method, "0123456789abcdef0123456789abcdef");
            assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
            assert_eq!(about(&foreign, method, id)["error"], unknown["error"], "{method}");
            let changed = format!("{}A{}", &id[..60], &id[61..]);
            let changed = if changed == *id { changed.replacen('A', "B", 1) } else { changed };
            assert_eq!(about(&there, method, &changed)["error"], unknown["error"], "{method}");
        }
        let told = ended(&there, id);
        assert_eq!(told["status"], "completed", "{told}");
        assert_eq!(task(&again, id), told, "after a restart");
        support::schema::check("2026-07-28", "CallToolResult", &told["result"]);
        told["result"]["structuredContent"].clone()
    });
    let [workflow, action, session] = results;
    assert_eq!(workflow["result"]["status"], "complete", "{workflow}");
    assert_eq!(action["status"], "complete", "{action}");
    assert!(action["execution_id"].is_string() && action["job_id"].is_string(), "{action}");
    assert_eq!(session["result"]["status"], "COMPLETE", "{session}");
    assert!(session["result"]["output"].is_string(), "{session}");
    assert_eq!(platform.count("POST", "/operations-manager/triggers/endpoint/backup-device"), 1);
}

#[test]
fn h13_a_task_is_cancelled_at_any_process_by_ending_its_job_where_the_caller_may() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let audit = scratch.path().join("audit").to_str().expect("text").to_owned();
    let here = replica(&platform, KEY, &[]);
    let there = replica(&platform, KEY, &["--audit-file", &audit]);
    let asking = replica(&platform, KEY, &["--confirm", "destructive"]);
    let without = replica(&platform, KEY, &["--exclude-tags", "cancel_jobs"]);
    let id = approval(&here, 600);
    for (server, says) in [(&asking, "call cancel_jobs"), (&without, "does not offer cancel_jobs")]
    {
        let refused = about(server, "tasks/cancel", &id);
        assert_eq!(refused["error"]["code"], -32603, "{refused}");
        let message = refused["error"]["message"].as_str().expect("words");
        assert!(message.contains("goes on") && message.contains(says), "{message}");
        assert_eq!(task(&here, &id)["status"], "working");
    }
    assert_eq!(platform.count("POST", "/operations-manager/jobs/cancel"), 0);
    for _ in 0..2 {
        let done = about(&there, "tasks/cancel", &id);
        assert_eq!(done["result"]["resultType"], "complete", "{done}");
        for server in [&here, &there, &asking, &without] {
            let told = task(server, &id);
            assert_eq!(told["status"], "cancelled", "{told}");
        }
    }
    // As the call that it is: written down once, and nobody is written down for looking.
    let audit = std::fs::read_to_string(&audit).expect("it is there");
    let lines: Vec<Value> =
        audit.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert!(lines.iter().all(|line| line["tool"] == "cancel_jobs"), "{audit}");
    assert_eq!(lines.iter().filter(|line| line["outcome"] == "ok").count(), 1, "{audit}");
    assert_eq!(platform.count("POST", "/operations-manager/jobs/cancel"), 1);
}

/// A subscription to tasks, and which of them it is told of.
fn listen(server: &HttpServer, tasks: &[&str]) -> (Events, Value) {
    let wanted = json!({"notifications": {"taskIds": tasks}});
    let ([version, method, _], body) = modern("subscriptions/listen", "", wanted);
    let accept = ("Accept", "application/json, text/event-stream");
    let headers = [(version.0, version.1.as_str()), (method.0, method.1.as_str()), accept];
    let mut told = server.open_stream("POST", "/mcp", &headers, &body.to_string());
    let honoured = told.message().expect("an acknowledgement");
    (told, honoured["params"]["notifications"]["taskIds"].clone())
}

#[test]
fn h13_a_task_is_told_of_at_any_process() {
    let platform = Platform::start();
    let (here, there) = (replica(&platform, KEY, &[]), replica(&platform, KEY, &[]));
    let id = approval(&here, 600);
    let (mut told, honoured) = listen(&there, &[&id, "made up"]);
    assert_eq!(honoured, json!([id]));
    let mut next = || told.message().expect("it is told")["params"].clone();
    assert_eq!(next()["status"], "working");
    // Each of them has a thread as long as it is open; one caller gets so many.
    let mut others: Vec<_> = (0..15).map(|_| listen(&there, &[&id])).collect();
    assert!(others.iter().all(|(_, honoured)| *honoured == json!([id])));
    assert_eq!(listen(&there, &[&id]).1, Value::Null, "who is not told has to ask");
    others.clear();
    eventually("a thread for the next", || listen(&there, &[&id]).1 == json!([id]));

    about(&here, "tasks/cancel", &id);
    // It may be told in between that the job has come to the person.
    let mut last = next();
    while last["status"] == "working" {
        last = next();
    }
    assert_eq!((&last["status"], &last["taskId"]), (&json!("cancelled"), &json!(id)));
}

#[test]
fn a_task_outlives_trouble_of_the_platform_and_ends_with_its_wait_or_its_job() {
    let platform = Platform::start();
    let (here, there) = (replica(&platform, KEY, &[]), replica(&platform, KEY, &[]));
    let id = approval(&here, 600);
    let job = json!({"match": {"path": "/operations-manager/jobs/*"}, "status": 500, "times": 9});
    platform.faults(json!([job]));
    let told = task(&there, &id);
    assert_eq!(told["status"], "working", "{told}");
    let message = told["statusMessage"].as_str().expect("words");
    assert!(message.contains("could not be read"), "{message}");
    platform.heal();
    let told = task(&there, &id);
    assert!(told["statusMessage"].as_str().expect("words").contains("is running"), "{told}");

    // Who waits for two seconds has an answer then; its job goes on, and is not ended any more.
    let short = approval(&here, 2);
    let told = ended(&there, &short);
    assert_eq!(told["status"], "completed", "{told}");
    assert_eq!(told["result"]["structuredContent"]["result"]["status"], "running", "{told}");
    let note = told["result"]["structuredContent"]["note"].as_str().expect("words");
    assert!(note.contains("after 2 s and goes on"), "{note}");
    assert_eq!(about(&here, "tasks/cancel", &short)["result"]["resultType"], "complete");
    assert_eq!(platform.count("POST", "/operations-manager/jobs/cancel"), 0);

    platform.control("PUT", "/sandbox/world/jobs", Some(&json!([])));
    let told = task(&there, &id);
    assert_eq!((&told["status"], &told["result"]["isError"]), (&json!("completed"), &json!(true)));
    assert!(told["result"].to_string().contains("not on the platform any more"), "{told}");
}

#[test]
fn a_task_that_is_no_job_is_known_to_its_own_process_alone() {
    let platform = Platform::start();
    platform.hang("/gateway_manager/v1/services/run");
    let (here, there) = (replica(&platform, KEY, &[]), replica(&platform, KEY, &[]));
    let id = begun(&here, "run_service", json!({"name": "print-number", "cluster": "lab"}));
    assert_eq!(about(&there, "tasks/get", &id)["error"]["code"], -32602);
    about(&here, "tasks/cancel", &id);
    assert_eq!(task(&here, &id)["status"], "cancelled");
}

#[test]
fn h13_a_question_is_answered_at_another_process() {
    let platform = Platform::start();
    let confirm = ["--confirm", "destructive"];
    let (here, there) = (replica(&platform, KEY, &confirm), replica(&platform, KEY, &confirm));
    let mut params = json!({"name": "stop_adapter",
        "arguments": {"name": "ServiceNow-Prod", "timeout": 0}});
    let ask = |server: &HttpServer, params: &Value| {
        ask(server, "tools/call", "stop_adapter", params.clone())
    };
    let asked = ask(&here, &params)["result"].clone();
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    params["requestState"] = asked["requestState"].clone();
    params["inputResponses"] = json!({"confirm": {"action": "accept", "content": {"value": true}}});
    let answer = ask(&there, &params);
    assert!(answer["error"].is_null(), "{answer}");
    assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
    // Good once, where it was used.
    assert_eq!(ask(&there, &params)["error"]["code"], -32602);
}

#[test]
fn a_key_is_made_and_kept_so_that_sessions_outlive_a_restart() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let mut env = platform.env();
    env.push(("STATE_DIRECTORY".into(), scratch.path().to_str().expect("text").into()));
    let first = HttpServer::start(&env, &["--transport", "http"]);
    let id = first.session("2025-11-25");
    first.served.stop();
    let second = HttpServer::start(&env, &["--transport", "http"]);
    assert_eq!(adapters(&second, &id).0, 200);
    let file = scratch.path().join("state_key");
    let key = std::fs::read_to_string(&file).expect("it was kept");
    assert_eq!(key.trim().len(), 64);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let names = std::fs::read_dir(scratch.path()).expect("a folder").count();
    assert_eq!(names, 1, "nothing else is left there");
}

#[test]
fn a_weak_key_is_refused_at_the_start() {
    let platform = Platform::start();
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_STATE_KEY".into(), "too short".into()));
    let (code, _, said) = support::run(&env, &["run", "--transport", "http", "--port", "0"]);
    assert_ne!(code, 0);
    assert!(said.contains("state_key is too weak"), "{said}");
    assert!(!said.contains("too short\n"), "{said}");
}

#[test]
fn h7_sessions_cost_a_place_only_when_they_need_one() {
    let platform = Platform::start();
    let server = replica(&platform, KEY, &["--max-sessions", "1"]);
    let ids: Vec<String> = (0..40).map(|_| server.session("2025-11-25")).collect();
    for id in &ids {
        assert_eq!(adapters(&server, id).0, 200);
    }
    assert_eq!(server.request("GET", "/status", &[], None).json()["sessions"], 0);
    let stream = |id: &str| {
        let headers = [("Mcp-Session-Id", id), ("Accept", "text/event-stream")];
        server.open_stream("GET", "/mcp", &headers, "")
    };
    let _first = stream(&ids[0]);
    let headers = [("Mcp-Session-Id", ids[1].as_str()), ("Accept", "text/event-stream")];
    assert_eq!(server.request("GET", "/mcp", &headers, None).status, 503);
    assert_eq!(server.request("GET", "/status", &[], None).json()["sessions"], 1);
    assert_eq!(adapters(&server, &ids[1]).0, 200, "calls need no place");
    // Whoever ends its session gives its place to the next.
    let ended = server.request("DELETE", "/mcp", &[("Mcp-Session-Id", ids[0].as_str())], None);
    assert_eq!(ended.status, 200);
    let _second = stream(&ids[1]);
}

#[test]
fn without_session_ids_legacy_clients_are_served_all_the_same() {
    let platform = Platform::start();
    let server = replica(&platform, KEY, &["--sessions", "none"]);
    for revision in ["2025-11-25", "2025-06-18", "2025-03-26"] {
        let hello = server.post(&[], &initialize(revision));
        assert_eq!(hello.status, 200);
        assert_eq!(hello.json()["result"]["protocolVersion"], revision);
        assert!(hello.header("mcp-session-id").is_none());
        let version = [("MCP-Protocol-Version", revision)];
        let answer = server.post(&version, &call(2, "get_adapters", json!({})));
        assert_eq!(answer.json()["result"]["isError"], false, "{}", answer.text());
    }
    let unversioned = server.post(&[], &call(3, "get_adapters", json!({})));
    assert_eq!(unversioned.json()["result"]["isError"], false);
}

#[test]
fn h8_a_large_message_in_no_session_is_not_read_and_one_of_many_values_is_refused() {
    let platform = Platform::start();
    let server = replica(&platform, KEY, &[]);
    let many = |id: &str| {
        let padding = format!("[{}1]", "1,".repeat(600_000));
        let body = format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{{\"x\":{padding}}}}}"
        );
        let headers = [("Mcp-Session-Id", id), ("Accept", "application/json, text/event-stream")];
        server.request("POST", "/mcp", &headers, Some(&body))
    };
    assert_eq!(many("made-up").status, 404, "refused for its session, before it is read");
    let refused = many(&server.session("2025-11-25"));
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &json!(-32700)));
    assert!(refused.text().contains("too many values"), "{}", refused.text());
}
