//! Health, readiness and numbers, for supervisors and load balancers. Never authenticated.

use serde_json::json;

use super::numbers;
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
    let body = numbers::page(service).into_bytes();
    visit.respond(Response::empty(200).with_body("text/plain; version=0.0.4; charset=utf-8", body));
}
