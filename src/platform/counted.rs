//! What is counted of requests to the platform.

use std::time::Duration;

use super::connection::Connection;
use super::error::{Error, ErrorKind};
use super::exchange::{Call, Reply};
use super::session::Credential;
use crate::observe::metrics::{self, Failure, Method, Went};
use crate::observe::spans;
use crate::trace::Trace;

/// Counts one request.
pub(super) fn request(method: &str, outcome: &Result<Reply, Error>, time: Duration) {
    let method = Method::of(method);
    let status = outcome.as_ref().map_or(0, |reply| reply.status);
    metrics::PLATFORM_REQUESTS.count(&[method, metrics::code(status)]);
    metrics::PLATFORM_SECONDS.observe(&[method], time);
    if let Err(error) = outcome {
        metrics::PLATFORM_FAILURES.count(&[failure(error).at()]);
    }
}

/// Why there was no answer.
fn failure(error: &Error) -> Failure {
    match error.kind {
        ErrorKind::Cancelled => Failure::Cancelled,
        ErrorKind::Connect { .. } => Failure::Connect,
        ErrorKind::Dns { .. } => Failure::Dns,
        ErrorKind::Tls { .. } => Failure::Tls,
        ErrorKind::Timeout { .. } => Failure::Timeout,
        ErrorKind::Lost { .. } => Failure::Lost,
        _ => Failure::Other,
    }
}

/// Hands on the span of one request, by the conventions of OpenTelemetry for HTTP.
pub(super) fn span(
    client: &Connection,
    call: &Call<'_>,
    (trace, parent): (&Trace, Option<&Trace>),
    outcome: &Result<Reply, Error>,
    time: Duration,
) {
    if !spans::are_collected() {
        return;
    }
    let status = outcome.as_ref().map(|reply| reply.status.to_string()).unwrap_or_default();
    let error = match outcome {
        Ok(reply) if reply.status >= 400 => Some(format!("status {}", reply.status)),
        Ok(_) => None,
        Err(error) => Some(error.to_string()),
    };
    let kind = match outcome {
        Err(error) => Failure::LABEL.values.get(failure(error).at()).copied().unwrap_or_default(),
        Ok(_) if error.is_some() => status.as_str(),
        Ok(_) => "",
    };
    spans::offer(&spans::Span {
        trace,
        parent,
        name: call.method,
        kind: spans::SpanKind::Client,
        time,
        error: error.as_deref(),
        attributes: &[
            ("http.request.method", call.method),
            ("url.full", &format!("{}{}", client.base, call.path)),
            ("http.response.status_code", &status),
            ("error.type", kind),
        ],
    });
}

/// Counts one login.
pub(super) fn login(outcome: &Result<Credential, Error>) {
    let went = match outcome {
        Ok(_) => Went::Ok,
        // Whoever wanted it has gone.
        Err(error) if error.is_cancelled() => return,
        Err(Error { kind: ErrorKind::Login { .. }, .. }) => Went::Refused,
        Err(_) => Went::Failed,
    };
    metrics::LOGINS.count(&[went.at()]);
}
