//! The login: one at a time, shared by everybody, renewed when it ends.

use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::http::header::{AUTHORIZATION, COOKIE, HeaderName, SET_COOKIE};
use ureq::http::{HeaderMap, HeaderValue};

use super::error::Target;
use super::error::{Error, ErrorKind};
use super::json;
use crate::cancel::CancelToken;
use crate::sync::{Lock, Signal};
use crate::{limits, observe};

/// What proves that a request belongs to a session.
#[derive(Debug)]
pub(super) struct Credential {
    /// Header name.
    pub name: HeaderName,
    /// Header value, marked sensitive.
    pub value: HeaderValue,
}

impl Credential {
    /// A bearer token from the answer of `/oauth/token`.
    pub fn bearer(body: &[u8]) -> Result<Self, &'static str> {
        let answer = json::decode(body).map_err(|_| "the token answer is not JSON")?;
        let token = answer.get("access_token").and_then(Value::as_str).unwrap_or_default();
        if token.is_empty() {
            return Err("the token answer holds no access_token");
        }
        observe::keep_live(token);
        Self::token(token)
    }

    /// Cookies from the answer of `/login`, or the token in its body sent as the cookie `token`.
    ///
    /// Cookies marked `Secure` are kept also without TLS: they go back to where they came from, and
    /// without them the session would silently be nobody's.
    pub fn cookies(headers: &HeaderMap, body: &[u8]) -> Result<Self, &'static str> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for cookie in headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let pair = cookie.split(';').next().and_then(|pair| pair.split_once('='));
            let Some((name, value)) = pair else { continue };
            let (name, value) = (name.trim(), value.trim());
            if !name.is_empty() && !value.is_empty() {
                pairs.retain(|(known, _)| *known != name);
                pairs.push((name, value));
            }
        }
        pairs.iter().for_each(|(_, value)| observe::keep_live(value));
        if !pairs.is_empty() {
            let all: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
            return Self::header(COOKIE, &all.join("; "));
        }
        match body_token(body) {
            Some(token) => {
                observe::keep_live(&token);
                Self::header(COOKIE, &format!("token={token}"))
            }
            None => Err("the login answer holds neither a session cookie nor a token"),
        }
    }

    /// A token of the platform that somebody has already.
    pub fn token(token: &str) -> Result<Self, &'static str> {
        Self::header(AUTHORIZATION, &format!("Bearer {token}"))
    }

    fn header(name: HeaderName, value: &str) -> Result<Self, &'static str> {
        let mut value = HeaderValue::from_str(value)
            .map_err(|_| "the session token holds characters that no header may carry")?;
        value.set_sensitive(true);
        Ok(Self { name, value })
    }
}

/// The token of a login body: `{"token": ...}`, a JSON string, or bare text.
fn body_token(body: &[u8]) -> Option<String> {
    let token = match json::decode(body) {
        Ok(Value::String(token)) => token,
        Ok(Value::Object(answer)) => return token_of(answer.get("token")?.as_str()?, 1),
        _ => std::str::from_utf8(body).ok()?.trim().to_owned(),
    };
    token_of(&token, limits::TOKEN_CHARS_MIN)
}

fn token_of(token: &str, chars_min: usize) -> Option<String> {
    let fits = (chars_min..=limits::TOKEN_CHARS_MAX).contains(&token.len())
        && token.bytes().all(|byte| byte.is_ascii_graphic() && !b"\",;\\<>".contains(&byte));
    fits.then(|| token.to_owned())
}

/// A login that is in force.
#[derive(Clone, Debug)]
pub(super) struct Login {
    /// What to send.
    pub credential: Arc<Credential>,
    serial: u64,
    since: Instant,
}

/// The one session of a client.
#[derive(Debug)]
pub(super) struct Session {
    ttl: Option<Duration>,
    state: Lock<LoginState>,
    changed: Signal,
    /// The route that last answered the same with a new session, what that was, and when.
    in_vain: Lock<Option<(String, &'static str, Instant)>>,
}

#[derive(Debug, Default)]
struct LoginState {
    login: Option<Login>,
    serial: u64,
    /// Somebody is logging in.
    busy: bool,
    /// How the last attempt failed, for those who waited for it, and when.
    failure: Option<(Instant, Error)>,
}

impl Session {
    /// No login yet; renewed when older than `ttl`.
    pub fn new(ttl: Option<Duration>) -> Self {
        Self { ttl, state: Lock::default(), changed: Signal::new(), in_vain: Lock::default() }
    }

    /// Another one of the same kind, without a login.
    pub fn another(&self) -> Self {
        Self::new(self.ttl)
    }

    /// The login in force, or a new one by `log_in`. Callers that come while another logs in wait
    /// for that attempt and share its outcome.
    pub fn obtain(
        &self,
        token: &CancelToken,
        target: &Target,
        log_in: impl FnOnce() -> Result<Credential, Error>,
    ) -> Result<Login, Error> {
        let mut state = self.lock();
        let mut waited = false;
        loop {
            if let Some(login) = state.login.as_ref().filter(|login| self.is_fresh(login)) {
                return Ok(login.clone());
            }
            if !state.busy {
                break;
            }
            waited = true;
            if token.is_cancelled() {
                return Err(Error::new(target.clone(), ErrorKind::Cancelled));
            }
            // The token has its own condition; a short slice notices both.
            let slice = limits::WAIT_SLICE;
            let woken = self.changed.wait(state, slice);
            state = woken;
        }
        if let Some((at, error)) = &state.failure {
            let refused = matches!(error.kind, ErrorKind::Login { .. })
                && at.elapsed() < limits::PLATFORM_REFUSED_PAUSE;
            if waited || refused {
                return Err(error.clone());
            }
        }
        state.busy = true;
        drop(state);

        let turn = LoginTurn(self);
        let outcome = log_in();
        let mut state = self.lock();
        state.login = None;
        state.failure = None;
        let result = match outcome {
            Ok(credential) => {
                state.serial += 1;
                let login = Login {
                    credential: Arc::new(credential),
                    serial: state.serial,
                    since: Instant::now(),
                };
                state.login = Some(login.clone());
                Ok(login)
            }
            Err(error) => {
                // A cancelled caller's failure is its own: the next in line tries afresh.
                if !error.is_cancelled() {
                    state.failure = Some((Instant::now(), error.clone()));
                }
                Err(error)
            }
        };
        drop(state);
        drop(turn);
        result
    }

    /// Forgets `login`, unless it was renewed meanwhile.
    pub fn expire(&self, login: &Login) {
        let mut state = self.lock();
        if state.login.as_ref().is_some_and(|current| current.serial == login.serial) {
            state.login = None;
        }
    }

    /// Notes that a route still answers `what`, which put the session in doubt, with a new one.
    pub fn renewed_in_vain(&self, path: &str, what: &'static str) {
        *self.in_vain.lock() = Some((path.to_owned(), what, Instant::now()));
    }

    /// Whether this was so a moment ago.
    pub fn was_renewed_in_vain(&self, path: &str, what: &'static str) -> bool {
        self.in_vain.lock().as_ref().is_some_and(|(last, answer, at)| {
            last == path && *answer == what && at.elapsed() < limits::PLATFORM_RENEWED_IN_VAIN
        })
    }

    fn is_fresh(&self, login: &Login) -> bool {
        self.ttl.is_none_or(|ttl| login.since.elapsed() < ttl)
    }

    fn lock(&self) -> MutexGuard<'_, LoginState> {
        self.state.lock()
    }
}

/// The turn to log in, given back also by a panic.
struct LoginTurn<'a>(&'a Session);

impl Drop for LoginTurn<'_> {
    fn drop(&mut self) {
        self.0.lock().busy = false;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cookies(set: &[&'static str], body: &str) -> Result<String, &'static str> {
        let mut headers = HeaderMap::new();
        for cookie in set {
            headers.append(SET_COOKIE, HeaderValue::from_static(cookie));
        }
        Credential::cookies(&headers, body.as_bytes())
            .map(|credential| credential.value.to_str().unwrap().to_owned())
    }

    #[test]
    fn cookies_win_over_the_body() {
        let set = ["token=abc==; Path=/; Secure; HttpOnly", "x=; Max-Age=0", "lb=1"];
        assert_eq!(cookies(&set, "ignored").unwrap(), "token=abc==; lb=1");
        assert_eq!(cookies(&["token=a", "token=b"], "").unwrap(), "token=b");
    }

    #[test]
    fn tokens_in_the_body() {
        assert_eq!(cookies(&[], r#"{"token":"short"}"#).unwrap(), "token=short");
        assert_eq!(
            cookies(&[], r#""c2Vzc2lvbi10b2tlbg==""#).unwrap(),
            "token=c2Vzc2lvbi10b2tlbg=="
        );
        assert_eq!(cookies(&[], "c2Vzc2lvbi10b2tlbg==\n").unwrap(), "token=c2Vzc2lvbi10b2tlbg==");
        for body in ["", "OK", "{}", "null", "<html>a login page</html>", r#"{"token":"a; b"}"#] {
            assert!(cookies(&[], body).is_err(), "{body:?}");
        }
    }

    #[test]
    fn bearer_tokens() {
        assert!(Credential::bearer(br#"{"access_token":"t"}"#).is_ok());
        for body in ["", "{}", r#"{"access_token":""}"#, r#"{"access_token":"a\nb"}"#] {
            assert!(Credential::bearer(body.as_bytes()).is_err(), "{body:?}");
        }
    }
}
