//! Keys that signatures are checked with: from the configuration, and from a key set.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::DecodingKey;
use ring::agreement::{self, ECDH_P256, ECDH_P384, EphemeralPrivateKey};
use ring::rand::SystemRandom;
use serde_json::{Map, Value};
use x509_cert::Certificate;
use x509_cert::der::asn1::UintRef;
use x509_cert::der::{Decode, Encode, Reader, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoRef;

use super::algorithm::{Algorithm, Family};
use crate::http::tls::{self, P256, P384};
use crate::{limits, observe};

/// A key.
#[derive(Clone)]
pub struct Key {
    /// Its kind.
    pub family: Family,
    /// The key itself.
    pub key: DecodingKey,
}

/// What `auth_public_key` says.
pub struct Configured {
    /// The key.
    pub key: Key,
    /// The file that it was read from, if it was.
    pub file: Option<PathBuf>,
    /// What an operator should know of it.
    pub warning: Option<String>,
}

/// How every section of PEM begins.
const BEGIN: &str = "-----BEGIN ";

impl Configured {
    /// The key of `auth_public_key`: PEM (also with `\n` for its line ends), the path of a file, or the
    /// shared secret of an HS algorithm.
    ///
    /// # Errors
    /// In words for the operator: what it is instead of such a key.
    pub fn read(setting: &str, algorithm: &Algorithm) -> Result<Self, String> {
        let setting = setting.trim();
        let secret = algorithm.family == Family::Secret;
        // A secret may look like the name of a file; what cannot be one is only looked for where it
        // begins like a path.
        let is_path = !setting.contains(BEGIN)
            && setting.lines().count() == 1
            && (!secret || ["/", "./", "../"].iter().any(|root| setting.starts_with(root)));
        let file = is_path.then(|| PathBuf::from(setting));
        let text = match &file {
            Some(path) => from_file(path, secret)?,
            None => setting.to_owned(),
        };
        let told = |problem| match &file {
            Some(path) => format!("auth_public_key {}: {problem}", path.display()),
            None => format!("auth_public_key: {problem}"),
        };
        let (key, warning) = match secret {
            true => shared(text.trim(), algorithm),
            false => public(&text, algorithm).map(|key| (key, None)),
        }
        .map_err(told)?;
        Ok(Self { key, file: file.clone(), warning: warning.map(told) })
    }
}

fn from_file(path: &Path, secret: bool) -> Result<String, String> {
    use std::io::Read as _;

    let mut text = String::new();
    let most = limits::PEM_FILE_BYTES as u64;
    let read = std::fs::File::open(path)
        .and_then(|file| file.take(most).read_to_string(&mut text))
        // What is no path may be a secret, and is not repeated.
        .map_err(|error| match secret {
            true => format!(
                "auth_public_key begins like a path, and no such file can be read ({error}); a \
                 secret that begins like one goes into a file of its own"
            ),
            false => format!(
                "auth_public_key is neither PEM text (-----BEGIN PUBLIC KEY-----) nor the path of a \
                 file that can be read ({error}); a shared secret needs auth_algorithm {}",
                Algorithm::of(Family::Secret)
            ),
        });
    read.map(|_| text)
}

/// A shared secret, and what an operator should know of it.
fn shared(text: &str, algorithm: &Algorithm) -> Result<(Key, Option<String>), String> {
    if text.contains(BEGIN) {
        return Err(format!(
            "auth_algorithm {} needs a shared secret, and this is a key or certificate, which \
             everybody may know; set auth_algorithm to the one that the issuer signs with ({}, ..)",
            algorithm.name,
            Algorithm::of(Family::Rsa)
        ));
    }
    let (bytes, enough) = (text.len(), algorithm.hash_bytes);
    if bytes < limits::SHARED_SECRET_BYTES {
        return Err(format!(
            "the shared secret has {bytes} bytes, which can be guessed; {} needs {enough}: \
             openssl rand -base64 {enough}",
            algorithm.name
        ));
    }
    observe::keep(text);
    let warning = (bytes < enough).then(|| {
        format!(
            "the shared secret has {bytes} bytes, and {} needs {enough} (RFC 7518 section 3.2): \
             whoever sees a token may find it by trying",
            algorithm.name
        )
    });
    Ok((Key { family: Family::Secret, key: DecodingKey::from_secret(text.as_bytes()) }, warning))
}

/// The first key of PEM text.
fn public(text: &str, algorithm: &Algorithm) -> Result<Key, String> {
    let text = text.replace("\\r", "").replace("\\n", "\n");
    if text.contains("PRIVATE KEY-----") {
        return Err("this is a private key, and only whoever signs tokens may have it; take the \
                    public one: openssl pkey -in FILE -pubout"
            .into());
    }
    let (label, der) = section(&text)
        .ok_or("it is no PEM text of a public key (-----BEGIN PUBLIC KEY-----) or certificate")?;
    let key = match label {
        "PUBLIC KEY" => Key::of_info(&der),
        "RSA PUBLIC KEY" => Key::of_rsa(der),
        "CERTIFICATE" => Certificate::from_der(&der)
            .and_then(|it| it.tbs_certificate().subject_public_key_info().to_der())
            .map_err(|error| format!("the certificate is damaged: {error}"))
            .and_then(|der| Key::of_info(&der)),
        other => Err(format!("a section of the kind {other} is no public key")),
    }?;
    match key.family == algorithm.family {
        true => Ok(key),
        false => Err(format!(
            "auth_algorithm {} does not work with this key; set it to {}",
            algorithm.name,
            Algorithm::of(key.family)
        )),
    }
}

/// Kind and content of the first section of PEM text, whatever blanks stand around its lines.
fn section(text: &str) -> Option<(&str, Vec<u8>)> {
    let (label, rest) = text.split_once(BEGIN)?.1.split_once("-----")?;
    let (body, _) = rest.split_once("-----END ")?;
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    Some((label, STANDARD.decode(body).ok()?))
}

impl Key {
    /// A public key as certificates hold it (RFC 5280 section 4.1.2.7).
    fn of_info(der: &[u8]) -> Result<Self, String> {
        let info = SubjectPublicKeyInfoRef::from_der(der)
            .map_err(|error| format!("the key is damaged: {error}"))?;
        let bytes = info.subject_public_key.raw_bytes();
        match tls::public_key(der).as_str() {
            P256 => Self::of_point(Family::P256, bytes),
            P384 => Self::of_point(Family::P384, bytes),
            tls::ED25519 => Self::of_ed25519(bytes),
            kind if kind.starts_with("RSA") => Self::of_rsa(bytes.to_owned()),
            kind => Err(format!("keys of the kind {kind} are not supported here")),
        }
    }

    /// An RSA key (RFC 8017 A.1.1).
    fn of_rsa(der: Vec<u8>) -> Result<Self, String> {
        let bits = modulus_bits(&der).ok_or("the RSA key is damaged")?;
        if !limits::RSA_BITS.contains(&bits) {
            return Err(format!(
                "an RSA key of {bits} bits; {} to {} are supported",
                limits::RSA_BITS.start(),
                limits::RSA_BITS.end()
            ));
        }
        Ok(Self { family: Family::Rsa, key: DecodingKey::from_rsa_der(&der) })
    }

    /// A point of a curve, uncompressed.
    fn of_point(family: Family, point: &[u8]) -> Result<Self, String> {
        let curve = if family == Family::P256 { &ECDH_P256 } else { &ECDH_P384 };
        // What agrees on a secret with a point has seen that it is one of the curve.
        let agreed = EphemeralPrivateKey::generate(curve, &SystemRandom::new()).and_then(|ours| {
            let theirs = agreement::UnparsedPublicKey::new(curve, point);
            agreement::agree_ephemeral(ours, &theirs, |_| ())
        });
        agreed.map_err(|_| "it names no point of its curve")?;
        Ok(Self { family, key: DecodingKey::from_ec_der(point) })
    }

    fn of_ed25519(bytes: &[u8]) -> Result<Self, String> {
        match bytes.len() {
            32 => Ok(Self { family: Family::Ed25519, key: DecodingKey::from_ed_der(bytes) }),
            other => Err(format!("an Ed25519 key of {other} bytes; it has 32")),
        }
    }

    /// A public key of a key set (RFC 7518 section 6, RFC 8037).
    ///
    /// # Errors
    /// Why it cannot be used here.
    pub fn of_jwk(jwk: &Map<String, Value>) -> Result<Self, String> {
        let text = |name: &str| jwk.get(name).and_then(Value::as_str).unwrap_or_default();
        let bytes = |name: &str| {
            let decoded = URL_SAFE_NO_PAD.decode(text(name).trim_end_matches('='));
            decoded.map_err(|_| format!("its {name} is no base64url"))
        };
        if jwk.contains_key("d") {
            return Err("it holds its private part, which is no secret any more".into());
        }
        let point = |family, bytes_each: usize| {
            let (x, y) = (bytes("x")?, bytes("y")?);
            if (x.len(), y.len()) != (bytes_each, bytes_each) {
                return Err("its coordinates have another length than its curve".into());
            }
            Self::of_point(family, &[&[4][..], &x, &y].concat())
        };
        match (text("kty"), text("crv")) {
            ("RSA", _) => Self::of_rsa(rsa_der(&bytes("n")?, &bytes("e")?)?),
            ("EC", "P-256") => point(Family::P256, 32),
            ("EC", "P-384") => point(Family::P384, 48),
            ("OKP", "Ed25519") => Self::of_ed25519(&bytes("x")?),
            // A secret that everybody can fetch is none.
            _ => Err("its kind is not supported".into()),
        }
    }
}

/// An RSA key in the form of RFC 8017 A.1.1.
fn rsa_der(modulus: &[u8], exponent: &[u8]) -> Result<Vec<u8>, String> {
    let number = |bytes| UintRef::new(bytes).and_then(|number| number.to_der());
    let numbers = number(modulus).and_then(|modulus| Ok([modulus, number(exponent)?].concat()));
    numbers
        .and_then(|content| {
            let tag = x509_cert::der::Tag::Sequence;
            x509_cert::der::asn1::AnyRef::new(tag, &content)?.to_der()
        })
        .map_err(|error| format!("its numbers are none: {error}"))
}

fn modulus_bits(der: &[u8]) -> Option<usize> {
    let mut reader = SliceReader::new(der).ok()?;
    let bits = reader.sequence(|inner| {
        let modulus = UintRef::decode(inner)?;
        let exponent = UintRef::decode(inner)?;
        let odd = exponent.as_bytes().last().is_some_and(|last| last & 1 == 1);
        let unused = modulus.as_bytes().first().map_or(0, |first| first.leading_zeros() as usize);
        let bits = (modulus.as_bytes().len() * 8).saturating_sub(unused);
        Ok::<_, x509_cert::der::Error>(if odd { bits } else { 0 })
    });
    reader.finish().ok()?;
    bits.ok()
}
