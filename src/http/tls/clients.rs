//! Client certificates: whose are believed, and what their owners are called.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{DigitallySignedStruct, DistinguishedName, Error, RootCertStore, SignatureScheme};

use super::error::{Problem, Role, TlsError};
use super::facts::Parsed;
use super::files::{Identity, TlsFiles};
use super::kind;
use super::pem::Pem;
use super::revoked::{self, List};

/// What the owner of a client's certificate is called.
pub fn identity(certificate: &CertificateDer<'_>, by: Identity) -> Option<String> {
    let parsed = Parsed::new(certificate).ok()?;
    let name = match by {
        Identity::Subject => None,
        Identity::AlternativeName => parsed.alternative_identity(),
    };
    Some(name.unwrap_or_else(|| parsed.subject()))
}

/// Who checks the certificates of clients, and the lists of those that are revoked.
pub struct Checked {
    pub verifier: Arc<dyn ClientCertVerifier>,
    pub lists: Vec<List>,
}

/// Reads `client_ca_file` and `client_crl_file`. None when clients are not asked for certificates.
pub fn checked(
    files: &TlsFiles,
    provider: Arc<CryptoProvider>,
    warnings: &mut Vec<String>,
) -> Result<Option<Checked>, TlsError> {
    let Some(path) = files.client_ca_file.as_deref() else {
        return match &files.client_crl_file {
            None => Ok(None),
            Some(crl) => {
                let cause = "it says which clients of client_ca_file are refused; set that as well";
                Err(TlsError::new(Problem::ClientCaFileMissing, crl, cause))
            }
        };
    };
    let (roots, authorities) = read_roots(path, warnings)?;
    let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let mut lists = Vec::new();
    if let Some(crl) = files.client_crl_file.as_deref() {
        let found = revoked::read(crl)?;
        warnings.extend(revoked::without_list(&found.facts, &authorities, crl));
        warnings.extend(revoked::overdue(&found.facts, crl));
        builder = builder.with_crls(found.lists);
        lists = found.facts;
    }
    let unusable = |error: rustls::server::VerifierBuilderError| {
        TlsError::new(Problem::Unusable, path, error.to_string())
    };
    let verifier = Arc::new(Telling(builder.build().map_err(unusable)?));
    Ok(Some(Checked { verifier, lists }))
}

/// The authorities, and their names.
fn read_roots(
    path: &Path,
    warnings: &mut Vec<String>,
) -> Result<(RootCertStore, Vec<String>), TlsError> {
    let certificates = Pem::read(path, Role::ClientCa)?.certificates(path, Role::ClientCa)?;
    let mut roots = RootCertStore::empty();
    let mut names = Vec::new();
    for (index, certificate) in certificates.into_iter().enumerate() {
        if let Ok(parsed) = Parsed::new(&certificate) {
            let kind = parsed.key_kind();
            if !kind::is_usable(&kind) {
                warnings.push(format!(
                    "{}: authority {} has a key of the kind {kind}, with which TLS here checks \
                     nothing: clients whose certificates it signed are refused",
                    path.display(),
                    index + 1
                ));
            }
            names.push(parsed.subject());
        }
        roots.add(certificate).map_err(|error| {
            let cause = format!("certificate {} of the file: {error}", index + 1);
            TlsError::new(Problem::BadCertificate(Role::ClientCa), path, cause)
        })?;
    }
    Ok((roots, names))
}

thread_local! {
    /// Whose certificate was refused last on this thread. The verifier knows the certificate and not the
    /// connection, the connection not the certificate; a handshake is read and refused on one thread.
    static REFUSED: Cell<Option<String>> = const { Cell::new(None) };
}

/// Whose certificate was refused in the handshake that has just failed on this thread.
pub fn take_refused() -> Option<String> {
    REFUSED.take()
}

/// A verifier that remembers whom it refused.
#[derive(Debug)]
struct Telling(Arc<dyn ClientCertVerifier>);

fn told<T>(verdict: Result<T, Error>, certificate: &CertificateDer<'_>) -> Result<T, Error> {
    if verdict.is_err() {
        let subject = identity(certificate, Identity::Subject);
        REFUSED.set(Some(subject.unwrap_or_else(|| "a malformed certificate".to_owned())));
    }
    verdict
}

impl ClientCertVerifier for Telling {
    fn offer_client_auth(&self) -> bool {
        self.0.offer_client_auth()
    }

    fn client_auth_mandatory(&self) -> bool {
        self.0.client_auth_mandatory()
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        told(self.0.verify_client_cert(end_entity, intermediates, now), end_entity)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        told(self.0.verify_tls12_signature(message, cert, dss), cert)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        told(self.0.verify_tls13_signature(message, cert, dss), cert)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

/// Why a client's certificate was refused.
pub fn cause(error: &Error) -> String {
    use rustls::CertificateError as Certificate;

    let known = match error {
        Error::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => {
            "it has expired"
        }
        Error::InvalidCertificate(
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. },
        ) => "it is not valid yet",
        // A signature is bad when an authority of the same name has another key.
        Error::InvalidCertificate(Certificate::UnknownIssuer | Certificate::BadSignature) => {
            "no authority of client_ca_file has signed it"
        }
        Error::InvalidCertificate(Certificate::Revoked) => "it is revoked",
        Error::InvalidCertificate(Certificate::UnknownRevocationStatus) => {
            "client_crl_file holds no list of the authority that signed it"
        }
        Error::InvalidCertificate(
            Certificate::InvalidPurpose | Certificate::InvalidPurposeContext { .. },
        ) => "it is not for clients (its extended key usage)",
        Error::InvalidCertRevocationList(_) => {
            return format!("the list in client_crl_file cannot be believed: {error}");
        }
        other => return other.to_string(),
    };
    known.to_owned()
}
