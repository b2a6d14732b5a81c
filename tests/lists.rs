//! Lists as a model meets them: as much as it can read, with the way to the rest, by one mechanism
//! for every list tool. The names of the tests begin with the faults that they show.

mod support;

#[path = "platform_client/server.rs"]
#[allow(dead_code, reason = "each test file uses its part of it")]
mod scripted;

use serde_json::{Map, Value, json};
use support::{Platform, StdioServer, run, schema};

/// The longest answer by default.
const ANSWER_BYTES: usize = 60_000;

fn serve(platform: &Platform, arguments: &[&str]) -> StdioServer {
    let mut server = StdioServer::start(&platform.env(), arguments);
    server.initialize("2025-11-25");
    server
}

fn world(platform: &Platform, collection: &str, rows: &Value) {
    let (status, body) =
        platform.control("PUT", &format!("/sandbox/world/{collection}"), Some(rows));
    assert_eq!(status / 100, 2, "{body}");
    platform.control("DELETE", "/sandbox/requests", None);
}

/// The structured content of a call that succeeds.
fn told(server: &mut StdioServer, tool: &str, arguments: Value) -> Value {
    let result = server.call(tool, arguments);
    assert_eq!(result["isError"], false, "{tool}: {result}");
    result["structuredContent"].clone()
}

fn items(content: &Value) -> &Vec<Value> {
    let list = |value: &'_ Value| value.is_array();
    let found = content.as_object().expect("an object").values().find(|value| list(value));
    found.and_then(Value::as_array).unwrap_or_else(|| panic!("no list in {content}"))
}

fn note(content: &Value) -> &str {
    content["note"].as_str().unwrap_or_default()
}

/// What a call that fails says.
fn refused(server: &mut StdioServer, tool: &str, arguments: Value) -> String {
    let result = server.call(tool, arguments);
    assert_eq!(result["isError"], true, "{tool}: {result}");
    result["content"][0]["text"].as_str().expect("a text").to_owned()
}

fn device(number: usize) -> Value {
    let ostype = ["cisco-ios", "cisco-nx", "juniper-junos"][number % 3];
    let host = if number < 1500 { "AutomationGateway" } else { "NSO" };
    json!({"name": format!("switch-{number:04}"), "host": host, "device-type": "network_cli",
        "status": null, "ipaddress": format!("10.0.{}.{}", number / 250, number % 250),
        "port": 22, "ostype": ostype, "origins": [host]})
}

fn devices(count: usize) -> Value {
    (0..count).map(device).collect()
}

#[test]
fn m3_a_long_list_is_cut_to_what_a_model_can_read_and_says_how_to_go_on() {
    let platform = Platform::start();
    let mut server = serve(&platform, &[]);
    world(&platform, "devices", &devices(2000));
    let whole = server.call("get_devices", json!({}));
    assert!(whole.to_string().len() < ANSWER_BYTES, "{} bytes", whole.to_string().len());
    let content = &whole["structuredContent"];
    assert_eq!(items(content).len(), 100);
    assert_eq!(content["total"], 2000);
    assert!(note(content).contains("first 100 of 2000; next: offset=100"), "{content}");
    for way in ["name_contains", "ostype", "adapter"] {
        assert!(note(content).contains(way), "{}", note(content));
    }
    let text = whole["content"].as_array().expect("a list").iter();
    assert!(text.clone().any(|part| part["text"] == content["note"]), "the text says it, too");
    // Only what is needed was fetched.
    assert_eq!(platform.count("POST", "/configuration_manager/devices"), 1);

    // Every page, by the notes alone.
    let mut seen: Vec<Value> = Vec::new();
    loop {
        let content = told(&mut server, "get_devices", json!({"offset": seen.len(), "limit": 400}));
        assert!(content.to_string().len() < ANSWER_BYTES);
        seen.extend(items(&content).iter().map(|device| device["name"].clone()));
        if !note(&content).contains("next: offset=") {
            break;
        }
        assert!(note(&content).contains(&format!("next: offset={}", seen.len())), "{content}");
    }
    let every: Vec<Value> = (0..2000).map(|n| json!(format!("switch-{n:04}"))).collect();
    assert_eq!(seen, every);
    let beyond = told(&mut server, "get_devices", json!({"offset": 2000}));
    assert!(items(&beyond).is_empty());
    assert!(note(&beyond).contains("2000"), "{beyond}");
}

#[test]
fn m3_an_explicit_limit_is_honoured_up_to_the_bytes_of_an_answer() {
    let platform = Platform::start();
    let mut server = serve(&platform, &[]);
    world(&platform, "devices", &devices(2000));
    let few = told(&mut server, "get_devices", json!({"limit": 150, "fields": ["name"]}));
    assert_eq!(items(&few).len(), 150);
    let result = server.call("get_devices", json!({"limit": 2000}));
    let bytes = result.to_string().len();
    assert!(bytes <= ANSWER_BYTES, "{bytes}");
    // As many whole records as fit.
    assert!(bytes > ANSWER_BYTES * 9 / 10, "{bytes}");
    let content = &result["structuredContent"];
    let shown = items(content).len();
    assert!(items(content).iter().all(|device| device["origins"].is_array()));
    let next = format!("first {shown} of 2000; next: offset={shown}");
    assert!(note(content).contains(&next), "{}", note(content));
    let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().expect("text"))
        .expect("whole records");
    assert_eq!(&text, &content["result"]);
}

#[test]
fn m3_one_record_that_is_too_long_is_shown_and_cut_with_a_mark() {
    let platform = Platform::start();
    for format in ["json", "toon"] {
        let mut server = serve(&platform, &["--response-format", format]);
        let mut row = device(1);
        row["notes"] = json!("é\"\\".repeat(50_000));
        world(&platform, "devices", &json!([row, device(2)]));
        let result = server.call("get_devices", json!({}));
        assert!(result.to_string().len() <= ANSWER_BYTES, "{}", result.to_string().len());
        let content = &result["structuredContent"];
        assert_eq!(items(content).len(), 1);
        assert_eq!(items(content)[0]["name"], "switch-0001");
        let notes = items(content)[0]["notes"].as_str().expect("a text stays one");
        assert!(notes.ends_with("…[cut]") && notes.starts_with('é'), "{notes}");
        for said in ["first 1 of 2; next: offset=1", "notes: the first", "of 200000 bytes"] {
            assert!(note(content).contains(said), "{said}: {}", note(content));
        }
    }
}

#[test]
fn m3_what_is_no_list_is_cut_by_whole_records_and_says_so() {
    let platform = Platform::start();
    let mut server = serve(&platform, &[]);
    let task = |n: usize| json!({"name": format!("task {n}"), "status": "complete", "summary": "x".repeat(500)});
    let tasks: Map<String, Value> = (0..400).map(|n| (format!("t{n:03}"), task(n))).collect();
    let job = json!({"_id": "long", "name": "Long", "status": "error", "tasks": tasks,
        "error": [{"task": "t001", "message": "it broke"}], "metrics": {"start_time": 1}});
    world(&platform, "jobs", &json!([job]));
    let result = server.call("describe_job", json!({"object_id": "long"}));
    assert!(result.to_string().len() <= ANSWER_BYTES, "{}", result.to_string().len());
    let content = &result["structuredContent"];
    assert_eq!(content["status"], "error");
    assert!(note(content).contains("Cut to 60000 bytes"), "{}", note(content));
    let list = server.request("tools/list", json!({}))["result"]["tools"].clone();
    let tool = list.as_array().expect("tools").iter().find(|tool| tool["name"] == "describe_job");
    schema::satisfies(&tool.expect("a tool")["outputSchema"], content, "describe_job");
}

#[test]
fn m3_settings_and_the_command_line_say_how_much_is_shown() {
    let platform = Platform::start();
    let mut few = serve(&platform, &["--max-items", "5"]);
    world(&platform, "devices", &devices(300));
    let content = told(&mut few, "get_devices", json!({}));
    assert_eq!(items(&content).len(), 5);
    assert!(note(&content).contains("first 5 of 300; next: offset=5"), "{content}");
    let mut short = serve(&platform, &["--max-answer-bytes", "2000"]);
    let result = short.call("get_devices", json!({}));
    assert!(result.to_string().len() <= 2000, "{result}");
    let mut full = serve(&platform, &["--full"]);
    let content = told(&mut full, "get_devices", json!({}));
    assert_eq!(items(&content).len(), 300);
    assert_eq!(note(&content), "");
    let (code, output, errors) = run(&platform.env(), &["call", "get_devices"]);
    assert_eq!((code, errors.as_str()), (0, ""));
    let printed: Value = serde_json::from_str(&output).expect("JSON alone");
    assert_eq!(printed.as_array().map(Vec::len), Some(300));
}

/// A list tool that needs no argument, and all it shows.
fn lists(server: &mut StdioServer) -> Vec<(String, Vec<Value>)> {
    let tools = server.request("tools/list", json!({}))["result"]["tools"].clone();
    let mut lists = Vec::new();
    for tool in tools.as_array().expect("tools") {
        let input = &tool["inputSchema"];
        if input["properties"]["count_by"].is_object() && input.get("required").is_none() {
            for name in ["limit", "offset", "fields"] {
                assert!(input["properties"][name].is_object(), "{tool}");
            }
            for name in ["note", "total"] {
                assert!(tool["outputSchema"]["properties"][name].is_object(), "{tool}");
            }
            let name = tool["name"].as_str().expect("a name").to_owned();
            let all = told(server, &name, json!({"limit": 100_000}));
            lists.push((name, items(&all).clone()));
        }
    }
    lists
}

#[test]
fn e4_every_list_has_a_limit_an_offset_fields_and_counts() {
    let platform = Platform::start();
    let mut server = serve(&platform, &["--max-answer-bytes", "64000000"]);
    let lists = lists(&mut server);
    assert!(lists.len() >= 20, "{}", lists.len());
    for (tool, all) in lists {
        let mut get = |arguments: Value| told(&mut server, &tool, arguments);
        let one = get(json!({"limit": 1}));
        assert_eq!(items(&one)[..], all[..1], "{tool}");
        if all.len() > 1 {
            let next = format!("first 1 of {}; next: offset=1", all.len());
            assert!(note(&one).contains(&next), "{tool}: {}", note(&one));
            assert_eq!(one["total"], all.len(), "{tool}");
        }
        let second = get(json!({"limit": 2, "offset": 1}));
        assert_eq!(items(&second)[..], all[1..all.len().min(3)], "{tool}");
        let field = all[0].as_object().and_then(|item| item.keys().next()).expect("a field");
        let narrow = get(json!({"fields": [field]}));
        for (item, whole) in items(&narrow).iter().zip(&all) {
            assert_eq!(item, &json!({field: whole[field]}), "{tool}");
        }
        let counts = get(json!({"count_by": field, "limit": 100_000}));
        let sum: u64 = items(&counts).iter().filter_map(|row| row["count"].as_u64()).sum();
        assert_eq!(sum, all.len() as u64, "{tool}: {counts}");
        let wrong = refused(&mut server, &tool, json!({"fields": [format!("{field}x")]}));
        assert!(wrong.contains(&format!("did you mean '{field}'?")), "{tool}: {wrong}");
        let wrong = refused(&mut server, &tool, json!({"count_by": "no such field"}));
        assert!(wrong.contains("no field is called 'no such field'"), "{tool}: {wrong}");
    }
}

#[test]
fn e4_devices_are_chosen_and_counted() {
    let platform = Platform::start();
    let mut server = serve(&platform, &[]);
    world(&platform, "devices", &devices(2000));
    let mut get = |arguments: Value| told(&mut server, "get_devices", arguments);
    let counts = get(json!({"count_by": "ostype"}));
    assert_eq!(
        items(&counts)[..],
        [
            json!({"ostype": "cisco-ios", "count": 667}),
            json!({"ostype": "cisco-nx", "count": 667}),
            json!({"ostype": "juniper-junos", "count": 666}),
        ]
    );
    assert!(note(&counts).contains("2000 counted by ostype"), "{counts}");
    // A filter counts what it leaves; both spellings name one field.
    for field in ["deviceType", "device-type", "device_type"] {
        let counts = get(json!({"count_by": field, "adapter": "nso"}));
        assert_eq!(items(&counts).len(), 1, "{counts}");
        assert_eq!(items(&counts)[0]["count"], 500, "{counts}");
    }
    let two = get(json!({"ostype": ["cisco-nx", "JUNIPER-JUNOS"], "limit": 3}));
    assert_eq!(two["total"], 1333);
    assert!(items(&two).iter().all(|device| device["ostype"] != "cisco-ios"));
    let unknown = get(json!({"ostype": "cisco_ios"}));
    assert!(items(&unknown).is_empty());
    let there = "there is: cisco-ios, cisco-nx, juniper-junos";
    assert!(note(&unknown).contains(there), "{unknown}");
    for tool in ["get_adapters", "get_applications"] {
        let all = told(&mut server, tool, json!({"count_by": "state"}));
        for row in items(&all) {
            let state = row["state"].as_str().expect("a state").to_lowercase();
            let some = told(&mut server, tool, json!({"state": state}));
            assert_eq!(items(&some).len() as u64, row["count"], "{tool} {state}");
        }
    }
}

fn job(number: usize, status: &str, started: u64) -> Value {
    json!({"_id": format!("job-{number}"), "name": format!("Workflow {}", number % 4),
        "status": status, "metrics": {"start_time": started, "end_time": started + 60_000}})
}

const JOBS: &str = "/operations-manager/jobs";

#[test]
fn m4_e3_jobs_are_found_by_status_name_and_time_the_newest_first() {
    let platform = Platform::start();
    let mut server = serve(&platform, &[]);
    // 2025-09-04T16:00:00Z, then every minute one; kept in no order.
    let rows: Value = (0..400)
        .map(|n| (n * 37) % 400)
        .map(|n| {
            job(n, ["complete", "error", "running"][n % 3], 1_757_001_600_000 + n as u64 * 60_000)
        })
        .collect();
    world(&platform, "jobs", &rows);
    let mut get = |arguments: Value| told(&mut server, "get_jobs", arguments);
    let failed = get(json!({"status": "error", "limit": 1}));
    let newest = &items(&failed)[0];
    assert_eq!(newest["_id"], "job-397");
    assert_eq!(newest["object_id"], "job-397");
    assert_eq!(newest["name"], "Workflow 1");
    assert_eq!(newest["start_time"], "2025-09-04T22:37:00Z");
    assert_eq!(newest["end_time"], "2025-09-04T22:38:00Z");
    assert_eq!(failed["total"], 133);
    let ids = |content: &Value| -> Vec<String> {
        items(content).iter().map(|job| job["_id"].as_str().expect("an id").to_owned()).collect()
    };
    let newest = get(json!({}));
    let wanted: Vec<String> = (300..400).rev().map(|n| format!("job-{n}")).collect();
    assert_eq!(ids(&newest), wanted);
    assert_eq!(newest["total"], 400);
    let named = get(json!({"name": "Workflow 2", "status": ["complete", "ERROR"], "limit": 2}));
    assert_eq!(ids(&named), ["job-394", "job-390"]);
    let between = json!({"started_after": "2025-09-04T16:10:00Z",
        "started_before": "2025-09-04T16:12:00Z", "name_contains": "WORKFLOW"});
    assert_eq!(ids(&get(between)), ["job-12", "job-11", "job-10"]);
    let counts = get(json!({"count_by": "status"}));
    assert_eq!(items(&counts)[0], json!({"status": "complete", "count": 134}));
    let wrong = refused(&mut server, "get_jobs", json!({"started_after": "yesterday"}));
    assert!(wrong.contains("'started_after' must be a date or time like"), "{wrong}");
}

#[test]
fn t13_e3_what_the_platform_ignores_is_done_here_before_anything_is_cut() {
    let platform = Platform::start();
    let mut server = serve(&platform, &[]);
    told(&mut server, "get_adapters", json!({}));
    // The oldest first, with every status and name, whatever is asked.
    let rows: Vec<Value> = (0..40)
        .map(|n| {
            job(n, if n == 7 || n == 31 { "error" } else { "complete" }, 1000 * (n as u64 + 1))
        })
        .collect();
    let ignores = json!([{"match": {"path": JOBS}, "times": 100,
        "replace": {"data": rows, "metadata": {"total": 40}}}]);
    platform.faults(ignores);
    let mut get = |arguments: Value| told(&mut server, "get_jobs", arguments);
    let found = get(json!({"name": "Workflow 3", "limit": 2}));
    let ids: Vec<&Value> = items(&found).iter().map(|job| &job["_id"]).collect();
    assert_eq!(ids, ["job-39", "job-35"]);
    assert_eq!(found["total"], 10);
    let found = get(json!({"status": "error", "limit": 1}));
    assert_eq!(items(&found)[0]["_id"], "job-31");
    assert_eq!(found["total"], 2);
    assert_eq!(items(&get(json!({"limit": 1})))[0]["_id"], "job-39");
}

#[test]
fn t22_a_completion_asks_for_the_newest_jobs_alone() {
    let platform = Platform::start();
    let mut server = serve(&platform, &[]);
    let rows: Value = (0..20_000).map(|n| job(n, "complete", 1000 * (n as u64 + 1))).collect();
    world(&platform, "jobs", &rows);
    let prompts = server.request("prompts/list", json!({}))["result"]["prompts"].clone();
    let (prompt, argument) = prompts
        .as_array()
        .expect("prompts")
        .iter()
        .find_map(|prompt| {
            let arguments = prompt["arguments"].as_array()?.iter();
            let mut names = arguments.filter_map(|argument| argument["name"].as_str());
            let name = names.find(|name| name.contains("job"))?;
            Some((prompt["name"].clone(), name.to_owned()))
        })
        .expect("a prompt about a job");
    let completed = server.request(
        "completion/complete",
        json!({"ref": {"type": "ref/prompt", "name": prompt},
            "argument": {"name": argument, "value": "job-"}}),
    );
    let values = completed["result"]["completion"]["values"].as_array().expect("values").clone();
    assert_eq!(values.len(), 100, "{completed}");
    assert!(values.contains(&json!("job-19999")) && !values.contains(&json!("job-0")));
    assert_eq!(platform.count("GET", JOBS), 1);
}

#[test]
fn m5_an_empty_answer_says_what_there_is() {
    let platform = Platform::start();
    let mut server = serve(&platform, &[]);
    for (tool, arguments, says) in [
        ("get_task_metrics_for_app", json!({"name": "WorkflowEngine"}), "WorkFlowEngine"),
        ("get_services", json!({"cluster": "cluster_est"}), "cluster"),
        ("get_sessions", json!({"agent_name": "Net Agen"}), "Net Agent"),
        ("get_agent_token_usage", json!({"agent_name": "nobody"}), "Net Agent"),
        ("get_agent_session_token_usage", json!({"agent_name": "nobody"}), "Net Agent"),
        ("get_job_metrics_for_workflow", json!({"name": "no such workflow"}), "there is: "),
        ("get_jobs", json!({"name": "Backup Devise"}), "Backup Device"),
        ("get_jobs", json!({"status": "errored"}), "error"),
        ("get_projects", json!({"name_contains": "Campos"}), "Campus Refresh"),
        ("get_integrations", json!({"model": "no such model"}), "there is: "),
    ] {
        let content = told(&mut server, tool, arguments);
        assert!(items(&content).is_empty(), "{tool}: {content}");
        let said = note(&content);
        assert!(said.contains("there is: ") && said.contains(says), "{tool}: {said}");
    }
    // What each filter finds for itself is not told as missing.
    let both = json!({"status": "running", "started_after": "2099-01-01"});
    let content = told(&mut server, "get_jobs", both);
    assert!(items(&content).is_empty() && !note(&content).contains("No status"), "{content}");
    // A word in another case is understood.
    let endpoints = told(&mut server, "get_triggers", json!({"type": "Endpoint"}));
    assert!(items(&endpoints).iter().all(|trigger| trigger["type"] == "endpoint"));
    assert!(!items(&endpoints).is_empty());
    let failed = told(&mut server, "get_jobs", json!({"status": "ERROR"}));
    assert!(!items(&failed).is_empty());
    world(&platform, "jobs", &json!([]));
    let none = told(&mut server, "get_jobs", json!({"status": "error"}));
    assert!(note(&none).contains("There are none"), "{none}");
}

#[test]
fn t17_a_list_that_is_answered_by_an_error_tells_it_in_the_platforms_words() {
    let platform = Platform::start();
    let mut server = serve(&platform, &[]);
    told(&mut server, "get_devices", json!({"limit": 1}));
    let words = "the license of this platform has expired";
    for (tool, path) in [
        ("get_device_groups", "/configuration_manager/deviceGroups"),
        ("get_golden_config_trees", "/configuration_manager/configs"),
        ("get_command_templates", "/mop/listTemplates"),
        ("get_adapters", "/health/adapters"),
        ("get_triggers", "/operations-manager/triggers"),
        ("get_jobs", JOBS),
    ] {
        let answer = json!({"message": "Failed", "error": {"message": words}, "data": null});
        platform.faults(json!([{"match": {"path": path}, "times": 9, "replace": answer}]));
        let said = refused(&mut server, tool, json!({}));
        assert!(said.contains(words), "{tool}: {said}");
    }
}

/// A platform with more triggers than any list may hold, where the sandbox has no room for them.
#[test]
fn t21_a_list_that_was_cut_while_it_was_read_says_so() {
    const ALL: usize = 100_001;
    let platform = scripted::Server::start(|request| {
        let number = |name| request.query(name).and_then(|n| n.parse().ok()).unwrap_or(0usize);
        let (skip, end) = (number("skip"), (number("skip") + number("limit")).min(ALL));
        let trigger = |n: usize| {
            json!({"_id": format!("t{n}"), "name": format!("n{n}"), "type": "endpoint",
                "enabled": true, "actionId": "a", "routeName": format!("r{n}")})
        };
        let of_agents = request.query("equals") == Some("agents");
        let automation = json!({"_id": "a", "name": "A", "componentId": "w", "componentName": "W",
            "componentType": if of_agents { "agents" } else { "workflows" }});
        let integration = |n: usize| json!({"data": {"name": format!("i{n}"), "model": "m"}});
        let answer = match request.path() {
            "/operations-manager/triggers" => {
                let data: Vec<Value> = (skip..end).map(trigger).collect();
                json!({"data": data, "metadata": {"total": ALL}})
            }
            "/integrations" => {
                let results: Vec<Value> = (skip..end).map(integration).collect();
                json!({"results": results, "total": ALL})
            }
            _ => json!({"data": [automation], "metadata": {"total": 1}}),
        };
        scripted::json(200, &answer.to_string())
    });
    let env = [
        ("ITENTIAL_MCP_PLATFORM_HOST", "127.0.0.1".to_owned()),
        ("ITENTIAL_MCP_PLATFORM_PORT", platform.address.port().to_string()),
        ("ITENTIAL_MCP_PLATFORM_DISABLE_TLS", "true".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let mut server = StdioServer::start(&env, &[]);
    server.initialize("2025-11-25");
    for (tool, arguments) in [
        ("get_workflows", json!({"limit": 1})),
        ("get_agents", json!({"limit": 1})),
        ("get_triggers", json!({"name_contains": "n1", "limit": 1})),
        ("get_integrations", json!({"name_contains": "i1", "limit": 1})),
    ] {
        let content = told(&mut server, tool, arguments);
        assert!(note(&content).contains("Only the first 100000 were read"), "{tool}: {content}");
    }
    for tool in ["get_triggers", "get_integrations"] {
        let content = told(&mut server, tool, json!({"limit": 1}));
        assert!(note(&content).contains("first 1 of 100001; next: offset=1"), "{content}");
    }
}

#[test]
fn e5_a_workflow_is_shown_with_its_own_name_and_its_project() {
    let platform = Platform::start();
    let mut server = serve(&platform, &[]);
    let all = told(&mut server, "get_workflows", json!({"limit": 1000}));
    let backup = items(&all).iter().find(|w| w["route_name"] == "backup-device").expect("a route");
    assert_eq!(backup["name"], "Backup via API");
    assert_eq!(backup["workflow"], "Backup Device");
    assert_eq!(backup["description"], "Runs Backup Device");
    let part = told(&mut server, "get_workflows", json!({"workflow": "backup dev"}));
    assert!(items(&part).iter().any(|w| w["route_name"] == "backup-device"));
    // One whose automation says the workflow's name, and one where only its id is known.
    let campus = "64f0a1b2c3d4e5f601234567";
    let scoped = format!("@{campus}: Port Turn Up");
    let automation = |id: &str, name: Option<&str>| {
        json!({"_id": id, "name": id, "componentType": "workflows",
            "componentId": "77f100000000000000000006", "componentName": name})
    };
    let trigger = |id: &str| {
        json!({"_id": id, "name": format!("route {id}"), "type": "endpoint", "enabled": true,
            "actionId": id, "routeName": id})
    };
    world(
        &platform,
        "automations",
        &json!([automation("a", Some(&scoped)), automation("b", None)]),
    );
    world(&platform, "triggers", &json!([trigger("a"), trigger("b")]));
    let own = told(&mut server, "get_workflows", json!({"project": "Campus Refresh"}));
    assert_eq!(items(&own).len(), 2, "{own}");
    for workflow in items(&own) {
        assert_eq!(workflow["workflow"], "Port Turn Up");
    }
}

#[test]
fn e8_a_schedule_is_shown_with_its_times() {
    let platform = Platform::start();
    let mut server = serve(&platform, &[]);
    let schedule = json!({"_id": "s", "name": "Nightly", "type": "schedule", "enabled": true,
        "actionId": "a", "firstRunAt": 1_757_004_595_716_i64, "nextRunAt": 1_757_090_995_716_i64,
        "repeatInterval": 86_400_000, "repeatUnit": "day", "repeatFrequency": 1,
        "timezone": "Europe/Amsterdam", "processMissedRuns": "none",
        "lastExecuted": 1_757_004_595_716_i64, "formData": {"site": "ams"}});
    let endpoint = json!({"_id": "e", "name": "Nightly route", "type": "endpoint", "enabled": true,
        "actionId": "a", "routeName": "r"});
    world(&platform, "triggers", &json!([endpoint, schedule]));
    let content = told(&mut server, "get_triggers", json!({"name_contains": "NIGHT"}));
    assert_eq!(items(&content)[0]["schedule"], Value::Null);
    let shown = &items(&content)[1];
    assert_eq!(shown["last_executed"], "2025-09-04T16:49:55Z");
    assert_eq!(
        shown["schedule"],
        json!({"first_run": "2025-09-04T16:49:55Z", "next_run": "2025-09-05T16:49:55Z",
            "interval_ms": 86_400_000, "repeat": "every 1 day", "time_zone": "Europe/Amsterdam",
            "missed_runs": "none", "input": {"site": "ams"}})
    );
}
