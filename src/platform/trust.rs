//! Which certificate authorities the platform's certificate may come from.

use std::path::Path;

use ureq::tls::Certificate;

use super::error::Error;

/// The system's authorities (or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`, which replace them)
/// and those of `ca_file` in addition.
///
/// # Errors
///
/// [`Error::Setup`] naming the file that cannot be read or holds no certificate, or when nothing
/// at all is trusted.
pub(super) fn roots(ca_file: Option<&Path>) -> Result<Vec<Certificate<'static>>, Error> {
    let named = ["SSL_CERT_FILE", "SSL_CERT_DIR"]
        .into_iter()
        .filter_map(|name| {
            Some((name, std::env::var(name).ok().filter(|value| !value.is_empty())?))
        })
        .map(|(name, value)| format!("{name} ({value})"))
        .collect::<Vec<_>>()
        .join(" and ");
    let native = rustls_native_certs::load_native_certs();
    if !named.is_empty() {
        if let Some(error) = native.errors.first() {
            return Err(setup(format!("{named} cannot be used: {error}")));
        }
        if native.certs.is_empty() {
            return Err(setup(format!("{named} holds no certificate in PEM form")));
        }
    }
    for error in &native.errors {
        log::warn!("a certificate of the system's trust store was skipped: {error}");
    }
    let mut roots: Vec<_> =
        native.certs.iter().map(|der| Certificate::from_der(der).to_owned()).collect();
    if let Some(file) = ca_file {
        roots.extend(from_file(file)?);
    }
    if roots.is_empty() {
        return Err(setup(
            "this system has no certificate authorities to check the platform's certificate with; \
             install its CA bundle, or set SSL_CERT_FILE or the platform's ca_file to a PEM file"
                .to_owned(),
        ));
    }
    Ok(roots)
}

fn from_file(file: &Path) -> Result<Vec<Certificate<'static>>, Error> {
    let name = file.display();
    let pem = std::fs::read(file)
        .map_err(|error| setup(format!("platform ca_file '{name}' cannot be read: {error}")))?;
    let certificates = rustls_pemfile::certs(&mut pem.as_slice())
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| setup(format!("platform ca_file '{name}' is damaged: {error}")))?;
    if certificates.is_empty() {
        let problem = "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)";
        return Err(setup(format!("platform ca_file '{name}' {problem}")));
    }
    let mut store = rustls::RootCertStore::empty();
    for der in &certificates {
        store.add(der.clone()).map_err(|error| {
            setup(format!("platform ca_file '{name}' holds an unusable certificate: {error}"))
        })?;
    }
    Ok(certificates.iter().map(|der| Certificate::from_der(der).to_owned()).collect())
}

fn setup(problem: String) -> Error {
    Error::Setup { problem }
}
