//! Devices, groups, golden configuration, templates, compliance, lifecycle.

use serde_json::{Value, json};

use super::lab::{Lab, len};

#[test]
fn devices_page_by_position_and_keep_what_is_applied() {
    let lab = Lab::new();
    let page = |start: u32| {
        let options =
            json!({"order": "ascending", "sort": [{"name": 1}], "start": start, "limit": 100});
        lab.post("/configuration_manager/devices", json!({"options": options}))
    };
    let last = page(100);
    assert_eq!((&last["return_count"], &last["total"]), (&json!(60), &json!(160)));
    let names: Vec<Value> =
        page(0)["list"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
    assert!(names.is_sorted_by_key(|name| name.as_str().unwrap().to_owned()));

    let target = "/configuration_manager/devices/branch%2F7%20router/configuration";
    lab.post(
        target,
        json!({"config": {"device": "branch/7 router", "config": "ntp server 192.0.2.9\n"}}),
    );
    let config = lab.get(target)["config"].as_str().unwrap().to_owned();
    assert!(
        config.starts_with("! ") && config.ends_with("ntp server 192.0.2.9\n!\nend\n"),
        "{config}"
    );
    let backup = json!({"name": "branch/7 router", "options": {"description": "", "notes": ""}});
    assert_eq!(lab.post("/configuration_manager/devices/backups", backup)["status"], "success");
    let search =
        |options: Value| lab.post("/configuration_manager/backups", json!({"options": options}));
    let of_branch = json!({"filter": {"name": "branch/7 router"}, "regex": false, "start": "0",
        "limit": 1, "sort": {"date": -1}});
    let newest = search(of_branch.clone());
    assert_eq!((&newest["total"], newest["list"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(newest["list"][0]["rawConfig"], Value::Null, "lists come without configurations");
    let id = newest["list"][0]["_id"].as_str().unwrap().to_owned();
    let one = format!("/configuration_manager/backups/{id}");
    assert_eq!(lab.get(&one)["rawConfig"], config.as_str());
    assert_eq!(
        search(json!({"filter": {"name": "[bB]ranch/."}}))["total"],
        2,
        "a pattern by default"
    );
    let gone =
        lab.send("DELETE", "/configuration_manager/backups", Some(json!({"backupIds": [id]})));
    assert_eq!(gone.status, 200);
    assert_eq!(search(of_branch)["total"], 1);

    lab.put("/sandbox/world/devices", json!([{"name": "only one"}]));
    assert_eq!(page(0)["total"], 1);
    lab.post("/sandbox/reset", Value::Null);
    assert_eq!(lab.send("GET", "/whoami", None).status, 401, "a reset ends the sessions too");
}

#[test]
fn members_of_a_device_group_are_replaced() {
    let lab = Lab::new();
    let group = json!({"groupName": "C", "groupDescription": null, "deviceNames": "r1,r2"});
    assert_eq!(lab.post("/configuration_manager/devicegroup", group.clone())["status"], "ACTIVE");
    let again = lab.send("POST", "/configuration_manager/devicegroup", Some(group));
    assert_eq!(again.status, 400);
    let find = |name: &str| {
        let groups = lab.get("/configuration_manager/deviceGroups");
        let named = |group: &&Value| group["name"] == name;
        groups.as_array().unwrap().iter().find(named).cloned().unwrap_or_default()
    };
    assert_eq!(find("C")["devices"], json!(["r1", "r2"]));
    let id = find("C")["id"].as_str().unwrap().to_owned();
    let target = format!("/configuration_manager/deviceGroups/{id}");
    lab.put(&target, json!({"details": {"devices": ["r9"]}}));
    assert_eq!(find("C")["devices"], json!(["r9"]), "a PUT replaces the members");
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
    let spec = format!("/configuration_manager/config_specs/{spec}");
    lab.put(&spec, json!({"data": {"template": "ntp"}}));
    assert_eq!(lab.get(&spec)["template"], "ntp");
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
