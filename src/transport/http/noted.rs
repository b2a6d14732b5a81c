//! What is noted of each request once it is answered: a count, and a line of the access log.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use ring::digest::{SHA256, digest};

use crate::http::Request;
use crate::limits;
use crate::observe::metrics::{self, Method, Route};
use crate::observe::{Access, writes_access};
use crate::trace::Trace;

/// A request that is to be answered. One that is dropped unanswered gets status 500.
pub struct Noted {
    begun: Instant,
    route: Route,
    method: usize,
    /// It says nothing how long the answer took.
    pub untimed: bool,
    status: u16,
    bytes: u64,
    line: Option<Box<Access>>,
}

impl Noted {
    /// A request that has just come.
    pub fn new(request: &Request, route: Route) -> Self {
        Self {
            begun: Instant::now(),
            route,
            method: Method::of(&request.method),
            untimed: false,
            status: 500,
            bytes: 0,
            line: writes_access().then(|| Box::new(line(request))),
        }
    }

    /// Who asks.
    pub fn by(&mut self, caller: impl FnOnce() -> Option<String>) {
        if let Some(line) = &mut self.line {
            line.caller = caller();
        }
    }

    /// To which trace it belongs.
    pub fn of_trace(&mut self, trace: Option<&Trace>) {
        if let (Some(line), Some(trace)) = (&mut self.line, trace) {
            line.trace = Some(trace.id().to_string());
        }
    }

    /// In which session it is: told by a digest, which opens nothing.
    pub fn in_session(&mut self, id: &str) {
        if let Some(line) = &mut self.line {
            let digest = digest(&SHA256, id.as_bytes());
            let short = digest.as_ref().iter().take(4).fold(String::new(), |mut short, byte| {
                let _ = write!(short, "{byte:02x}");
                short
            });
            line.session = Some(short);
        }
    }

    /// It was answered so.
    pub fn answered(mut self, status: u16, bytes: u64) {
        (self.status, self.bytes) = (status, bytes);
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        if self.method == Method::Head.at() {
            self.bytes = 0;
        }
        let route = self.route.at();
        metrics::HTTP_REQUESTS.count(&[route, self.method, metrics::code(self.status)]);
        if !self.untimed {
            metrics::HTTP_SECONDS.observe(&[route], self.begun.elapsed());
        }
        if let Some(line) = &self.line {
            line.write(self.status, self.bytes, self.begun.elapsed());
        }
    }
}

fn line(request: &Request) -> Access {
    static COUNT: AtomicU64 = AtomicU64::new(0);

    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte);
    let named = request
        .header("x-request-id")
        .filter(|id| (1..=limits::REQUEST_ID_BYTES).contains(&id.len()) && id.bytes().all(plain));
    let own = || {
        let number = COUNT.fetch_add(1, Ordering::Relaxed) + 1;
        format!("{}-{number}", std::process::id())
    };
    Access {
        client: request.peer,
        caller: None,
        method: request.method.clone(),
        path: request.path.clone(),
        version: request.version,
        agent: request.header("user-agent").map(str::to_owned),
        session: None,
        request: named.map_or_else(own, str::to_owned),
        trace: named_trace(request).map(|trace| trace.id().to_string()),
    }
}

/// The trace that the headers of a request name.
pub fn named_trace(request: &Request) -> Option<Trace> {
    Trace::read(request.header("traceparent")?, request.header("tracestate"))
}
