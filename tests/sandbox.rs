//! The simulated platform from outside: real HTTP, a tiny client.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use itential_mcp::sandbox::{CLIENT_ID, CLIENT_SECRET, Options, PASSWORD, Sandbox, USER};
use serde_json::{Value, json};

/// A sandbox in which a step of work takes 50 ms, and a logged-in client.
struct Lab {
    sandbox: Sandbox,
    cookie: String,
}

struct Reply {
    status: u16,
    head: String,
    text: String,
}

impl Lab {
    fn new() -> Self {
        Self::with(Options { step: Duration::from_millis(50), ..Options::default() })
    }

    fn with(options: Options) -> Self {
        let sandbox = Sandbox::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), options).unwrap();
        let mut lab = Self { sandbox, cookie: String::new() };
        lab.login();
        lab
    }

    fn login(&mut self) {
        let user = json!({"user": {"username": USER, "password": PASSWORD}});
        let reply = self.send("POST", "/login", Some(user));
        assert_eq!(reply.status, 200, "{}", reply.text);
        let cookie = reply.header("set-cookie").expect("login sets a cookie");
        assert_eq!(cookie.split(';').next().unwrap(), format!("token={}", reply.text));
        self.cookie = format!("Cookie: token={}\r\n", reply.text);
    }

    fn send(&self, method: &str, target: &str, body: Option<Value>) -> Reply {
        let body = body.map(|body| ("application/json", body.to_string()));
        self.send_raw(method, target, &self.cookie, body).expect("an answer")
    }

    fn send_raw(
        &self,
        method: &str,
        target: &str,
        headers: &str,
        body: Option<(&str, String)>,
    ) -> Option<Reply> {
        let mut socket = TcpStream::connect(self.sandbox.addr()).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let body = body.map_or_else(String::new, |(kind, body)| {
            format!("Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
        });
        let end = if body.is_empty() { "\r\n" } else { "" };
        let request = format!(
            "{method} {target} HTTP/1.1\r\nHost: lab\r\nConnection: close\r\n{headers}{body}{end}"
        );
        socket.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, text) = answer.split_once("\r\n\r\n")?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        Some(Reply { status, head: head.to_owned(), text: text.to_owned() })
    }

    fn get(&self, target: &str) -> Value {
        let reply = self.send("GET", target, None);
        assert_eq!(reply.status, 200, "GET {target}: {}", reply.text);
        reply.json()
    }

    fn post(&self, target: &str, body: Value) -> Value {
        let reply = self.send("POST", target, Some(body));
        assert!(reply.status < 300, "POST {target}: {} {}", reply.status, reply.text);
        reply.json()
    }

    fn put(&self, target: &str, body: Value) -> Value {
        let reply = self.send("PUT", target, Some(body));
        assert_eq!(reply.status, 200, "PUT {target}: {}", reply.text);
        reply.json()
    }

    /// Reads `target` until `done` accepts it; every state seen on the way.
    fn watch(&self, target: &str, state: &str, done: &str) -> Vec<String> {
        let deadline = Instant::now() + Duration::from_secs(10);
        let mut seen: Vec<String> = Vec::new();
        loop {
            let answer = self.get(target);
            let now = answer.pointer(state).and_then(Value::as_str).unwrap_or("null").to_owned();
            if seen.last() != Some(&now) {
                seen.push(now.clone());
            }
            if now == done {
                return seen;
            }
            assert!(Instant::now() < deadline, "{target} never came to {done}: {seen:?}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

fn len(list: &Value) -> usize {
    list.as_array().expect("a list").len()
}

#[test]
fn every_route_needs_a_session_and_says_so() {
    let mut lab = Lab::new();
    assert_eq!(lab.get("/whoami")["username"], "admin");
    assert_eq!(lab.post("/sandbox/expire-sessions", Value::Null)["expired"], 1);
    let refused = lab.send("GET", "/whoami", None);
    assert_eq!(refused.status, 401);
    assert_eq!(refused.json()["error"], "Unauthorized");
    lab.login();
    assert_eq!(lab.get("/whoami")["username"], "admin");

    let wrong = json!({"user": {"username": USER, "password": "wrong"}});
    assert_eq!(lab.send("POST", "/login", Some(wrong)).status, 401);
    lab.put("/sandbox/credentials", json!({"password": "p\"ä,\\"}));
    let right = json!({"user": {"username": USER, "password": "p\"ä,\\"}});
    assert_eq!(lab.send("POST", "/login", Some(right)).status, 200);
}

#[test]
fn oauth_takes_a_form_and_gives_a_bearer_token() {
    let lab = Lab::new();
    let form = format!(
        "grant_type=client_credentials&client_id={CLIENT_ID}&client_secret={CLIENT_SECRET}"
    );
    let kind = "application/x-www-form-urlencoded";
    let reply = lab.send_raw("POST", "/oauth/token", "", Some((kind, form))).unwrap();
    assert_eq!(reply.status, 200, "{}", reply.text);
    let token = reply.json()["access_token"].as_str().unwrap().to_owned();
    let bearer = format!("Authorization: Bearer {token}\r\n");
    assert_eq!(lab.send_raw("GET", "/health/status", &bearer, None).unwrap().status, 200);
    assert_eq!(lab.send_raw("GET", "/health/status", "", None).unwrap().status, 401);
    let form = "grant_type=client_credentials&client_id=x&client_secret=y".to_owned();
    assert_eq!(lab.send_raw("POST", "/oauth/token", "", Some((kind, form))).unwrap().status, 401);
}

#[test]
fn lists_are_cut_as_on_the_platform() {
    let lab = Lab::new();
    let adapters = lab.get("/health/adapters");
    assert_eq!((len(&adapters["results"]), &adapters["total"]), (25, &json!(34)));
    assert_eq!(len(&lab.get("/health/adapters?limit=100")["results"]), 34);
    assert_eq!(len(&lab.get("/operations-manager/jobs?limit=100")["data"]), 100);
    assert_eq!(len(&lab.get("/operations-manager/jobs?limit=100&skip=100")["data"]), 30);

    // Some routes serve 25 whatever is asked for, so that `skip += 100` loses rows.
    let accounts = lab.get("/authorization/accounts?limit=100&skip=0");
    assert_eq!((len(&accounts["results"]), &accounts["total"]), (25, &json!(130)));

    lab.put("/sandbox/page-cap", json!({"cap": 7}));
    assert_eq!(len(&lab.get("/operations-manager/jobs?limit=100")["data"]), 7);
    lab.put("/sandbox/page-cap", json!({"cap": null}));
    assert_eq!(len(&lab.get("/operations-manager/jobs?limit=100")["data"]), 100);
}

#[test]
fn a_filter_the_route_does_not_know_is_ignored() {
    let lab = Lab::new();
    let total = |target: &str| lab.get(target)["metadata"]["total"].as_u64().unwrap();
    assert_eq!(total("/operations-manager/jobs?equals%5Bstatus%5D=paused"), 1);
    assert_eq!(total("/operations-manager/jobs?starts-with%5Bname%5D=%4064f0a1b2"), 3);
    assert_eq!(total("/operations-manager/jobs?equals=paused&equalsField=status"), 130);
    assert_eq!(total("/operations-manager/triggers?equals=schedule&equalsField=type"), 1);
    assert_eq!(total("/operations-manager/triggers?enabled=true"), 129 - 20);
    let brackets = lab.send("GET", "/operations-manager/triggers?equals%5Btype%5D=schedule", None);
    assert_eq!(brackets.status, 400);
    let metrics =
        |query: &str| lab.get(&format!("/workflow_engine/tasks/metrics?{query}"))["total"].clone();
    assert_eq!(metrics("equalsField=app&equals=MOP"), metrics(""));
    assert_ne!(metrics("equalsField=workflow.name&equals=Backup+Device"), metrics(""));
}

#[test]
fn adapters_pass_through_states_in_between() {
    let lab = Lab::new();
    let health = "/health/adapters?equals=NetBox&equalsField=id";
    lab.put("/adapters/NetBox/stop", Value::Null);
    let seen = lab.watch(health, "/results/0/state", "STOPPED");
    assert_eq!(seen, ["STOPPING", "STOPPED"]);
    assert_eq!(lab.send("PUT", "/adapters/NetBox/stop", None).status, 400);
    lab.put("/adapters/NetBox/start", Value::Null);
    assert_eq!(lab.watch(health, "/results/0/state", "RUNNING"), ["STARTING", "RUNNING"]);
    // The adapter that cannot come up, and a name with a slash.
    lab.put("/adapters/lab-terminal/start", Value::Null);
    lab.watch("/health/adapters/lab-terminal", "/state", "DEAD");
    assert_eq!(lab.get("/health/adapters/NSO-emea%2Fdc1")["state"], "DEAD");
    assert_eq!(lab.send("PUT", "/adapters/nobody/stop", None).status, 404);
    assert_eq!(lab.send("DELETE", "/adapters/NetBox/stop", None).status, 405);
}

#[test]
fn an_endpoint_starts_a_job_that_runs_to_its_end() {
    let lab = Lab::new();
    let route = "/operations-manager/triggers/endpoint/network/vlan";
    let incomplete = lab.send("POST", route, Some(json!({"vlan_id": 7})));
    assert_eq!(incomplete.status, 400);
    let stringy = lab.send("POST", route, Some(json!({"device": "r1", "devices": "[]"})));
    assert_eq!(stringy.json()["message"], "data/devices must be array");
    let job = lab.post(route, json!({"device": "r1", "vlan_id": 7}));
    assert_eq!(job["data"]["status"], "running");
    let id = job["data"]["_id"].as_str().unwrap();
    let target = format!("/operations-manager/jobs/{id}");
    lab.watch(&target, "/data/status", "complete");
    assert_eq!(lab.get(&target)["data"]["variables"], json!({"device": "r1", "vlan_id": 7}));
    assert_eq!(
        lab.send("POST", "/operations-manager/triggers/endpoint/assistant-v1", None).status,
        404
    );
}

#[test]
fn a_failed_task_can_be_retried_and_a_manual_one_finished() {
    let lab = Lab::new();
    let start = |workflow: &str| {
        let job = lab.post("/operations-manager/jobs/start", json!({"workflow": workflow}));
        format!("/operations-manager/jobs/{}", job["data"]["_id"].as_str().unwrap())
    };
    let job = start("Firmware Upgrade");
    lab.watch(&job, "/data/status", "error");
    let error = lab.get(&job)["data"]["error"][0].clone();
    assert_eq!(error["message"]["code"], "ETIMEDOUT");
    let task = error["task"].as_str().unwrap();
    lab.post(&format!("{job}/tasks/{task}/retry"), json!({}));
    lab.watch(&job, "/data/status", "complete");

    let job = start("Change Approval");
    let id = job.rsplit('/').next().unwrap();
    let waiting = format!("/data/tasks/{}/status", "b2c3");
    lab.watch(&job, &waiting, "running");
    let finish = json!({"taskData": {"finish_state": "success", "variables": {"approved": true}}});
    let early = lab.send("POST", &format!("{job}/tasks/b2c3/finish"), Some(finish.clone()));
    assert_eq!(early.status, 400, "a task must be claimed first");
    lab.post(&format!("/operations-manager/tasks/{id}.b2c3/claim"), json!({}));
    lab.post(&format!("{job}/tasks/b2c3/finish"), finish);
    lab.watch(&job, "/data/status", "complete");
    assert_eq!(lab.get(&job)["data"]["variables"]["approved"], true);

    let job = start("Provision VLAN");
    let ids = json!({"jobIds": [job.rsplit('/').next().unwrap()]});
    lab.post("/operations-manager/jobs/pause", ids.clone());
    assert_eq!(lab.get(&job)["data"]["status"], "paused");
    lab.post("/operations-manager/jobs/resume", ids.clone());
    lab.post("/operations-manager/jobs/cancel", ids);
    thread::sleep(Duration::from_millis(120));
    assert_eq!(lab.get(&job)["data"]["status"], "canceled");
}

#[test]
fn faults_strike_as_told_and_requests_are_remembered() {
    let lab = Lab::new();
    lab.put(
        "/sandbox/faults",
        json!([
            {"match": {"method": "GET", "path": "/health/adapters"}, "status": 503, "times": 2,
             "body": "<html>busy</html>", "content_type": "text/html", "headers": {"Retry-After": "1"}},
            {"match": {"path": "/health/system"}, "truncate": true},
            {"match": {"path": "/health/server"}, "close": true},
            {"match": {"path": "/adapters/*"}, "status": 502, "after_write": true},
            {"match": {"path": "/health/status"}, "replace": {"host": null}, "skip": 1, "delay_ms": 30},
        ]),
    );
    for _ in 0..2 {
        let busy = lab.send("GET", "/health/adapters", None);
        assert_eq!((busy.status, busy.text.as_str()), (503, "<html>busy</html>"));
        assert_eq!(busy.header("retry-after"), Some("1"));
    }
    assert_eq!(lab.send("GET", "/health/adapters", None).status, 200);

    let cut = lab.send("GET", "/health/system", None);
    let promised: usize = cut.header("content-length").unwrap().parse().unwrap();
    assert_eq!(cut.text.len(), promised / 2);
    assert!(lab.send_raw("GET", "/health/server", &lab.cookie, None).is_none(), "no answer at all");

    assert_eq!(lab.send("PUT", "/adapters/NetBox/stop", None).status, 502);
    lab.watch("/health/adapters/NetBox", "/state", "STOPPED");

    assert_eq!(lab.get("/health/status")["host"], "sandbox-iap-1");
    let asked = Instant::now();
    assert_eq!(lab.get("/health/status"), json!({"host": null}));
    assert!(asked.elapsed() >= Duration::from_millis(30));

    let log = lab.get("/sandbox/requests");
    let stop = log["requests"].as_array().unwrap().iter().find(|entry| entry["method"] == "PUT");
    let stop = stop.unwrap();
    assert_eq!((&stop["path"], &stop["status"]), (&json!("/adapters/NetBox/stop"), &json!(502)));
    assert_eq!(log["requests"][0]["body"], "***", "credentials are not shown");
    let typo = lab.send("PUT", "/sandbox/faults", Some(json!({"matches": {}})));
    assert_eq!(typo.status, 400);
}

#[test]
fn exposing_a_workflow_makes_a_route_that_runs_it() {
    let lab = Lab::new();
    let workflow = lab.get("/automation-studio/workflows?equals%5Bname%5D=Collect+Inventory");
    assert_eq!(workflow["total"], 1);
    let automation = lab.post(
        "/operations-manager/automations",
        json!({"name": "Mine", "componentType": "workflows", "componentId": workflow["items"][0]["_id"]}),
    );
    let trigger = json!({
        "actionId": automation["data"]["_id"], "actionType": "automations", "name": "API", "type": "endpoint",
        "verb": "POST", "routeName": "mine", "enabled": true, "schema": {"type": "object"},
    });
    lab.post("/operations-manager/triggers", trigger.clone());
    let twice = lab.send("POST", "/operations-manager/triggers", Some(trigger));
    assert_eq!(twice.status, 409);
    let job = lab.post("/operations-manager/triggers/endpoint/mine", json!({"a": 1}));
    assert_eq!(job["data"]["name"], "Collect Inventory");

    let id = automation["data"]["_id"].as_str().unwrap();
    let removed = lab.send("DELETE", &format!("/operations-manager/automations/{id}"), None);
    assert_eq!(removed.status, 200);
    assert_eq!(lab.send("POST", "/operations-manager/triggers/endpoint/mine", None).status, 404);
}

#[test]
fn an_agent_thinks_and_its_messages_need_paging() {
    let lab = Lab::new();
    let started =
        lab.post("/operations-manager/triggers/endpoint/assistant", json!({"prompt": "hi"}));
    let id = started["data"]["sessionId"].as_str().unwrap();
    let session = format!("/agent-session-manager/sessions/{id}");
    assert_eq!(lab.watch(&session, "/status", "COMPLETE"), ["RUNNING", "COMPLETE"]);
    let messages = lab.get(&format!("{session}/messages"));
    assert_eq!(messages["data"][1]["type"], "inference-succeeded");

    let sessions = lab.get("/agent-session-manager/sessions?limit=100&offset=100");
    assert_eq!((len(&sessions["data"]), &sessions["total"]), (21, &json!(121)));
    let long = lab.get("/agent-session-manager/sessions?limit=100")["data"][1]["sessionId"].clone();
    let long = format!("/agent-session-manager/sessions/{}/messages", long.as_str().unwrap());
    assert_eq!(len(&lab.get(&long)["data"]), 11);
    assert_eq!(len(&lab.get(&format!("{long}?limit=200"))["data"]), 21);
}

#[test]
fn adding_nodes_in_bulk_replaces_those_there_are() {
    let lab = Lab::new();
    let base = "/inventory_manager/v1";
    assert_eq!(len(&lab.get(&format!("{base}/inventories"))["result"]["data"]), 25);
    let second = lab.get(&format!("{base}/inventories?page=2&pageSize=25"));
    assert_eq!(len(&second["result"]["data"]), 15);
    let nodes = format!("{base}/inventories/Core%20Routers/nodes");
    assert_eq!(lab.get(&nodes)["result"]["meta"]["total"], 60);
    let bulk =
        json!({"inventory_identifier": "Core Routers", "nodes": [{"name": "n1"}, {"nam": "n2"}]});
    let answer = lab.post(&format!("{base}/nodes/bulk"), bulk);
    assert_eq!((&answer["status"], &answer["result"]["inserted"]), (&json!("Partial"), &json!(1)));
    assert_eq!(lab.get(&nodes)["result"]["meta"]["total"], 1);

    let created = lab.post(&format!("{base}/inventories"), json!({"name": "New", "groups": ["g"]}));
    let id = created["result"]["_id"].as_str().unwrap();
    assert_eq!(lab.send("DELETE", &format!("{base}/inventories/{id}"), None).status, 200);
    assert_eq!(lab.send("GET", &format!("{base}/inventories/New"), None).status, 404);
}

#[test]
fn gateway_services_print_whatever_they_like() {
    let lab = Lab::new();
    let base = "/gateway_manager/v1";
    let run = |cluster: &str, name: &str, params: Value| {
        let body = json!({"serviceName": name, "clusterId": cluster, "params": params});
        lab.post(&format!("{base}/services/run"), body)
    };
    assert_eq!(run("lab", "print-number", json!({}))["result"]["stdout"], "42");
    assert_eq!(run("lab", "print-list", json!({}))["result"]["stdout"], "[]");
    assert_eq!(run("lab", "echo", json!({"a": 1}))["result"]["stdout"], r#"{"a":1}"#);
    assert_eq!(run("lab", "exit-2", json!({}))["result"]["return_code"], 2);
    let missing = run("dc-east", "device-facts", json!({}));
    assert!(missing["error"]["data"].as_str().unwrap().contains("'device'"), "{missing}");
    let facts =
        |cluster| run(cluster, "device-facts", json!({"device": "r1"}))["result"]["stdout"].clone();
    assert_ne!(facts("dc-east"), facts("dc-west"));
    assert!(run("branch 7", "echo", json!({})).get("error").is_some());

    let gateways = lab.get(&format!("{base}/gateways"));
    assert!(gateways["results"][0].get("connection_status").is_none());
    assert_eq!(lab.get(&format!("{base}/connections"))["branch 7"], "disconnected");
    let services = lab.get(&format!("{base}/services?cluster_id=lab"))["result"].clone();
    assert!(services.as_array().unwrap().iter().all(|service| service.get("run").is_none()));

    let import = |force: bool| {
        let services = json!([{"name": "echo"}, {"name": "fresh"}]);
        let options =
            json!({"source": "content", "force": force, "content": {"services": services}});
        lab.post(&format!("{base}/gateways/lab/configuration/import"), json!({"options": options}))
    };
    assert_eq!(import(false)["summary"], json!({"added": 1, "replaced": 0, "skipped": 1}));
    assert_eq!(import(true)["summary"], json!({"added": 0, "replaced": 2, "skipped": 0}));
    let export = lab.get(&format!("{base}/gateways/dc-east/configuration/export"));
    assert_eq!((len(&export["secrets"]), len(&export["users"])), (1, 1));
}

#[test]
fn devices_page_by_position_and_keep_what_is_applied() {
    let lab = Lab::with(Options { devices: 250, ..Options::default() });
    let page = |start: u32| {
        let options =
            json!({"order": "ascending", "sort": [{"name": 1}], "start": start, "limit": 100});
        lab.post("/configuration_manager/devices", json!({"options": options}))
    };
    let last = page(200);
    assert_eq!((&last["return_count"], &last["total"]), (&json!(50), &json!(250)));
    let names: Vec<Value> =
        page(0)["list"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
    assert!(names.is_sorted_by_key(|name| name.as_str().unwrap().to_owned()));

    let target = "/configuration_manager/devices/branch%2F7%20router/configuration";
    lab.post(
        target,
        json!({"config": {"device": "branch/7 router", "config": "ntp server 192.0.2.9\n"}}),
    );
    let config = lab.get(target)["config"].as_str().unwrap().to_owned();
    assert!(config.starts_with("! ") && config.ends_with("ntp server 192.0.2.9\n"), "{config}");
    let backup = json!({"name": "branch/7 router", "options": {"description": "", "notes": ""}});
    assert_eq!(lab.post("/configuration_manager/devices/backups", backup)["status"], "success");
    assert_eq!(lab.get("/sandbox/world/backups")[0]["rawConfig"], config.as_str());

    lab.put("/sandbox/world/devices", json!([{"name": "only one"}]));
    assert_eq!(page(0)["total"], 1);
    lab.post("/sandbox/reset", Value::Null);
    assert_eq!(lab.send("GET", "/whoami", None).status, 401, "a reset ends the sessions too");
}

#[test]
fn device_groups_are_found_by_a_get_with_a_body() {
    let lab = Lab::new();
    let group = json!({"groupName": "C", "groupDescription": null, "deviceNames": "r1,r2"});
    assert_eq!(lab.post("/configuration_manager/devicegroup", group.clone())["status"], "ACTIVE");
    let again = lab.send("POST", "/configuration_manager/devicegroup", Some(group));
    assert_eq!(again.status, 400);
    let find = |name: &str| {
        let body = json!({"groupName": name});
        lab.send("GET", "/configuration_manager/name/devicegroups", Some(body)).json()
    };
    assert_eq!(find("C")["devices"], json!(["r1", "r2"]));
    assert_eq!(find("nobody"), json!({}));
    let id = find("C")["id"].as_str().unwrap().to_owned();
    let target = format!("/configuration_manager/deviceGroups/{id}");
    lab.put(&target, json!({"details": {"devices": ["r9"]}}));
    assert_eq!(find("C")["devices"], json!(["r9"]), "a PUT replaces the members");
    lab.post(&format!("{target}/devices"), json!({"devices": ["r9", "r10"]}));
    assert_eq!(find("C")["devices"], json!(["r9", "r10"]));
}

#[test]
fn a_golden_config_node_has_a_spec_of_its_own() {
    let lab = Lab::new();
    let tree = json!({"name": "T9", "deviceType": "cisco-ios"});
    let tree = lab.post("/configuration_manager/configs", tree);
    let id = tree["id"].as_str().unwrap();
    let version = format!("/configuration_manager/configs/{id}/initial");
    let node = lab.post(&format!("{version}/base"), json!({"name": "node1"}));
    let spec = node["attributes"]["configId"].as_str().unwrap();
    let root = lab.get(&version)["root"].clone();
    assert_ne!(root["attributes"]["configId"], node["attributes"]["configId"]);
    let update = json!({"treeId": id, "treeVersion": "initial", "nodePath": "base/node1",
                        "data": {"template": "ntp", "variables": {"a": 1}}, "updateVariables": false});
    lab.put("/configuration_manager/node/config", update);
    assert_eq!(lab.get(&format!("/configuration_manager/config_specs/{spec}"))["template"], "ntp");
    assert_eq!(lab.get(&version)["variables"], json!({}));
    let nowhere = lab.send("POST", &format!("{version}/root"), Some(json!({"name": "x"})));
    assert_eq!(nowhere.status, 404);
    let unknown = json!({"name": "T10", "deviceType": "toaster"});
    assert_eq!(lab.send("POST", "/configuration_manager/configs", Some(unknown)).status, 400);
}

#[test]
fn command_templates_judge_what_devices_print() {
    let lab = Lab::new();
    let run = |template: &str, device: &str| {
        lab.post("/mop/RunCommandTemplate", json!({"template": template, "devices": [device]}))
    };
    let passed = run("chk_version", "branch/7 router");
    assert_eq!(passed["result"], true);
    assert_eq!(passed["commands_results"][0]["rules"][1]["result"], true);
    assert_eq!(run("always fails", "branch/7 router")["result"], false);
    let silent = lab
        .post("/mop/RunCommandDevices", json!({"command": "show ver", "devices": ["東京-sw-1"]}));
    assert_eq!(silent[0]["response"], Value::Null);

    lab.post("/mop/createTemplate", json!({"mop": {"name": "mine", "os": "ios", "commands": []}}));
    lab.post(
        "/mop/updateTemplate/mine",
        json!({"mop": {"name": "mine", "commands": [{"command": "x"}]}}),
    );
    let stored = lab.get("/mop/listATemplate/mine");
    assert_eq!(stored, json!([{"name": "mine", "commands": [{"command": "x"}], "_id": "mine"}]));
    assert_eq!(lab.get("/mop/listATemplate/none"), json!([]));
}

#[test]
fn compliance_plans_run_and_templates_render() {
    let lab = Lab::new();
    let plans = |start: u32| {
        let body = json!({"name": "", "options": {"start": start, "limit": 100}});
        lab.post("/configuration_manager/search/compliance_plans", body)
    };
    assert_eq!((len(&plans(0)["plans"]), len(&plans(100)["plans"])), (100, 5));
    let run = |n: usize| {
        let id = plans(0)["plans"][n]["id"].clone();
        lab.post("/configuration_manager/compliance_plans/run", json!({"planId": id}))
    };
    let search = "/configuration_manager/search/compliance_plan_instances";
    let started = run(0);
    let found = lab.post(search, json!({"searchParams": {"instanceId": started["instanceId"]}}));
    assert_eq!(found["groups"][0]["plans"][0]["jobStatus"], "running");
    let newest = json!({"searchParams": {"limit": 1, "planId": started["planId"], "start": 0}});
    assert_eq!(lab.post(search, newest)["plans"][0]["id"], started["instanceId"]);
    assert!(run(1).get("instanceId").is_none(), "a plan without nodes starts nothing");

    let render = |template: &str| {
        let body = json!({"template": template, "variables": {"a": {"b": 1}, "s": "x"}});
        lab.send("POST", "/configuration_manager/jinja2", Some(body))
    };
    assert_eq!(render("hi {{ a.b }} {{s}}{{ none }}!").json(), "hi 1 x!");
    assert_eq!(render("{% if a %}").status, 400);
}

#[test]
fn actions_change_instances_when_they_end() {
    let lab = Lab::new();
    let resource = lab.get("/lifecycle-manager/resources?equals%5Bname%5D=VLAN+Service");
    let id = resource["data"][0]["_id"].as_str().unwrap();
    let run = |body: Value| {
        lab.send("POST", &format!("/lifecycle-manager/resources/{id}/run-action"), Some(body))
    };
    let create = json!({"actionId": "ac00", "instanceName": "new", "inputs": {"vlan": 7}});
    let started = run(create.clone());
    assert_eq!(started.json()["data"]["status"], "running");
    assert_eq!(run(create).status, 409);
    let instance = format!("/lifecycle-manager/resources/{id}/instances?equals%5Bname%5D=new");
    let status = "/data/0/lastAction/status";
    assert_eq!(lab.watch(&instance, status, "complete"), ["running", "complete"]);
    let row = lab.get(&instance)["data"][0].clone();
    assert_eq!(row["instanceData"], json!({"vlan": 7}));

    assert_eq!(run(json!({"actionId": "ac02"})).status, 400, "a delete needs an instance");
    let gone = run(json!({"actionId": "ac02", "instance": row["_id"]}));
    assert!(gone.json()["data"].get("executionId").is_some());
    let executions =
        lab.get("/lifecycle-manager/action-executions?starts-with%5BinstanceName%5D=new");
    assert_eq!(executions["metadata"]["total"], 2);
}

#[test]
fn integration_models_are_checked_before_they_are_made() {
    let lab = Lab::new();
    let models = lab.get("/integration-models?limit=100");
    assert_eq!((len(&models["integrationModels"]), &models["total"]), (25, &json!(112)));
    let model = |paths: Value| json!({"model": {"openapi": "3.0.0", "info": {"title": "T", "version": "1"}, "paths": paths}});
    let verdict = |body: Value| lab.put("/integration-models/validation", body)["status"].clone();
    assert_eq!(verdict(model(json!({}))), "OK");
    assert_eq!(verdict(model(Value::Null)), "Failure");
    assert_eq!(lab.post("/integration-models", model(json!({})))["status"], "Created");
    assert_eq!(lab.send("POST", "/integration-models", Some(model(json!({})))).status, 409);
    let found = lab.get("/integration-models?equalsField=versionId&equals=T:1");
    assert_eq!(found["total"], 1);
    let merakis = lab.get("/integrations?containsField=model&contains=Meraki&limit=100");
    assert!(
        merakis["results"].as_array().unwrap().iter().all(|row| row["data"]["name"].is_string())
    );
}

#[test]
fn it_listens_on_loopback_only() {
    let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let refused = Sandbox::start(everywhere, Options::default()).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
}
