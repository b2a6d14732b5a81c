//! The key set of a provider, fetched in the background and kept while the provider is down.

use std::sync::Arc;
use std::time::{Duration, Instant};

use ring::digest::{SHA256, digest};
use ureq::Agent;
use ureq::http::Uri;
use ureq::http::header::CACHE_CONTROL;

use super::algorithm::Algorithm;
use super::key_set::KeySet;
use crate::auth::refusal::Refusal;
use crate::auth::verifier::Verdict;
use crate::outbound::{self, Reach};
use crate::sync::{Lock, Signal};
use crate::{limits, net};

/// The key set behind a URL.
pub struct Provider {
    url: String,
    agent: Agent,
    algorithm: &'static Algorithm,
    state: Lock<State>,
    /// A fetch has ended.
    fetched: Signal,
}

struct State {
    keys: Option<Arc<KeySet>>,
    /// What the document was like that they come from.
    document: Vec<u8>,
    /// Somebody fetches.
    fetching: bool,
    /// How many wait for that.
    waiting: usize,
    /// When it was last begun.
    begun: Option<Instant>,
    /// When it was last begun because somebody found no key.
    asked: Option<Instant>,
    /// Whether that came to nothing.
    failed: bool,
    /// When to fetch without being asked.
    next: Instant,
    /// How long to leave a provider alone that does not answer.
    pause: Duration,
}

impl State {
    /// Whether somebody who finds no key may have them fetched. Names of keys are invented easily, and
    /// cost the provider no more than this.
    fn may_fetch(&self) -> bool {
        let (last, pause) = match self.keys {
            Some(_) => (self.asked, limits::KEYS_FLOOR),
            None => (self.begun, limits::KEYS_RETRY),
        };
        last.is_none_or(|last| last.elapsed() >= pause)
    }
}

impl Provider {
    /// Prepares; nothing is sent before [`Provider::tend`].
    ///
    /// # Errors
    /// In words for the operator: what of the URL or of this machine cannot work.
    pub fn new(url: &str, algorithm: &'static Algorithm) -> Result<Self, String> {
        let agent = outbound::agent_for(url, limits::KEYS_TIME, Reach::Anywhere)
            .map_err(|problem| format!("auth_jwks_uri: {problem}"))?;
        let state = State {
            keys: None,
            document: Vec::new(),
            fetching: false,
            waiting: 0,
            begun: None,
            asked: None,
            failed: false,
            next: Instant::now(),
            pause: limits::KEYS_RETRY,
        };
        Ok(Self {
            url: url.to_owned(),
            agent,
            algorithm,
            state: Lock::new(state),
            fetched: Signal::new(),
        })
    }

    /// What an operator should know of it.
    pub fn warning(&self) -> Option<String> {
        let uri: Uri = self.url.parse().ok()?;
        let open = uri.scheme_str() == Some("http") && !net::is_loopback(uri.host()?);
        open.then(|| {
            "auth_jwks_uri has no TLS: whoever is on the way can let anybody in; use https".into()
        })
    }

    /// The keys, if they have come.
    pub fn keys(&self) -> Option<Arc<KeySet>> {
        self.state.lock().keys.clone()
    }

    /// What to say to a token whose key is not among those that were `seen`.
    pub fn unknown(&self, seen: &Arc<KeySet>) -> Verdict {
        let state = self.state.lock();
        let newer = state.keys.as_ref().is_some_and(|keys| !Arc::ptr_eq(keys, seen));
        match newer || state.fetching || state.may_fetch() {
            true => Verdict::Waits,
            false if state.failed || state.keys.is_none() => unavailable(),
            false => Verdict::Refused(Refusal::Invalid(
                "the token was signed with a key that its issuer does not publish".into(),
            )),
        }
    }

    /// Has the keys fetched when it is time, on a thread of its own.
    pub fn tend(self: &Arc<Self>) {
        let Some(fetch) = self.begin(|state| Instant::now() >= state.next) else { return };
        let started = std::thread::Builder::new().name("auth-keys".into()).spawn(|| fetch.run());
        if let Err(error) = started {
            log::warn!("the keys that check tokens are not fetched: no thread: {error}");
        }
    }

    /// Has the keys fetched soon.
    pub fn reload(&self) {
        self.state.lock().next = Instant::now();
    }

    /// Waits for other keys than `seen`: those that somebody fetches already, or else by fetching them.
    /// Few may wait, since whoever invents a token makes somebody wait.
    pub fn renew(self: &Arc<Self>, seen: Option<&Arc<KeySet>>) {
        let same = |state: &State| state.keys.as_ref().map(Arc::as_ptr) == seen.map(Arc::as_ptr);
        if let Some(fetch) = self.begin(|state| same(state) && state.may_fetch()) {
            self.state.lock().asked = Some(Instant::now());
            return fetch.run();
        }
        let deadline = Instant::now() + limits::KEYS_TIME;
        let mut state = self.state.lock();
        if state.waiting >= limits::KEYS_WAITERS {
            return;
        }
        state.waiting += 1;
        while state.fetching && same(&state) && Instant::now() < deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            state = self.fetched.wait(state, left);
        }
        state.waiting -= 1;
    }

    /// The one fetch at a time, if it may begin now.
    fn begin(self: &Arc<Self>, may: impl Fn(&State) -> bool) -> Option<Fetch> {
        let mut state = self.state.lock();
        if state.fetching || !may(&state) {
            return None;
        }
        state.fetching = true;
        state.begun = Some(Instant::now());
        Some(Fetch(Arc::clone(self)))
    }

    /// The document, and for how long it is good.
    fn ask(&self) -> Result<(Vec<u8>, Duration), String> {
        let answer = self.agent.get(&self.url).call().map_err(|error| outbound::cause(&error))?;
        match answer.status().as_u16() {
            200 => {}
            status @ 300..400 => {
                return Err(format!(
                    "HTTP {status}: it is elsewhere, and redirects are not followed"
                ));
            }
            status => return Err(format!("HTTP {status}")),
        }
        let control = answer.headers().get(CACHE_CONTROL).and_then(|value| value.to_str().ok());
        let fresh = fresh(control.unwrap_or_default());
        Ok((outbound::bounded(answer.into_body(), limits::KEY_SET_BYTES)?, fresh))
    }
}

/// The answer while nobody can tell. Whatever the reason is, it is the operator's.
pub fn unavailable() -> Verdict {
    Verdict::Refused(Refusal::Unavailable(
        "the keys that check tokens cannot be had at the moment; try again".into(),
    ))
}

/// For how long a document is good (RFC 9111 section 5.2.2.1), within bounds.
fn fresh(control: &str) -> Duration {
    let directives = || control.split(',').map(str::trim);
    let age = directives().find_map(|directive| directive.strip_prefix("max-age="));
    let age = match directives().any(|it| it == "no-store" || it == "no-cache") {
        true => Some(Duration::ZERO),
        false => age.and_then(|age| age.trim_matches('"').parse().ok()).map(Duration::from_secs),
    };
    age.unwrap_or(limits::KEYS_FRESH).clamp(limits::KEYS_FRESH_MIN, limits::KEYS_FRESH_MAX)
}

/// The right to fetch, given back when it is dropped.
struct Fetch(Arc<Provider>);

impl Fetch {
    fn run(self) {
        let Self(provider) = &self;
        let asked = provider.ask().and_then(|(document, fresh)| {
            let (keys, odd) = KeySet::parse(&document, provider.algorithm)?;
            Ok((digest(&SHA256, &document).as_ref().to_vec(), keys, odd, fresh))
        });
        let mut state = provider.state.lock();
        state.failed = asked.is_err();
        match asked {
            Ok((document, keys, odd, fresh)) => {
                if let Some(odd) = odd {
                    log::warn!("auth_jwks_uri {}: {odd}", provider.url);
                }
                // The same keys stay, with what was found good with them.
                if state.keys.is_none() || state.document != document {
                    log::info!("{} keys from {}", keys.len(), provider.url);
                    state.keys = Some(Arc::new(keys));
                    state.document = document;
                }
                // New ones come before the old ones are too old.
                state.next = Instant::now() + fresh * 9 / 10;
                state.pause = limits::KEYS_RETRY;
            }
            Err(why) => {
                let stay = if state.keys.is_some() { "; the old ones stay" } else { "" };
                log::warn!("no keys from auth_jwks_uri {}{stay}: {why}", provider.url);
                state.next = Instant::now() + state.pause;
                state.pause = (state.pause * 2).min(limits::KEYS_RETRY_MAX);
            }
        }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.0.state.lock().fetching = false;
        self.0.fetched.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fetches_and_no_more_wait_for_it_than_may() {
        let algorithm = Algorithm::named(None).expect("the default");
        let provider = Provider::new("http://127.0.0.1:9/", algorithm).expect("a URL");
        let provider = Arc::new(provider);
        let fetch = provider.begin(|_| true).expect("nobody fetches");
        assert!(provider.begin(|_| true).is_none(), "somebody does");
        let none = Arc::default();
        assert_eq!(provider.unknown(&none), Verdict::Waits);
        provider.state.lock().waiting = limits::KEYS_WAITERS;
        let begun = Instant::now();
        provider.renew(None);
        assert!(begun.elapsed() < limits::KEYS_TIME / 2, "it waited all the same");
        drop(fetch);
        assert_eq!(provider.unknown(&none), unavailable(), "no keys are no proof against a token");
    }

    #[test]
    fn keys_that_come_while_a_token_is_looked_at_are_looked_at_too() {
        let algorithm = Algorithm::named(None).expect("the default");
        let provider = Provider::new("http://127.0.0.1:9/", algorithm).expect("a URL");
        let (old, new) = (Arc::<KeySet>::default(), Arc::<KeySet>::default());
        let mut state = provider.state.lock();
        (state.keys, state.asked) = (Some(Arc::clone(&new)), Some(Instant::now()));
        drop(state);
        assert_eq!(provider.unknown(&old), Verdict::Waits);
        assert!(matches!(provider.unknown(&new), Verdict::Refused(Refusal::Invalid(_))));
    }

    #[test]
    fn documents_are_kept_as_long_as_they_say_within_bounds() {
        for (control, seconds) in [
            ("", 3600),
            ("public, max-age=1200", 1200),
            ("max-age=0", 300),
            ("max-age=99999999999", 86_400),
            ("max-age=x", 3600),
            ("no-store, max-age=1200", 300),
        ] {
            assert_eq!(fresh(control).as_secs(), seconds, "{control}");
        }
    }
}
