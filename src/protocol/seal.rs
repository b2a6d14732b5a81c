//! Text that travels through clients and must come back as it left: sealed, so that nobody can
//! read, change or make it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};

use super::error::RpcError;

/// A key that lives as long as the process: what another process sealed cannot be opened here.
pub struct Seal {
    random: SystemRandom,
    /// None when the system gave no random numbers; then nothing can be sealed or opened.
    key: Option<LessSafeKey>,
}

impl Seal {
    /// A new random key.
    pub fn new() -> Self {
        let random = SystemRandom::new();
        let mut bytes = [0; 32];
        let key = match random.fill(&mut bytes) {
            Ok(()) => UnboundKey::new(&AES_256_GCM, &bytes).ok().map(LessSafeKey::new),
            Err(_) => None,
        };
        Self { random, key }
    }

    /// Seals `text`; it can only be opened for the same `purpose`.
    ///
    /// # Errors
    /// -32603 when the system gives no random numbers.
    pub fn seal(&self, purpose: &str, text: &[u8]) -> Result<String, RpcError> {
        let sealed = || {
            let mut nonce = [0; NONCE_LEN];
            self.random.fill(&mut nonce).ok()?;
            let mut body = text.to_vec();
            let tag = self
                .key
                .as_ref()?
                .seal_in_place_separate_tag(
                    Nonce::assume_unique_for_key(nonce),
                    Aad::from(purpose),
                    &mut body,
                )
                .ok()?;
            let mut whole = nonce.to_vec();
            whole.append(&mut body);
            whole.extend_from_slice(tag.as_ref());
            Some(URL_SAFE_NO_PAD.encode(whole))
        };
        sealed().ok_or_else(|| RpcError::internal("The system gives no random numbers"))
    }

    /// Opens what [`Seal::seal`] gave. None when it is anything else.
    pub fn open(&self, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
        let whole = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, body) = whole.split_at_checked(NONCE_LEN)?;
        let mut body = body.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let text = self.key.as_ref()?.open_in_place(nonce, Aad::from(purpose), &mut body).ok()?;
        Some(text.to_vec())
    }

    /// An id that nobody can guess: 128 random bits as hexadecimal digits.
    ///
    /// # Errors
    /// -32603 when the system gives no random numbers.
    pub fn id(&self) -> Result<String, RpcError> {
        let mut bytes = [0; 16];
        self.random
            .fill(&mut bytes)
            .map_err(|_| RpcError::internal("The system gives no random numbers"))?;
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_sealed_here_for_the_same_purpose_opens() {
        let seal = Seal::new();
        let sealed = seal.seal("a", b"text").expect("random numbers");
        assert_eq!(seal.open("a", &sealed).as_deref(), Some(&b"text"[..]));
        assert_eq!(seal.open("b", &sealed), None);
        assert_eq!(Seal::new().open("a", &sealed), None);
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
}
