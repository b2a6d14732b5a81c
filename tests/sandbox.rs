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
