//! Which certificates of other servers are believed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use super::unusable::Unusable;

/// The TLS settings of one client, made when they are first needed: reading the system's authorities
/// takes longer than everything else at the start, and many a process never connects.
pub struct Trust {
    believed: Believed,
    config: OnceLock<Result<Arc<ClientConfig>, Unusable>>,
}

/// TLS settings, and whom they believe.
pub struct Secured {
    /// For the TLS library.
    pub config: ClientConfig,
    /// The authorities that are believed, in words.
    pub authorities: String,
}

/// Whom to believe besides the system's authorities.
#[derive(Clone, Debug, Default)]
pub struct Believed {
    /// PEM file of further authorities and certificates.
    pub ca_file: Option<PathBuf>,
    /// Any certificate will do.
    pub anything: bool,
}

impl Trust {
    /// The settings. `ca_file` is read at once, and `SSL_CERT_FILE` must be there, so
    /// that a mistake in them is told at the start; whole bundles are read when they are needed.
    ///
    /// # Errors
    ///
    /// As [`client_config`], for named files.
    pub fn new(believed: Believed) -> Result<Self, Unusable> {
        let trust = Self { believed, config: OnceLock::new() };
        if trust.believed.ca_file.is_some() {
            trust.config()?;
        }
        if let Some(file) = std::env::var_os("SSL_CERT_FILE").filter(|file| !file.is_empty()) {
            std::fs::File::open(&file).map_err(|error| {
                Unusable(format!("SSL_CERT_FILE ({}) cannot be used: {error}", file.display()))
            })?;
        }
        Ok(trust)
    }

    /// The settings.
    ///
    /// # Errors
    ///
    /// As [`client_config`].
    pub fn config(&self) -> Result<Arc<ClientConfig>, Unusable> {
        let make = || {
            let Secured { config, authorities } = client_config(&self.believed)?;
            log::info!("certificates of other servers are checked against {authorities}");
            Ok(Arc::new(config))
        };
        self.config.get_or_init(make).clone()
    }
}

/// The TLS settings.
///
/// Believed are the system's authorities (or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`, which
/// replace them), those of `ca_file` in addition, and any certificate that is itself in one of
/// these files.
/// The last is for self-signed ones, which OpenSSL makes as authorities and no standard verifier
/// takes for a server's. Those built in are believed where there are no others: in an empty container.
///
/// # Errors
///
/// The file that cannot be read or holds no certificate, or that nothing at all is trusted.
pub fn client_config(believed: &Believed) -> Result<Secured, Unusable> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| Unusable(format!("TLS is not available: {error}")))?
        .dangerous();
    if believed.anything {
        let verifier = Arc::new(Anything(provider));
        let config = builder.with_custom_certificate_verifier(verifier).with_no_client_auth();
        return Ok(Secured { config, authorities: "none: any certificate will do".to_owned() });
    }
    let System { mut roots, mut named, mut told, unusable } = system()?;
    if let Some(file) = &believed.ca_file {
        let further = from_file(file, &mut roots)?;
        let further_told = format!("{} of CA file {}", further.len(), file.display());
        told = if told.is_empty() { further_told } else { format!("{told} and {further_told}") };
        named.extend(further);
    }
    if roots.is_empty() {
        // A store that cannot be read is no reason to believe others than those in it.
        if let Some(problem) = unusable {
            return Err(Unusable(format!(
                "this system's store of certificate authorities {problem}; mend it, or set \
                 SSL_CERT_FILE (for the platform also ca_file) to a PEM file"
            )));
        }
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        told = format!("{} built in, as this system has none", built_in());
    }
    let standard =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build().map_err(
            |error| Unusable(format!("the trusted authorities cannot be used: {error}")),
        )?;
    let verifier = Arc::new(StandardOrNamed { standard, named });
    let config = builder.with_custom_certificate_verifier(verifier).with_no_client_auth();
    Ok(Secured { config, authorities: told })
}

/// How many authorities are built in.
pub fn built_in() -> usize {
    webpki_roots::TLS_SERVER_ROOTS.len()
}

/// What the system, or its environment, says of authorities.
struct System {
    roots: RootCertStore,
    /// Certificates that somebody named.
    named: Vec<CertificateDer<'static>>,
    /// Whose they are and how many; empty when there are none.
    told: String,
    /// Why there are none, where the system has some.
    unusable: Option<String>,
}

/// The authorities of the system, and the certificates among them that somebody named.
fn system() -> Result<System, Unusable> {
    let variables = named_by_environment();
    let native = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    // System stores hold a few certificates that no modern library parses; they are skipped.
    let (usable, _) = roots.add_parsable_certificates(native.certs.iter().cloned());
    let problem = match native.errors.first() {
        Some(error) => Some(format!("cannot be used: {error}")),
        None if native.certs.is_empty() => None,
        None if usable == 0 => Some("holds no certificate that can be used".to_owned()),
        None => None,
    };
    if !variables.is_empty() {
        let empty = || (usable == 0).then(|| "holds no certificate in PEM form".to_owned());
        if let Some(problem) = problem.or_else(empty) {
            return Err(Unusable(format!("{variables} {problem}")));
        }
        let told = format!("{usable} of {variables}");
        return Ok(System { roots, named: native.certs, told, unusable: None });
    }
    for error in &native.errors {
        log::warn!("a certificate of the system's trust store was skipped: {error}");
    }
    let (told, unusable) = match usable {
        0 => (String::new(), problem),
        usable => (format!("{usable} of this system"), None),
    };
    Ok(System { roots, named: Vec::new(), told, unusable })
}

/// The variables that name authorities, with their values; empty when none is set.
fn named_by_environment() -> String {
    ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .filter_map(|name| Some((name, std::env::var_os(name).filter(|value| !value.is_empty())?)))
        .map(|(name, value)| format!("{name} ({})", value.display()))
        .collect::<Vec<_>>()
        .join(" and ")
}

/// Adds the certificates of `file` to `roots` and returns them.
fn from_file(
    file: &Path,
    roots: &mut RootCertStore,
) -> Result<Vec<CertificateDer<'static>>, Unusable> {
    let name = file.display();
    let pem = std::fs::read(file)
        .map_err(|error| Unusable(format!("CA file '{name}' cannot be read: {error}")))?;
    let certificates = rustls_pemfile::certs(&mut pem.as_slice())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| Unusable(format!("CA file '{name}' is damaged: {error}")))?;
    if certificates.is_empty() {
        let problem = "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)";
        return Err(Unusable(format!("CA file '{name}' {problem}")));
    }
    for der in &certificates {
        roots.add(der.clone()).map_err(|error| {
            Unusable(format!("CA file '{name}' holds an unusable certificate: {error}"))
        })?;
    }
    Ok(certificates)
}

/// The standard verifier, and beside it exactly the certificates the operator named.
#[derive(Debug)]
struct StandardOrNamed {
    standard: Arc<WebPkiServerVerifier>,
    named: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for StandardOrNamed {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let verdict = self.standard.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verdict {
            // This objection comes after the dates were found good and before anything else.
            Err(error) if is_authority(&error) && self.named.iter().any(|it| it == end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.standard.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.standard.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.standard.supported_verify_schemes()
    }
}

/// Whether the only objection was that the server's certificate is an authority's.
pub(super) fn is_authority(error: &rustls::Error) -> bool {
    let rustls::Error::InvalidCertificate(CertificateError::Other(other)) = error else {
        return false;
    };
    matches!(other.0.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
}

/// Any certificate, but still a handshake that proves possession of its key.
#[derive(Debug)]
struct Anything(Arc<CryptoProvider>);

impl ServerCertVerifier for Anything {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
