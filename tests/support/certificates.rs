//! Certificates made for a test, and connections that trust them.

use std::net::TcpStream;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    IsCa, KeyIdMethod, KeyPair, RevokedCertParams, SerialNumber,
};
use rustls::client::WantsClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, ConfigBuilder, RootCertStore, StreamOwned};

use super::raw_http;
use super::scratch::Scratch;

/// An authority nobody else knows.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no name is wrong");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("random numbers");
        Self(CertifiedIssuer::self_signed(params, key).expect("sound parameters"))
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// Certificate and key of a server with these names, as PEM.
    pub fn issue(&self, names: &[&str]) -> (String, String) {
        self.issue_with(params(names))
    }

    /// A list of revoked certificates, which is to be replaced so many hours from now, as PEM.
    pub fn revoke(&self, serials: &[u64], hours: i64) -> String {
        let day = Duration::from_secs(24 * 60 * 60);
        let span = Duration::from_secs(hours.unsigned_abs() * 60 * 60);
        let now = SystemTime::now();
        let next = if hours < 0 { now - span } else { now + span };
        let revoked = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: (now - 9 * day).into(),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: (now - 9 * day).into(),
            next_update: next.into(),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.0).and_then(|list| list.pem()).expect("sound parameters")
    }

    /// The same with other parameters.
    pub fn issue_with(&self, params: CertificateParams) -> (String, String) {
        let key = KeyPair::generate().expect("random numbers");
        let certificate = params.signed_by(&key, &self.0).expect("sound parameters");
        (certificate.pem(), key.serialize_pem())
    }
}

/// Parameters of a certificate for these names.
pub fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let common = names.first().cloned().unwrap_or_default();
    let mut params = CertificateParams::new(names).expect("names of hosts");
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common);
    params
}

/// Certificate and key of a server, on disk.
pub struct Pair {
    pub certificate: String,
    pub key: String,
}

impl Pair {
    pub fn write(scratch: &Scratch, name: &str, (certificate, key): (String, String)) -> Self {
        Self {
            certificate: scratch.write(&format!("{name}.pem"), certificate),
            key: write_key(scratch, &format!("{name}.key"), &key),
        }
    }

    pub fn options(&self) -> [&str; 4] {
        ["--certificate-file", &self.certificate, "--private-key-file", &self.key]
    }
}

/// Writes a key that only its owner may read.
pub fn write_key(scratch: &Scratch, name: &str, pem: &str) -> String {
    let path = scratch.write(name, pem);
    set_mode(&path, 0o600);
    path
}

#[cfg(unix)]
pub fn set_mode(path: &str, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::Permissions::from_mode(mode);
    std::fs::set_permissions(path, mode).expect("the file is ours");
}

#[cfg(not(unix))]
pub fn set_mode(_path: &str, _mode: u32) {}

/// A TLS connection to this machine, to the server of this name.
pub fn connect(port: u16, authority: &str, name: &str) -> StreamOwned<ClientConnection, TcpStream> {
    open(port, name, trusting(authority).with_no_client_auth())
}

/// The same, by somebody who shows a certificate.
pub fn connect_as(
    port: u16,
    authority: &str,
    name: &str,
    certificate: &str,
    key: &str,
) -> StreamOwned<ClientConnection, TcpStream> {
    let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("PEM")];
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("PEM");
    let config = trusting(authority).with_client_auth_cert(chain, key).expect("a pair");
    open(port, name, config)
}

fn trusting(authority: &str) -> ConfigBuilder<ClientConfig, WantsClientCert> {
    let mut roots = RootCertStore::empty();
    let root = CertificateDer::from_pem_slice(authority.as_bytes()).expect("PEM");
    roots.add(root).expect("an authority");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider has them")
        .with_root_certificates(roots)
}

fn open(port: u16, name: &str, config: ClientConfig) -> StreamOwned<ClientConnection, TcpStream> {
    let name = ServerName::try_from(name.to_owned()).expect("the name of a host");
    let session = ClientConnection::new(Arc::new(config), name).expect("a sound configuration");
    StreamOwned::new(session, raw_http::connect(port))
}
