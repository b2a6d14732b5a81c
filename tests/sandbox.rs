//! The simulated platform from outside: real HTTP on loopback.

#[path = "sandbox/configuration.rs"]
mod configuration;
#[path = "sandbox/control.rs"]
mod control;
#[path = "sandbox/lab.rs"]
mod lab;
#[path = "sandbox/operations.rs"]
mod operations;
mod support;

use std::net::{Ipv4Addr, SocketAddr};

use itential_mcp::sandbox::{CLIENT_ID, CLIENT_SECRET, Options, Sandbox, USER};
use lab::{Lab, len};
use serde_json::{Value, json};

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
    let kind: &[(&str, &str)] = &[("Content-Type", "application/x-www-form-urlencoded")];
    let reply = lab.send_with("POST", "/oauth/token", kind, Some(&form));
    assert_eq!(reply.status, 200, "{}", reply.text());
    let token = reply.json()["access_token"].as_str().unwrap().to_owned();
    let bearer = format!("Bearer {token}");
    let bearer: &[(&str, &str)] = &[("Authorization", &bearer)];
    assert_eq!(lab.send_with("GET", "/health/status", bearer, None).status, 200);
    assert_eq!(lab.send_with("GET", "/health/status", &[], None).status, 401);
    let form = "grant_type=client_credentials&client_id=x&client_secret=y".to_owned();
    assert_eq!(lab.send_with("POST", "/oauth/token", kind, Some(&form)).status, 401);
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
    assert_eq!(lab.get("/health/adapters?state=STOPPED")["total"], 34);
    let brackets = lab.send("GET", "/operations-manager/triggers?equals%5Btype%5D=schedule", None);
    assert_eq!(brackets.status, 400);
    let metrics =
        |query: &str| lab.get(&format!("/workflow_engine/tasks/metrics?{query}"))["total"].clone();
    assert_eq!(metrics("equalsField=app&equals=MOP"), metrics(""));
    assert_ne!(metrics("equalsField=workflow.name&equals=Backup+Device"), metrics(""));
}

#[test]
fn lists_are_sorted_and_reduced_as_asked() {
    let lab = Lab::new();
    let query = "sort=metrics.start_time&order=-1&include=name,metrics.start_time&limit=100";
    let jobs = lab.get(&format!("/operations-manager/jobs?{query}"))["data"].clone();
    let starts: Vec<Option<u64>> =
        jobs.as_array().unwrap().iter().map(|job| job["metrics"]["start_time"].as_u64()).collect();
    let numbers: Vec<u64> = starts.into_iter().flatten().collect();
    assert!(numbers.len() > 90 && numbers.is_sorted_by(|a, b| a >= b));
    let fields: Vec<&String> = jobs[50].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["_id", "name", "metrics"]);
    assert_eq!(lab.send("GET", "/operations-manager/jobs?limit=many", None).status, 400);
}

#[test]
fn it_listens_on_loopback_only() {
    let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
    let refused = Sandbox::start(everywhere, Options::default()).unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::InvalidInput);
}
