//! Signed tokens as an issuer makes them, and as somebody makes them who is none.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rcgen::KeyPair;
use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RsaEncoding, RsaKeyPair};
use ring::{digest, hmac};
use serde_json::{Map, Value, json};

const RSA: [&str; 2] = [include_str!("keys/rsa_one.pem"), include_str!("keys/rsa_two.pem")];

/// Whoever signs tokens.
pub struct Signer {
    pub algorithm: &'static str,
    pub id: Option<String>,
    key: Key,
}

enum Key {
    Secret(Vec<u8>),
    Rsa(RsaKeyPair, String),
    Ec(EcdsaKeyPair, String),
    Ed(Ed25519KeyPair, String),
}

impl Signer {
    /// One with a key of its own; of RSA there are two to choose from.
    pub fn new(algorithm: &'static str) -> Self {
        Self::number(algorithm, 0)
    }

    pub fn number(algorithm: &'static str, number: usize) -> Self {
        let random = SystemRandom::new();
        let public = |der: &[u8]| KeyPair::try_from(der).expect("a key").public_key_pem();
        let key = match &algorithm[..2] {
            "HS" => Key::Secret(b"0123456789abcdef".repeat(4)),
            "RS" | "PS" => {
                let pair = KeyPair::from_pem(RSA[number]).expect("a key");
                let der = pair.serialize_der();
                Key::Rsa(RsaKeyPair::from_pkcs8(&der).expect("a key"), pair.public_key_pem())
            }
            "ES" => {
                let kind = match algorithm {
                    "ES256" => &signature::ECDSA_P256_SHA256_FIXED_SIGNING,
                    _ => &signature::ECDSA_P384_SHA384_FIXED_SIGNING,
                };
                let der = EcdsaKeyPair::generate_pkcs8(kind, &random).expect("random numbers");
                let key = EcdsaKeyPair::from_pkcs8(kind, der.as_ref(), &random).expect("a key");
                Key::Ec(key, public(der.as_ref()))
            }
            _ => {
                let der = Ed25519KeyPair::generate_pkcs8(&random).expect("random numbers");
                let key = Ed25519KeyPair::from_pkcs8(der.as_ref()).expect("a key");
                Key::Ed(key, public(der.as_ref()))
            }
        };
        Self { algorithm, id: None, key }
    }

    /// One with this shared secret.
    pub fn secret(algorithm: &'static str, secret: impl Into<Vec<u8>>) -> Self {
        Self { algorithm, id: None, key: Key::Secret(secret.into()) }
    }

    /// The same, naming its key in every token.
    pub fn named(self, id: &str) -> Self {
        Self { id: Some(id.to_owned()), ..self }
    }

    /// What checks its tokens: PEM, or the secret.
    pub fn public(&self) -> String {
        match &self.key {
            Key::Secret(secret) => String::from_utf8_lossy(secret).into_owned(),
            Key::Rsa(_, pem) | Key::Ec(_, pem) | Key::Ed(_, pem) => pem.clone(),
        }
    }

    /// Its key as a key set has it.
    pub fn jwk(&self) -> Value {
        let mut jwk = match &self.key {
            Key::Secret(secret) => json!({"kty": "oct", "k": b64(secret)}),
            Key::Rsa(key, _) => {
                let public = signature::RsaPublicKeyComponents::<Vec<u8>>::from(key.public());
                json!({"kty": "RSA", "n": b64(&public.n), "e": b64(&public.e)})
            }
            Key::Ec(key, _) => {
                let point = &key.public_key().as_ref()[1..];
                let (x, y) = point.split_at(point.len() / 2);
                let curve = if x.len() == 32 { "P-256" } else { "P-384" };
                json!({"kty": "EC", "crv": curve, "x": b64(x), "y": b64(y)})
            }
            Key::Ed(key, _) => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": b64(key.public_key().as_ref())})
            }
        };
        if let Some(id) = &self.id {
            jwk["kid"] = id.as_str().into();
        }
        jwk
    }

    /// A token with these claims besides a good `exp`; null takes one out.
    pub fn token(&self, claims: Value) -> String {
        self.token_with(json!({}), claims)
    }

    /// The same, with these headers besides `alg`, `typ` and `kid`.
    pub fn token_with(&self, header: Value, claims: Value) -> String {
        let mut head = json!({"alg": self.algorithm, "typ": "JWT"});
        if let Some(id) = &self.id {
            head["kid"] = id.as_str().into();
        }
        let good = json!({"exp": now() + 300, "sub": "ann", "client_id": "desk"});
        self.sign(&merged(head, header).to_string(), &merged(good, claims).to_string())
    }

    /// A token of these very texts.
    pub fn sign(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", b64(header), b64(claims));
        let signature = self.signature(message.as_bytes());
        format!("{message}.{}", b64(signature))
    }

    pub fn signature(&self, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.key {
            Key::Secret(secret) => {
                let kind = match self.algorithm {
                    "HS256" => hmac::HMAC_SHA256,
                    "HS384" => hmac::HMAC_SHA384,
                    _ => hmac::HMAC_SHA512,
                };
                hmac::sign(&hmac::Key::new(kind, secret), message).as_ref().to_vec()
            }
            Key::Rsa(key, _) => {
                let encoding: &dyn RsaEncoding = match self.algorithm {
                    "RS256" => &signature::RSA_PKCS1_SHA256,
                    "RS384" => &signature::RSA_PKCS1_SHA384,
                    "RS512" => &signature::RSA_PKCS1_SHA512,
                    "PS256" => &signature::RSA_PSS_SHA256,
                    "PS384" => &signature::RSA_PSS_SHA384,
                    _ => &signature::RSA_PSS_SHA512,
                };
                let mut signature = vec![0; key.public().modulus_len()];
                key.sign(encoding, &random, message, &mut signature).expect("a signature");
                signature
            }
            Key::Ec(key, _) => key.sign(&random, message).expect("a signature").as_ref().to_vec(),
            Key::Ed(key, _) => key.sign(message).as_ref().to_vec(),
        }
    }
}

/// `onto` with what `more` has besides or instead; null takes out.
fn merged(mut onto: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("an object") };
    let object: &mut Map<String, Value> = onto.as_object_mut().expect("an object");
    for (name, value) in more {
        match value {
            Value::Null => drop(object.remove(&name)),
            value => drop(object.insert(name, value)),
        }
    }
    onto
}

pub fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}
