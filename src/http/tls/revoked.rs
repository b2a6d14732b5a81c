//! Lists of revoked certificates.

use std::path::Path;
use std::time::SystemTime;

use rustls::pki_types::CertificateRevocationListDer;
use webpki::BorrowedCertRevocationList;
use x509_cert::crl::CertificateList;
use x509_cert::der::Decode;

use super::error::{Problem, Role, TlsError};
use super::facts::{Facts, moment};
use super::pem::Pem;

/// What a list says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The authority whose certificates it revokes.
    issuer: String,
    /// When it was to be replaced by a newer one.
    next: Option<SystemTime>,
}

/// The lists of a file.
pub struct Lists {
    pub lists: Vec<CertificateRevocationListDer<'static>>,
    pub facts: Vec<List>,
}

/// Reads and checks `client_crl_file`.
pub fn read(path: &Path) -> Result<Lists, TlsError> {
    let pem = Pem::read(path, Role::ClientCrl)?;
    if pem.lists.is_empty() {
        let cause = format!("an X509 CRL section is needed, found: {}", pem.found());
        return Err(TlsError::new(Problem::NoList, path, cause));
    }
    let mut facts = Vec::new();
    for (index, list) in pem.lists.iter().enumerate() {
        let bad = |error: String| {
            let cause = format!("list {} of the file: {error}", index + 1);
            TlsError::new(Problem::BadList, path, cause)
        };
        // The same that will use it; what it does not know it must not pass over.
        BorrowedCertRevocationList::from_der(list).map_err(|error| bad(error.to_string()))?;
        let parsed = CertificateList::<x509_cert::certificate::Rfc5280>::from_der(list);
        let parsed = parsed.map_err(|error| bad(error.to_string()))?.tbs_cert_list;
        facts.push(List {
            issuer: parsed.issuer.to_string(),
            next: parsed.next_update.as_ref().map(moment),
        });
    }
    Ok(Lists { lists: pem.lists, facts })
}

/// A line for each authority without a list: what it signed cannot be known not to be revoked.
pub fn without_list(lists: &[List], authorities: &[String], path: &Path) -> Vec<String> {
    let without = authorities.iter().filter(|name| !lists.iter().any(|list| list.issuer == **name));
    let line = |name: &String| {
        format!(
            "{}: there is no list of {name}, an authority of client_ca_file: clients whose \
             certificates it signed are refused",
            path.display()
        )
    };
    without.map(line).collect()
}

/// A line for each list that is too old. It still counts: whoever it names stays refused.
pub fn overdue(lists: &[List], path: &Path) -> Vec<String> {
    let now = SystemTime::now();
    let late = lists.iter().filter_map(|list| Some((list, list.next.filter(|next| *next < now)?)));
    let line = |(list, next): (&List, SystemTime)| {
        format!(
            "{}: the list of {} was to be replaced by {}; clients revoked since are let in: fetch \
             the new one",
            path.display(),
            list.issuer,
            Facts::date(next)
        )
    };
    late.map(line).collect()
}
