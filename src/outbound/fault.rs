//! What errors of the HTTP library mean, in a few words.

use std::fmt;
use std::io;

use super::agent::NameFailure;
use super::trust::is_authority;

/// What is wrong with a TLS connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsFault {
    /// The certificate is for another name.
    Name,
    /// The certificate has expired.
    Expired,
    /// The certificate is not valid yet.
    NotYet,
    /// Nobody known here has signed the certificate.
    Issuer,
    /// Something else about the certificate.
    Certificate(String),
    /// What answers speaks no TLS.
    NotTls,
    /// Anything else.
    Other(String),
}

impl TlsFault {
    /// What this error means.
    pub fn of(error: &rustls::Error) -> Self {
        use rustls::{CertificateError as Certificate, Error as Tls};

        match error {
            Tls::InvalidCertificate(
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
            ) => Self::Name,
            Tls::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => {
                Self::Expired
            }
            Tls::InvalidCertificate(
                Certificate::NotValidYet | Certificate::NotValidYetContext { .. },
            ) => Self::NotYet,
            // A signature is bad when an authority of the same name has another key.
            Tls::InvalidCertificate(Certificate::UnknownIssuer | Certificate::BadSignature) => {
                Self::Issuer
            }
            error if is_authority(error) => Self::Issuer,
            Tls::InvalidCertificate(other) => Self::Certificate(other.to_string()),
            Tls::InvalidMessage(_) => Self::NotTls,
            other => Self::Other(other.to_string()),
        }
    }
}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "certificate hostname does not match",
            Self::Expired => "certificate has expired",
            Self::NotYet => "certificate is not valid yet",
            Self::Issuer => "certificate of an unknown issuer (self-signed or private CA)",
            Self::Certificate(other) => return write!(f, "certificate not accepted: {other}"),
            Self::NotTls => "the server does not speak TLS on this port",
            Self::Other(other) => other,
        })
    }
}

/// The TLS error inside an error of the HTTP library.
pub fn tls_error(error: &ureq::Error) -> Option<&rustls::Error> {
    match error {
        ureq::Error::Io(error) => error.get_ref()?.downcast_ref(),
        ureq::Error::Other(error) => error.downcast_ref(),
        _ => None,
    }
}

/// Why there is no answer.
pub fn cause(error: &ureq::Error) -> String {
    if let Some(error) = tls_error(error) {
        return TlsFault::of(error).to_string();
    }
    match error {
        ureq::Error::Timeout(_) => "no answer in time".into(),
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            "connection refused; nothing listens there".into()
        }
        ureq::Error::Other(other) => match other.downcast_ref::<NameFailure>() {
            Some(name) => format!("the name {} cannot be resolved: {}", name.host, name.cause),
            None => other.to_string(),
        },
        ureq::Error::ConnectProxyFailed(cause) => format!("the proxy gave no tunnel ({cause})"),
        error => error.to_string(),
    }
}
