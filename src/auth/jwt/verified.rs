//! Tokens that were found good, so that each is checked once: a signature takes longer than everything
//! else that a request needs before it is carried out.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use ring::digest::{SHA256, digest};

use super::key_set::KeySet;
use crate::auth::identity::Identity;
use crate::limits;
use crate::sync::Lock;

/// What a token is known by.
pub type Hash = [u8; 32];

/// Tokens that were found good with one set of keys.
#[derive(Default)]
pub struct Verified(Lock<State>);

#[derive(Default)]
struct State {
    keys: Option<Arc<KeySet>>,
    known: HashMap<Hash, Arc<Identity>>,
}

impl State {
    /// Forgets all tokens when the keys are others.
    fn turn_to(&mut self, keys: &Arc<KeySet>) {
        if !self.keys.as_ref().is_some_and(|known| Arc::ptr_eq(known, keys)) {
            self.keys = Some(Arc::clone(keys));
            self.known.clear();
        }
    }
}

impl Verified {
    /// Who shows this token, if it was found good with these keys and has not expired.
    pub fn get(&self, token: &Hash, keys: &Arc<KeySet>, now: SystemTime) -> Option<Arc<Identity>> {
        let mut state = self.0.lock();
        state.turn_to(keys);
        let known = state.known.get(token)?;
        if is_good(known, now) {
            return Some(Arc::clone(known));
        }
        state.known.remove(token);
        None
    }

    /// Notes that it was found good with these keys.
    pub fn put(&self, token: Hash, keys: &Arc<KeySet>, identity: &Arc<Identity>, now: SystemTime) {
        let mut state = self.0.lock();
        if !state.keys.as_ref().is_some_and(|known| Arc::ptr_eq(known, keys)) {
            return;
        }
        if state.known.len() >= limits::VERIFIED_TOKENS {
            state.known.retain(|_, identity| is_good(identity, now));
        }
        if state.known.len() >= limits::VERIFIED_TOKENS {
            state.known.clear();
        }
        state.known.insert(token, Arc::clone(identity));
    }
}

fn is_good(identity: &Identity, now: SystemTime) -> bool {
    identity.expires.is_some_and(|end| now < end)
}

/// What a token is known by.
pub fn hash(token: &str) -> Hash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::auth::identity::Proof;

    #[test]
    fn a_token_is_good_until_it_expires_or_the_keys_change_and_there_are_not_too_many() {
        let now = SystemTime::now();
        let who = |seconds: u64| {
            let expires = Some(now + Duration::from_secs(seconds));
            let name = String::new();
            Arc::new(Identity { proof: Proof::Jwt, expires, ..Identity::of_certificate(&name) })
        };
        let verified = Verified::default();
        let (keys, others) = (Arc::new(KeySet::default()), Arc::new(KeySet::default()));
        let known = |keys, token: &str, now| verified.get(&hash(token), keys, now).is_some();
        assert!(!known(&keys, "a", now));
        verified.put(hash("a"), &keys, &who(10), now);
        assert!(known(&keys, "a", now) && !known(&keys, "b", now));
        assert!(!known(&keys, "a", now + Duration::from_secs(10)));
        verified.put(hash("a"), &keys, &who(10), now);
        assert!(!known(&others, "a", now), "found good with other keys");
        verified.put(hash("b"), &keys, &who(10), now);
        assert!(!known(&others, "b", now), "it came too late");
        verified.put(hash("kept"), &others, &who(10), now);
        for number in 0..limits::VERIFIED_TOKENS * 2 {
            verified.put(hash(&number.to_string()), &others, &who(1), now);
            assert!(verified.0.lock().known.len() <= limits::VERIFIED_TOKENS);
        }
        let later = now + Duration::from_secs(2);
        verified.put(hash("new"), &others, &who(10), later);
        assert!(known(&others, "new", later));
    }
}
