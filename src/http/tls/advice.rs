//! What works and should still be looked at. Each row speaks only where something is to be done: a
//! warning at every start that asks for nothing hides those that do.

use std::path::Path;
use std::time::{Duration, SystemTime};

use super::facts::{Facts, Parsed};
use crate::limits;

/// What is looked at.
pub struct Seen<'a> {
    pub facts: &'a Facts,
    /// The certificates of the file.
    pub chain: &'a [Parsed],
    /// Where they are.
    pub path: &'a Path,
    /// Where the private key is.
    pub key_path: &'a Path,
}

/// Everything that is looked at, in the order in which it is told.
const ROWS: [fn(&Seen<'_>) -> Vec<String>; 6] = [
    |seen| expiry(seen.facts, seen.path).into_iter().collect(),
    order,
    missing_issuer,
    weak_signatures,
    names,
    |seen| key_mode(seen.key_path).into_iter().collect(),
];

/// A line for each thing to be done.
pub fn all(seen: &Seen<'_>) -> Vec<String> {
    ROWS.iter().flat_map(|row| row(seen)).collect()
}

/// What to say when the certificate ends soon: within a third of its life, and within thirty days. One
/// that lives for a week would otherwise be warned of from its first day to its last.
pub fn expiry(facts: &Facts, path: &Path) -> Option<String> {
    let life = facts.not_after.duration_since(facts.not_before).unwrap_or_default();
    let left = facts.not_after.duration_since(SystemTime::now()).ok()?;
    let soon = limits::EXPIRY_WARNING.min(life / limits::EXPIRY_WARNING_SHARE);
    (left < soon).then(|| {
        let (left, date) = (in_words(left), Facts::date(facts.not_after));
        format!("{}: the certificate expires in {left}, on {date}; renew it", path.display())
    })
}

/// Whole days, or hours where days are too coarse.
fn in_words(left: Duration) -> String {
    let hours = left.as_secs() / (60 * 60);
    match hours {
        0..=1 => format!("{} minutes", left.as_secs() / 60),
        2..=47 => format!("{hours} hours"),
        _ => format!("{} days", hours / 24),
    }
}

fn order(seen: &Seen<'_>) -> Vec<String> {
    let pairs = seen.chain.windows(2).enumerate();
    let wrong = pairs.filter_map(|(index, pair)| match pair {
        [lower, upper] if lower.issuer() != upper.subject() => Some(format!(
            "{}: certificate {} was not issued by certificate {}, which follows it; some clients \
             need the chain in order",
            seen.path.display(),
            index + 1,
            index + 2
        )),
        _ => None,
    });
    wrong.collect()
}

/// A file may end with a certificate whose issuer clients know. Whether they do cannot be seen from
/// here, but some issuers cannot be among those: they are intermediate authorities.
fn missing_issuer(seen: &Seen<'_>) -> Vec<String> {
    let last = seen.chain.last().filter(|last| last.issuer_is_intermediate());
    let warning = last.map(|last| {
        format!(
            "{}: the certificate of the intermediate authority {} is missing; most clients cannot \
             check the server's without it: append it to the file",
            seen.path.display(),
            last.issuer()
        )
    });
    warning.into_iter().collect()
}

/// Signatures of authorities that clients have ceased to believe. A certificate that signed itself is
/// believed by name, not by signature.
fn weak_signatures(seen: &Seen<'_>) -> Vec<String> {
    let weak = seen.chain.iter().enumerate().filter_map(|(index, certificate)| {
        let digest = certificate.weak_digest().filter(|_| !certificate.is_self_issued())?;
        Some(format!(
            "{}: certificate {} is signed with {digest}, which clients of today refuse; have it issued \
             anew with SHA-256",
            seen.path.display(),
            index + 1
        ))
    });
    weak.collect()
}

fn names(seen: &Seen<'_>) -> Vec<String> {
    let warning = seen.facts.common_name_only.then(|| {
        format!(
            "{}: the certificate has no subject alternative name; clients of today do not look at the \
             common name and refuse it",
            seen.path.display()
        )
    });
    warning.into_iter().collect()
}

/// Warns when everybody can read the key. That a group can is how systems hand keys to services.
#[cfg(unix)]
fn key_mode(key_path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;

    let mode = key_path.metadata().map_or(0, |file| file.mode() & 0o7777);
    (mode & 0o006 != 0).then(|| {
        format!(
            "{}: the private key can be read by others (mode {mode:04o}); run chmod 600 on it, or in \
             Kubernetes set defaultMode 0440 and fsGroup",
            key_path.display()
        )
    })
}

#[cfg(not(unix))]
fn key_mode(_key_path: &Path) -> Option<String> {
    None
}
