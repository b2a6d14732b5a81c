//! Text that travels through clients and must come back as it left: sealed, so that nobody can
//! read, change or make it.
//!
//! Every process that has the same key opens what any of them sealed. Each seals with a key of its
//! own, derived from the shared one and a salt that travels along, so that no two processes ever use
//! one key with the same nonce.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom, SystemRandom};

use crate::limits;

/// The system gave no random numbers, without which nothing is sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRandom;

impl fmt::Display for NoRandom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The system gives no random numbers")
    }
}

/// What keys are derived for.
const INFO: &[&[u8]] = &[b"itential-mcp sealed state 1"];
const SALT_LEN: usize = 16;

/// Seals and opens.
pub struct Seal {
    random: SystemRandom,
    /// The shared keys: the first one seals, each opens.
    keys: Vec<Vec<u8>>,
    /// None when the system gave no random numbers; then nothing can be sealed.
    own: Option<Own>,
}

/// The key of this process.
struct Own {
    salt: [u8; SALT_LEN],
    key: LessSafeKey,
    sealed: AtomicU64,
}

impl Seal {
    /// A random key that lives as long as the process: nobody else opens what it sealed.
    pub fn random() -> Self {
        let random = SystemRandom::new();
        let mut key = vec![0; 32];
        let keys = if random.fill(&mut key).is_ok() { vec![key] } else { Vec::new() };
        Self::with(random, keys)
    }

    /// The keys that these lines hold, the first of which seals. Lines that begin with `#` say
    /// something to people.
    ///
    /// # Errors
    /// In words for the operator, when there is no key or one is too short to be hard to guess.
    pub fn shared(text: &str) -> Result<Self, String> {
        let lines = text.lines().map(str::trim);
        let keys: Vec<Vec<u8>> = lines
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .map(|line| line.as_bytes().to_vec())
            .collect();
        let different = |key: &[u8]| {
            let mut bytes = key.to_vec();
            bytes.sort_unstable();
            bytes.dedup();
            bytes.len()
        };
        match keys.iter().position(|key| key.len() < limits::STATE_KEY_BYTES || different(key) < 8)
        {
            Some(at) => Err(format!(
                "key {} of state_key is too weak: a key has at least {} characters, as those of \
                 `openssl rand -hex 32`",
                at + 1,
                limits::STATE_KEY_BYTES
            )),
            None if keys.is_empty() => Err("state_key holds no key".into()),
            None => Ok(Self::with(SystemRandom::new(), keys)),
        }
    }

    fn with(random: SystemRandom, keys: Vec<Vec<u8>>) -> Self {
        let mut salt = [0; SALT_LEN];
        let own = match (random.fill(&mut salt), keys.first()) {
            (Ok(()), Some(key)) => {
                derive(key, &salt).map(|key| Own { salt, key, sealed: AtomicU64::new(0) })
            }
            _ => None,
        };
        Self { random, keys, own }
    }

    /// Seals `text`; it can only be opened for the same `purpose`.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn seal(&self, purpose: &str, text: &[u8]) -> Result<String, NoRandom> {
        let sealed = || {
            let own = self.own.as_ref()?;
            // Counted, so that no nonce comes twice with this process's key.
            let number = own.sealed.fetch_add(1, Ordering::Relaxed);
            let mut nonce = [0; NONCE_LEN];
            nonce[NONCE_LEN - 8..].copy_from_slice(&number.to_be_bytes());
            let mut body = text.to_vec();
            let nonce_used = Nonce::assume_unique_for_key(nonce);
            let tag = own
                .key
                .seal_in_place_separate_tag(nonce_used, Aad::from(purpose), &mut body)
                .ok()?;
            let whole = [&own.salt[..], &nonce[..], &body[..], tag.as_ref()].concat();
            Some(URL_SAFE_NO_PAD.encode(whole))
        };
        sealed().ok_or(NoRandom)
    }

    /// Opens what [`Seal::seal`] gave, here or where one of the keys is known. None when it is
    /// anything else.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let whole = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (salt, rest) = whole.split_at_checked(SALT_LEN)?;
        let (nonce, body) = rest.split_at_checked(NONCE_LEN)?;
        let open = |key: &LessSafeKey| {
            let mut body = body.to_vec();
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let text = key.open_in_place(nonce, Aad::from(purpose), &mut body).ok()?;
            Some(text.to_vec())
        };
        match &self.own {
            Some(own) if own.salt == salt => open(&own.key),
            _ => self.keys.iter().find_map(|key| open(&derive(key, salt)?)),
        }
    }

    /// An id that nobody can guess: 128 random bits as hexadecimal digits.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn id(&self) -> Result<String, NoRandom> {
        let mut bytes = [0; 16];
        self.random.fill(&mut bytes).map_err(|_| NoRandom)?;
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// The key of the process that chose this salt.
fn derive(key: &[u8], salt: &[u8]) -> Option<LessSafeKey> {
    struct Length;
    impl KeyType for Length {
        fn len(&self) -> usize {
            AES_256_GCM.key_len()
        }
    }
    let mut bytes = [0; 32];
    Salt::new(HKDF_SHA256, salt).extract(key).expand(INFO, Length).ok()?.fill(&mut bytes).ok()?;
    UnboundKey::new(&AES_256_GCM, &bytes).ok().map(LessSafeKey::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_sealed_here_for_the_same_purpose_opens() {
        let seal = Seal::random();
        let sealed = seal.seal("a", b"text").expect("random numbers");
        assert_eq!(seal.open("a", &sealed).as_deref(), Some(&b"text"[..]));
        assert_eq!(seal.open("b", &sealed), None);
        assert_eq!(Seal::random().open("a", &sealed), None);
        assert_ne!(seal.seal("a", b"text").expect("random numbers"), sealed);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(seal.open("a", &changed), None, "{at}");
        }
        for bad in ["", "A", "====", "AAAAAAAAAAAAAAAAAAAA", &format!("{sealed}-TAMPERED")] {
            assert_eq!(seal.open("a", bad), None, "{bad}");
        }
    }

    #[test]
    fn whoever_has_the_key_opens_and_old_keys_open_for_a_while() {
        let (old, new) = ("0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210");
        let shared = |text: &str| Seal::shared(text).expect("good keys");
        let sealed = shared(old).seal("a", b"text").expect("random numbers");
        for (keys, opens) in [
            (old.to_owned(), true),
            (format!("# rotated\n{new}\n{old}\n"), true),
            (new.to_owned(), false),
        ] {
            assert_eq!(shared(&keys).open("a", &sealed).is_some(), opens, "{keys}");
        }
        for bad in ["", "# only words", "short", &"a".repeat(64), &format!("{new}\nshort")] {
            assert!(Seal::shared(bad).is_err(), "{bad}");
        }
    }
}
