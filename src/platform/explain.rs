//! What an error of the HTTP library means.

use std::io;
use std::time::Duration;

use ureq::Timeout;

use super::agent::NameFailure;
use super::error::{CONNECTING, Error, ErrorKind, Target};
use super::trust::is_authority;

/// Says what an error of the HTTP library means.
pub(super) fn explain(error: ureq::Error, target: Box<Target>, waited: Duration) -> Error {
    match error {
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            Error::new(target, ErrorKind::Timeout { phase: CONNECTING, waited })
        }
        ureq::Error::Timeout(_) => {
            Error::new(target, ErrorKind::Timeout { phase: "waiting for the answer", waited })
        }
        ureq::Error::Other(cause) => match cause.downcast::<Error>() {
            Ok(explained) => *explained,
            Err(cause) => match cause.downcast::<NameFailure>() {
                Ok(name) => {
                    Error::new(target, ErrorKind::Dns { host: name.host, cause: name.cause })
                }
                Err(cause) => match cause.downcast::<rustls::Error>() {
                    Ok(error) => tls(&error, target),
                    Err(cause) => Error::new(target, ErrorKind::Lost { cause: cause.to_string() }),
                },
            },
        },
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

fn tls(error: &rustls::Error, target: Box<Target>) -> Error {
    let (cause, advice) = tls_cause(error);
    Error::new(target, ErrorKind::Tls { cause, advice })
}

/// Says what a TLS error means, in the words of the TLS documentation, and what to do about it.
pub(crate) fn tls_cause(error: &rustls::Error) -> (String, &'static str) {
    use rustls::{CertificateError as Certificate, Error as Tls};

    const AUTHORITY: &str = "Set the platform's ca_file (or SSL_CERT_FILE) to the PEM file of the \
                             authority that signed it";
    const UNKNOWN: &str = "certificate of an unknown issuer (self-signed or private CA)";
    match error {
        Tls::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        ) => (
            "certificate hostname does not match".to_owned(),
            "Use the name in the certificate as platform host, or have it issued for this name",
        ),
        Tls::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => (
            "certificate has expired".to_owned(),
            "Renew the platform's certificate, or correct the clock of this machine",
        ),
        Tls::InvalidCertificate(
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. },
        ) => (
            "certificate is not valid yet".to_owned(),
            "Correct the clock of this machine, or of the one that issued the certificate",
        ),
        // A signature is bad when an authority of the same name has another key.
        Tls::InvalidCertificate(Certificate::UnknownIssuer | Certificate::BadSignature) => {
            (UNKNOWN.to_owned(), AUTHORITY)
        }
        error if is_authority(error) => (UNKNOWN.to_owned(), AUTHORITY),
        Tls::InvalidCertificate(other) => (format!("certificate not accepted: {other}"), AUTHORITY),
        Tls::InvalidMessage(_) => (
            "the server does not speak TLS on this port".to_owned(),
            "Check platform port, or set disable_tls if the platform serves plain HTTP",
        ),
        other => {
            (other.to_string(), "Check platform host, port and the TLS settings of the server")
        }
    }
}
