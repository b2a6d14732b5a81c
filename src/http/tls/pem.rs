//! Reading PEM files, and telling what else they are.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls_pemfile::Item;

use super::error::{Problem, Role, TlsError};
use crate::limits;

/// What a PEM file holds.
pub struct Pem {
    pub certificates: Vec<CertificateDer<'static>>,
    pub key: Option<PrivateKeyDer<'static>>,
    /// Lists of revoked certificates.
    pub lists: Vec<CertificateRevocationListDer<'static>>,
    /// A private key that needs a passphrase.
    encrypted: bool,
    /// Names of all sections, to explain what is missing.
    sections: Vec<String>,
}

impl Pem {
    /// Reads `path`.
    pub fn read(path: &Path, role: Role) -> Result<Self, TlsError> {
        let most = most(role);
        let bytes = read(path, most).map_err(|error| unreadable(path, role, &error))?;
        let problem = |problem: Problem, cause: &str| Err(TlsError::new(problem, path, cause));
        if bytes.len() > most {
            return problem(Problem::NotPem(role), "the file is far too large");
        }
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return problem(Problem::Empty(role), "the file has no content");
        }
        let text = String::from_utf8_lossy(&bytes);
        let sections: Vec<String> = text
            .lines()
            .filter_map(|line| line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
            .map(str::to_owned)
            .collect();
        if sections.is_empty() {
            return problem(Problem::NotPem(role), not_pem(&bytes, role));
        }
        let encrypted = text.contains("Proc-Type: 4,ENCRYPTED")
            || sections.iter().any(|name| name == "ENCRYPTED PRIVATE KEY");
        let (certificates, lists) = (Vec::new(), Vec::new());
        let mut pem = Self { certificates, key: None, lists, encrypted, sections };
        // A byte order mark would hide the first section.
        for item in rustls_pemfile::read_all(&mut text.trim_start_matches('\u{feff}').as_bytes()) {
            match item {
                Ok(Item::X509Certificate(certificate)) => pem.certificates.push(certificate),
                Ok(Item::Crl(list)) => pem.lists.push(list),
                Ok(Item::Pkcs1Key(key)) if !encrypted => drop(pem.key.get_or_insert(key.into())),
                Ok(Item::Pkcs8Key(key)) => drop(pem.key.get_or_insert(key.into())),
                Ok(Item::Sec1Key(key)) if !encrypted => drop(pem.key.get_or_insert(key.into())),
                Ok(_) => {}
                // The passphrase headers of an old encrypted key are no valid base64.
                Err(_) if encrypted => break,
                Err(error) => {
                    let cause = format!("the PEM text is damaged: {error}");
                    return problem(Problem::Unreadable(role), &cause);
                }
            }
        }
        Ok(pem)
    }

    /// The certificates, of which there must be one.
    pub fn certificates(
        self,
        path: &Path,
        role: Role,
    ) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        if self.certificates.is_empty() {
            let cause = format!("a CERTIFICATE section is needed, found: {}", self.found());
            return Err(TlsError::new(Problem::NoCertificate(role), path, cause));
        }
        Ok(self.certificates)
    }

    /// The private key, if there is one that can be read.
    pub fn take_key(&mut self, path: &Path) -> Result<Option<PrivateKeyDer<'static>>, TlsError> {
        if self.encrypted && self.key.is_none() {
            let cause = "a service has nobody to type the passphrase; remove it with \
                `openssl pkey -in FILE -out server.key` and restrict the new file with chmod 600";
            return Err(TlsError::new(Problem::EncryptedKey, path, cause));
        }
        Ok(self.key.take())
    }

    /// Names of the sections found.
    pub fn found(&self) -> String {
        self.sections.join(", ")
    }
}

/// Most bytes of a file.
fn most(role: Role) -> usize {
    match role {
        Role::ClientCrl => limits::CRL_FILE_BYTES,
        Role::Certificate | Role::Key | Role::ClientCa => limits::PEM_FILE_BYTES,
    }
}

fn read(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(path: &Path, role: Role, error: &io::Error) -> TlsError {
    let (problem, cause) = match error.kind() {
        ErrorKind::PermissionDenied => (Problem::PermissionDenied(role), who_may(path)),
        ErrorKind::NotFound => (Problem::NotFound(role), "no such file; check the path".to_owned()),
        ErrorKind::IsADirectory => {
            (Problem::Unreadable(role), "it is a directory; name the file in it".to_owned())
        }
        _ => (Problem::Unreadable(role), error.to_string()),
    };
    TlsError::new(problem, path, cause)
}

/// Who owns the file, who we are, and what to do.
#[cfg(unix)]
fn who_may(path: &Path) -> String {
    use std::os::unix::fs::MetadataExt;

    let us = rustix::process::geteuid().as_raw();
    let advice = "give that user read access to the file and search access to its directories";
    match path.metadata() {
        Ok(file) => format!(
            "the process runs as user {us}, the file belongs to user {} with mode {:04o}; {advice}",
            file.uid(),
            file.mode() & 0o7777
        ),
        Err(_) => format!("the process runs as user {us}; {advice}"),
    }
}

#[cfg(not(unix))]
fn who_may(_path: &Path) -> String {
    "give the user of this process read access to the file".to_owned()
}

fn not_pem(bytes: &[u8], role: Role) -> &'static str {
    // ASN.1 SEQUENCE with a long length: DER certificates and keys, PKCS#12.
    match (bytes, role) {
        ([0x30, 0x80..=0x84, ..], Role::Key) => {
            "it looks like DER or PKCS#12; convert it with \
             `openssl pkey -inform DER -in FILE -out server.key` or `openssl pkcs12 -in FILE -nodes`"
        }
        ([0x30, 0x80..=0x84, ..], Role::ClientCrl) => {
            "it looks like DER; convert it with \
             `openssl crl -inform DER -in FILE -out clients-crl.pem`"
        }
        ([0x30, 0x80..=0x84, ..], _) => {
            "it looks like DER or PKCS#12; convert it with \
             `openssl x509 -inform DER -in FILE -out server.pem` or `openssl pkcs12 -in FILE -nokeys`"
        }
        _ => "no line with `-----BEGIN ...-----` found",
    }
}
