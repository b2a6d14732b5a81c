//! `offer = search`: three tools in place of all the others, over both transports. What is called
//! through them is the real tool to everybody: to whoever agrees, checks, counts and writes down.

mod support;

use serde_json::{Value, json};
use support::http_server::HttpServer;
use support::scratch::Scratch;
use support::{Platform, StdioServer, modern};

/// A server with `offer = search` and further settings, over one of the transports, asked by the
/// stateless revision.
enum Server {
    Stdio(Box<StdioServer>),
    Http(HttpServer),
}

impl Server {
    fn request(&mut self, method: &str, params: Value) -> Value {
        match self {
            Self::Stdio(server) => server.request(method, params),
            Self::Http(server) => {
                let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
                let name = params["name"].as_str().unwrap_or_default();
                let mut headers =
                    vec![("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method)];
                if !name.is_empty() {
                    headers.push(("Mcp-Name", name));
                }
                server.post(&headers, &body).json()
            }
        }
    }

    fn tools(&mut self) -> Vec<Value> {
        let list = self.request("tools/list", modern(json!({})));
        list["result"]["tools"].as_array().expect("a list of tools").clone()
    }

    fn call(&mut self, name: &str, arguments: Value) -> Value {
        let params = modern(json!({"name": name, "arguments": arguments}));
        self.request("tools/call", params)["result"].clone()
    }

    /// Calls a tool through the one that calls.
    fn through(&mut self, name: &str, arguments: Value) -> Value {
        self.call("call_tool", json!({"name": name, "arguments": arguments}))
    }

    /// The names that are found.
    fn found(&mut self, arguments: Value) -> Vec<String> {
        let result = self.call("find_tools", arguments);
        let found = result["structuredContent"]["result"].as_array();
        let found = found.unwrap_or_else(|| panic!("{result}"));
        found.iter().map(|tool| tool["name"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

fn over_both(settings: &[(&str, &str)], test: impl Fn(&mut Server, &Platform)) {
    for http in [false, true] {
        let platform = Platform::start();
        let mut server = start(&platform, settings, http);
        test(&mut server, &platform);
    }
}

fn start(platform: &Platform, settings: &[(&str, &str)], http: bool) -> Server {
    let mut env = platform.env();
    for (key, value) in [("offer", "search")].iter().chain(settings) {
        let name = format!("ITENTIAL_MCP_SERVER_{}", key.to_uppercase());
        env.push((name, (*value).to_owned()));
    }
    if http {
        Server::Http(HttpServer::start(&env, &["--transport", "http"]))
    } else {
        Server::Stdio(Box::new(StdioServer::start(&env, &[])))
    }
}

fn text(result: &Value) -> &str {
    result["content"][0]["text"].as_str().unwrap_or_default()
}

#[test]
fn three_tools_are_listed_and_introduced() {
    over_both(&[], |server, _| {
        let tools = server.tools();
        let names: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
        assert_eq!(names, ["find_tools", "describe_tool", "call_tool"]);
        let hints = |at: usize| &tools[at]["annotations"];
        assert_eq!(
            (&hints(0)["readOnlyHint"], &hints(1)["readOnlyHint"]),
            (&json!(true), &json!(true))
        );
        // Whatever is called, it is no worse than this.
        assert_eq!(hints(2)["readOnlyHint"], false);
        assert_eq!(hints(2)["destructiveHint"], true);
        assert_eq!(hints(2)["openWorldHint"], true);
        let discovered = server.request("server/discover", modern(json!({})));
        let told = discovered["result"]["instructions"].as_str().expect("instructions");
        for word in names.iter().chain(&["workflows and jobs", "start_workflow"]) {
            assert!(told.contains(word), "{word}: {told}");
        }
    });
}

/// What a model looks for, and what it must find among the first three.
const SEARCHES: &[(&str, &str)] = &[
    ("failed jobs", "get_jobs"),
    ("list network devices", "get_devices"),
    ("start a workflow", "start_workflow"),
    ("back up the configuration of a device", "backup_device_configuration"),
    ("apply config to device", "apply_device_configuration"),
    ("run compliance", "run_compliance_plan"),
    ("agent tokens used", "get_agent_token_usage"),
    ("is the platform healthy", "get_health"),
    ("adapter restart", "restart_adapter"),
    ("CREATE INVENTORY", "create_inventory"),
    ("get_job", "get_jobs"),
    ("jinja2", "render_template"),
    ("opentofu", "get_services"),
    ("biggest project", "get_projects"),
];

#[test]
fn words_find_tools() {
    over_both(&[], |server, _| {
        for (words, wanted) in SEARCHES {
            let found = server.found(json!({"words": words, "limit": 3}));
            assert!(
                found.len() <= 3 && found.iter().any(|name| name == wanted),
                "{words}: {found:?}"
            );
        }
        let result = server.call("find_tools", json!({"words": "device", "limit": 2}));
        let content = &result["structuredContent"];
        assert_eq!(content["result"].as_array().map(Vec::len), Some(2), "{result}");
        assert!(
            content["note"].as_str().is_some_and(|note| note.starts_with("The best 2 of")),
            "{result}"
        );
        let result = server.call("find_tools", json!({"words": "start_workflow", "limit": 1}));
        let first = &result["structuredContent"]["result"][0];
        assert_eq!(first["area"], "operations_manager");
        assert_eq!(first["effect"], "destructive");
        assert!(first["description"].as_str().is_some_and(|text| text.ends_with('.')), "{first}");
        let result = server.call("find_tools", json!({"words": "zzz qqq"}));
        assert_eq!(result["structuredContent"]["result"], json!([]));
        assert!(result["structuredContent"]["note"].is_string(), "{result}");
    });
}

#[test]
fn areas_are_shown_and_chosen() {
    over_both(&[], |server, _| {
        let result = server.call("find_tools", json!({}));
        let areas = result["structuredContent"]["result"].as_array().expect("areas");
        assert!(areas.len() > 8, "{result}");
        assert!(areas.iter().all(|area| area["name"].is_null() && area["area"].is_string()));
        let found = server.found(json!({"area": "adapters"}));
        assert_eq!(found, ["get_adapters", "start_adapter", "stop_adapter", "restart_adapter"]);
        assert_eq!(server.found(json!({"area": "adapters", "words": "list"})), ["get_adapters"]);
        let refused = server.call("find_tools", json!({"area": "adapter"}));
        assert!(text(&refused).contains("did you mean 'adapters'?"), "{refused}");
    });
}

#[test]
fn a_description_holds_all_that_a_list_would() {
    let platform = Platform::start();
    let mut whole = StdioServer::start(&platform.env(), &[]);
    whole.initialize("2025-11-25");
    let listed = whole.request("tools/list", json!({}));
    let listed = listed["result"]["tools"].as_array().expect("a list of tools");
    let mut server = start(&platform, &[], false);
    for tool in listed {
        let result = server.call("describe_tool", json!({"name": tool["name"]}));
        let described = &result["structuredContent"];
        for key in ["name", "description", "inputSchema", "annotations"] {
            assert_eq!(described[key], tool[key], "{} {key}", tool["name"]);
        }
        // And what the fields of the answer mean.
        let listed = tool["outputSchema"]["properties"].as_object();
        for property in listed.into_iter().flat_map(|properties| properties.keys()) {
            let output = &described["outputSchema"]["properties"];
            assert!(output.get(property).is_some(), "{} {property}", tool["name"]);
        }
    }
    let result = server.call("describe_tool", json!({"name": "get_adapters"}));
    let item = &result["structuredContent"]["outputSchema"]["properties"]["result"]["items"];
    let state = item["properties"]["state"]["description"].as_str().expect("it is described");
    assert!(state.starts_with("RUNNING, STOPPED"), "{state}");
    let refused = server.call("describe_tool", json!({"name": "get_job"}));
    assert_eq!(refused["isError"], true);
    assert!(text(&refused).contains("did you mean 'get_jobs'?"), "{refused}");
}

#[test]
fn a_call_through_is_the_call_itself() {
    over_both(&[], |server, _| {
        // Its own name is understood, too, in a client that knows it.
        let own = server.call("get_device_groups", json!({}));
        assert_eq!(own["isError"], false, "{own}");
        let calls = [
            json!({"name": "get_device_groups"}),
            json!({"name": "get_device_groups", "arguments": {}}),
            json!({"name": "get_device_groups", "arguments": null}),
            json!({"name": "get_device_groups", "arguments": "{}"}),
        ];
        for given in calls {
            assert_eq!(server.call("call_tool", given.clone()), own, "{given}");
        }
        let arguments =
            json!({"name": "get_devices", "arguments": {"name_contains": "ams", "limit": 2}});
        let nested = server.call("call_tool", arguments.clone());
        assert_eq!(nested["structuredContent"]["result"].as_array().map(Vec::len), Some(2));
        for given in [
            json!({"name": "get_devices", "name_contains": "ams", "limit": 2}),
            json!({"name": "get_devices", "arguments": "{\"name_contains\": \"ams\", \"limit\": 2}"}),
            json!(arguments.to_string()),
        ] {
            assert_eq!(server.call("call_tool", given.clone()), nested, "{given}");
        }
    });
}

#[test]
fn what_is_wrong_is_told_to_the_model() {
    over_both(&[], |server, platform| {
        for (given, says) in [
            (json!({"name": "get_jobbs", "arguments": {}}), "did you mean 'get_jobs'?"),
            (json!({"arguments": {}}), "'name' is required"),
            (json!({}), "'name' is required"),
            (json!({"name": "call_tool", "arguments": {"name": "get_jobs"}}), "no tool is called"),
            (json!({"name": "describe_job", "arguments": {}}), "'object_id' is required"),
            (json!({"name": "describe_job", "arguments": {"objekt_id": "1"}}), "'object_id'"),
        ] {
            let result = server.call("call_tool", given.clone());
            assert_eq!(result["isError"], true, "{given}: {result}");
            assert!(text(&result).contains(says), "{given}: {result}");
        }
        assert_eq!(platform.count("GET", "/operations-manager/jobs"), 0);
    });
}

#[test]
fn what_is_not_offered_is_neither_found_nor_called() {
    for settings in [
        [("exclude_tags", "adapters")].as_slice(),
        &[("include_tags", "configuration_manager,operations_manager")],
    ] {
        over_both(settings, |server, platform| {
            assert!(
                !server
                    .found(json!({"words": "restart adapter"}))
                    .contains(&"restart_adapter".into())
            );
            for (tool, given) in [
                ("find_tools", json!({"area": "adapters"})),
                ("describe_tool", json!({"name": "restart_adapter"})),
                ("call_tool", json!({"name": "restart_adapter", "arguments": {"name": "x"}})),
            ] {
                let result = server.call(tool, given);
                assert_eq!(result["isError"], true, "{tool}: {result}");
            }
            let params = modern(json!({"name": "restart_adapter", "arguments": {"name": "x"}}));
            assert_eq!(server.request("tools/call", params)["error"]["code"], -32602);
            assert!(platform.requests().iter().all(|r| r["path"] != "/health/adapters"));
        });
    }
}

#[test]
fn the_hints_of_the_one_that_calls_are_those_of_the_worst() {
    over_both(&[("read_only", "true")], |server, _| {
        assert_eq!(server.tools()[2]["annotations"]["readOnlyHint"], true);
        assert!(
            !server
                .found(json!({"words": "workflow", "limit": 50}))
                .contains(&"start_workflow".into())
        );
    });
    over_both(&[("no_destructive", "true")], |server, _| {
        let hints = server.tools()[2]["annotations"].clone();
        assert_eq!(
            (&hints["readOnlyHint"], &hints["destructiveHint"]),
            (&json!(false), &json!(false))
        );
    });
}

/// A call of a tool that interrupts something, by a client that can ask its user.
fn stop(given: Value) -> Value {
    let mut params = modern(json!({"name": "call_tool", "arguments": given}));
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({"elicitation": {}});
    params
}

#[test]
fn a_person_agrees_to_the_real_tool() {
    over_both(&[("confirm", "destructive")], |server, platform| {
        let reads = server.through("get_adapters", json!({}));
        assert_eq!(reads["isError"], false, "nobody is asked for a read: {reads}");
        let adapter = reads["structuredContent"]["result"].as_array().expect("adapters").iter();
        let adapter = adapter.clone().find(|a| a["state"] == "RUNNING").expect("one that runs");
        let given = json!({"name": "stop_adapter", "arguments": {"name": adapter["name"]}});
        let denied = server.call("call_tool", given.clone());
        assert!(text(&denied).contains("a person's agreement"), "{denied}");
        let stopped = |platform: &Platform| {
            platform.requests().iter().filter(|r| r["method"] == "PUT").count()
        };
        assert_eq!(stopped(platform), 0);

        let asked = server.request("tools/call", stop(given.clone()))["result"].clone();
        assert_eq!(asked["resultType"], "input_required", "{asked}");
        let question = &asked["inputRequests"]["confirm"]["params"]["message"];
        assert!(question.as_str().is_some_and(|q| q.contains("Run stop_adapter with")), "{asked}");
        let mut again = stop(given);
        again["requestState"] = asked["requestState"].clone();
        again["inputResponses"] =
            json!({"confirm": {"action": "accept", "content": {"value": true}}});
        let done = server.request("tools/call", again)["result"].clone();
        assert_eq!(done["structuredContent"]["state"], "STOPPED", "{done}");
        assert_eq!(stopped(platform), 1);
    });
}

#[test]
fn the_real_tool_is_written_down_and_counted() {
    for http in [false, true] {
        let platform = Platform::start();
        let scratch = Scratch::new();
        let file = scratch.path().join("audit.jsonl");
        let audit = file.to_str().expect("text");
        let settings = [("audit_file", audit), ("metrics", "true"), ("log_level", "info")];
        let mut server = start(&platform, &settings, http);
        server.through("get_device_groups", json!({}));
        server.through("describe_job", json!({"object_id": "none"}));
        server.call("call_tool", json!({"name": "no_such_tool"}));
        server.call("find_tools", json!({"words": "job"}));
        let written = std::fs::read_to_string(&file).expect("it was written");
        let lines: Vec<Value> =
            written.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let ended: Vec<&Value> = lines
            .iter()
            .filter(|line| !line["outcome"].is_null())
            .map(|line| &line["tool"])
            .collect();
        assert_eq!(
            ended,
            ["get_device_groups", "describe_job", "call_tool", "find_tools"],
            "{written}"
        );
        assert_eq!(
            lines.iter().find(|l| l["tool"] == "describe_job").expect("it")["arguments"],
            json!({"object_id": "none"})
        );
        if let Server::Http(server) = &server {
            let metrics = server.request("GET", "/metrics", &[], None).text();
            for counted in [
                "tool=\"get_device_groups\",role=\"\",outcome=\"ok\"",
                "tool=\"describe_job\",role=\"\",outcome=\"not_found\"",
            ] {
                assert!(metrics.contains(counted), "{metrics}");
            }
            assert!(server.served.log().contains("describe_job for local: failed"));
        }
    }
}

#[test]
fn a_long_call_through_becomes_the_task_that_the_real_tool_would() {
    const TASKS: &str = "io.modelcontextprotocol/tasks";
    over_both(&[], |server, _| {
        let discovered = server.request("server/discover", modern(json!({})));
        assert!(discovered["result"]["capabilities"]["extensions"][TASKS].is_object());
        let started = |server: &mut Server, wait: u64| {
            let data = json!({"device": "ams-access-sw-008"});
            let arguments = json!({"route_name": "backup-device", "data": data, "wait": wait});
            let given = json!({"name": "start_workflow", "arguments": arguments});
            let mut params = modern(json!({"name": "call_tool", "arguments": given}));
            params["_meta"]["io.modelcontextprotocol/clientCapabilities"] =
                json!({"extensions": {TASKS: {}}});
            server.request("tools/call", params)["result"].clone()
        };
        assert_eq!(started(server, 30)["resultType"], "task");
        assert_eq!(started(server, 0)["resultType"], "complete");
    });
}

#[test]
fn prompts_say_how_their_tools_are_called() {
    over_both(&[], |server, _| {
        let params = modern(json!({"name": "health_review"}));
        let prompt = server.request("prompts/get", params)["result"].clone();
        let text = prompt["messages"][0]["content"]["text"].as_str().expect("text");
        assert!(text.contains("get_health") && text.contains("call_tool"), "{text}");
    });
}
