//! What can be seen from outside has the effect that it had, wherever it is said.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::support::certificates::{self, Authority, Pair};
use crate::support::http_server::initialize;
use crate::support::scratch::Scratch;
use crate::support::served::Served;
use crate::support::site::{Reply, Site, tls};
use crate::support::tokens::{Signer, now};
use crate::support::{Platform, StdioServer, eventually, program, raw_http, run};
use crate::told;

/// One way to say settings: environment and arguments.
struct Way {
    env: Vec<(String, String)>,
    args: Vec<String>,
}

impl Way {
    fn args<'a>(&'a self, first: &[&'a str]) -> Vec<&'a str> {
        first.iter().copied().chain(self.args.iter().map(String::as_str)).collect()
    }

    fn serve(&self) -> Served {
        Served::start(&self.env, &self.args(&["run"]))
    }

    fn over_stdio(&self) -> StdioServer {
        let mut server = StdioServer::start(&self.env, &self.args(&[]));
        server.initialize("2025-06-18");
        server
    }

    fn run(&self, first: &[&str]) -> (i32, String, String) {
        run(&self.env, &self.args(first))
    }
}

/// Says these settings in a file, in variables, and where the Python server had options for all of
/// them by options.
fn ways(scratch: &Scratch, settings: &[(&str, &str)]) -> Vec<Way> {
    let facts = told::settings();
    let told = settings.iter().map(|(id, value)| {
        let found = facts.iter().find(|told| told.ids() == [*id]);
        (found.unwrap_or_else(|| panic!("no {id}")), *value)
    });
    let told: Vec<_> = told.collect();
    let mut text = String::new();
    for section in ["server", "platform"] {
        text.push_str(&format!("[{section}]\n"));
        for (told, value) in &told {
            let (own, key) = told.setting().expect("a setting");
            if own == section {
                let value = value.trim_end().replace('\n', "\n    ").replace('%', "%%");
                text.push_str(&format!("{key} = {value}\n"));
            }
        }
    }
    let env = told.iter().map(|(told, value)| (told.variable().to_owned(), (*value).to_owned()));
    let mut all = vec![
        Way { env: vec![], args: vec!["--config".into(), scratch.write("mcp.conf", text)] },
        Way { env: env.collect(), args: vec![] },
    ];
    let options: Option<Vec<String>> = told
        .iter()
        .map(|(told, value)| Some(format!("{}={value}", told.options.first()?)))
        .collect();
    all.extend(options.map(|args| Way { env: vec![], args }));
    all
}

/// The same, with a server that listens and a platform of its own.
fn listening(scratch: &Scratch, settings: &[(&str, &str)]) -> Vec<Way> {
    let mut ways = ways(scratch, settings);
    for way in &mut ways {
        let more = ["--sandbox", "--transport=http", "--port=0"];
        way.args.extend(more.map(str::to_owned));
    }
    ways
}

/// The same, with this platform.
fn before(platform: &Platform, scratch: &Scratch, settings: &[(&str, &str)]) -> Vec<Way> {
    let port = platform.port.to_string();
    let mut all = vec![
        ("platform.host", "127.0.0.1"),
        ("platform.port", port.as_str()),
        ("platform.disable_tls", "true"),
    ];
    all.extend(settings);
    ways(scratch, &all)
}

fn names(server: &mut StdioServer) -> Vec<String> {
    let answer = server.request("tools/list", json!({}));
    let tools = answer["result"]["tools"].as_array().expect("a list").iter();
    tools.map(|tool| tool["name"].as_str().expect("text").to_owned()).collect()
}

fn hello(port: u16, path: &str, token: Option<&str>) -> u16 {
    let bearer = token.map(|token| format!("Bearer {token}"));
    let mut headers = vec![("Accept", "application/json, text/event-stream")];
    headers.extend(bearer.as_deref().map(|bearer| ("Authorization", bearer)));
    let body = initialize("2025-06-18").to_string();
    raw_http::request(port, "POST", path, &headers, Some(&body)).status
}

#[test]
fn address_and_port_are_those_that_were_said() {
    let taken = TcpListener::bind(("127.0.0.2", 0)).expect("loopback has many addresses");
    let port = taken.local_addr().expect("it listens").port().to_string();
    let scratch = Scratch::new();
    let settings =
        [("server.transport", "http"), ("server.host", "127.0.0.2"), ("server.port", &port)];
    for way in ways(&scratch, &settings) {
        let (code, _, err) = way.run(&["run", "--sandbox"]);
        assert_eq!(code, 3, "{err}");
        assert!(err.contains("127.0.0.2") && err.contains(&port), "{err}");
    }
}

#[test]
fn the_endpoint_is_at_its_path() {
    let scratch = Scratch::new();
    for way in listening(&scratch, &[("server.path", "/itential/mcp")]) {
        let server = way.serve();
        assert_eq!(hello(server.port, "/itential/mcp", None), 200);
        assert_eq!(hello(server.port, "/mcp", None), 404);
    }
}

#[test]
fn certificate_and_key_make_it_https() {
    let scratch = Scratch::new();
    let authority = Authority::new("migration");
    let pair = Pair::write(&scratch, "server", authority.issue(&["localhost"]));
    let settings = [
        ("server.certificate_file", pair.certificate.as_str()),
        ("server.private_key_file", pair.key.as_str()),
    ];
    for way in listening(&scratch, &settings) {
        let server = way.serve();
        assert!(server.url.starts_with("https://"), "{}", server.url);
        let mut socket = certificates::connect(server.port, &authority.pem(), "localhost");
        raw_http::ask(&mut socket, "localhost", "GET", "/status/healthz", &[], None);
        assert_eq!(raw_http::answer(&mut socket).status, 200);
    }
}

#[test]
fn the_log_says_what_its_level_lets_through() {
    let scratch = Scratch::new();
    for (level, says) in [("INFO", true), ("ERROR", false), ("NONE", false)] {
        for way in listening(&scratch, &[("server.log_level", level)]) {
            let server = way.serve();
            assert_eq!(hello(server.port, "/mcp", None), 200);
            let log = server.stop();
            assert_eq!(log.contains(" INFO: "), says, "{level}: {log}");
        }
    }
}

#[test]
fn tags_choose_tools() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    for way in before(&platform, &scratch, &[("server.include_tags", "health, get_adapters")]) {
        let names = names(&mut way.over_stdio());
        assert!(names.contains(&"get_health".into()) && names.contains(&"get_adapters".into()));
        assert!(!names.contains(&"get_applications".into()), "{names:?}");
    }
    for way in before(&platform, &scratch, &[("server.exclude_tags", "health,get_adapters")]) {
        let names = names(&mut way.over_stdio());
        assert!(!names.contains(&"get_health".into()) && !names.contains(&"get_adapters".into()));
        assert!(names.contains(&"get_applications".into()), "{names:?}");
    }
}

#[test]
fn the_session_is_kept_alive() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    for way in before(&platform, &scratch, &[("server.keepalive_interval", "1")]) {
        let server = way.over_stdio();
        platform.wait_for("GET", "/whoami");
        drop(server);
        platform.control("POST", "/sandbox/reset", None);
    }
}

#[test]
fn results_are_written_as_json_or_toon() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    for (format, is_json) in [("json", true), ("toon", false)] {
        for way in before(&platform, &scratch, &[("server.response_format", format)]) {
            let mut server = way.over_stdio();
            let result = server.call("get_gateways", json!({}));
            let text = result["content"][0]["text"].as_str().expect("text");
            assert_eq!(serde_json::from_str::<Value>(text).is_ok(), is_json, "{text}");
        }
    }
}

#[test]
fn the_connection_is_tested_first() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let settings =
        [("server.test_connection_on_startup", "true"), ("server.startup_test_timeout", "1")];
    for way in before(&platform, &scratch, &settings) {
        assert_eq!(way.run(&["run"]).0, 0, "the end of the input ends it");
        assert!(platform.count("GET", "/health/status") > 0, "nothing was tested");
        platform.hang("/login");
        let (code, _, err) = way.run(&["run"]);
        assert_eq!(code, 1, "{err}");
        assert!(err.contains("Connection test failed") && err.contains("limit 1 s"), "{err}");
        platform.control("POST", "/sandbox/reset", None);
    }
}

#[test]
fn callers_show_a_signed_token() {
    let scratch = Scratch::new();
    let signer = Signer::new("RS256");
    let key = signer.public();
    let settings = [
        ("server.auth_type", "jwt"),
        ("server.auth_public_key", key.as_str()),
        ("server.auth_issuer", "https://id.example"),
        ("server.auth_audience", "https://mcp.example/mcp,other"),
        ("server.auth_required_scopes", "read,write"),
    ];
    let good = json!({"iss": "https://id.example", "aud": "other", "scope": "write read",
                      "exp": now() + 600});
    for way in listening(&scratch, &settings) {
        let server = way.serve();
        assert_eq!(hello(server.port, "/mcp", None), 401);
        assert_eq!(hello(server.port, "/mcp", Some(&signer.token(good.clone()))), 200);
        for (name, value, status) in
            [("iss", "https://evil.example", 401), ("aud", "x", 401), ("scope", "read", 403)]
        {
            let mut claims = good.clone();
            claims[name] = value.into();
            assert_eq!(hello(server.port, "/mcp", Some(&signer.token(claims))), status, "{name}");
        }
    }
}

#[test]
fn the_platform_is_asked_as_the_settings_say() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let known = json!({"username": "ann, o'hara", "password": "50% of, it", "client_id": "desk",
                       "client_secret": "a,b c"});
    platform.control("PUT", "/sandbox/credentials", Some(&known));
    let by_password = [("platform.user", "ann, o'hara"), ("platform.password", "50% of, it")];
    let by_client = [("platform.client_id", "desk"), ("platform.client_secret", "a,b c")];
    for (settings, login) in [(by_password, "/login"), (by_client, "/oauth/token")] {
        for way in before(&platform, &scratch, &settings) {
            platform.control("DELETE", "/sandbox/requests", None);
            let (code, _, err) = way.run(&["call", "get_gateways"]);
            assert_eq!(code, 0, "{err}");
            assert_eq!(platform.count("POST", login), 1, "{login}");
        }
    }
}

#[test]
fn certificates_are_checked_unless_told_otherwise() {
    let scratch = Scratch::new();
    let pair = Authority::new("nobody knows it").issue(&["127.0.0.1"]);
    let site = Site::start(Some(tls(&pair)), |_| Reply::Json(200, json!({"results": []})));
    let port = site.port.to_string();
    let place = [("platform.host", "127.0.0.1"), ("platform.port", port.as_str())];
    for (unchecked, reached) in [("false", false), ("true", true)] {
        let settings = [&place[..], &[("platform.disable_verify", unchecked)]].concat();
        for way in ways(&scratch, &settings) {
            let (_, _, err) = way.run(&["call", "get_gateways"]);
            assert_eq!(err.contains("certificate"), !reached, "{err}");
        }
        assert_eq!(!site.asked("/login").is_empty(), reached);
    }
}

#[test]
fn a_request_takes_no_longer_than_its_time() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    for way in before(&platform, &scratch, &[("platform.timeout", "1")]) {
        platform.hang("/gateway_manager/v1/gateways");
        let (code, _, err) = way.run(&["call", "get_gateways"]);
        assert_eq!(code, 1);
        assert!(err.contains("timed out after 1 s"), "{err}");
        platform.control("POST", "/sandbox/reset", None);
    }
}

#[test]
fn the_login_is_renewed_after_its_time() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    for way in before(&platform, &scratch, &[("platform.ttl", "1")]) {
        platform.control("DELETE", "/sandbox/requests", None);
        let mut server = way.over_stdio();
        eventually("a second login", || {
            server.call("get_gateways", json!({}));
            platform.count("POST", "/login") > 1
        });
    }
}

#[test]
fn proxies_are_those_of_the_environment() {
    let nobody = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let proxy = format!("http://{}", nobody.local_addr().expect("it listens"));
    drop(nobody);
    for (around, says) in [("elsewhere.invalid", "refused"), ("platform.invalid", "resolve")] {
        let mut command = program();
        command.args(["test", "--platform-host", "platform.invalid"]);
        let output = command.env("ALL_PROXY", &proxy).env("NO_PROXY", around).output();
        let said = String::from_utf8(output.expect("the program starts").stdout).expect("text");
        assert!(said.contains(says), "{around}: {said}");
    }
}

#[test]
fn a_call_names_its_tool_and_arguments() {
    let platform = Platform::start();
    let params = r#"{"route_name": "backup-device", "data": {"device": "core-rtr-07"}}"#;
    let (code, out, err) = run(&platform.env(), &["call", "start_workflow", "--params", params]);
    assert_eq!(code, 0, "{err}");
    // An empty line, then JSON by four blanks.
    assert!(out.starts_with("\n{\n    \"object_id\": \""), "{out}");
    assert_eq!(platform.count("POST", "/operations-manager/triggers/endpoint/backup-device"), 1);
    assert_eq!(run(&platform.env(), &["call", "get_gateways", "--params", ""]).0, 0);
    assert_eq!(run(&platform.env(), &["call"]).0, 2, "a tool must be named");
}

#[test]
fn the_test_is_told_as_asked() {
    let platform = Platform::start();
    let told = |options: &[&str]| {
        let (code, out, err) = run(&platform.env(), &[&["test"], options].concat());
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        out
    };
    let plain = told(&[]);
    assert!(plain.starts_with("Testing connection") && plain.contains("SUCCESS"), "{plain}");
    assert!(!plain.contains("Details:"), "{plain}");
    assert!(told(&["--verbose"]).contains("Details:"));
    assert!(!told(&["--quiet"]).contains("Testing connection"));
    let report: Value = serde_json::from_str(&told(&["--format", "json"])).expect("JSON");
    assert_eq!((&report["success"], &report["summary"]["failed"]), (&json!(true), &json!(0)));
}
