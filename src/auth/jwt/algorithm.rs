//! The algorithms of signatures (RFC 7518 section 3, RFC 8037), carried out by ring.

use std::sync::Once;

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult};
use jsonwebtoken::signature::{Error as BadSignature, Verifier};
use jsonwebtoken::{Algorithm as Name, DecodingKey};
use ring::{hmac, signature};

/// What kind of key an algorithm takes. One key is never taken for two kinds: with a public RSA key as
/// a shared secret anybody could sign (RFC 8725 section 2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// A secret that both sides know.
    Secret,
    /// RSA, of 2048 to 8192 bits.
    Rsa,
    /// The elliptic curve P-256.
    P256,
    /// The elliptic curve P-384.
    P384,
    /// Ed25519.
    Ed25519,
}

/// An algorithm.
pub struct Algorithm {
    /// As tokens name it.
    pub name: &'static str,
    /// The kind of key.
    pub family: Family,
    /// Bytes of the hash, which a shared secret must have at least (RFC 7518 section 3.2).
    pub hash_bytes: usize,
    id: Name,
    scheme: Scheme,
}

enum Scheme {
    Mac(&'static hmac::Algorithm),
    Signature(&'static dyn signature::VerificationAlgorithm),
}

const fn mac(
    name: &'static str,
    id: Name,
    bytes: usize,
    mac: &'static hmac::Algorithm,
) -> Algorithm {
    Algorithm { name, family: Family::Secret, hash_bytes: bytes, id, scheme: Scheme::Mac(mac) }
}

const fn signed(
    name: &'static str,
    id: Name,
    family: Family,
    by: &'static dyn signature::VerificationAlgorithm,
) -> Algorithm {
    Algorithm { name, family, hash_bytes: 0, id, scheme: Scheme::Signature(by) }
}

static ALGORITHMS: &[Algorithm] = &[
    mac("HS256", Name::HS256, 32, &hmac::HMAC_SHA256),
    mac("HS384", Name::HS384, 48, &hmac::HMAC_SHA384),
    mac("HS512", Name::HS512, 64, &hmac::HMAC_SHA512),
    signed("RS256", Name::RS256, Family::Rsa, &signature::RSA_PKCS1_2048_8192_SHA256),
    signed("RS384", Name::RS384, Family::Rsa, &signature::RSA_PKCS1_2048_8192_SHA384),
    signed("RS512", Name::RS512, Family::Rsa, &signature::RSA_PKCS1_2048_8192_SHA512),
    signed("PS256", Name::PS256, Family::Rsa, &signature::RSA_PSS_2048_8192_SHA256),
    signed("PS384", Name::PS384, Family::Rsa, &signature::RSA_PSS_2048_8192_SHA384),
    signed("PS512", Name::PS512, Family::Rsa, &signature::RSA_PSS_2048_8192_SHA512),
    signed("ES256", Name::ES256, Family::P256, &signature::ECDSA_P256_SHA256_FIXED),
    signed("ES384", Name::ES384, Family::P384, &signature::ECDSA_P384_SHA384_FIXED),
    signed("EdDSA", Name::EdDSA, Family::Ed25519, &signature::ED25519),
];

/// What a token is checked with where nothing is said, as in the Python server.
const DEFAULT: &str = "RS256";

impl Algorithm {
    /// The one that `auth_algorithm` names.
    ///
    /// # Errors
    /// In words for the operator: that it is not known here.
    pub fn named(setting: Option<&str>) -> Result<&'static Self, String> {
        let wanted = setting.unwrap_or(DEFAULT);
        ALGORITHMS.iter().find(|row| row.name == wanted).ok_or_else(|| {
            format!(
                "auth_algorithm {wanted} is not supported here (its curve, P-521, would need a \
                 second crypto library); let the issuer sign with {}",
                Self::list(|_| true)
            )
        })
    }

    /// The algorithms for keys of this kind.
    pub fn of(family: Family) -> String {
        Self::list(|row| row.family == family)
    }

    fn list(wanted: impl Fn(&Self) -> bool) -> String {
        let rows = ALGORITHMS.iter().filter(|row| wanted(row));
        rows.map(|row| row.name).collect::<Vec<_>>().join(", ")
    }

    /// Whether `signature`, in base64url, is one of `message` by the owner of `key`, which must be of
    /// this algorithm's family.
    pub fn verifies(&self, key: &DecodingKey, message: &str, signature: &str) -> bool {
        static RING: CryptoProvider = CryptoProvider {
            signer_factory: |_, _| Err(ErrorKind::InvalidAlgorithm.into()),
            verifier_factory: check,
            key_utils: KeyUtils::new_unimplemented(),
        };
        static INSTALLED: Once = Once::new();
        // Nobody else in this program installs one.
        INSTALLED.call_once(|| {
            let _ = RING.install_default();
        });
        jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, self.id).unwrap_or(false)
    }
}

/// One check of a signature.
struct Check {
    algorithm: &'static Algorithm,
    key: DecodingKey,
}

fn check(name: &Name, key: &DecodingKey) -> JwtResult<Box<dyn JwtVerifier>> {
    let algorithm = ALGORITHMS.iter().find(|row| row.id == *name);
    let algorithm = algorithm.filter(|_| key.family() == name.family());
    let algorithm = algorithm.ok_or(ErrorKind::InvalidAlgorithm)?;
    Ok(Box::new(Check { algorithm, key: key.clone() }))
}

impl JwtVerifier for Check {
    fn algorithm(&self) -> Name {
        self.algorithm.id
    }
}

impl Verifier<Vec<u8>> for Check {
    fn verify(&self, message: &[u8], given: &Vec<u8>) -> Result<(), BadSignature> {
        let key = self.key.try_get_as_bytes().map_err(|_| BadSignature::new())?;
        match self.algorithm.scheme {
            Scheme::Mac(mac) => hmac::verify(&hmac::Key::new(*mac, key), message, given),
            Scheme::Signature(by) => {
                signature::UnparsedPublicKey::new(by, key).verify(message, given)
            }
        }
        .map_err(|_| BadSignature::new())
    }
}
