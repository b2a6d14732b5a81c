//! The connection test: what each step finds, where it stops, and how it reports.

use std::net::TcpListener;
use std::time::Duration;

use itential_mcp::config::Platform;
use itential_mcp::platform::check::{self, Report, Status};
use serde_json::Value;

use crate::server::{Act, Seen, Server, answer, json, with_login};
use crate::settings;
use crate::support::HANG;
use crate::tls::{Authority, from_environment, in_child};

/// A platform in good health.
pub fn healthy(seen: &Seen) -> Act {
    match seen.target.as_str() {
        "/whoami" => json(200, r#"{"username":"jo é"}"#),
        "/health/status" => json(200, r#"{"apps":"running","adapters":"running"}"#),
        "/health/server" => json(200, r#"{"version":"15.8.10-2023.2.44"}"#),
        "/health/adapters?limit=1" => json(200, r#"{"results":[],"total":3}"#),
        _ => json(200, "{}"),
    }
}

fn run(platform: &Platform) -> Report {
    check::run(platform, Duration::from_secs(5))
}

fn outcomes(report: &Report) -> Vec<(&str, Status)> {
    report.checks.iter().map(|check| (check.name, check.status)).collect()
}

/// The check that failed: name, message and how it reads in full.
fn failed(report: &Report) -> (&str, String) {
    assert!(!report.success);
    let last = report.checks.last().unwrap();
    assert_eq!(last.status, Status::Failed);
    assert!(!last.suggestion.is_empty(), "a failure says what to do");
    assert_eq!(report.error(), Some(last.message.as_str()));
    let (kind, cause) = last.error.as_ref().unwrap();
    (last.name, format!("{} | {kind}: {cause}", last.message))
}

#[test]
fn a_good_platform_passes_every_check() {
    let server = Server::start(healthy);
    let report = run(&settings(&server));
    assert!(report.success, "{report:?}");
    use Status::{Passed, Skipped};
    assert_eq!(
        outcomes(&report),
        [
            ("configuration", Passed),
            ("dns", Passed),
            ("tcp", Passed),
            ("tls", Skipped),
            ("authentication", Passed),
            ("health", Passed),
            ("api_access", Passed),
        ]
    );
    assert_eq!(report.platform_version.as_deref(), Some("15.8.10-2023.2.44"));
    assert_eq!(report.authenticated_user.as_deref(), Some("jo é"));
    assert_eq!(server.logins(), 1, "one session serves the whole test");
}

#[test]
fn the_report_for_programs() {
    let server = Server::start(healthy);
    let text = check::json(&run(&settings(&server)));
    assert!(text.is_ascii() && text.starts_with("{\n  \"success\": true,\n"), "{text}");
    let report: Value = serde_json::from_str(&text).unwrap();
    let keys: Vec<_> = report.as_object().unwrap().keys().collect();
    let expected = [
        "success",
        "duration_ms",
        "timestamp",
        "checks",
        "platform_version",
        "authenticated_user",
        "summary",
    ];
    assert_eq!(keys, expected);
    assert_eq!(report["authenticated_user"], "jo é");
    assert_eq!(report["summary"]["passed"], 6);
    assert_eq!(report["summary"]["skipped"], 1);
    assert_eq!(report["checks"][0]["details"]["platform_port"], server.address.port());
    assert_eq!(report["checks"][6]["details"]["total_adapters"], 3);
    let timestamp = report["timestamp"].as_str().unwrap();
    assert!(timestamp.len() == 27 && timestamp.ends_with('Z'), "{timestamp}");
}

#[test]
fn the_report_for_people() {
    let server = Server::start(healthy);
    let report = run(&settings(&server));
    let text = check::human(&report, false, false, false, 80);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(
        lines[..3],
        ["Testing connection to Itential Platform...", "", "✓ Configuration loaded successfully"]
    );
    assert_eq!(lines[5], "○ TLS disabled in configuration");
    assert!(
        text.contains(&format!("\n{}\n\n✓ Connection test: SUCCESS\n\n", "─".repeat(60))),
        "{text}"
    );
    assert!(text.contains("  Authenticated as: jo é\n  Total duration: "), "{text}");
    assert!(!text.contains('\u{1b}'));

    let verbose = check::human(&report, true, true, true, 80);
    assert!(!verbose.contains("Testing connection"));
    assert!(verbose.contains("\u{1b}[92m✓\u{1b}[0m Configuration loaded"), "{verbose}");
    assert!(verbose.contains("    • tls_enabled: False\n"), "{verbose}");

    let failed = Server::raw(|_| json(401, "{}"));
    let text = check::human(&run(&settings(&failed)), true, false, false, 80);
    assert!(
        text.contains("✗ Connection test: FAILED\n\n  Error: Authentication failed: "),
        "{text}"
    );
    assert!(text.contains("\n  💡 Suggestion:\n     1. Check platform user"), "{text}");
    assert!(text.contains("  Error: Login: "), "{text}");
}

#[test]
fn wrong_credentials_fail_the_authentication_and_nothing_later() {
    let server = Server::raw(|_| json(401, r#"{"message":"bad user"}"#));
    let report = run(&settings(&server));
    let (name, text) = failed(&report);
    assert_eq!(name, "authentication");
    assert!(text.contains("bad user") && !text.contains("p\"ä"), "{text}");
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn settings_and_network_failures_are_told_apart() {
    let server = Server::start(healthy);
    let good = settings(&server);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let unknown = format!("{}.example", "a".repeat(64));
    for (platform, name, says) in [
        (Platform { user: String::new(), ..good.clone() }, "configuration", "not configured"),
        (
            Platform { disable_tls: false, ca_file: Some("/no/ca.pem".into()), ..good.clone() },
            "configuration",
            "/no/ca.pem",
        ),
        (
            Platform { host: unknown.parse().expect("a host"), ..good.clone() },
            "dns",
            "Could not resolve hostname 'aaa",
        ),
        (
            Platform { port: Some(free.port()), ..good.clone() },
            "tcp",
            "Connection refused to 127.0.0.1",
        ),
    ] {
        let report = run(&platform);
        let (failed, text) = failed(&report);
        assert_eq!(failed, name, "{text}");
        assert!(text.contains(says), "{says:?} is missing in: {text}");
    }
    assert_eq!(server.seen().len(), 0);
}

#[test]
fn later_failures_have_their_own_names() {
    for (path, name) in [("/health/status", "health"), ("/health/adapters", "api_access")] {
        let server = Server::start(move |seen| match seen.path() {
            failing if failing == path => answer(403, &[], "no"),
            _ => healthy(seen),
        });
        let report = run(&settings(&server));
        assert_eq!(failed(&report).0, name);
    }
    // Who is logged in is nice to know and nothing more.
    let server = Server::start(|seen| match seen.path() {
        "/whoami" => json(404, "{}"),
        _ => healthy(seen),
    });
    let report = run(&settings(&server));
    assert_eq!((report.success, report.authenticated_user.as_deref()), (true, Some("admin")));
}

#[test]
fn one_deadline_bounds_all_of_it() {
    let server = Server::start(|seen| match seen.path() {
        "/health/status" => Act::Late(HANG, Vec::new()),
        _ => healthy(seen),
    });
    let platform = Platform { timeout: HANG, ..settings(&server) };
    let report = check::run(&platform, Duration::from_millis(400));
    let (name, text) = failed(&report);
    assert_eq!(name, "health", "a check keeps its name");
    assert!(text.contains("timed out") && text.contains("0.4 s"), "{text}");
}

#[test]
fn tls_is_really_spoken() {
    let authority = Authority::new("check");
    let server = authority.server("127.0.0.1", 2090);
    let report = run(&authority.settings(&server));
    assert!(report.success, "{report:?}");
    let tls = &report.checks[3];
    assert_eq!(tls.details[0], ("protocol", "TLSv1.3".into()));
    assert!(tls.details[1].1.as_str().unwrap().starts_with("TLS_"), "{:?}", tls.details);

    let server = authority.server("else.example", 2090);
    let platform = authority.settings(&server);
    let report = run(&platform);
    let (name, text) = failed(&report);
    assert_eq!(name, "tls");
    assert!(text.contains("certificate hostname does not match"), "{text}");
    assert_eq!(server.seen().len(), 0);
    let report = run(&Platform { disable_verify: true, ..platform });
    assert!(report.success);
    assert_eq!(report.checks[3].status, Status::Warning);
}

#[test]
fn a_proxy_is_used_and_named() {
    let server = Server::raw(with_login(|seen| match seen.method.as_str() {
        "CONNECT" => Act::Send(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
        _ => healthy(seen),
    }));
    let proxy = server.address.to_string();
    in_child("check::child_of_proxy", &[("HTTP_PROXY", &proxy), ("PLATFORM_PORT", "8080")]);
}

#[test]
#[ignore = "run by a_proxy_is_used_and_named"]
fn child_of_proxy() {
    let platform = Platform { disable_tls: true, ..from_environment("platform.invalid") };
    let report = run(&platform);
    assert!(report.success, "{report:?}");
    assert!(report.checks[2].message.contains("the proxy"), "{}", report.checks[2].message);
}
