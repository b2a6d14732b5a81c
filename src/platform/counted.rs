//! What is counted of requests to the platform.

use std::time::Duration;

use super::error::{Error, ErrorKind};
use super::exchange::Reply;
use super::session::Credential;
use crate::observe::metrics::{self, Failure, Method, Went};

/// Counts one request.
pub(super) fn request(method: &str, outcome: &Result<Reply, Error>, time: Duration) {
    let method = Method::of(method);
    let status = outcome.as_ref().map_or(0, |reply| reply.status);
    metrics::PLATFORM_REQUESTS.count(&[method, metrics::code(status)]);
    metrics::PLATFORM_SECONDS.observe(&[method], time);
    let Err(error) = outcome else { return };
    let reason = match error.kind {
        ErrorKind::Cancelled => Failure::Cancelled,
        ErrorKind::Connect { .. } => Failure::Connect,
        ErrorKind::Dns { .. } => Failure::Dns,
        ErrorKind::Tls { .. } => Failure::Tls,
        ErrorKind::Timeout { .. } => Failure::Timeout,
        ErrorKind::Lost { .. } => Failure::Lost,
        _ => Failure::Other,
    };
    metrics::PLATFORM_FAILURES.count(&[reason.at()]);
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
