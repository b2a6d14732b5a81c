//! Which request goes where.

use std::sync::Arc;

use super::noted::Noted;
use super::origin::{OriginRules, Pages};
use super::responder::{AdmittedResponder, Visit, trimmed};
use super::service::Service;
use super::{credential, headers, legacy_sse, origin, status_pages, streamable};
use crate::auth::{Check, Endpoint, OauthProxy, Visitor};
use crate::config;
use crate::http::{Exchange, Handler, Response};
use crate::observe::metrics::{Route as Counted, TURNED, Turned};
use crate::protocol::{Caller, RpcError};
use crate::transport::workers::Job;

/// One row: where, how, and what answers.
struct Route {
    methods: &'static [&'static str],
    place: Place,
    /// As what its requests are counted.
    counted: Counted,
    /// Whether it is there with these settings.
    when: fn(&Service) -> bool,
    /// Whether it answers whoever asks.
    open: bool,
    /// Whose pages may ask.
    pages: Pages,
    run: fn(&Service, Visit),
}

enum Place {
    /// The configured MCP endpoint.
    Endpoint,
    /// A path below it.
    Below(&'static str),
    /// A fixed path.
    Fixed(&'static str),
    /// Where the metadata of the endpoint stands, as a resource.
    Metadata,
    /// Where the OAuth proxy has this.
    Oauth(Endpoint),
}

impl Route {
    /// Whether it is at this path, with these settings.
    fn is_at(&self, path: &str, service: &Service) -> bool {
        let there = match self.place {
            Place::Endpoint => path == trimmed(&service.path),
            Place::Below(rest) => path
                .strip_suffix(rest)
                .is_some_and(|above| above == service.path.trim_end_matches('/')),
            Place::Fixed(fixed) => path == fixed,
            Place::Metadata => service.authority.resource().is_at(path),
            Place::Oauth(endpoint) => {
                service.authority.proxy().is_some_and(|proxy| proxy.is_at(endpoint, path))
            }
        };
        there && (self.when)(service)
    }
}

const READ: &[&str] = &["GET", "HEAD"];

static ROUTES: &[Route] = &[
    Route {
        methods: &["POST", "GET", "DELETE"],
        place: Place::Endpoint,
        counted: Counted::Mcp,
        when: always,
        open: false,
        pages: Pages::Listed,
        run: streamable::endpoint,
    },
    Route {
        methods: &["GET"],
        place: Place::Fixed(legacy_sse::PATH),
        counted: Counted::Sse,
        when: |service| service.legacy_sse,
        open: false,
        pages: Pages::Listed,
        run: legacy_sse::open,
    },
    Route {
        methods: &["POST"],
        place: Place::Fixed(legacy_sse::MESSAGES),
        counted: Counted::Messages,
        when: |service| service.legacy_sse,
        open: false,
        pages: Pages::Listed,
        run: legacy_sse::message,
    },
    Route {
        methods: &["POST"],
        place: Place::Below(legacy_sse::MESSAGES),
        counted: Counted::Messages,
        when: |service| service.legacy_sse,
        open: false,
        pages: Pages::Listed,
        run: legacy_sse::message,
    },
    Route {
        methods: READ,
        place: Place::Fixed(HEALTH),
        counted: Counted::Health,
        when: always,
        open: true,
        pages: Pages::Listed,
        run: |_, visit| visit.respond(Response::json(200, r#"{"status":"ok"}"#)),
    },
    Route {
        methods: READ,
        place: Place::Fixed("/status/livez"),
        counted: Counted::Health,
        when: always,
        open: true,
        pages: Pages::Listed,
        run: |_, visit| visit.respond(Response::json(200, r#"{"status":"alive"}"#)),
    },
    Route {
        methods: READ,
        place: Place::Fixed("/status/readyz"),
        counted: Counted::Ready,
        when: always,
        open: true,
        pages: Pages::Listed,
        run: status_pages::ready,
    },
    Route {
        methods: READ,
        place: Place::Fixed("/status"),
        counted: Counted::Status,
        when: always,
        open: true,
        pages: Pages::Listed,
        run: status_pages::overview,
    },
    Route {
        methods: READ,
        place: Place::Fixed(METRICS),
        counted: Counted::Metrics,
        when: |service| service.metrics,
        open: true,
        pages: Pages::Listed,
        run: status_pages::metrics,
    },
    Route {
        methods: READ,
        place: Place::Metadata,
        counted: Counted::Metadata,
        when: |service| service.authority.resource().is_told(),
        open: true,
        pages: Pages::All,
        run: |service, visit| {
            let metadata = service.authority.resource().metadata(&visit.request);
            visit.respond(metadata);
        },
    },
    oauth(Endpoint::Metadata, READ, Pages::All),
    oauth(Endpoint::Register, &["POST"], Pages::All),
    oauth(Endpoint::Token, &["POST"], Pages::All),
    oauth(Endpoint::Revoke, &["POST"], Pages::All),
    oauth(Endpoint::Authorize, &["GET", "HEAD", "POST"], Pages::Browsed),
    oauth(Endpoint::Consent, &["GET", "HEAD", "POST"], Pages::Browsed),
    oauth(Endpoint::Callback, READ, Pages::Browsed),
];

/// An endpoint of the OAuth proxy.
const fn oauth(endpoint: Endpoint, methods: &'static [&'static str], pages: Pages) -> Route {
    let place = Place::Oauth(endpoint);
    let counted = Counted::Oauth;
    Route { methods, place, counted, when: always, open: true, pages, run: at_proxy }
}

/// Has the OAuth proxy answer, where waiting for the provider is allowed.
fn at_proxy(service: &Service, visit: Visit) {
    let path = trimmed(&visit.request.path);
    let proxy = service.authority.proxy();
    let found = proxy.and_then(|proxy| {
        let endpoint = Endpoint::ALL.into_iter().find(|endpoint| proxy.is_at(*endpoint, path))?;
        Some((Arc::clone(proxy), endpoint))
    });
    match found {
        Some((proxy, endpoint)) => {
            let anybody = Caller::new(None, &visit.request.peer.to_string());
            service.workers.run(&anybody, Box::new(AtProxy { proxy, endpoint, visit }));
        }
        None => visit.respond(Response::text(404, "Not Found\n")),
    }
}

/// A request to the OAuth proxy.
struct AtProxy {
    proxy: Arc<OauthProxy>,
    endpoint: Endpoint,
    visit: Visit,
}

impl Job for AtProxy {
    fn run(self: Box<Self>) {
        let answer = self.proxy.answer(self.endpoint, &self.visit.request);
        self.visit.respond(answer);
    }

    fn refuse(self: Box<Self>) {
        self.visit.respond(busy());
    }
}

/// Whether the process is well. Other paths are often guessed, so that a 404 names it.
const HEALTH: &str = "/status/healthz";

const METRICS: &str = "/metrics";

/// Below this path clients look for documents about the server (RFC 8615).
const WELL_KNOWN: &str = "/.well-known/";

fn always(_: &Service) -> bool {
    true
}

impl Handler for Service {
    fn handle(&self, exchange: Exchange) {
        let found = |path: &str| ROUTES.iter().find(|route| route.is_at(path, self));
        dispatch(self, (&self.origins, &self.path), found, exchange);
    }
}

/// The pages about the server at an address of their own.
pub struct Aside {
    service: Arc<Service>,
    origins: OriginRules,
}

impl Aside {
    /// Those of this server, at the address that its settings name for them.
    pub fn new(service: Arc<Service>, settings: &config::Server) -> Self {
        let here = config::Server {
            host: settings.metrics_host.clone(),
            certificate_file: None,
            ..settings.clone()
        };
        Self { service, origins: OriginRules::new(&here) }
    }
}

impl Handler for Aside {
    fn handle(&self, exchange: Exchange) {
        let found = |path: &str| {
            let is_at = |route: &&Route| matches!(route.place, Place::Fixed(at) if at == path);
            ROUTES.iter().filter(is_at).find(|route| route.counted.is_about_server())
        };
        dispatch(&self.service, (&self.origins, ""), found, exchange);
    }
}

/// Hands the exchange to its route, when its sender may come in at all, by the rules of the listener;
/// beside them stands where it has the MCP endpoint.
fn dispatch(
    service: &Service,
    (origins, endpoint): (&OriginRules, &str),
    find: impl Fn(&str) -> Option<&'static Route>,
    exchange: Exchange,
) {
    let Exchange { request, responder } = exchange;
    let path = trimmed(&request.path).to_owned();
    let found = find(&path);
    let noted = Noted::new(&request, found.map_or(Counted::Other, |route| route.counted));
    let pages = found.map_or(Pages::Listed, |route| route.pages);
    let admitted = match origins.admit(&request, pages) {
        Ok(admitted) => admitted,
        Err(refusal) => {
            TURNED.count(&[Turned::Origin.at()]);
            noted.answered(refusal.status, refusal.body.len() as u64);
            return responder.respond(refusal);
        }
    };
    let preflight = admitted.is_browser() && request.method == "OPTIONS";
    let responder = AdmittedResponder::new(responder, admitted, noted);
    let visit = Visit { request, responder, visitor: Visitor::default(), credential: None };
    if let Some(name) = headers::doubled(&visit.request) {
        let error = RpcError::header_mismatch(format!("The header {name} is given more than once"));
        return streamable::refuse(visit, 400, &error);
    }
    let Some(route) = found else {
        if path.starts_with(WELL_KNOWN) {
            let body = r#"{"error":"not_found","error_description":"no such document here"}"#;
            return visit.respond(Response::json(404, body));
        }
        let text = match endpoint {
            "" => format!("Not Found. The metrics are at {METRICS}, health is {HEALTH}\n"),
            path => format!("Not Found. The MCP endpoint is {path}, health is {HEALTH}\n"),
        };
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
    if route.open {
        return (route.run)(service, visit);
    }
    if service.proxied && !visit.request.trusted_peer {
        TURNED.count(&[Turned::Proxy.at()]);
        let text = "Forbidden: this server is reached through its proxy alone (strict)\n";
        return visit.respond(Response::text(403, text));
    }
    match service.authority.check(&visit.request) {
        Check::Waits => match service.me.upgrade() {
            Some(me) => {
                let nobody = Caller::new(None, &visit.request.peer.to_string());
                let unsettled = Unsettled { service: me, route, visit };
                service.workers.run(&nobody, Box::new(unsettled));
            }
            None => visit.respond(Response::text(503, STOPPING)),
        },
        decided => enter(service, route, visit, decided),
    }
}

const STOPPING: &str = "The server stops\n";

/// Hands the request to its route, if it may come in.
fn enter(service: &Service, route: &Route, mut visit: Visit, check: Check) {
    match check {
        Check::Admitted(visitor) => {
            visit.visitor = visitor;
            let identity = visit.visitor.identity.as_ref();
            visit.responder.noted.by(|| identity.map(|identity| identity.id()));
            if service.callers_accounts {
                match credential::shown(&visit.request, service.tls) {
                    Ok(shown) => visit.credential = shown,
                    Err(refusal) => return visit.respond(refusal),
                }
            }
            (route.run)(service, visit);
        }
        Check::Refused(response) => visit.respond(response),
        Check::Waits => visit.respond(busy()),
    }
}

/// A request of somebody who cannot be known without asking another server first.
struct Unsettled {
    service: Arc<Service>,
    route: &'static Route,
    visit: Visit,
}

impl Job for Unsettled {
    fn run(self: Box<Self>) {
        let settled = self.service.authority.settle(&self.visit.request);
        enter(&self.service, self.route, self.visit, settled);
    }

    fn refuse(self: Box<Self>) {
        self.visit.respond(busy());
    }
}

fn busy() -> Response {
    let body = r#"{"error":"temporarily_unavailable","error_description":"the server is busy; try again"}"#;
    Response::json(503, body).with_header("Retry-After", "1")
}
