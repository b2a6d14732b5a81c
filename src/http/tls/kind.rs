//! Kinds of keys and signatures, in words.

use rustls::pki_types::PrivateKeyDer;
use x509_cert::der::asn1::{ObjectIdentifier, OctetStringRef, UintRef};
use x509_cert::der::{Decode, Encode, Reader, SliceReader};
use x509_cert::spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

const fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}

const RSA: ObjectIdentifier = oid("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = oid("1.2.840.113549.1.1.10");
const EC: ObjectIdentifier = oid("1.2.840.10045.2.1");

/// Kinds that need no further look.
const PLAIN: [(ObjectIdentifier, &str); 6] = [
    (oid("1.3.101.112"), ED25519),
    (oid("1.3.101.113"), "Ed448"),
    (oid("1.3.101.110"), "X25519"),
    (oid("1.3.101.111"), "X448"),
    (oid("1.2.840.10040.4.1"), "DSA"),
    (oid("2.16.840.1.101.3.4.3.18"), "ML-DSA-65"),
];

const CURVES: [(ObjectIdentifier, &str); 6] = [
    (oid("1.2.840.10045.3.1.7"), P256),
    (oid("1.3.132.0.34"), P384),
    (oid("1.3.132.0.35"), "EC P-521"),
    (oid("1.3.132.0.10"), "EC secp256k1"),
    (oid("1.3.36.3.3.2.8.1.1.7"), "EC brainpoolP256r1"),
    (oid("1.3.36.3.3.2.8.1.1.11"), "EC brainpoolP384r1"),
];

/// How a key on the curve P-256 is called.
pub const P256: &str = "EC P-256";
/// How a key on the curve P-384 is called.
pub const P384: &str = "EC P-384";
/// How an Ed25519 key is called.
pub const ED25519: &str = "Ed25519";

/// Digests that no longer hold, by the signatures they are part of.
const WEAK: [(ObjectIdentifier, &str); 5] = [
    (oid("1.2.840.113549.1.1.5"), "SHA-1"),
    (oid("1.2.840.10045.4.1"), "SHA-1"),
    (oid("1.2.840.10040.4.3"), "SHA-1"),
    (oid("1.3.14.3.2.29"), "SHA-1"),
    (oid("1.2.840.113549.1.1.4"), "MD5"),
];

fn named(
    rows: &[(ObjectIdentifier, &'static str)],
    wanted: ObjectIdentifier,
) -> Option<&'static str> {
    rows.iter().find(|(oid, _)| *oid == wanted).map(|(_, name)| *name)
}

/// The digest of a signature that no longer holds.
pub fn weak_digest(signature: ObjectIdentifier) -> Option<&'static str> {
    named(&WEAK, signature)
}

/// Kind and size of a public key, such as `EC P-256` or `RSA 2048`.
pub fn public_key(der: &[u8]) -> String {
    SubjectPublicKeyInfoRef::from_der(der).map_or_else(
        |_| "unknown".to_owned(),
        |key| {
            let modulus = || first_number(key.subject_public_key.raw_bytes(), 0);
            kind(&key.algorithm, modulus)
        },
    )
}

/// Kind and size of a private key, where it can be told.
pub fn private_key(key: &PrivateKeyDer<'_>) -> Option<String> {
    match key {
        // The version comes before the modulus.
        PrivateKeyDer::Pkcs1(key) => Some(rsa("RSA", first_number(key.secret_pkcs1_der(), 1))),
        PrivateKeyDer::Sec1(key) => {
            Some(sec1_curve(key.secret_sec1_der()).unwrap_or("EC").to_owned())
        }
        PrivateKeyDer::Pkcs8(key) => {
            let mut reader = SliceReader::new(key.secret_pkcs8_der()).ok()?;
            let told = reader.sequence(|inner| {
                let _version = UintRef::decode(inner)?;
                let algorithm = AlgorithmIdentifierRef::decode(inner)?;
                let key = <&OctetStringRef>::decode(inner)?;
                let told = kind(&algorithm, || first_number(key.as_bytes(), 1));
                // What follows does not matter.
                inner.read_slice(inner.remaining_len())?;
                Ok::<_, x509_cert::der::Error>(told)
            });
            told.ok()
        }
        _ => None,
    }
}

/// Whether TLS here can work with keys of this kind: sign with them, and check what they signed.
pub fn is_usable(kind: &str) -> bool {
    let enough = |bits: &str| bits.parse::<usize>().is_ok_and(|bits| (2048..=8192).contains(&bits));
    [P256, P384, ED25519].contains(&kind) || kind.strip_prefix("RSA ").is_some_and(enough)
}

fn kind(algorithm: &AlgorithmIdentifierRef<'_>, bits: impl Fn() -> Option<usize>) -> String {
    match algorithm.oid {
        RSA => rsa("RSA", bits()),
        RSA_PSS => rsa("RSA-PSS", bits()),
        EC => {
            let curve = algorithm.parameters.as_ref().and_then(|any| any.decode_as().ok());
            curve.and_then(|curve| named(&CURVES, curve)).unwrap_or("EC").to_owned()
        }
        other => named(&PLAIN, other).map_or_else(|| other.to_string(), str::to_owned),
    }
}

fn rsa(name: &str, bits: Option<usize>) -> String {
    bits.map_or_else(|| name.to_owned(), |bits| format!("{name} {bits}"))
}

/// Bits of a number in a sequence of numbers, after as many as are passed over: the modulus of an RSA
/// key (RFC 8017 A.1).
fn first_number(der: &[u8], passed: usize) -> Option<usize> {
    let mut reader = SliceReader::new(der).ok()?;
    let bits = reader.sequence(|inner| {
        for _ in 0..passed {
            UintRef::decode(inner)?;
        }
        let modulus = UintRef::decode(inner)?;
        inner.read_slice(inner.remaining_len())?;
        let first = modulus.as_bytes().first().copied().unwrap_or_default();
        let unused = usize::try_from(first.leading_zeros()).unwrap_or_default();
        Ok::<_, x509_cert::der::Error>((modulus.as_bytes().len() * 8).saturating_sub(unused))
    });
    bits.ok()
}

/// The curve that an EC key of its own names (RFC 5915).
fn sec1_curve(der: &[u8]) -> Option<&'static str> {
    let curve = |oid: &ObjectIdentifier| {
        // The parameters are the identifier, with its tag and length.
        let wanted = oid.to_der().ok()?;
        der.windows(wanted.len()).any(|window| window == wanted).then_some(())
    };
    CURVES.iter().find(|(oid, _)| curve(oid).is_some()).map(|(_, name)| *name)
}
