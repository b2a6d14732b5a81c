//! How tools of `[tool:NAME]` sections are listed and called.

use std::process::Command;

use serde_json::{Value, json};

use super::support::{Platform, modern, program, run};
use super::{BACKUP, Bound, FACTS, names, text};

#[test]
fn the_input_of_a_tool_is_what_its_automation_or_service_takes() {
    let mut bound = Bound::start(&format!("[server]\ninclude_tags = bindings\n{BACKUP}{FACTS}"));
    let tools = bound.tools();
    assert_eq!(names(&tools), ["backup_router", "facts"]);
    let [backup, facts] = [&tools[0], &tools[1]];
    assert_eq!(backup["title"], "Backup Router");
    let schema = &backup["inputSchema"];
    assert_eq!(schema["required"], json!(["device"]), "{schema}");
    assert_eq!(schema["properties"]["devices"]["type"], "array", "{schema}");
    assert_eq!(schema["properties"]["vlan_id"]["type"], "integer", "{schema}");
    assert_eq!(facts["inputSchema"]["properties"]["device"]["type"], "string");
    let hints = json!({"readOnlyHint": false, "destructiveHint": true, "openWorldHint": true});
    for tool in [backup, facts] {
        assert_eq!(tool["annotations"], hints);
        assert_eq!(tool["outputSchema"]["type"], "object");
        assert!(tool["description"].as_str().is_some_and(|text| !text.is_empty()), "{tool}");
    }
}

#[test]
fn what_its_section_says_of_a_tool_counts() {
    let mut bound = Bound::start(&format!(
        "[server]\ninclude_tags = y\n{BACKUP}description = Save a configuration.\ntitle = Save It\n\
         tags = x , y\nread_only = true\n"
    ));
    let tools = bound.tools();
    assert_eq!(names(&tools), ["backup_router"]);
    assert_eq!(tools[0]["description"], "Save a configuration.");
    assert_eq!(tools[0]["title"], "Save It");
    assert_eq!(tools[0]["annotations"]["readOnlyHint"], true);
}

#[test]
fn a_call_starts_the_automation_whatever_form_its_arguments_have() {
    let mut bound = Bound::start(BACKUP);
    for arguments in [
        json!({"device": "r1"}),
        json!({"data": {"device": "r1"}}),
        json!({"data": "{\"device\": \"r1\"}"}),
        json!({"device": "r1", "devices": "[\"a\", \"b\"]", "vlan_id": "7"}),
    ] {
        let answer = bound.server.call("backup_router", arguments.clone());
        assert_eq!(answer["isError"], false, "{arguments}: {answer}");
        let job = &answer["structuredContent"];
        assert_eq!(job["variables"]["device"], "r1", "{answer}");
        assert!(job["object_id"].is_string() && job.get("result").is_none(), "{answer}");
        if arguments.get("vlan_id").is_some() {
            assert_eq!(job["variables"]["vlan_id"], 7);
            assert_eq!(job["variables"]["devices"], json!(["a", "b"]));
        }
    }
    let refused = bound.server.call("backup_router", json!({"vlan_id": "many"}));
    assert_eq!(refused["isError"], true);
    for part in ["device", "vlan_id"] {
        assert!(text(&refused).contains(part), "{refused}");
    }
    // Nothing but the one start is asked of the platform for each call.
    let starts =
        bound.platform.count("POST", "/operations-manager/triggers/endpoint/backup-device");
    assert_eq!(starts, 4);
    let lists = bound.platform.count("GET", "/operations-manager/automations");
    assert!(lists <= 2, "looked up for each call: {lists} lists");
}

#[test]
fn an_automation_that_takes_nothing_is_started_without_a_body() {
    let mut bound = Bound::start(
        "[tool:collect]\ntype = endpoint\nname = Inventory\nautomation = Collect Inventory\n",
    );
    let schema = bound.tool("collect").expect("it is listed")["inputSchema"].clone();
    assert_eq!(schema["properties"]["data"]["type"], "object", "{schema}");
    assert!(schema.get("required").is_none(), "{schema}");
    for arguments in [json!({}), json!({"data": null}), json!({"data": {"x": 1}})] {
        let answer = bound.server.call("collect", arguments.clone());
        assert_eq!(answer["isError"], false, "{arguments}: {answer}");
    }
    let path = "/operations-manager/triggers/endpoint/inventory";
    let starts: Vec<Value> =
        bound.platform.requests().into_iter().filter(|request| request["path"] == path).collect();
    let bodies: Vec<&Value> = starts.iter().map(|request| &request["body"]).collect();
    assert_eq!(bodies, [&Value::Null, &Value::Null, &json!({"x": 1})]);
}

#[test]
fn a_service_runs_on_the_cluster_of_its_section() {
    let mut bound = Bound::start(FACTS);
    for arguments in [json!({"device": "r1"}), json!({"input_params": {"device": "r1"}})] {
        let answer = bound.server.call("facts", arguments);
        let result = &answer["structuredContent"];
        assert_eq!(result["return_code"], 0, "{answer}");
        assert!(result["stdout"].is_object(), "{answer}");
    }
    let ran = bound.platform.requests();
    let ran: Vec<&Value> = ran
        .iter()
        .filter(|request| request["path"] == "/gateway_manager/v1/services/run")
        .collect();
    assert_eq!(ran.len(), 2);
    assert!(ran.iter().all(|request| request["body"]["clusterId"] == "dc-west"), "{ran:?}");
}

#[test]
fn commands_know_the_tools_of_the_configuration() {
    let platform = Platform::start();
    let scratch = super::Scratch::new();
    let file = scratch.write("mcp.conf", format!("{BACKUP}tags = own\n"));
    let (code, out, said) = run(
        &platform.env(),
        &["--config", &file, "call", "backup_router", "--params", "{\"device\": \"r1\"}"],
    );
    assert_eq!(code, 0, "{said}");
    assert!(out.contains("\"device\": \"r1\""), "{out}");
    let (code, out, said) =
        run(&platform.env(), &["--config", &file, "tools", "--enabled", "--include-tags", "own"]);
    assert_eq!((code, said.as_str()), (0, ""));
    assert_eq!(out.lines().filter(|line| line.starts_with("backup_router ")).count(), 1, "{out}");
    let all = ["--config", &file, "tools", "--enabled", "--format", "markdown"];
    let (_, out, _) = run(&platform.env(), &all);
    assert!(out.contains("\n### `backup_router`\n") && out.contains("\"vlan_id\""), "{out}");
    let (_, out, _) = run(&platform.env(), &["--config", &file, "tags", "--enabled"]);
    assert!(["bindings", "own", "backup_router"].iter().all(|tag| out.lines().any(|l| l == *tag)));
    // Without --enabled the list is that of the built-in tools, as deployments count them.
    let (_, out, _) = run(&platform.env(), &["--config", &file, "tools"]);
    assert!(!out.contains("backup_router"), "{out}");
}

#[test]
fn a_started_automation_can_be_a_task() {
    let mut bound = Bound::start(BACKUP);
    let tasks = json!({"io.modelcontextprotocol/tasks": {}});
    let mut params = modern(json!({"name": "backup_router", "arguments": {"device": "r1"}}));
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({"extensions": tasks});
    let answer = bound.server.request("tools/call", params);
    assert_eq!(answer["result"]["resultType"], "task", "{answer}");
}

#[test]
fn a_tool_may_take_the_place_of_a_built_in_one_and_it_is_said() {
    let config = "[tool:get_jobs]\ntype = endpoint\nname = Backup via API\n\
                  automation = Backup Device\n";
    let mut bound = Bound::start(config);
    let tools = bound.tools();
    let own: Vec<&Value> = tools.iter().filter(|tool| tool["name"] == "get_jobs").collect();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["title"], "Get Jobs");
    assert_eq!(own[0]["inputSchema"]["required"], json!(["device"]));
    let check = check(&bound);
    assert!(check.contains("get_jobs") && check.contains("built-in"), "{check}");
}

/// What `config check` says.
fn check(bound: &Bound) -> String {
    let mut command: Command = program();
    let output = command
        .args(["--config", &bound.file, "config", "check"])
        .output()
        .expect("the program starts");
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}
