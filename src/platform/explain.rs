//! What an error of the HTTP library means.

use std::io;
use std::time::Duration;

use ureq::Timeout;

use super::error::{CONNECTING, Error, ErrorKind, RESOLVING, Target};
use crate::outbound::{NameFailure, TlsFault, Unusable};

/// Says what an error of the HTTP library means.
pub(super) fn explain(error: ureq::Error, target: Box<Target>, waited: Duration) -> Error {
    match error {
        ureq::Error::Timeout(Timeout::Resolve) => {
            Error::new(target, ErrorKind::Timeout { phase: RESOLVING, waited })
        }
        ureq::Error::Timeout(Timeout::Connect) => {
            Error::new(target, ErrorKind::Timeout { phase: CONNECTING, waited })
        }
        ureq::Error::Timeout(_) => {
            Error::new(target, ErrorKind::Timeout { phase: "waiting for the answer", waited })
        }
        ureq::Error::Other(cause) => other(cause, target),
        ureq::Error::ConnectProxyFailed(cause) => Error::new(
            target,
            ErrorKind::Connect { cause: format!("the proxy gave no tunnel ({cause})") },
        ),
        ureq::Error::ConnectionFailed => Error::new(
            target,
            ErrorKind::Connect { cause: "no connection could be made".to_owned() },
        ),
        ureq::Error::Tls(cause) => Error::new(
            target,
            ErrorKind::Tls {
                cause: cause.to_owned(),
                advice: "Check platform host, port and disable_tls",
            },
        ),
        ureq::Error::Io(error) => {
            if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
                return tls(error, target);
            }
            match error.kind() {
                io::ErrorKind::ConnectionRefused => Error::new(
                    target,
                    ErrorKind::Connect { cause: "connection refused".to_owned() },
                ),
                io::ErrorKind::HostUnreachable
                | io::ErrorKind::NetworkUnreachable
                | io::ErrorKind::NetworkDown
                | io::ErrorKind::AddrNotAvailable
                | io::ErrorKind::PermissionDenied => {
                    Error::new(target, ErrorKind::Connect { cause: error.to_string() })
                }
                io::ErrorKind::TimedOut => {
                    Error::new(target, ErrorKind::Timeout { phase: CONNECTING, waited })
                }
                _ => Error::new(target, ErrorKind::Lost { cause: error.to_string() }),
            }
        }
        ureq::Error::Http(error) => {
            Error::new(target, ErrorKind::Setup { problem: error.to_string() })
        }
        ureq::Error::Protocol(error) => Error::new(
            target,
            ErrorKind::Lost {
                cause: format!(
                    "what came is not HTTP ({error}); check platform port, and whether it speaks TLS"
                ),
            },
        ),
        other => Error::new(target, ErrorKind::Lost { cause: other.to_string() }),
    }
}

/// What our own parts below the HTTP library say.
fn other(cause: Box<dyn std::error::Error + Send + Sync>, target: Box<Target>) -> Error {
    let cause = match cause.downcast::<Error>() {
        Ok(explained) => {
            return Error { target: Some(explained.target.unwrap_or(target)), ..*explained };
        }
        Err(cause) => cause,
    };
    if let Some(name) = cause.downcast_ref::<NameFailure>() {
        let (host, cause) = (name.host.clone(), name.cause.clone());
        return Error::new(target, ErrorKind::Dns { host, cause });
    }
    if let Some(error) = cause.downcast_ref() {
        return tls(error, target);
    }
    match cause.downcast::<Unusable>() {
        Ok(unusable) => (*unusable).into(),
        Err(cause) => Error::new(target, ErrorKind::Lost { cause: cause.to_string() }),
    }
}

fn tls(error: &rustls::Error, target: Box<Target>) -> Error {
    let fault = TlsFault::of(error);
    Error::new(target, ErrorKind::Tls { cause: fault.to_string(), advice: advice(&fault) })
}

/// What to do about it.
pub(super) fn advice(fault: &TlsFault) -> &'static str {
    match fault {
        TlsFault::Name => {
            "Use the name in the certificate as platform host, or have it issued for this name"
        }
        TlsFault::Expired => {
            "Renew the platform's certificate, or correct the clock of this machine"
        }
        TlsFault::NotYet => {
            "Correct the clock of this machine, or of the one that issued the certificate"
        }
        TlsFault::Issuer | TlsFault::Certificate(_) => {
            "Set the platform's ca_file (or SSL_CERT_FILE) to the PEM file of the authority that \
             signed it"
        }
        TlsFault::NotTls => {
            "Check platform port, or set disable_tls if the platform serves plain HTTP"
        }
        TlsFault::Other(_) => "Check platform host, port and the TLS settings of the server",
    }
}
