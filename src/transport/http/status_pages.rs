//! Health, readiness and numbers, for supervisors and load balancers. Never authenticated.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::responder::Visit;
use super::service::Service;
use crate::http::Response;
use crate::observe::metrics;

/// `/status/readyz`: whether the platform answers. Asked at most every few seconds.
pub fn ready(service: &Service, visit: Visit) {
    service.status.ready(move |ready| {
        visit.respond(match ready {
            Ok(()) => Response::json(200, r#"{"status":"ready"}"#),
            Err(reason) => {
                let body = json!({"status": "not ready", "reason": reason}).to_string();
                Response::json(503, body)
            }
        });
    });
}

/// `/status`: this server at a glance.
pub fn overview(service: &Service, visit: Visit) {
    let status = &service.status;
    let mut body = json!({
        "status": "ok",
        "name": "itential-mcp",
        "version": env!("CARGO_PKG_VERSION"),
        "uptime_seconds": status.started.elapsed().as_secs(),
        "sessions": service.sessions.len(),
        "certificate": status.certificate(),
    });
    if status.sandbox {
        body["sandbox"] = json!(true);
    }
    if let Some((written, lost, healthy)) = metrics::AUDIT.health() {
        body["audit"] = json!({"healthy": healthy, "written": written, "lost": lost});
    }
    visit.respond(Response::json(200, body.to_string()));
}

/// `/metrics`, in the Prometheus text format.
pub fn metrics(service: &Service, visit: Visit) {
    let status = &service.status;
    let mut text = metrics::CALLS.render();
    let mut add = |name: &str, kind: &str, help: &str, value: f64| {
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}");
    };
    let uptime = status.started.elapsed().as_secs_f64();
    add("itential_mcp_uptime_seconds", "gauge", "Time since the start.", uptime);
    let sessions = service.sessions.len() as f64;
    add("itential_mcp_sessions", "gauge", "Open sessions of the legacy era.", sessions);
    if let Some(stats) = status.listener.get().and_then(|stats| stats()) {
        let open = stats.connections as f64;
        add("itential_mcp_connections", "gauge", "Open connections.", open);
        add("itential_mcp_streams", "gauge", "Open event streams.", stats.streams as f64);
        let accepted = stats.accepted as f64;
        add("itential_mcp_accepted_total", "counter", "Accepted connections.", accepted);
        let away = stats.turned_away as f64;
        add("itential_mcp_turned_away_total", "counter", "Connections refused at a cap.", away);
        let requests = stats.requests as f64;
        add("itential_mcp_requests_total", "counter", "HTTP requests.", requests);
        let refused = stats.refused_certificates as f64;
        let (name, help) = ("refused", "Client certificates refused.");
        add(&format!("itential_mcp_client_certificates_{name}_total"), "counter", help, refused);
        let missing = stats.missing_certificates as f64;
        let (name, help) = ("missing", "Clients that showed no certificate and must.");
        add(&format!("itential_mcp_client_certificates_{name}_total"), "counter", help, missing);
    }
    if let Some(days) = status.certificate().get("days_left").and_then(Value::as_f64) {
        add("itential_mcp_certificate_days_left", "gauge", "Days the certificate is valid.", days);
    }
    if let Some((written, lost, healthy)) = metrics::AUDIT.health() {
        add("itential_mcp_audit_written_total", "counter", "Audit lines.", written as f64);
        add("itential_mcp_audit_lost_total", "counter", "Lost audit lines.", lost as f64);
        let healthy = f64::from(u8::from(healthy));
        add("itential_mcp_audit_healthy", "gauge", "1: the last line was written.", healthy);
    }
    let body = text.into_bytes();
    visit.respond(Response::empty(200).with_body("text/plain; version=0.0.4", body));
}
