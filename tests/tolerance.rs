//! What clients and models send that is not quite right: understood where it can mean only one thing,
//! refused with the right value where it is a mistake, and always answered under the id it came with.
//!
//! Each test has the number of a fault that was found; everything goes over stdio and over HTTP.

mod support;

use serde_json::{Value, json};
use support::http_server::HttpServer;
use support::{Platform, StdioServer, modern};

const REVISION: &str = "2025-11-25";

/// A client of one transport, in a session of [`REVISION`].
enum Client {
    Stdio(Box<StdioServer>),
    Http { server: HttpServer, session: String },
}

impl Client {
    /// One of each.
    fn both(platform: &Platform) -> [Self; 2] {
        let mut stdio = StdioServer::start(&platform.env(), &[]);
        stdio.initialize(REVISION);
        let server = HttpServer::start(&platform.env(), &["--transport", "http"]);
        let session = server.session(REVISION);
        [Self::Stdio(Box::new(stdio)), Self::Http { server, session }]
    }

    /// The answer to a text that is sent as it is.
    fn say(&mut self, text: &str) -> Value {
        match self {
            Self::Stdio(server) => {
                server.write(format!("{text}\n").as_bytes());
                server.receive()
            }
            Self::Http { server, session } => {
                let headers = [
                    ("Accept", "application/json"),
                    ("Mcp-Session-Id", session),
                    ("MCP-Protocol-Version", REVISION),
                ];
                server.request("POST", "/mcp", &headers, Some(text)).json()
            }
        }
    }

    /// The result of a call, with arguments of any kind.
    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let params = json!({"name": tool, "arguments": arguments});
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let answer = self.say(&message.to_string());
        assert!(answer["result"].is_object(), "{tool} {arguments}: {answer}");
        answer["result"].clone()
    }

    /// What a call shows that is understood.
    fn shows(&mut self, tool: &str, arguments: &Value) -> Value {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], false, "{tool} {arguments}: {result}");
        result["structuredContent"].clone()
    }

    /// What a call that is refused is told.
    fn refused(&mut self, tool: &str, arguments: &Value) -> String {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], true, "{tool} {arguments}: {result}");
        result["content"][0]["text"].as_str().expect("a text").to_owned()
    }
}

/// Writes that reached the platform, but for logging in.
fn writes(platform: &Platform) -> Vec<String> {
    let all = platform.requests();
    let writes =
        all.iter().filter(|request| request["method"] != "GET" && request["path"] != "/login");
    writes.map(ToString::to_string).collect()
}

/// What is announced nowhere is refused, though no schema says so.
#[test]
fn m1_arguments_that_are_not_announced_are_refused() {
    let platform = Platform::start();
    for mut client in Client::both(&platform) {
        let told = client.refused("get_devices", &json!({"nam_contains": "x"}));
        assert!(told.contains("did you mean 'name_contains'?"), "{told}");
        let told = client.refused("get_health", &json!({"x": 1}));
        assert!(told.contains("'x' is not known"), "{told}");
    }
}

#[test]
fn m2_what_clients_add_is_passed_over() {
    let platform = Platform::start();
    for mut client in Client::both(&platform) {
        for (addition, value) in [
            ("task_progress", json!("- [x] look")),
            ("toolCallId", json!("call_1")),
            ("tool_call_id", json!("call_1")),
            ("tool", json!("get_devices")),
            ("sessionId", json!("s")),
            ("action", json!("sendMessage")),
            ("chatInput", json!("which devices are there?")),
            ("random_string", json!("dummy")),
        ] {
            client.shows("get_adapters", &json!({addition: value}));
        }
        // A parameter of the tool is never passed over, whoever else uses its name.
        let told = client.refused("describe_session", &json!({"sessionId": "no such session"}));
        assert!(told.contains("no such session"), "{told}");
        // What is like an addition and is none is a mistake.
        let told = client.refused("get_adapters", &json!({"task_progres": "x"}));
        assert!(told.contains("'task_progres' is not known"), "{told}");
    }
}

#[test]
fn m2_what_is_passed_over_is_told_in_the_log() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &["--log-level", "DEBUG"]);
    server.initialize(REVISION);
    server.call("get_adapters", json!({"task_progress": "a secret plan"}));
    let (_, _, log) = server.finish();
    assert!(log.contains("the argument 'task_progress' is passed over"), "{log}");
    assert!(!log.contains("a secret plan"), "{log}");
}

#[test]
fn m2_names_in_other_spellings_are_understood() {
    let platform = Platform::start();
    for mut client in Client::both(&platform) {
        let wanted = client.shows("get_devices", &json!({"name_contains": "core"}));
        for arguments in [
            json!({"nameContains": "core"}),
            json!({"Name_Contains": "core"}),
            json!({"name-contains": "core", "nameContains": "core"}),
            // The whole object as text.
            json!("{\"name_contains\": \"core\"}"),
        ] {
            assert_eq!(client.shows("get_devices", &arguments), wanted, "{arguments}");
        }
        client.shows("get_adapters", &json!(""));
        client.shows("get_adapters", &Value::Null);
        let told =
            client.refused("get_devices", &json!({"name_contains": "a", "nameContains": "b"}));
        assert!(told.contains("'nameContains' is given twice"), "{told}");
        let answer = client.say(
            r#"{"jsonrpc":"2.0","id":5,"method":"tools/call",
               "params":{"name":"get_devices","arguments":"{\"name_contains\": "}}"#
                .replace('\n', " ")
                .as_str(),
        );
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(5), &json!(-32602)));
        assert!(answer["error"]["message"].as_str().is_some_and(|m| m.contains("EOF")), "{answer}");
    }
}

#[test]
fn m5_enums_are_understood_in_any_case() {
    let platform = Platform::start();
    for mut client in Client::both(&platform) {
        for (tool, parameter, exact, odd) in [
            ("get_triggers", "type", "endpoint", "Endpoint"),
            ("get_triggers", "type", "eventSystem", "EVENTSYSTEM "),
            ("get_templates", "template_type", "jinja2", "Jinja2"),
        ] {
            let wanted = client.shows(tool, &json!({parameter: exact}));
            let items = wanted["result"].as_array().map_or(0, Vec::len);
            assert!(items > 0 || exact == "eventSystem", "{tool} {exact}: {wanted}");
            assert_eq!(client.shows(tool, &json!({parameter: odd})), wanted, "{tool} {odd}");
        }
        let told = client.refused("get_templates", &json!({"template_type": "jinja"}));
        assert!(told.contains("must be one of textfsm, jinja2, not 'jinja'"), "{told}");
    }
}

/// A rule whose words the platform does not know would never hold.
#[test]
fn m5_words_of_rules_are_spelled_as_the_platform_has_them() {
    let platform = Platform::start();
    for (mut client, name) in Client::both(&platform).into_iter().zip(["spelled 1", "spelled 2"]) {
        let rule = json!({"rule": "a.*", "eval": "regex", "severity": "Error"});
        let commands = json!([{"command": "show version", "passRule": true, "rules": [rule]}]);
        client.shows("create_command_template", &json!({"name": name, "commands": commands}));
        let stored = client.shows("describe_command_template", &json!({"name": name}));
        let text = stored.to_string();
        assert!(text.contains("\"RegEx\"") && text.contains("\"error\""), "{text}");
        assert!(!text.contains("\"regex\"") && !text.contains("\"Error\""), "{text}");
    }
}

#[test]
fn m7_null_and_nothing_as_text_are_not_given() {
    let platform = Platform::start();
    for mut client in Client::both(&platform) {
        let devices = client.shows("get_devices", &json!({}));
        let templates = client.shows("get_templates", &json!({}));
        let rendered = client.shows("render_template", &json!({"template": "x"}));
        for nothing in [json!(null), json!("null"), json!(""), json!(" NULL ")] {
            assert_eq!(client.shows("get_devices", &json!({"limit": nothing})), devices);
            assert_eq!(client.shows("get_devices", &json!({"name_contains": nothing})), devices);
            assert_eq!(
                client.shows("get_templates", &json!({"template_type": nothing})),
                templates
            );
            let arguments = json!({"template": "x", "variables": nothing});
            assert_eq!(client.shows("render_template", &arguments), rendered, "{nothing}");
            client.shows("get_gateways", &json!({"connected_only": nothing}));
        }
        for yes in [json!("true"), json!("1"), json!(1), json!("Yes")] {
            client.shows("get_gateways", &json!({"connected_only": yes}));
        }
        let told = client.refused("get_gateways", &json!({"connected_only": "perhaps"}));
        assert!(told.contains("must be true or false"), "{told}");
        // What must be named may be called so.
        let told = client.refused("describe_inventory", &json!({"name": "null"}));
        assert!(told.contains("'null'"), "{told}");
    }
}

#[test]
fn t9_json_as_text_is_read_and_cut_json_is_refused() {
    let platform = Platform::start();
    for (mut client, name) in Client::both(&platform).into_iter().zip(["text 1", "text 2"]) {
        let commands = |client: &mut Client| {
            let stored = client.shows("describe_command_template", &json!({"name": name}));
            let commands = stored["template"]["commands"].as_array().cloned().unwrap_or_default();
            commands.iter().map(|c| c["command"].clone()).collect::<Value>()
        };
        client.shows("create_command_template", &json!({"name": name, "commands": "show clock"}));
        assert_eq!(commands(&mut client), json!(["show clock"]));
        for (given, stored) in [
            (json!("{\"command\": \"show a\", \"rules\": []}"), json!(["show a"])),
            (json!({"command": "show b", "rules": []}), json!(["show b"])),
            (
                json!("[\"show c\", \"{\\\"command\\\": \\\"show d\\\"}\"]"),
                json!(["show c", "show d"]),
            ),
            (json!("show e, f"), json!(["show e, f"])),
        ] {
            client.shows("update_command_template", &json!({"name": name, "commands": given}));
            assert_eq!(commands(&mut client), stored, "{given}");
        }
        for cut in [
            json!("{\"command\": \"show a\", \"rules\": ["),
            json!("[\"show a\", "),
            json!(["show a", "{\"command\": "]),
            json!("{'command': 'show a'}"),
        ] {
            let arguments = json!({"name": name, "commands": cut});
            let told = client.refused("update_command_template", &arguments);
            assert!(told.contains("looks like JSON that was cut off or mangled"), "{told}");
            assert_eq!(commands(&mut client), json!(["show e, f"]), "{cut}");
        }
    }
}

#[test]
fn t10_lists_of_names_are_split_and_names_are_trimmed() {
    let platform = Platform::start();
    for (mut client, name) in Client::both(&platform).into_iter().zip(["g1", "g2"]) {
        let devices = client.shows("get_devices", &json!({"limit": 2}));
        let names: Vec<&str> = devices["result"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|device| device["name"].as_str())
            .collect();
        assert_eq!(names.len(), 2);
        let padded = format!("  {name}\t");
        let both = format!(" {} ,\n{}, ", names[0], names[1]);
        client.shows("create_device_group", &json!({"name": padded, "devices": both}));
        assert_eq!(members(&mut client, name), json!(names));
        let one = json!({"name": name, "devices": format!(" {} ", names[0])});
        client.shows("remove_devices_from_group", &one);
        assert_eq!(members(&mut client, name), json!([names[1]]));
    }
}

/// The devices of the group with exactly this name.
fn members(client: &mut Client, name: &str) -> Value {
    let groups = client.shows("get_device_groups", &json!({}));
    let mut groups = groups["result"].as_array().expect("a list of groups").iter();
    groups.find(|group| group["name"] == name).expect("the group")["devices"].clone()
}

/// Tools whose required texts are no names: text to be rendered, parts of names, what is typed on a
/// device.
const TAKE_BLANKS: &[&str] = &[
    "get_agent_session_token_usage",
    "get_job_metrics_for_workflow",
    "render_template",
    "run_command",
];

#[test]
fn t10_blank_names_are_refused_everywhere() {
    let platform = Platform::start();
    for mut client in Client::both(&platform) {
        let listed = client.say(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
        let mut refused = 0;
        for tool in listed["result"]["tools"].as_array().expect("a list of tools") {
            let name = tool["name"].as_str().expect("a name");
            let schema = &tool["inputSchema"];
            let required = schema["required"].as_array().into_iter().flatten();
            let texts: Vec<&str> = required
                .filter_map(Value::as_str)
                .filter(|parameter| schema["properties"][parameter]["type"] == "string")
                .collect();
            if texts.is_empty() || TAKE_BLANKS.contains(&name) {
                continue;
            }
            for blank in ["", " \t"] {
                let arguments: Value =
                    texts.iter().map(|text| ((*text).to_owned(), json!(blank))).collect();
                let told = client.refused(name, &arguments);
                assert!(told.contains("must not be blank"), "{name}: {told}");
            }
            refused += 1;
        }
        assert!(refused >= 35, "only {refused} tools require a name");
        let names = json!({"name": "x", "groups": ["a", " "]});
        let told = client.refused("create_inventory", &names);
        assert!(told.contains("'groups' [1] must not be blank"), "{told}");
    }
    assert_eq!(writes(&platform), [""; 0], "nothing was written");
}

#[test]
fn m8_what_cannot_be_read_is_refused_under_its_id() {
    let platform = Platform::start();
    for mut client in Client::both(&platform) {
        for (text, id) in [
            (r#"{"jsonrpc":"2.0","id":7,"method":"ping","params":{"a":NaN}}"#, json!(7)),
            (r#"{"method":"ping","params":{"a":Infinity},"jsonrpc":"2.0","id":"x"}"#, json!("x")),
            (r#"{"jsonrpc":"2.0","id":8,"method":"ping","method":"ping"}"#, json!(8)),
            (r#"{"jsonrpc":"2.0","id":9,"method":"ping","params":{"id":1,"id":2}}"#, json!(9)),
            (r#"{"jsonrpc":"2.0","id":10,"method":"tools/call","params":{"name":"#, json!(10)),
            (r#"{"jsonrpc":"2.0","id":11,"method":"ping","params":{"a":1e999}}"#, json!(11)),
            (r#"{"jsonrpc":"2.0","id":"\ud800","method":"ping","x":NaN}"#, json!("\u{fffd}")),
            // Two ids are none.
            (r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#, Value::Null),
            ("{", Value::Null),
        ] {
            let answer = client.say(text);
            assert_eq!(answer["error"]["code"], -32700, "{text}: {answer}");
            assert_eq!(answer["id"], id, "{text}: {answer}");
        }
    }
}

/// Too long to be kept, and still its sender waits.
#[test]
fn m8_a_line_that_is_too_long_is_refused_under_its_id() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    server.initialize(REVISION);
    let long = "x".repeat(5 * 1024 * 1024);
    for text in [
        format!(r#"{{"jsonrpc":"2.0","id":"a","method":"ping","params":{{"x":"{long}"}}}}"#),
        format!(r#"{{"method":"ping","params":{{"x":"{long}","id":1}},"jsonrpc":"2.0","id":"a"}}"#),
    ] {
        server.write(format!("{text}\n").as_bytes());
        let answer = server.receive();
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!("a"), &json!(-32700)));
    }
    assert_eq!(server.request("ping", json!({}))["result"], json!({}));
}

#[test]
fn m8_half_characters_are_replaced_and_the_request_is_served() {
    let platform = Platform::start();
    for mut client in Client::both(&platform) {
        let text = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":
            "describe_inventory","arguments":{"name":"a\ud83d b\udE00 \ud83d\ude00 \\ud800"}}}"#;
        let answer = client.say(&text.replace('\n', " "));
        assert_eq!(answer["id"], 7);
        let told = answer["result"]["content"][0]["text"].as_str().expect("a text");
        assert!(told.contains("'a\u{fffd} b\u{fffd} \u{1f600} \\ud800'"), "{told}");
    }
}

#[test]
fn m9_what_both_official_sdks_accept_is_accepted() {
    let platform = Platform::start();
    for mut client in Client::both(&platform) {
        for (text, id) in [
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#, json!(1)),
            (r#"{"jsonrpc":"2.0","id":1.0,"method":"ping"}"#, json!(1)),
            (r#"{"jsonrpc":"2.0","id":1e2,"method":"ping"}"#, json!(100)),
            (r#"{"jsonrpc":"2.0","id":-0,"method":"ping"}"#, json!(0)),
            (r#"{"jsonrpc":"2.0","id":-0.0,"method":"ping"}"#, json!(0)),
            (
                r#"{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}"#,
                json!(9007199254740993_i64),
            ),
            (r#"{"jsonrpc":"2.0","id":18446744073709551615,"method":"ping"}"#, json!(u64::MAX)),
            ("\u{feff}{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"ping\"}", json!(2)),
        ] {
            let answer = client.say(text);
            assert_eq!(answer, json!({"jsonrpc": "2.0", "id": id, "result": {}}), "{text}");
        }
        let answer = client.say(r#"{"jsonrpc":"2.0","id":3,"method":"tools/list","params":null}"#);
        assert!(answer["result"]["tools"].is_array(), "{answer}");
        for bad in ["1.5", "1e300", "true", "null", "[1]"] {
            let answer = client.say(&format!(r#"{{"jsonrpc":"2.0","id":{bad},"method":"ping"}}"#));
            assert_eq!(answer["error"]["code"], -32600, "{bad}: {answer}");
        }
    }
}

/// A mark before the very first line, from programs that begin every text with it.
#[test]
fn m9_the_first_line_may_begin_with_a_mark() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    server.write(b"\xef\xbb\xbf\n\xef\xbb\xbf");
    assert!(server.initialize(REVISION)["result"].is_object());
}

#[test]
fn m9_a_modern_cancellation_needs_no_meta() {
    let platform = Platform::start();
    let server = HttpServer::start(&platform.env(), &["--transport", "http"]);
    let headers =
        [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "notifications/cancelled")];
    let params = json!({"requestId": 1});
    let mut cancelled =
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
    let answer = server.post(&headers, &cancelled);
    assert_eq!((answer.status, answer.text().as_str()), (202, ""));
    cancelled["params"] = modern(params);
    assert_eq!(server.post(&headers, &cancelled).status, 202);
    // A request has to say what it speaks.
    let answer = server.post(&headers, &json!({"jsonrpc": "2.0", "id": 4, "method": "tools/list"}));
    assert_eq!((answer.status, answer.json()["id"].clone()), (400, json!(4)));
}

#[test]
fn m10_errors_of_no_request_have_no_id_since_2025_11_25() {
    let platform = Platform::start();
    let http = HttpServer::start(&platform.env(), &["--transport", "http"]);
    for (revision, has_null) in
        [("2024-11-05", true), ("2025-03-26", true), ("2025-06-18", true), ("2025-11-25", false)]
    {
        let mut stdio = StdioServer::start(&platform.env(), &[]);
        stdio.initialize(revision);
        stdio.write(b"{\n");
        let session = http.session(revision);
        let headers = [("Mcp-Session-Id", session.as_str()), ("MCP-Protocol-Version", revision)];
        let body = http.request("POST", "/mcp", &headers, Some("{")).json();
        for answer in [stdio.receive(), body] {
            assert_eq!(answer["error"]["code"], -32700, "{revision}: {answer}");
            let id = has_null.then_some(&Value::Null);
            assert_eq!(answer.get("id"), id, "{revision}: {answer}");
        }
    }
    // Of the stateless era.
    let mut stdio = StdioServer::start(&platform.env(), &[]);
    assert!(stdio.request("server/discover", modern(json!({})))["result"].is_object());
    stdio.write(b"{\n");
    let headers = [("MCP-Protocol-Version", "2026-07-28")];
    let refused = [
        stdio.receive(),
        http.request("POST", "/mcp", &headers, Some("{")).json(),
        http.request("DELETE", "/mcp", &headers, None).json(),
        http.post(&[headers[0], ("Accept", "text/html")], &json!({})).json(),
    ];
    for answer in refused {
        assert!(answer["error"]["code"].is_i64() && answer.get("id").is_none(), "{answer}");
    }
}
