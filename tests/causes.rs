//! `test` names the cause of every kind of failure, and what to do about this one first.

mod support;

use std::net::TcpListener;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use support::certificates::{Authority, Pair, params};
use support::scratch::Scratch;
use support::served::Served;
use support::site::{self, Reply, Site};
use support::{Platform, program, run};

/// What a failed test says: the check that failed, its message, and the first idea what to do.
fn failed(env: &[(&str, &str)], options: &[&str]) -> (String, String, String) {
    let env: Vec<(String, String)> =
        env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let (code, out, err) = run(&env, &[&["test", "--format", "json"], options].concat());
    let report: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{err}"));
    assert_eq!((code, &report["success"]), (1, &Value::Bool(false)), "{report}");
    let check = report["checks"].as_array().expect("checks").last().expect("one").clone();
    let text = |key: &str| check[key].as_str().unwrap_or_default().to_owned();
    let suggestion = text("suggestion");
    assert!(suggestion.starts_with("1. "), "{check}");
    (text("name"), text("message"), suggestion.lines().next().unwrap_or_default().to_owned())
}

/// Asserts that the test ends at this check, says this, and has this idea first.
fn assert_cause(
    what: &str,
    (env, options): (&[(&str, &str)], &[&str]),
    (name, message, idea): (&str, &str, &str),
) {
    let (failing, said, first) = failed(env, options);
    assert_eq!(failing, name, "{what}: {said}");
    assert!(said.contains(message), "{what}: {said}");
    assert!(first.contains(idea), "{what}: {first}");
}

/// A server of TLS with this certificate, which is no platform.
fn tls_server(pair: &Pair) -> Served {
    let mut command = program();
    command.args(["run", "--transport", "http", "--port", "0", "--sandbox"]);
    command.args(pair.options()).arg("--allow-expired-certificate");
    Served::spawn(command).unwrap_or_else(|(status, log)| panic!("{status}: {log}"))
}

fn port_of_nobody() -> String {
    let nobody = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    nobody.local_addr().expect("it listens").port().to_string()
}

fn days(from_now: i64) -> SystemTime {
    let span = Duration::from_secs(from_now.unsigned_abs() * 24 * 60 * 60);
    if from_now < 0 { SystemTime::now() - span } else { SystemTime::now() + span }
}

const HERE: [&str; 2] = ["--platform-host", "127.0.0.1"];

#[test]
fn names_and_ports() {
    let nobody = port_of_nobody();
    let name = format!("{}.example", "a".repeat(64));
    let refused = [&HERE[..], &["--platform-port", &nobody]].concat();
    assert_cause(
        "no such name",
        (&[], &["--platform-host", &name]),
        ("dns", "Could not resolve hostname", "spelling of platform host"),
    );
    assert_cause(
        "nothing listens",
        (&[], &refused),
        ("tcp", "Connection refused to 127.0.0.1", "Check platform port"),
    );
    // A server that takes connections and says nothing.
    let silent = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = silent.local_addr().expect("it listens").port().to_string();
    let options =
        [&HERE[..], &["--platform-port", &port, "--platform-disable-tls", "--timeout", "1"]];
    let (check, said, first) = failed(&[], &options.concat());
    assert!(check == "authentication" && said.contains("timed out"), "{check}: {said}");
    assert!(first.contains("more time"), "{first}");
}

#[test]
fn certificates() {
    let scratch = Scratch::new();
    let ca = Authority::new("causes");
    let authority = scratch.write("ca.pem", ca.pem());
    let dated = |from: i64, until: i64| {
        let mut dated = params(&["localhost", "127.0.0.1"]);
        (dated.not_before, dated.not_after) = (days(from).into(), days(until).into());
        ca.issue_with(dated)
    };
    let (good, old, early) = (dated(-1, 90), dated(-90, -2), dated(30, 90));
    let other = ca.issue(&["else.example"]);
    let trusted = ["--platform-ca-file", &authority];
    for (what, pair, more, message, idea) in [
        ("unknown issuer", &good, &[][..], "unknown issuer", "ca_file"),
        ("expired", &old, &trusted, "certificate has expired", "Renew the platform's certificate"),
        ("clock", &early, &trusted, "not valid yet", "Correct the clock of this machine"),
        ("name", &other, &trusted, "hostname does not match", "name in the certificate"),
    ] {
        let site = Site::start(Some(site::tls(pair)), |_| Reply::Json(404, json!({})));
        let port = site.port.to_string();
        let options = [&HERE[..], &["--platform-port", &port], more].concat();
        assert_cause(what, (&[], &options), ("tls", message, idea));
    }
    // Nobody to believe.
    let server = tls_server(&Pair::write(&scratch, "good", good));
    let port = server.port.to_string();
    let options = [&HERE[..], &["--platform-port", &port]].concat();
    let (_, said, first) = failed(&[("SSL_CERT_FILE", "/nope/bundle.pem")], &options);
    assert!(said.contains("/nope/bundle.pem") || said.contains("cannot work"), "{said}");
    assert!(first.contains("platform host") || first.contains("SSL_CERT_FILE"), "{first}");
    // TLS is spoken where plain HTTP is asked, and the other way round.
    let plain = [&options[..], &["--platform-disable-tls"]].concat();
    assert_cause(
        "TLS, from a server that says so",
        (&[], &plain),
        ("authentication", "speaks TLS", "leave out disable_tls"),
    );
    let site = Site::start(Some(site::tls(&ca.issue(&["localhost"]))), |_| unreachable!());
    let port = site.port.to_string();
    let plain = [&HERE[..], &["--platform-port", &port, "--platform-disable-tls"]].concat();
    assert_cause(
        "TLS, from one that says nothing",
        (&[], &plain),
        ("authentication", "", "leave out disable_tls"),
    );
    let platform = Platform::start();
    let port = platform.port.to_string();
    let options = [&HERE[..], &["--platform-port", &port]].concat();
    assert_cause(
        "plain HTTP",
        (&[], &options),
        ("tls", "TLS", "Check platform port, or set disable_tls"),
    );
}

#[test]
fn answers() {
    let platform = Platform::start();
    let port = platform.port.to_string();
    let options = [&HERE[..], &["--platform-port", &port, "--platform-disable-tls"]].concat();
    let page = json!({"body": "<html><body>Welcome</body></html>", "content_type": "text/html"});
    for (what, path, fault, name, message, idea) in [
        ("401", "/login", json!({"status": 401}), "authentication", "401", "user and password"),
        ("403", "/login", json!({"status": 403}), "authentication", "403", "user and password"),
        ("a page", "/login", page.clone(), "authentication", "login answer", "the platform's own"),
        ("500", "/health/status", json!({"status": 503}), "health", "503", "starting"),
        (
            "403 later",
            "/health/status",
            json!({"status": 403}),
            "health",
            "403",
            "Give the account",
        ),
        ("a page later", "/health/status", page, "health", "JSON", "the platform's own"),
        (
            "API",
            "/health/adapters",
            json!({"status": 403}),
            "api_access",
            "403",
            "Give the account",
        ),
    ] {
        let mut rule = fault;
        rule["match"] = json!({"path": path});
        rule["times"] = json!(100);
        platform.faults(json!([rule]));
        assert_cause(what, (&[], &options), (name, message, idea));
    }
    // Something else that speaks HTTP.
    let mut command = program();
    command.args(["run", "--transport", "http", "--port", "0", "--sandbox"]);
    let other = Served::spawn(command).unwrap_or_else(|(status, log)| panic!("{status}: {log}"));
    let port = other.port.to_string();
    let options = [&HERE[..], &["--platform-port", &port, "--platform-disable-tls"]].concat();
    assert_cause(
        "another service",
        (&[], &options),
        ("authentication", "404", "the platform's own"),
    );
}

#[test]
fn proxies() {
    let nobody = port_of_nobody();
    let closed = format!("http://127.0.0.1:{nobody}");
    let far = ["--platform-host", "platform.invalid"];
    assert_cause(
        "a proxy that is not there",
        (&[("HTTPS_PROXY", &closed)], &far),
        ("tcp", "Connection refused", "Check the proxy"),
    );
    // It answers, and gives no tunnel.
    let platform = Platform::start();
    let refusing = format!("http://127.0.0.1:{}", platform.port);
    assert_cause(
        "a proxy that refuses",
        (&[("HTTPS_PROXY", &refusing)], &far),
        ("authentication", "the proxy gave no tunnel", "Check the proxy"),
    );
    assert_cause(
        "no proxy at all",
        (&[("HTTPS_PROXY", "nonsense://x")], &far),
        ("configuration", "Configuration cannot work", "platform host"),
    );
}
