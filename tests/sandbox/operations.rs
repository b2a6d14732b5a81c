//! Adapters, jobs, agents, gateways, inventories, integrations.

use std::thread;
use std::time::Duration;

use itential_mcp::sandbox::Options;
use serde_json::{Value, json};

use super::lab::{Lab, len};

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
    let variables = &lab.get(&target)["data"]["variables"];
    assert_eq!((&variables["device"], &variables["vlan_id"]), (&json!("r1"), &json!(7)));
    assert_eq!(variables["outcome"], "Provision VLAN finished on r1");
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
    let iteration = &lab.get(&job)["data"]["tasks"][task]["iterations"][0];
    let failed = format!("/operations-manager/tasks/{}", iteration.as_str().unwrap());
    let failed = lab.get(&failed)["data"].clone();
    assert_eq!((&failed["name"], &failed["job"]["task"]), (&json!("activateImage"), &json!(task)));
    assert_eq!(failed["variables"]["error"]["code"], "ETIMEDOUT");
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
}

#[test]
fn a_job_can_be_paused_resumed_and_canceled() {
    // Slow enough that the job still runs when a busy machine comes to pause it.
    let step = Duration::from_secs(2);
    let lab = Lab::with(Options { step, ..Options::default() });
    let start = json!({"workflow": "Provision VLAN"});
    let job = lab.post("/operations-manager/jobs/start", start)["data"]["_id"].clone();
    let status = || {
        let job = lab.get(&format!("/operations-manager/jobs/{}", job.as_str().unwrap()));
        job["data"]["status"].clone()
    };
    let ids = json!({"jobIds": [job]});
    lab.post("/operations-manager/jobs/pause", ids.clone());
    assert_eq!(status(), "paused");
    lab.post("/operations-manager/jobs/resume", ids.clone());
    lab.post("/operations-manager/jobs/cancel", ids);
    thread::sleep(step);
    assert_eq!(status(), "canceled", "a step later, too");
}

#[test]
fn a_job_goes_on_from_a_task_and_back_to_one() {
    let lab = Lab::new();
    let start = json!({"workflow": "Firmware Upgrade", "options": {"variables": {"device": "r1"}}});
    let id = lab.post("/operations-manager/jobs/start", start)["data"]["_id"].clone();
    let job = format!("/operations-manager/jobs/{}", id.as_str().unwrap());
    lab.watch(&job, "/data/status", "error");
    let begun = |task: &str| lab.get(&job)["data"]["tasks"][task]["metrics"]["start_time"].as_u64();
    let before = (begun("a1b2"), begun("b2c3"));
    // What follows the task runs again, what comes before it stays.
    lab.post(&format!("{job}/continue"), json!({"fromTask": "b2c3"}));
    assert_eq!(lab.get(&job)["data"]["tasks"]["c3d4"]["status"], "incomplete");
    lab.watch(&job, "/data/status", "error");
    assert_eq!(begun("a1b2"), before.0);
    assert!(begun("b2c3") > before.1);
    let backwards = json!({"fromTask": "a1b2", "toTask": "c3d4"});
    assert_eq!(lab.send("POST", &format!("{job}/revert"), Some(backwards)).status, 400);
    lab.post(&format!("{job}/revert"), json!({"fromTask": "c3d4", "toTask": "a1b2"}));
    assert_eq!(lab.get(&job)["data"]["tasks"]["a1b2"]["status"], "incomplete");
    lab.watch(&job, "/data/status", "complete");
    assert!(begun("a1b2") > before.0);
}

#[test]
fn a_platform_may_lack_a_service() {
    let lab = Lab::new();
    let items = "/work-center-service/work-items";
    let search = json!({"sort": {"field": "createdAt", "order": "desc"}});
    assert_eq!(lab.send("POST", &format!("{items}/search"), Some(json!({}))).status, 400);
    let item = lab.post(&format!("{items}/search"), search.clone())["results"][0].clone();
    let of = format!("{items}?rootExecutionId={}", item["rootExecution"]["id"].as_str().unwrap());
    assert_eq!(lab.get(&of)["results"][0], item);
    let item = format!("{items}/{}", item["id"].as_str().unwrap());
    lab.post(&format!("{item}/claim"), json!({}));
    let done = json!({"finishState": "completed", "variables": {"acknowledged": "yes"}});
    assert_eq!(lab.send("POST", &format!("{item}/complete"), Some(done.clone())).status, 405);
    assert_eq!(lab.send("PATCH", &format!("{item}/complete"), Some(done.clone())).status, 200);
    assert_eq!(lab.send("PATCH", &format!("{item}/complete"), Some(done)).status, 400);
    lab.put("/sandbox/absent", json!(["/work-center-service"]));
    assert_eq!(lab.send("POST", &format!("{items}/search"), Some(search)).status, 404);
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
