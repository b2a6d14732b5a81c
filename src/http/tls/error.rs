//! What is wrong with TLS files, in words that lead to the remedy.

use std::fmt;
use std::path::{Path, PathBuf};

/// What a TLS file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `certificate_file`.
    Certificate,
    /// `private_key_file`.
    Key,
    /// `client_ca_file`.
    ClientCa,
    /// `client_crl_file`.
    ClientCrl,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate file",
            Self::Key => "private key file",
            Self::ClientCa => "client CA file",
            Self::ClientCrl => "client CRL file",
        })
    }
}

/// The kind of a problem. Its text is part of the interface: documentation and scripts rely on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The certificate is for another key.
    Mismatch,
    /// The system does not let this process read the file.
    PermissionDenied(Role),
    /// The certificate's last day is over.
    Expired,
    /// The certificate's first day has not come.
    NotYetValid,
    /// The certificate is for other names.
    HostnameMismatch,
    /// There is no such file.
    NotFound(Role),
    /// The file cannot be read for another reason.
    Unreadable(Role),
    /// The file has no bytes.
    Empty(Role),
    /// The file is not PEM but DER, PKCS#12 or something else.
    NotPem(Role),
    /// The file is PEM without a certificate.
    NoCertificate(Role),
    /// The file is PEM without a private key.
    NoKey(Role),
    /// The private key is protected by a passphrase.
    EncryptedKey,
    /// The private key is of a kind or size that TLS here does not use.
    UnsupportedKey,
    /// A certificate cannot be parsed.
    BadCertificate(Role),
    /// The server's certificate does not come first in its file.
    WrongOrder,
    /// `private_key_file` is set without `certificate_file`.
    CertificateFileMissing,
    /// `certificate_file` is set without `private_key_file`, and holds no key itself.
    KeyFileMissing,
    /// `client_crl_file` is set without `client_ca_file`.
    ClientCaFileMissing,
    /// The file is PEM without a list of revoked certificates.
    NoList,
    /// A list of revoked certificates cannot be used.
    BadList,
    /// The settings together make no TLS configuration.
    Unusable,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Mismatch => f.write_str("certificate and private key do not match"),
            Self::PermissionDenied(role) => write!(f, "permission denied reading {role}"),
            Self::Expired => f.write_str("certificate has expired"),
            Self::NotYetValid => f.write_str("certificate is not yet valid"),
            Self::HostnameMismatch => f.write_str("certificate hostname does not match"),
            Self::NotFound(role) => write!(f, "{role} not found"),
            Self::Unreadable(role) => write!(f, "cannot read {role}"),
            Self::Empty(role) => write!(f, "{role} is empty"),
            Self::NotPem(role) => write!(f, "{role} is not in PEM format"),
            Self::NoCertificate(role) => write!(f, "no certificate in {role}"),
            Self::NoKey(role) => write!(f, "no private key in {role}"),
            Self::EncryptedKey => f.write_str("private key is encrypted"),
            Self::UnsupportedKey => f.write_str("private key cannot be used"),
            Self::BadCertificate(role) => write!(f, "malformed certificate in {role}"),
            Self::WrongOrder => f.write_str("server certificate is not the first in its file"),
            Self::CertificateFileMissing => {
                f.write_str("private_key_file is set but certificate_file is not")
            }
            Self::KeyFileMissing => {
                f.write_str("certificate_file is set but private_key_file is not")
            }
            Self::ClientCaFileMissing => {
                f.write_str("client_crl_file is set but client_ca_file is not")
            }
            Self::NoList => f.write_str("no list of revoked certificates in client CRL file"),
            Self::BadList => f.write_str("malformed list in client CRL file"),
            Self::Unusable => f.write_str("TLS settings cannot be used"),
        }
    }
}

/// What is wrong with TLS files: the problem, the file, the cause and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsError {
    /// The kind of the problem.
    pub problem: Problem,
    /// The file it lies in.
    pub file: Option<PathBuf>,
    /// The cause, and what to do about it.
    pub cause: String,
}

impl TlsError {
    pub(super) fn new(problem: Problem, file: &Path, cause: impl Into<String>) -> Self {
        Self { problem, file: Some(file.to_owned()), cause: cause.into() }
    }

    pub(super) fn settings(problem: Problem, cause: impl Into<String>) -> Self {
        Self { problem, file: None, cause: cause.into() }
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.problem)?;
        if let Some(file) = &self.file {
            write!(f, ": {}", file.display())?;
        }
        if self.cause.is_empty() { Ok(()) } else { write!(f, ": {}", self.cause) }
    }
}

impl std::error::Error for TlsError {}
