//! What a certificate says about itself.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use rustls::pki_types::CertificateDer;
use x509_cert::Certificate;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Decode, Encode};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CertificatePolicies, SubjectAltName};
use x509_cert::time::Time;

use super::kind;

/// Policies of the CA/Browser Forum, which authorities of browsers put into servers' certificates: EV,
/// DV, OV, IV. Its rules forbid roots to issue those.
const PUBLIC_POLICIES: [ObjectIdentifier; 4] = [
    ObjectIdentifier::new_unwrap("2.23.140.1.1"),
    ObjectIdentifier::new_unwrap("2.23.140.1.2.1"),
    ObjectIdentifier::new_unwrap("2.23.140.1.2.2"),
    ObjectIdentifier::new_unwrap("2.23.140.1.2.3"),
];

/// What a certificate says, for people, `/status`, `tls check` and metrics.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// Distinguished name of the owner (RFC 4514).
    pub subject: String,
    /// Distinguished name of the issuer (RFC 4514).
    pub issuer: String,
    /// DNS names and IP addresses of the owner; the common name when there are none.
    pub names: Vec<String>,
    /// Whether the names come from the common name, which current clients ignore.
    pub common_name_only: bool,
    /// First moment of validity.
    pub not_before: SystemTime,
    /// Last moment of validity.
    pub not_after: SystemTime,
    /// Certificates in the file, this one included.
    pub chain_length: usize,
    /// Whether every certificate of the file was issued by the one after it.
    pub chain_in_order: bool,
    /// Who issued the last certificate of the file and is not in it: clients must know it.
    pub last_issuer: Option<String>,
    /// Kind and size of the key, such as `EC P-256` or `RSA 2048`.
    pub key: String,
}

impl Facts {
    /// Whole days from now to the end of validity; negative when it is over.
    pub fn days_left(&self) -> i64 {
        const DAY: u64 = 24 * 60 * 60;
        let days = |time: Duration| i64::try_from(time.as_secs() / DAY).unwrap_or(i64::MAX);
        match self.not_after.duration_since(SystemTime::now()) {
            Ok(left) => days(left),
            Err(over) => -1 - days(over.duration()),
        }
    }

    /// Whether clients take the certificate for that of `name`, a host name or an IP address. They look
    /// at the subject alternative names alone (RFC 9525).
    pub fn covers(&self, name: &str) -> bool {
        if self.common_name_only {
            return false;
        }
        let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
        let bare = bare.strip_suffix('.').unwrap_or(bare);
        match bare.parse::<IpAddr>() {
            Ok(address) => self.names.iter().any(|ours| ours.parse() == Ok(address)),
            Err(_) => self.names.iter().any(|ours| covers(ours, bare)),
        }
    }

    /// The moment as people and logs write it.
    pub fn date(moment: SystemTime) -> String {
        let since = moment.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        x509_cert::der::DateTime::from_unix_duration(since)
            .map_or_else(|_| "the year 10000".to_owned(), |date| date.to_string())
    }
}

/// A moment of a certificate or list.
pub fn moment(time: &Time) -> SystemTime {
    SystemTime::UNIX_EPOCH + time.to_unix_duration()
}

/// A parsed certificate.
pub struct Parsed(Certificate);

impl Parsed {
    pub fn new(der: &CertificateDer<'_>) -> Result<Self, String> {
        Certificate::from_der(der).map(Self).map_err(|error| error.to_string())
    }

    pub fn subject(&self) -> String {
        self.0.tbs_certificate().subject().to_string()
    }

    pub fn issuer(&self) -> String {
        self.0.tbs_certificate().issuer().to_string()
    }

    /// The public key as DER, to compare it with a private key's.
    pub fn public_key(&self) -> Option<Vec<u8>> {
        self.0.tbs_certificate().subject_public_key_info().to_der().ok()
    }

    /// Kind and size of the public key.
    pub fn key_kind(&self) -> String {
        self.public_key().map_or_else(|| "unknown".to_owned(), |der| kind::public_key(&der))
    }

    /// Whether its owner has issued it to itself.
    pub fn is_self_issued(&self) -> bool {
        self.subject() == self.issuer()
    }

    /// The digest of its signature, when that no longer holds.
    pub fn weak_digest(&self) -> Option<&'static str> {
        kind::weak_digest(self.0.signature_algorithm().oid)
    }

    /// Whether its issuer is certainly no root: it was issued under rules that keep roots from issuing
    /// it, or names who issued its issuer.
    pub fn issuer_is_intermediate(&self) -> bool {
        let body = self.0.tbs_certificate();
        let public = body.get_extension::<CertificatePolicies>().ok().flatten().is_some_and(
            |(_, CertificatePolicies(policies))| {
                policies.iter().any(|policy| PUBLIC_POLICIES.contains(&policy.policy_identifier))
            },
        );
        let above = || {
            let (_, key) = body.get_extension::<AuthorityKeyIdentifier>().ok()??;
            key.authority_cert_issuer?.into_iter().find_map(|name| match name {
                GeneralName::DirectoryName(name) => Some(name.to_string()),
                _ => None,
            })
        };
        !self.is_self_issued() && (public || above().is_some_and(|name| name != self.issuer()))
    }

    pub fn facts(&self, chain: &[Self]) -> Facts {
        let body = self.0.tbs_certificate();
        let mut names = self.alternative_names();
        let common_name_only = names.is_empty();
        if let (true, Ok(Some(name))) = (common_name_only, body.subject().common_name()) {
            names.push(name.value().into_owned());
        }
        Facts {
            subject: self.subject(),
            issuer: self.issuer(),
            names,
            common_name_only,
            not_before: moment(&body.validity().not_before),
            not_after: moment(&body.validity().not_after),
            chain_length: chain.len(),
            chain_in_order: chain.windows(2).all(|pair| match pair {
                [lower, upper] => lower.issuer() == upper.subject(),
                _ => true,
            }),
            last_issuer: chain.last().filter(|last| !last.is_self_issued()).map(Self::issuer),
            key: self.key_kind(),
        }
    }

    fn alternative_names(&self) -> Vec<String> {
        self.general_names().iter().filter_map(alternative_name).collect()
    }

    /// The first alternative name of the kind that says most of a client, with that kind.
    pub fn alternative_identity(&self) -> Option<String> {
        let names = self.general_names();
        let of = |kind: fn(&GeneralName) -> Option<String>| names.iter().find_map(kind);
        of(|name| match name {
            GeneralName::UniformResourceIdentifier(uri) => Some(format!("URI:{}", uri.as_str())),
            _ => None,
        })
        .or_else(|| {
            of(|name| match name {
                GeneralName::Rfc822Name(address) => Some(format!("email:{}", address.as_str())),
                _ => None,
            })
        })
        .or_else(|| {
            of(|name| match name {
                GeneralName::DnsName(name) => Some(format!("DNS:{}", name.as_str())),
                _ => None,
            })
        })
        .or_else(|| of(|name| alternative_name(name).map(|address| format!("IP:{address}"))))
    }

    fn general_names(&self) -> Vec<GeneralName> {
        match self.0.tbs_certificate().get_extension() {
            Ok(Some((_, SubjectAltName(names)))) => names,
            Ok(None) | Err(_) => Vec::new(),
        }
    }
}

fn alternative_name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(name.as_str().to_owned()),
        GeneralName::IpAddress(bytes) => {
            let bytes = bytes.as_bytes();
            let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
            let v6 = || <[u8; 16]>::try_from(bytes).map(IpAddr::from);
            v4.or_else(|_| v6()).ok().map(|address| address.to_string())
        }
        _ => None,
    }
}

/// Whether the certificate name `ours` is for host `name`; `*` stands for one whole first label.
fn covers(ours: &str, name: &str) -> bool {
    let wildcard = ours.strip_prefix("*.").zip(name.split_once('.'));
    ours.eq_ignore_ascii_case(name)
        || wildcard.is_some_and(|(ours, (label, rest))| {
            !label.is_empty() && ours.contains('.') && ours.eq_ignore_ascii_case(rest)
        })
}
