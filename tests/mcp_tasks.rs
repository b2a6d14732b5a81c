//! Calls that go on after their answer: the tasks extension of 2026-07-28.

mod support;

use std::io::{Read, Write};
use std::time::Instant;

use serde_json::{Value, json};
use support::certificates::{Authority, connect_as, write_key};
use support::scratch::Scratch;
use support::served::Served;
use support::{PATIENCE, Platform, StdioServer, eventually, modern, schema};

const TASKS: &str = "io.modelcontextprotocol/tasks";

/// What a task that waits for its job asks for.
const A_JOB: &str = "/operations-manager/jobs/*";

fn with_tasks(params: Value) -> Value {
    let mut params = modern(params);
    let declared = json!({"elicitation": {}, "extensions": {TASKS: {}}});
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = declared;
    params
}

/// A workflow that ends by itself.
fn backup(wait: u64) -> Value {
    let data = json!({"device": "ams-access-sw-008"});
    let arguments = json!({"route_name": "backup-device", "data": data, "wait": wait});
    json!({"name": "start_workflow", "arguments": arguments})
}

/// A workflow that waits for a person.
fn approval(wait: u64) -> Value {
    let arguments = json!({"route_name": "change-approval", "wait": wait});
    json!({"name": "start_workflow", "arguments": arguments})
}

/// A call that is no job: only the process that serves it knows how it is.
fn service(name: &str) -> Value {
    let arguments = json!({"name": name, "cluster": "lab"});
    json!({"name": "run_service", "arguments": arguments})
}

const SERVICE: &str = "/gateway_manager/v1/services/run";

fn started(server: &mut StdioServer, call: Value) -> String {
    let task = server.request("tools/call", with_tasks(call))["result"].clone();
    assert_eq!(task["resultType"], "task", "{task}");
    assert_eq!(task["status"], "working");
    for key in ["ttlMs", "pollIntervalMs"] {
        assert!(task[key].as_u64().is_some_and(|ms| ms > 0), "{task}");
    }
    for key in ["createdAt", "lastUpdatedAt"] {
        assert!(task[key].as_str().is_some_and(|time| time.ends_with('Z')), "{task}");
    }
    task["taskId"].as_str().expect("an id").to_owned()
}

fn get(server: &mut StdioServer, id: &str) -> Value {
    let answer = server.request("tasks/get", with_tasks(json!({"taskId": id})));
    assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
    answer["result"].clone()
}

fn ended(server: &mut StdioServer, id: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let task = get(server, id);
        if task["status"] != "working" {
            return task;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("the task did not end")
}

#[test]
fn a_workflow_is_followed_to_its_end() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    let id = started(&mut server, backup(60));
    let listening = with_tasks(json!({"notifications": {"taskIds": [id, "made up"]}}));
    let listen = server.ask("subscriptions/listen", listening);
    let task = ended(&mut server, &id);
    assert_eq!(task["status"], "completed", "{task}");
    schema::check("2026-07-28", "CallToolResult", &task["result"]);
    assert_eq!(task["result"]["structuredContent"]["result"]["status"], "complete", "{task}");
    assert!(task.get("error").is_none() && task.get("inputRequests").is_none());

    // It is told when the platform is next looked at.
    eventually("the end is told", || {
        get(&mut server, &id);
        server.seen.iter().any(|message| message["params"]["status"] == "completed")
    });
    let told: Vec<&Value> =
        server.seen.iter().filter(|m| m["method"] == "notifications/tasks").collect();
    let last = told.last().expect("the end is told");
    assert_eq!(last["params"]["status"], "completed");
    assert!(told.iter().all(|m| m["params"]["taskId"] == id.as_str()
        && m["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"] == listen));
    let honoured = server
        .seen
        .iter()
        .find(|m| m["method"] == "notifications/subscriptions/acknowledged")
        .map(|m| m["params"]["notifications"]["taskIds"].clone());
    assert_eq!(honoured, Some(json!([id])), "only the caller's own tasks");
    assert_eq!(platform.count("POST", "/operations-manager/triggers/endpoint/backup-device"), 1);
}

#[test]
fn an_action_is_followed_to_the_end_of_its_job() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    let call = |name: &str| {
        let arguments = json!({"resource_name": "VLAN Service", "action_name": "Provision",
                               "instance_name": name, "input_params": {"vlan": 7}});
        json!({"name": "run_action", "arguments": arguments})
    };
    let at_once = server.request("tools/call", modern(call("vlan-new")))["result"].clone();
    // T20: one failure in passing does not end it.
    platform.faults(json!([{"match": {"method": "GET", "path": A_JOB}, "status": 500}]));
    let task = server.request("tools/call", with_tasks(call("vlan-newer")))["result"].clone();
    let id = task["taskId"].as_str().unwrap_or_else(|| panic!("{task} {at_once}")).to_owned();
    let result = ended(&mut server, &id)["result"].clone();
    schema::check("2026-07-28", "CallToolResult", &result);
    let job = result["structuredContent"]["job_id"].as_str().unwrap_or_else(|| panic!("{result}"));
    assert_eq!(result["structuredContent"]["status"], "complete", "{result}");
    let shown = server.request(
        "tools/call",
        modern(json!({"name": "describe_job", "arguments": {"object_id": job}})),
    );
    assert_eq!(shown["result"]["structuredContent"]["status"], "complete", "{shown}");
    assert_ne!(at_once["structuredContent"]["status"], "complete", "{at_once}");
}

#[test]
fn a_task_can_be_given_up() {
    let platform = Platform::start();
    platform.hang(SERVICE);
    let mut server = StdioServer::start(&platform.patient_env(), &[]);
    for call in [service("print-number"), approval(600)] {
        let id = started(&mut server, call);
        for _ in 0..2 {
            let answer = server.request("tasks/cancel", with_tasks(json!({"taskId": id})));
            assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
            assert!(answer["result"].get("taskId").is_none());
            let task = get(&mut server, &id);
            assert_eq!(task["status"], "cancelled", "{task}");
            assert!(task.get("result").is_none());
        }
    }
    assert_eq!(platform.count("POST", "/operations-manager/jobs/cancel"), 1);
    platform.heal();
    // One that is over stays as it ended.
    let id = started(&mut server, backup(60));
    assert_eq!(ended(&mut server, &id)["status"], "completed");
    server.request("tasks/cancel", with_tasks(json!({"taskId": id})));
    assert_eq!(get(&mut server, &id)["status"], "completed");
}

#[test]
fn short_calls_and_clients_without_tasks_are_answered_at_once() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    for params in [with_tasks(backup(0)), modern(backup(1)), modern(backup(0))] {
        let result = server.request("tools/call", params)["result"].clone();
        assert_eq!(result["resultType"], "complete", "{result}");
        schema::check("2026-07-28", "CallToolResult", &result);
    }
    server.initialize("2025-11-25");
    let result = server.request("tools/call", backup(1))["result"].clone();
    schema::check("2025-11-25", "CallToolResult", &result);
}

#[test]
fn failures_of_the_tool_are_results_of_the_task() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    // What could not be started is told at once.
    let mut call = backup(5);
    call["arguments"]["route_name"] = json!("no-such-route");
    let result = server.request("tools/call", with_tasks(call))["result"].clone();
    assert_eq!((&result["resultType"], &result["isError"]), (&json!("complete"), &json!(true)));
    let id = started(&mut server, service("no-such-service"));
    let task = ended(&mut server, &id);
    assert_eq!((&task["status"], &task["result"]["isError"]), (&json!("completed"), &json!(true)));
}

#[test]
fn a_person_is_asked_before_the_task_begins() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &["--confirm", "destructive"]);
    let asked = server.request("tools/call", with_tasks(backup(60)))["result"].clone();
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    assert!(asked.get("taskId").is_none());
    let mut again = backup(60);
    again["requestState"] = asked["requestState"].clone();
    let agreed = json!({"action": "accept", "content": {"value": true}});
    again["inputResponses"] = json!({"confirm": agreed});
    let task = server.request("tools/call", with_tasks(again))["result"].clone();
    assert_eq!(task["resultType"], "task", "{task}");
    assert!(task.get("requestState").is_none());
    let id = task["taskId"].as_str().expect("an id").to_owned();
    assert_eq!(ended(&mut server, &id)["result"]["isError"], false);
}

#[test]
fn wrong_questions_about_tasks_are_refused() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    let id = started(&mut server, approval(600));
    for (method, params, code) in [
        ("tasks/get", with_tasks(json!({"taskId": "never existed"})), -32602),
        ("tasks/get", with_tasks(json!({"taskId": 7})), -32602),
        ("tasks/get", with_tasks(json!({})), -32602),
        ("tasks/cancel", with_tasks(json!({"taskId": ""})), -32602),
        ("tasks/update", with_tasks(json!({"taskId": id})), -32602),
        ("tasks/update", with_tasks(json!({"taskId": id, "inputResponses": []})), -32602),
        ("tasks/get", modern(json!({"taskId": id})), -32021),
        ("tasks/list", with_tasks(json!({})), -32601),
        ("tasks/result", with_tasks(json!({"taskId": id})), -32601),
    ] {
        let answer = server.request(method, params.clone());
        assert_eq!(answer["error"]["code"], code, "{method} {params}: {answer}");
    }
    // Answers to nothing are acknowledged and change nothing.
    let responses = json!({"taskId": id, "inputResponses": {"confirm": {"action": "accept"}}});
    let answer = server.request("tasks/update", with_tasks(responses));
    assert_eq!(answer["result"]["resultType"], "complete");
    assert_eq!(get(&mut server, &id)["status"], "working");
    server.initialize("2025-11-25");
    let answer = server.request("tasks/get", json!({"taskId": id}));
    assert_eq!(answer["error"]["code"], -32601, "{answer}");
}

/// One client, known by its certificate.
struct Client<'a> {
    port: u16,
    authority: &'a str,
    certificate: (String, String),
}

impl Client<'_> {
    fn ask(&self, method: &str, name: &str, params: Value) -> Value {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let body = body.to_string();
        let (certificate, key) = &self.certificate;
        let mut socket = connect_as(self.port, self.authority, "localhost", certificate, key);
        write!(
            socket,
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
             MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: {method}\r\nMcp-Name: {name}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("it reads");
        let mut text = String::new();
        // A server need not say goodbye before it closes.
        let _ = socket.read_to_string(&mut text);
        let json = text.split("\r\n\r\n").nth(1).unwrap_or_default();
        serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {text}"))
    }
}

#[test]
fn nobody_reaches_the_tasks_or_the_agreement_of_somebody_else() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let (servers, people) = (Authority::new("servers"), Authority::new("people"));
    let (certificate, key) = servers.issue(&["localhost"]);
    let certificate_file = scratch.write("server.pem", certificate);
    let key_file = write_key(&scratch, "server.key", &key);
    let people_file = scratch.write("people.pem", people.pem());
    let arguments = [
        "run",
        "--transport",
        "http",
        "--port",
        "0",
        "--confirm",
        "destructive",
        "--certificate-file",
        &certificate_file,
        "--private-key-file",
        &key_file,
        "--client-ca-file",
        &people_file,
    ];
    let server = Served::start(&platform.env(), &arguments);
    let authority = servers.pem();
    let client = |name: &str| Client {
        port: server.port,
        authority: &authority,
        certificate: people.issue(&[name]),
    };
    let (ann, bob) = (client("ann"), client("bob"));

    // Agreement of one is no agreement of the other.
    let asked = ann.ask("tools/call", "start_workflow", with_tasks(approval(600)));
    let state = asked["result"]["requestState"].clone();
    assert!(state.is_string(), "{asked}");
    let mut again = approval(600);
    again["requestState"] = state;
    let agreed = json!({"action": "accept", "content": {"value": true}});
    again["inputResponses"] = json!({"confirm": agreed});
    let stolen = bob.ask("tools/call", "start_workflow", with_tasks(again.clone()));
    assert_eq!(stolen["error"]["code"], -32602, "{stolen}");

    let task = ann.ask("tools/call", "start_workflow", with_tasks(again));
    let id = task["result"]["taskId"].as_str().unwrap_or_else(|| panic!("no task: {task}"));
    let about = with_tasks(json!({"taskId": id, "inputResponses": {}}));
    let never = with_tasks(json!({"taskId": "00000000000000000000000000000000",
                                 "inputResponses": {}}));
    for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
        let others = bob.ask(method, id, about.clone());
        let unknown = bob.ask(method, "00000000000000000000000000000000", never.clone());
        assert_eq!(others["error"]["code"], -32602, "{method}");
        assert_eq!(others["error"], unknown["error"], "{method} tells that the task exists");
    }
    let own = ann.ask("tasks/get", id, about);
    assert_eq!(own["result"]["status"], "working", "{own}");
}
