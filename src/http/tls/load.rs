//! From files to a TLS configuration.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::{CertifiedKey, SigningKey, SingleCertAndKey};
use rustls::{CipherSuite, ServerConfig, version};

use super::advice::{self, Seen};
use super::clients::{self, Checked};
use super::error::{Problem, Role, TlsError};
use super::facts::{Facts, Parsed};
use super::files::TlsFiles;
use super::kind;
use super::pem::Pem;
use super::revoked::{self, List};

/// A usable TLS configuration and what is known about it.
#[derive(Clone)]
pub struct Loaded {
    /// What new connections use.
    pub config: Arc<ServerConfig>,
    /// The server's certificate.
    pub facts: Facts,
    /// What works but should be looked at.
    pub warnings: Vec<String>,
    pub(super) files: TlsFiles,
    lists: Vec<List>,
}

impl Loaded {
    fn path(&self) -> &Path {
        self.files.certificate_file.as_deref().unwrap_or(Path::new(""))
    }

    /// What there is to say as time passes.
    pub(super) fn reminders(&self) -> Vec<String> {
        let mut reminders: Vec<String> =
            advice::expiry(&self.facts, self.path()).into_iter().collect();
        if let Some(crl) = &self.files.client_crl_file {
            reminders.extend(revoked::overdue(&self.lists, crl));
        }
        reminders
    }

    /// Checks that clients which connect to `name` will accept the certificate's names.
    ///
    /// # Errors
    /// [`Problem::HostnameMismatch`].
    pub fn check_hostname(&self, name: &str) -> Result<(), TlsError> {
        if self.facts.covers(name) {
            return Ok(());
        }
        let names = self.facts.names.join(", ");
        let cause = match (self.facts.common_name_only, names.as_str()) {
            (_, "") => format!(
                "clients connect to {name}, but the certificate is for no name at all; get one with \
                 this name as subject alternative name"
            ),
            (true, _) => format!(
                "clients connect to {name}, and the certificate has {names} as its common name only, \
                 which clients of today do not look at; get one with {name} as subject alternative name"
            ),
            (false, _) => format!(
                "clients connect to {name}, but the certificate is for {names}; use one of its names \
                 or get a certificate with this one as subject alternative name"
            ),
        };
        Err(TlsError::new(Problem::HostnameMismatch, self.path(), cause))
    }
}

impl fmt::Debug for Loaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { facts, warnings, .. } = self;
        f.debug_struct("Loaded")
            .field("facts", facts)
            .field("warnings", warnings)
            .finish_non_exhaustive()
    }
}

/// Reads and checks `files`: permissions, format, that key and certificate belong together, order of
/// the chain, dates.
///
/// # Errors
/// The first problem found.
pub fn load(files: &TlsFiles) -> Result<Loaded, TlsError> {
    let path = files.certificate_file.as_deref().ok_or_else(|| {
        let cause = "set both, or neither to serve without TLS";
        TlsError::settings(Problem::CertificateFileMissing, cause)
    })?;
    let mut warnings = Vec::new();
    let mut pem = Pem::read(path, Role::Certificate)?;
    let (key, key_path) = read_key(files, path, &mut pem)?;
    let chain = pem.certificates(path, Role::Certificate)?;
    let parsed = parse_chain(&chain, path, Role::Certificate)?;
    let mut provider = ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| !is_quick(suite.suite()));
    let provider = Arc::new(provider);
    let key_kind = kind::private_key(&key).filter(|kind| !kind::is_usable(kind));
    let key = provider.key_provider.load_private_key(key).map_err(|error| {
        let what = match key_kind {
            Some(kind) => format!("TLS here does not use keys of the kind {kind}"),
            None => error.to_string(),
        };
        let cause = format!(
            "{what}; take an EC P-256 or P-384, Ed25519 or RSA key of 2048 bits or more, and have the \
             certificate issued for it"
        );
        TlsError::new(Problem::UnsupportedKey, key_path, cause)
    })?;
    let Some(first) = parsed.first() else {
        return Err(TlsError::new(Problem::NoCertificate(Role::Certificate), path, ""));
    };
    let facts = first.facts(&parsed);
    check_pair(key.as_ref(), &parsed, &facts, path, key_path)?;
    check_dates(&facts, files, path, &mut warnings)?;
    warnings.extend(advice::all(&Seen { facts: &facts, chain: &parsed, path, key_path }));
    let checked = clients::checked(files, Arc::clone(&provider), &mut warnings)?;
    let (verifier, lists) = match checked {
        Some(Checked { verifier, lists }) => (Some(verifier), lists),
        None => (None, Vec::new()),
    };
    let config = server_config(files, provider, CertifiedKey::new(chain, key), verifier)?;
    Ok(Loaded { config: Arc::new(config), facts, warnings, files: files.clone(), lists })
}

/// The key from its own file, or from the certificate's.
fn read_key<'a>(
    files: &'a TlsFiles,
    certificate_path: &'a Path,
    certificate_pem: &mut Pem,
) -> Result<(PrivateKeyDer<'static>, &'a Path), TlsError> {
    let Some(path) = files.private_key_file.as_deref() else {
        let key = certificate_pem.take_key(certificate_path)?.ok_or_else(|| {
            let cause = "the certificate file holds no key either; set private_key_file";
            TlsError::new(Problem::KeyFileMissing, certificate_path, cause)
        })?;
        return Ok((key, certificate_path));
    };
    let mut pem = Pem::read(path, Role::Key)?;
    let key = pem.take_key(path)?.ok_or_else(|| {
        let cause = format!("a PRIVATE KEY section is needed, found: {}", pem.found());
        TlsError::new(Problem::NoKey(Role::Key), path, cause)
    })?;
    Ok((key, path))
}

fn parse_chain(
    chain: &[CertificateDer<'_>],
    path: &Path,
    role: Role,
) -> Result<Vec<Parsed>, TlsError> {
    let parse = |(index, der)| {
        Parsed::new(der).map_err(|error| {
            let cause = format!("certificate {} of the file: {error}", index + 1);
            TlsError::new(Problem::BadCertificate(role), path, cause)
        })
    };
    chain.iter().enumerate().map(parse).collect()
}

fn check_pair(
    key: &dyn SigningKey,
    parsed: &[Parsed],
    facts: &Facts,
    path: &Path,
    key_path: &Path,
) -> Result<(), TlsError> {
    let Some(ours) = key.public_key().map(|key| key.to_vec()) else { return Ok(()) };
    match parsed.iter().position(|certificate| certificate.public_key().as_ref() == Some(&ours)) {
        Some(0) => Ok(()),
        Some(other) => {
            let cause = format!("certificate {} is the server's; move it to the top", other + 1);
            Err(TlsError::new(Problem::WrongOrder, path, cause))
        }
        None => {
            let cause = format!(
                "the certificate ({}, {}) is for another key than {}; name the key it was \
                 requested with",
                facts.subject,
                facts.key,
                key_path.display()
            );
            Err(TlsError::new(Problem::Mismatch, path, cause))
        }
    }
}

fn check_dates(
    facts: &Facts,
    files: &TlsFiles,
    path: &Path,
    warnings: &mut Vec<String>,
) -> Result<(), TlsError> {
    let now = SystemTime::now();
    if now < facts.not_before {
        let cause = format!(
            "it is valid from {}; check the clock of this machine",
            Facts::date(facts.not_before)
        );
        return Err(TlsError::new(Problem::NotYetValid, path, cause));
    }
    if now > facts.not_after {
        let cause = format!("it was valid until {}", Facts::date(facts.not_after));
        if !files.allow_expired_certificate {
            let cause = format!(
                "{cause}; install a new one, correct the clock of this machine if it is wrong, or set allow_expired_certificate"
            );
            return Err(TlsError::new(Problem::Expired, path, cause));
        }
        warnings.push(TlsError::new(Problem::Expired, path, cause).to_string());
    }
    Ok(())
}

/// Whether a handshake costs least with it. Processors that have instructions for AES have them for
/// SHA-256, and hardly any for SHA-384, which would take a fifth of all that a handshake computes.
fn is_quick(suite: CipherSuite) -> bool {
    matches!(
        suite,
        CipherSuite::TLS13_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    )
}

fn server_config(
    files: &TlsFiles,
    provider: Arc<CryptoProvider>,
    certificate: CertifiedKey,
    verifier: Option<Arc<dyn ClientCertVerifier>>,
) -> Result<ServerConfig, TlsError> {
    let unusable = |error: rustls::Error| TlsError::settings(Problem::Unusable, error.to_string());
    let versions: &[_] = match files.tls13_only {
        true => &[&version::TLS13],
        false => &[&version::TLS13, &version::TLS12],
    };
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .map_err(unusable)?;
    let builder = match verifier {
        None => builder.with_no_client_auth(),
        Some(verifier) => builder.with_client_cert_verifier(verifier),
    };
    let mut config = builder.with_cert_resolver(Arc::new(SingleCertAndKey::from(certificate)));
    // Sessions live in tickets the client keeps: no memory for them here.
    config.ticketer = ring::Ticketer::new().map_err(unusable)?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    // Each connection pays for the next one: parallel ones bring as many as they use.
    config.send_tls13_tickets = 1;
    // Those that come first here are the quick ones.
    config.ignore_client_order = true;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}
