//! What the server offers besides tools: runbooks, documents, suggestions, and who it says it is.

mod support;

use serde_json::{Value, json};
use support::{Platform, StdioServer, modern, schema};

/// A server in one of the two eras.
struct Client {
    server: StdioServer,
    modern: bool,
}

impl Client {
    fn start(platform: &Platform, arguments: &[&str], modern: bool) -> Self {
        let mut server = StdioServer::start(&platform.env(), arguments);
        if !modern {
            server.initialize("2025-11-25");
        }
        Self { server, modern }
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        let params = if self.modern { modern(params) } else { params };
        self.server.request(method, params)
    }

    /// The result, checked against the published schema of its era.
    fn result(&mut self, method: &str, params: Value, definition: &str) -> Value {
        let answer = self.ask(method, params);
        let revision = if self.modern { "2026-07-28" } else { "2025-11-25" };
        schema::check(revision, definition, &answer["result"]);
        assert_eq!(answer["result"]["resultType"].is_string(), self.modern, "{answer}");
        answer["result"].clone()
    }
}

/// Runs `check` in both eras.
fn both(arguments: &[&str], check: impl Fn(&mut Client)) {
    let platform = Platform::start();
    for modern in [false, true] {
        check(&mut Client::start(&platform, arguments, modern));
    }
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().filter_map(|item| item["name"].as_str()).collect()
}

#[test]
fn the_server_says_who_it_is_and_what_it_can_do() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    let found = server.request("server/discover", modern(json!({})))["result"].clone();
    schema::check("2026-07-28", "DiscoverResult", &found);
    let hello = server.initialize("2025-11-25")["result"].clone();
    schema::check("2025-11-25", "InitializeResult", &hello);
    let info = &hello["serverInfo"];
    assert_eq!(found["_meta"]["io.modelcontextprotocol/serverInfo"], *info);
    assert_eq!(info["title"], "Itential Platform");
    assert!(info["websiteUrl"].as_str().is_some_and(|url| url.starts_with("https://")));
    let icon = info["icons"][0]["src"].as_str().expect("an icon");
    assert!(icon.starts_with("data:image/svg+xml;base64,") && icon.len() < 1024, "{icon}");
    for capabilities in [&hello["capabilities"], &found["capabilities"]] {
        for offered in ["tools", "prompts", "resources", "completions", "logging"] {
            assert!(capabilities[offered].is_object(), "{offered}: {capabilities}");
        }
        // On stdio no list can change while the server runs, so none says that it can.
        assert!(!capabilities.to_string().contains("listChanged"), "{capabilities}");
    }
    assert!(found["capabilities"]["extensions"]["io.modelcontextprotocol/tasks"].is_object());
    assert!(hello["capabilities"].get("extensions").is_none());
    for text in [&hello["instructions"], &found["instructions"]] {
        assert!(text.as_str().is_some_and(|text| !text.is_empty() && text.len() < 1024));
    }
}

#[test]
fn runbooks_are_filled_in() {
    both(&[], |client| {
        let listed = client.result("prompts/list", json!({}), "ListPromptsResult");
        assert_eq!(
            names(&listed["prompts"]),
            [
                "health_review",
                "investigate_failed_job",
                "run_workflow_safely",
                "change_device_configuration",
                "compliance_review"
            ]
        );
        let arguments = json!({"device": "r1 {change}", "change": "add a VLAN"});
        let params = json!({"name": "change_device_configuration", "arguments": arguments});
        let got = client.result("prompts/get", params, "GetPromptResult");
        let text = got["messages"][0]["content"]["text"].as_str().expect("text");
        assert!(text.contains("'r1 {change}': add a VLAN"), "{text}");
        let without = json!({"name": "health_review"});
        let got = client.result("prompts/get", without, "GetPromptResult");
        let text = got["messages"][0]["content"]["text"].as_str().expect("text");
        assert!(!text.contains('{') && !text.contains("the adapter"), "{text}");
        for (params, says) in [
            (json!({"name": "health_reveiw"}), "health_review"),
            (json!({}), "name"),
            (json!({"name": "run_workflow_safely"}), "'workflow' is required"),
            (json!({"name": "health_review", "arguments": {"focus": 7}}), "must be text"),
            (json!({"name": "health_review", "arguments": []}), "object"),
        ] {
            let error = client.ask("prompts/get", params.clone())["error"].clone();
            assert_eq!(error["code"], -32602, "{params}");
            assert!(error["message"].as_str().is_some_and(|m| m.contains(says)), "{error}");
        }
    });
}

#[test]
fn documents_are_read_by_their_address() {
    both(&[], |client| {
        let listed = client.result("resources/list", json!({}), "ListResourcesResult");
        assert_eq!(listed["resources"], json!([]));
        let listed =
            client.result("resources/templates/list", json!({}), "ListResourceTemplatesResult");
        assert_eq!(
            names(&listed["resourceTemplates"]),
            ["workflow", "job", "device-configuration"]
        );

        let mut read = |uri: &str| {
            let got = client.result("resources/read", json!({"uri": uri}), "ReadResourceResult");
            assert_eq!(got["contents"][0]["uri"], uri);
            got["contents"][0]["text"].as_str().expect("text").to_owned()
        };
        let by_name: Value =
            serde_json::from_str(&read("itential://workflows/Backup%20via%20API")).expect("JSON");
        let by_route: Value =
            serde_json::from_str(&read("itential://workflows/backup-device")).expect("JSON");
        assert_eq!(by_name, by_route);
        assert_eq!(by_name["route_name"], "backup-device");
        assert!(read("itential://devices/B%C3%BCro-Switch/configuration").lines().count() > 1);

        let jobs = client.ask("tools/call", json!({"name": "get_jobs", "arguments": {"limit": 1}}));
        let id = jobs["result"]["structuredContent"]["result"][0]["_id"].as_str().expect("a job");
        let uri = format!("itential://jobs/{id}");
        let got = client.result("resources/read", json!({"uri": uri}), "ReadResourceResult");
        assert!(got["contents"][0]["text"].as_str().is_some_and(|text| text.contains(id)));
        assert_eq!(got["contents"][0]["mimeType"], "application/json");
        // What is alive is not to be kept.
        assert_eq!(got.get("ttlMs"), client.modern.then_some(&json!(0)));
    });
}

#[test]
fn unknown_documents_are_errors_of_their_era_and_never_empty() {
    both(&[], |client| {
        for uri in [
            "itential://workflows/no%20such",
            "itential://jobs/..%2F..%2Fwhoami",
            "itential://jobs/000000000000000000000000",
            "itential://devices/none/configuration",
            "itential://devices/a/b/configuration",
            "itential://devices/%FF/configuration",
            "file:///etc/passwd",
            "",
        ] {
            let answer = client.ask("resources/read", json!({"uri": uri}));
            assert_eq!(
                answer["error"]["code"],
                if client.modern { -32602 } else { -32002 },
                "{uri}"
            );
            assert_eq!(answer["error"]["data"]["uri"], uri, "{answer}");
        }
        for params in [json!({}), json!({"uri": 7})] {
            assert_eq!(client.ask("resources/read", params)["error"]["code"], -32602);
        }
        // Without updates there is nothing to subscribe to.
        let uri = json!({"uri": "itential://jobs/1"});
        assert_eq!(client.ask("resources/subscribe", uri)["error"]["code"], -32601);
    });
}

#[test]
fn names_are_suggested_while_they_are_typed() {
    both(&[], |client| {
        let mut complete = |reference: Value, name: &str, value: &str| {
            let params = json!({"ref": reference, "argument": {"name": name, "value": value}});
            let result = client.result("completion/complete", params, "CompleteResult");
            let completion = &result["completion"];
            let values: Vec<String> = completion["values"]
                .as_array()
                .expect("values")
                .iter()
                .map(|value| value.as_str().expect("text").to_owned())
                .collect();
            assert!(values.len() <= 100);
            let total = completion["total"].as_u64().expect("a total");
            assert_eq!(completion["hasMore"], total > values.len() as u64);
            (values, total)
        };
        let prompt = |name: &str| json!({"type": "ref/prompt", "name": name});
        let (devices, _) = complete(prompt("change_device_configuration"), "device", "AMS");
        assert!(!devices.is_empty() && devices.iter().all(|d| d.contains("ams")), "{devices:?}");
        let (all, total) = complete(prompt("change_device_configuration"), "device", "");
        assert!(all.len() == 100 && total > 100, "{total}");
        let (adapters, _) = complete(prompt("health_review"), "focus", "net");
        assert!(adapters.contains(&"NetBox".to_owned()), "{adapters:?}");
        let (plans, _) = complete(prompt("compliance_review"), "plan", "campus");
        assert_eq!(plans, ["Campus Baseline"]);
        let template = json!({"type": "ref/resource", "uri": "itential://workflows/{name}"});
        let (workflows, _) = complete(template, "name", "backup");
        assert!(workflows.contains(&"Backup via API".to_owned()), "{workflows:?}");
        let (none, _) = complete(prompt("change_device_configuration"), "change", "x");
        assert!(none.is_empty(), "free text has no suggestions");
        for params in [
            json!({"ref": prompt("nothing"), "argument": {"name": "a", "value": ""}}),
            json!({"ref": {"type": "ref/other"}, "argument": {"name": "a", "value": ""}}),
            json!({"ref": prompt("health_review"), "argument": {"name": "focus"}}),
            json!({"ref": prompt("health_review")}),
            json!({}),
        ] {
            let answer = client.ask("completion/complete", params.clone());
            assert_eq!(answer["error"]["code"], -32602, "{params} {answer}");
        }
    });
}

#[test]
fn suggestions_do_not_ask_the_platform_for_every_letter() {
    let platform = Platform::start();
    let mut client = Client::start(&platform, &[], true);
    let asked = |client: &mut Client, typed: &str| {
        let reference = json!({"type": "ref/prompt", "name": "health_review"});
        let params = json!({"ref": reference, "argument": {"name": "focus", "value": typed}});
        client.result("completion/complete", params, "CompleteResult");
        platform.count("GET", "/health/adapters")
    };
    let first = asked(&mut client, "N");
    assert!(first > 0);
    for typed in ["Ne", "Net"] {
        assert_eq!(asked(&mut client, typed), first);
    }
}

#[test]
fn what_the_enabled_tools_cannot_do_is_not_offered() {
    both(&["--include-tags", "health,adapters,applications"], |client| {
        let listed = client.result("prompts/list", json!({}), "ListPromptsResult");
        assert_eq!(names(&listed["prompts"]), ["health_review"]);
        // No tool reads documents, so there are none, and the method is not there.
        let answer = client.ask("resources/templates/list", json!({}));
        assert_eq!(answer["error"]["code"], -32601, "{answer}");
        let answer = client.ask("resources/read", json!({"uri": "itential://jobs/1"}));
        assert_eq!(answer["error"]["code"], -32601, "{answer}");
    });
    both(&["--read-only"], |client| {
        let listed = client.result("prompts/list", json!({}), "ListPromptsResult");
        assert_eq!(names(&listed["prompts"]), ["health_review", "investigate_failed_job"]);
    });
}

#[test]
fn made_up_cursors_are_refused_by_every_list() {
    both(&[], |client| {
        for method in ["tools/list", "prompts/list", "resources/list", "resources/templates/list"] {
            for cursor in
                [json!("1"), json!(""), json!(7), json!({"a": 1}), json!("A".repeat(9999))]
            {
                let answer = client.ask(method, json!({"cursor": cursor}));
                assert_eq!(answer["error"]["code"], -32602, "{method} {cursor}");
            }
            let answer = client.ask(method, json!({"cursor": null}));
            assert!(answer["result"].is_object(), "{answer}");
        }
    });
}

#[test]
fn a_trace_reaches_the_log_and_a_forged_one_does_not() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &["--log-level", "INFO"]);
    let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for text in [trace, "00-forged\n2026 INFO everything is fine"] {
        let mut params = modern(json!({"name": "get_health", "arguments": {}}));
        params["_meta"]["traceparent"] = json!(text);
        let answer = server.request("tools/call", params);
        assert_eq!(answer["result"]["isError"], false, "{answer}");
    }
    let (_, _, log) = server.finish();
    assert!(log.contains(&format!("trace={trace}")), "{log}");
    assert!(!log.contains("everything is fine"), "{log}");
}
