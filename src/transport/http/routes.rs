//! Which request goes where.

use super::responder::{AdmittedResponder, Visit, trimmed};
use super::service::Service;
use super::{headers, legacy_sse, origin, status_pages, streamable};
use crate::http::{Exchange, Handler, Response};
use crate::protocol::RpcError;

/// One row: where, how, and what answers.
struct Route {
    methods: &'static [&'static str],
    place: Place,
    /// Whether it is there with these settings.
    when: fn(&Service) -> bool,
    run: fn(&Service, Visit),
}

enum Place {
    /// The configured MCP endpoint.
    Endpoint,
    /// A path below it.
    Below(&'static str),
    /// A fixed path.
    Fixed(&'static str),
}

const READ: &[&str] = &["GET", "HEAD"];

static ROUTES: &[Route] = &[
    Route {
        methods: &["POST", "GET", "DELETE"],
        place: Place::Endpoint,
        when: always,
        run: streamable::endpoint,
    },
    Route {
        methods: &["GET"],
        place: Place::Fixed(legacy_sse::PATH),
        when: |service| service.legacy_sse,
        run: legacy_sse::open,
    },
    Route {
        methods: &["POST"],
        place: Place::Fixed(legacy_sse::MESSAGES),
        when: |service| service.legacy_sse,
        run: legacy_sse::message,
    },
    Route {
        methods: &["POST"],
        place: Place::Below(legacy_sse::MESSAGES),
        when: |service| service.legacy_sse,
        run: legacy_sse::message,
    },
    Route {
        methods: READ,
        place: Place::Fixed("/status/healthz"),
        when: always,
        run: |_, visit| visit.respond(Response::json(200, r#"{"status":"ok"}"#)),
    },
    Route {
        methods: READ,
        place: Place::Fixed("/status/livez"),
        when: always,
        run: |_, visit| visit.respond(Response::json(200, r#"{"status":"alive"}"#)),
    },
    Route {
        methods: READ,
        place: Place::Fixed("/status/readyz"),
        when: always,
        run: status_pages::ready,
    },
    Route {
        methods: READ,
        place: Place::Fixed("/status"),
        when: always,
        run: status_pages::overview,
    },
    Route {
        methods: READ,
        place: Place::Fixed("/metrics"),
        when: |service| service.metrics,
        run: status_pages::metrics,
    },
];

fn always(_: &Service) -> bool {
    true
}

impl Handler for Service {
    fn handle(&self, exchange: Exchange) {
        dispatch(self, exchange);
    }
}

/// Hands the exchange to its route, when its sender may come in at all.
fn dispatch(service: &Service, exchange: Exchange) {
    let Exchange { request, responder } = exchange;
    let admitted = match service.origins.admit(&request) {
        Ok(admitted) => admitted,
        Err(refusal) => return responder.respond(refusal),
    };
    let preflight = admitted.is_browser() && request.method == "OPTIONS";
    let visit = Visit { request, responder: AdmittedResponder::new(responder, admitted) };
    if let Some(name) = headers::doubled(&visit.request) {
        let error = RpcError::header_mismatch(format!("The header {name} is given more than once"));
        return streamable::refuse(visit, 400, &error);
    }
    let path = trimmed(&visit.request.path);
    let found = ROUTES.iter().find(|route| {
        let there = match route.place {
            Place::Endpoint => path == trimmed(&service.path),
            Place::Below(rest) => path
                .strip_suffix(rest)
                .is_some_and(|above| above == service.path.trim_end_matches('/')),
            Place::Fixed(fixed) => path == fixed,
        };
        there && (route.when)(service)
    });
    let Some(route) = found else {
        let text = format!("Not Found. The MCP endpoint is {}\n", service.path);
        return visit.respond(Response::text(404, text));
    };
    if preflight {
        return visit.respond(origin::preflight(route.methods));
    }
    if !route.methods.contains(&visit.request.method.as_str()) {
        let allow = route.methods.join(", ");
        let text = format!("Method Not Allowed. Allowed here: {allow}\n");
        return visit.respond(Response::text(405, text).with_header("Allow", allow));
    }
    (route.run)(service, visit);
}
