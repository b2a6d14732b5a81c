//! Signed tokens (RFC 7519, RFC 9068).
//!
//! What a token is checked with, key and algorithm, comes from the configuration and never from the
//! token (RFC 8725 section 3.1). `jsonwebtoken` does the signatures, over ring. Header and claims are
//! read here: of an object with the same name twice another reader may see the other value, and times
//! with fractions, which some issuers write, are none for that library.

mod algorithm;
mod claims;
mod key;
mod key_set;
mod provider;
mod token;
mod verified;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use self::algorithm::{Algorithm, Family};
use self::claims::Rules;
pub use self::claims::name;
use self::key::Configured;
use self::key_set::{Found, KeySet};
use self::provider::Provider;
use self::token::Token;
use self::verified::Verified;
use super::refusal::Refusal;
use super::verifier::{Verdict, Verifier};
use crate::config::{Config, Secret};
use crate::observe;
use crate::places::resting;
use crate::sync::Lock;

/// What `auth_type = jwt` accepts.
pub struct Jwt {
    algorithm: &'static Algorithm,
    rules: Rules,
    keys: Keys,
    verified: Verified,
    warnings: Vec<String>,
}

/// Where keys come from.
enum Keys {
    /// `auth_public_key`, and the file that it names, if it names one.
    Configured { keys: Lock<Arc<KeySet>>, file: Option<PathBuf> },
    /// `auth_jwks_uri`.
    Provider(Arc<Provider>),
}

impl Jwt {
    /// As the configuration has it.
    ///
    /// # Errors
    /// In words for the operator: what of it cannot work.
    pub fn new(config: &Config) -> Result<Self, String> {
        let rules = Rules::of(config);
        let warnings = rules.warnings();
        Self::with(config, rules, warnings)
    }

    /// The same for tokens that come from the provider itself: for whom they were made says nothing
    /// more, unless the configuration asks.
    ///
    /// # Errors
    /// As [`Jwt::new`].
    pub fn of_provider(config: &Config) -> Result<Self, String> {
        Self::with(config, Rules::of_provider(config), Vec::new())
    }

    fn with(config: &Config, rules: Rules, mut warnings: Vec<String>) -> Result<Self, String> {
        let auth = &config.auth;
        let algorithm = Algorithm::named(auth.algorithm.as_deref())?;
        let set =
            |secret: &Option<Secret>| secret.clone().filter(|it| !it.expose().trim().is_empty());
        let keys = match (set(&auth.public_key), &auth.jwks_uri) {
            (Some(key), None) => {
                let configured = Configured::read(key.expose(), algorithm)?;
                warnings.extend(configured.warning);
                let keys = Lock::new(Arc::new(KeySet::of(configured.key)));
                Keys::Configured { keys, file: configured.file }
            }
            (None, Some(_)) if algorithm.family == Family::Secret => {
                return Err(format!(
                    "auth_algorithm {} needs a shared secret, which nobody publishes: set it as \
                     auth_public_key instead of auth_jwks_uri, or another auth_algorithm",
                    algorithm.name
                ));
            }
            (None, Some(url)) => {
                let provider = Provider::new(url, algorithm)?;
                warnings.extend(provider.warning());
                Keys::Provider(Arc::new(provider))
            }
            (None, None) => {
                return Err("auth_type jwt needs keys to check tokens with: auth_jwks_uri or \
                            auth_public_key"
                    .into());
            }
            (Some(_), Some(_)) => {
                return Err(
                    "both auth_public_key and auth_jwks_uri are set; it is one or the other".into(),
                );
            }
        };
        Ok(Self { algorithm, rules, keys, verified: Verified::default(), warnings })
    }

    /// What the token proves with these keys.
    fn judge(
        &self,
        token: &Token<'_>,
        keys: &Arc<KeySet>,
        now: SystemTime,
    ) -> Result<Verdict, Refusal> {
        let invalid = |why: &str| Refusal::Invalid(why.to_owned());
        let keys = match (keys.find(token.key.as_deref()), &self.keys) {
            (Found::Keys(keys), _) => keys,
            (Found::Unknown, Keys::Provider(provider)) => return Ok(provider.unknown(keys)),
            (Found::Unknown, Keys::Configured { .. }) => Vec::new(),
            (Found::Ambiguous, _) => {
                return Err(invalid("the token names no key (kid), and its issuer has several"));
            }
        };
        let signed = |key| self.algorithm.verifies(key, token.message, token.signature);
        if !keys.iter().any(|key| key.family == self.algorithm.family && signed(&key.key)) {
            return Err(invalid("the signature of the token is wrong"));
        }
        let claims = token.claims().map_err(Refusal::Invalid)?;
        Ok(Verdict::Proven(Arc::new(self.rules.check(&claims, now)?)))
    }
}

impl Verifier for Jwt {
    fn verify(&self, text: &str, now: SystemTime) -> Verdict {
        let keys = match &self.keys {
            Keys::Configured { keys, .. } => Arc::clone(&keys.lock()),
            Keys::Provider(provider) => provider.keys().unwrap_or_default(),
        };
        let hash = verified::hash(text);
        if let Some(identity) = self.verified.get(&hash, &keys, now) {
            return Verdict::Proven(identity);
        }
        let token = match Token::parse(text) {
            None => return Verdict::Foreign,
            Some(Err(why)) => return Verdict::Refused(Refusal::Invalid(why)),
            Some(Ok(token)) => token,
        };
        if token.algorithm != self.algorithm.name {
            return Verdict::Refused(Refusal::Invalid(format!(
                "the token must be signed by {}",
                self.algorithm.name
            )));
        }
        match self.judge(&token, &keys, now) {
            Ok(Verdict::Proven(identity)) => {
                self.verified.put(hash, &keys, &identity, now);
                Verdict::Proven(identity)
            }
            Ok(other) => other,
            Err(refusal) => Verdict::Refused(refusal),
        }
    }

    fn settle(&self, text: &str, now: SystemTime) -> Verdict {
        let Keys::Provider(provider) = &self.keys else { return self.verify(text, now) };
        // Twice: others may come just before the first look.
        for _ in 0..2 {
            let seen = provider.keys();
            match self.verify(text, now) {
                Verdict::Waits => resting(|| provider.renew(seen.as_ref())),
                settled => return settled,
            }
        }
        match self.verify(text, now) {
            Verdict::Waits => provider::unavailable(),
            settled => settled,
        }
    }

    fn warnings(&self) -> Vec<String> {
        self.warnings.clone()
    }

    fn tend(&self) {
        if let Keys::Provider(provider) = &self.keys {
            provider.tend();
        }
    }

    fn reload(&self) {
        match &self.keys {
            Keys::Provider(provider) => provider.reload(),
            Keys::Configured { file: None, .. } => {}
            Keys::Configured { keys, file: Some(file) } => {
                match Configured::read(&file.to_string_lossy(), self.algorithm) {
                    Ok(configured) => *keys.lock() = Arc::new(KeySet::of(configured.key)),
                    Err(error) => {
                        observe::always(format_args!(
                            "key not reloaded, the old one stays: {error}"
                        ));
                    }
                }
            }
        }
    }
}
