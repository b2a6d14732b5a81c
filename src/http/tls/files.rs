//! What the TLS of a server is made from.

use std::path::PathBuf;

/// The TLS settings of a server.
#[derive(Clone, Debug, Default)]
pub struct TlsFiles {
    /// `certificate_file`: the server's certificate, then intermediates; perhaps the key as well.
    pub certificate_file: Option<PathBuf>,
    /// `private_key_file`; may be absent when the certificate file has the key.
    pub private_key_file: Option<PathBuf>,
    /// `client_ca_file`: clients must show a certificate signed by one of these authorities.
    pub client_ca_file: Option<PathBuf>,
    /// `client_crl_file`: lists of revoked certificates, one of each of these authorities.
    pub client_crl_file: Option<PathBuf>,
    /// What of its certificate names a client.
    pub client_identity: Identity,
    /// Refuse TLS 1.2.
    pub tls13_only: bool,
    /// Serve an expired certificate, with a warning.
    pub allow_expired_certificate: bool,
}

/// What of its certificate names a client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Identity {
    /// The distinguished name of the owner (RFC 4514).
    #[default]
    Subject,
    /// The first subject alternative name, with its kind: `URI:`, `email:`, `DNS:` or `IP:`; of several
    /// kinds the first of these. The subject where there is none.
    AlternativeName,
}
