//! What platforms, and the networks in front of them, answer besides what they should: each tool call
//! tells the truth of it. By the numbers of the faults that were found.

mod support;

use serde_json::{Value, json};
use support::{Platform, StdioServer};

const DEVICES: &str = "/configuration_manager/devices";
const START: &str = "/operations-manager/triggers/endpoint/backup-device";

/// A server with a session at a platform that answers as these rules say.
struct Lab {
    platform: Platform,
    server: StdioServer,
}

impl Lab {
    fn new() -> Self {
        let platform = Platform::start();
        let mut server = StdioServer::start(&platform.env(), &[]);
        server.initialize("2025-11-25");
        server.call("get_adapters", json!({}));
        Self { platform, server }
    }

    fn call(&mut self, tool: &str, arguments: Value, faults: Value) -> Said {
        // What came before may have ended the session.
        self.server.call("get_adapters", json!({}));
        self.platform.control("DELETE", "/sandbox/requests", None);
        self.platform.faults(faults);
        let result = self.server.call(tool, arguments);
        self.platform.heal();
        Said(result)
    }

    fn devices(&mut self, fault: Value) -> Said {
        let mut rule = json!({"match": {"path": DEVICES}, "times": 9});
        rule.as_object_mut().unwrap().extend(fault.as_object().unwrap().clone());
        // All of them fit into one answer so.
        let arguments = json!({"limit": 500, "fields": ["name", "host"]});
        self.call("get_devices", arguments, json!([rule]))
    }

    fn start_backup(&mut self, fault: Value) -> Said {
        let mut rule = json!({"match": {"path": START}, "times": 9});
        rule.as_object_mut().unwrap().extend(fault.as_object().unwrap().clone());
        let arguments = json!({"route_name": "backup-device", "data": {"device": "r1"}});
        self.call("start_workflow", arguments, json!([rule]))
    }
}

/// The result of a tool call.
struct Said(Value);

impl Said {
    #[track_caller]
    fn value(&self) -> &Value {
        assert_eq!(self.0["isError"], false, "{}", self.0);
        &self.0["structuredContent"]
    }

    #[track_caller]
    fn names(&self) -> Vec<&str> {
        let rows = self.value()["result"].as_array().expect("a list");
        rows.iter().map(|row| row["name"].as_str().unwrap_or_default()).collect()
    }

    #[track_caller]
    fn error(&self) -> &str {
        assert_eq!(self.0["isError"], true, "{}", self.0);
        self.text()
    }

    #[track_caller]
    fn text(&self) -> &str {
        self.0["content"][0]["text"].as_str().expect("a text")
    }
}

/// A device whose host is this JSON, as the platform would write it, beside a good one.
fn with_host(host: &str) -> Value {
    let body = format!(r#"{{"list":[{{"name":"odd","host":{host}}},{{"name":"r2"}}],"total":2}}"#);
    json!({"body": body})
}

#[test]
fn t11_odd_bytes_cost_neither_a_list_nor_the_answer_of_a_write() {
    let mut lab = Lab::new();
    for (host, shown) in [
        (r#""a\ud800b""#, json!("a\u{fffd}b")),
        (r#""\ud83d\ude00""#, json!("\u{1f600}")),
        ("NaN", Value::Null),
        ("-Infinity", Value::Null),
        ("1e400", json!("1e+400")),
        ("\"a\tb\"", json!("a\tb")),
        ("\"\u{feff}\"", json!("\u{feff}")),
    ] {
        let said = lab.devices(with_host(host));
        assert_eq!(said.names(), ["odd", "r2"], "{host}");
        assert_eq!(said.value()["result"][0]["host"], shown, "{host}");

        let body = format!(r#"{{"data":{{"_id":"job1","status":"running","note":{host}}}}}"#);
        let said = lab.start_backup(json!({"body": body}));
        assert_eq!(said.value()["result"]["object_id"], "job1", "{host}: {}", said.text());
    }
    let latin = json!({"latin_1": true});
    let said = lab.devices(latin.clone());
    assert_eq!(said.names().len(), 160);
    assert!(said.names().contains(&"B\u{fffd}ro-Switch"), "{:?}", said.names());
    let said = lab.start_backup(json!({"latin_1": true,
        "replace": {"data": {"_id": "job1", "status": "running", "name": "Zürich"}}}));
    assert_eq!(said.value()["result"]["object_id"], "job1", "{}", said.text());
}

#[test]
fn t11_answers_packed_and_in_chunks_are_read() {
    let mut lab = Lab::new();
    for encoding in [
        json!({"gzip": true}),
        json!({"chunked": true}),
        json!({"gzip": true, "chunked": true}),
        json!({"body": "\u{feff}{\"list\":[{\"name\":\"東京\"}],\"total\":1}\r\n\r\n"}),
    ] {
        let names = lab.devices(encoding.clone());
        assert!(names.names().iter().any(|name| name.contains("東京")), "{encoding}");
    }
}

#[test]
fn t11_numbers_travel_exactly() {
    let mut lab = Lab::new();
    let exact =
        ["9007199254740993", "12345678901234567890123", "0.1234567890123456789", "-1.10", "0.1"];
    for number in exact {
        let said = lab.devices(with_host(number));
        let shown = &said.value()["result"][0];
        assert!(shown["host"].to_string().trim_matches('"') == number, "{number}: {shown}");
        assert!(said.text().contains(number), "{number}: {}", said.text());

        // What a model sends arrives as it was sent.
        let sent: Value =
            serde_json::from_str(&format!(r#"{{"device":"r1","x":{number}}}"#)).unwrap();
        let arguments = json!({"route_name": "backup-device", "data": sent});
        lab.call("start_workflow", arguments, json!([])).value();
        let requests = lab.platform.requests();
        let posted = requests.iter().find(|request| request["path"] == START).expect("the start");
        assert!(posted["body"].to_string().contains(&format!(":{number}}}")), "{posted}");
    }
}

#[test]
fn t11_numbers_are_exact_in_toon_too() {
    let platform = Platform::start();
    let env = [platform.env(), vec![("ITENTIAL_MCP_SERVER_RESPONSE_FORMAT".into(), "toon".into())]];
    let mut server = StdioServer::start(&env.concat(), &[]);
    server.initialize("2025-11-25");
    for number in ["9007199254740993", "12345678901234567890123", "0.1234567890123456789"] {
        let body = with_host(number)["body"].clone();
        platform.faults(json!([{"match": {"path": DEVICES}, "times": 9, "body": body}]));
        let said = Said(server.call("get_devices", json!({})));
        assert!(said.text().contains(number), "{number}: {}", said.text());
        assert!(!said.text().trim_start().starts_with('{'), "{}", said.text());
    }
}

#[test]
fn t3_an_ended_session_is_renewed_once_in_whatever_disguise_it_ends() {
    let mut lab = Lab::new();
    let page = "<html><head><title>Sign in</title></head><body>..</body></html>";
    for (disguise, write_is_repeated) in [
        (json!({"status": 401}), true),
        (json!({"status": 302, "headers": {"Location": "/login"}}), true),
        (json!({"status": 303, "headers": {"Location": "/login"}}), true),
        (json!({"status": 307, "headers": {"Location": "https://sso.example/saml"}}), true),
        (json!({"body": page, "content_type": "text/html"}), false),
        (json!({"body": ""}), false),
    ] {
        let mut once = disguise.clone();
        once["times"] = json!(1);
        let said = lab.devices(once.clone());
        assert_eq!(said.names().len(), 160, "{disguise}");
        assert_eq!(lab.platform.count("POST", "/login"), 1, "{disguise}");

        lab.start_backup(once);
        let sent = lab.platform.count("POST", START);
        assert_eq!(sent, if write_is_repeated { 2 } else { 1 }, "{disguise}");

        // A platform that never stops is not asked for ever, and its words are told.
        let said = lab.devices(disguise.clone());
        assert!(said.error().contains("on http://127.0.0.1"), "{disguise}: {}", said.error());
        assert!(lab.platform.count("POST", DEVICES) <= 2, "{disguise}");
        lab.start_backup(disguise.clone());
        assert!(lab.platform.count("POST", START) <= 2, "{disguise}");
    }
}

#[test]
fn t14_a_total_of_the_page_alone_cuts_no_list() {
    let mut lab = Lab::new();
    let path = "/operations-manager/triggers";
    // Pages of 25 out of 130, each of which counts itself.
    let rules: Vec<Value> = [0, 25, 50, 75, 100, 125, 130]
        .into_iter()
        .map(|from| {
            let rows: Vec<Value> = (from..130.min(from + 25))
                .map(|n| json!({"_id": format!("t{n}"), "name": format!("t{n}")}))
                .collect();
            json!({"match": {"path": path, "query": format!("skip={from}")}, "times": 9,
                "replace": {"data": rows, "metadata": {"total": rows.len()}}})
        })
        .collect();
    let expected: Vec<String> = (0..130).map(|n| format!("t{n}")).collect();
    let said = lab.call("get_triggers", json!({"limit": 500}), json!(rules));
    assert_eq!(said.names(), expected);
    // What is cut says that there is more.
    let said = lab.call("get_triggers", json!({"limit": 30}), json!(rules));
    assert_eq!(said.names(), expected[..30]);
    assert!(said.0.to_string().contains("offset=30"), "{}", said.0);
}

#[test]
fn t16_a_404_on_the_route_is_told_from_one_on_the_thing() {
    let mut lab = Lab::new();
    let job = json!({"object_id": "70b5000000000000000000ff"});
    let at = |fault: Value| {
        let mut rule = json!({"match": {"path": "/operations-manager/jobs*"}, "times": 9});
        rule.as_object_mut().unwrap().extend(fault.as_object().unwrap().clone());
        json!([rule])
    };
    let page =
        "<!DOCTYPE html><html><body><pre>Cannot GET /operations-manager/jobs</pre></body></html>";
    let lacking = at(json!({"status": 404, "body": page, "content_type": "text/html"}));
    let said = lab.call("describe_job", job.clone(), lacking.clone());
    assert!(said.error().contains("this platform does not have this route"), "{}", said.error());
    assert!(!said.error().contains("<pre>"), "{}", said.error());
    let said = lab.call("get_jobs", json!({}), lacking);
    assert!(said.error().contains("this platform does not have this route"), "{}", said.error());

    let reason = at(json!({"status": 404, "body": {"message": "Job data was archived"}}));
    let said = lab.call("describe_job", job, reason);
    assert!(said.error().contains("Job data was archived"), "{}", said.error());
    assert!(!said.error().contains("this platform does not have"), "{}", said.error());
}

#[test]
fn t17_the_words_of_a_refusal_reach_the_model() {
    let mut lab = Lab::new();
    for (status, body, words) in [
        (409, json!({"message": "it runs already", "error": "Conflict"}), "it runs already"),
        (413, json!({"message": "request entity too large"}), "request entity too large"),
        (
            422,
            json!({"message": ["a must be text", "b is missing"]}),
            "a must be text; b is missing",
        ),
        (
            400,
            json!({"errors": [{"instancePath": "/device", "message": "must be string"}]}),
            "/device: must be string",
        ),
    ] {
        let said = lab.start_backup(json!({"status": status, "body": body}));
        assert!(said.error().contains(words), "{words}: {}", said.error());
        let said = lab.devices(json!({"status": status, "body": body}));
        assert!(said.error().contains(words), "{words}: {}", said.error());
    }
    // A list that is none says what it is instead.
    let said = lab.devices(json!({"body": {"message": "license expired", "error": {}}}));
    assert!(said.error().contains("license expired"), "{}", said.error());
}

#[test]
fn t18_names_of_every_kind_reach_the_platform_whole() {
    let mut lab = Lab::new();
    let names =
        ["a/b", "a?b=c", "a#b", "100%", "%41", "a b+c", "東京 🗼", "e\u{301}", "v1..2", "a\\b"];
    let rows: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
    lab.platform.control("PUT", "/sandbox/world/devices", Some(&json!(rows)));
    for name in names {
        lab.call("get_device_configuration", json!({"name": name}), json!([]));
        let paths: Vec<Value> =
            lab.platform.requests().iter().map(|request| request["decoded_path"].clone()).collect();
        let wanted = json!(format!("/configuration_manager/devices/{name}/configuration"));
        assert!(paths.contains(&wanted), "{name}: {paths:?}");
    }
}
