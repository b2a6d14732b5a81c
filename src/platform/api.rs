//! What a tool call sees of the client, and how a call becomes attempts.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::account::Account;
use super::connection::Connection;
use super::counted;
use super::disguise::Standing;
use super::error::{Error, ErrorKind, Target};
use super::exchange::{Body, Call, Reply, Wants, exchange};
use super::explain::explain;
use super::path::Path;
use super::path::encode_form;
use super::session::{Credential, Login};
use super::text;
use super::written::Written;
use crate::cancel::CancelToken;
use crate::limits;
use crate::observe::metrics;
use crate::outbound::Scope;
use crate::places::{self, Place};
use crate::trace::Trace;

/// The platform for the length of one tool call.
///
/// Every method blocks, ends within the bounds told at [`platform`](super), and answers
/// [`ErrorKind::Cancelled`] within about 100 ms of the call's cancellation (name lookups and
/// connections included; a TCP connect that gets no reply at all may take up to 10 s to give up).
#[derive(Clone, Copy, Debug)]
pub struct Api<'a> {
    client: &'a Connection,
    token: &'a CancelToken,
    trace: Option<&'a Trace>,
}

impl<'a> Api<'a> {
    pub(super) fn new(client: &'a Connection, token: &'a CancelToken) -> Self {
        Self { client, token, trace: None }
    }

    /// The same platform; what is asked of it belongs to this trace.
    pub fn traced(self, trace: Option<&'a Trace>) -> Self {
        Self { trace, ..self }
    }

    /// `GET path?query` as JSON. Repeated when the platform was briefly unreachable.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; [`ErrorKind::NotJson`] also for an empty answer.
    pub fn get(&self, path: &Path, query: &[(&str, &str)]) -> Result<Value, Error> {
        self.read(path, query, None)?.into_json()
    }

    /// `POST path?query` that only reads, as searches do: repeated like [`Api::get`].
    ///
    /// # Errors
    ///
    /// As [`Api::get`].
    pub fn search(
        &self,
        path: &Path,
        query: &[(&str, &str)],
        body: &Value,
    ) -> Result<Value, Error> {
        self.read(path, query, Some(body))?.into_json()
    }

    /// The answer to a GET, or to a POST of a search, that is to be JSON.
    pub(super) fn read(
        &self,
        path: &Path,
        query: &[(&str, &str)],
        search: Option<&Value>,
    ) -> Result<Reply, Error> {
        let (method, body) = match search {
            None => ("GET", Body::None),
            Some(body) => ("POST", Body::Json(body.to_string())),
        };
        self.run(&Call { method, path, query, body, wants: Wants::Json })
    }

    /// [`Api::search`] whose answer is a text: a JSON string without its quotes, anything else as it
    /// came.
    ///
    /// # Errors
    ///
    /// As [`Api::get`], but never [`ErrorKind::NotJson`].
    pub fn search_text(&self, path: &Path, body: &Value) -> Result<String, Error> {
        let body = Body::Json(body.to_string());
        self.run(&Call { method: "POST", path, query: &[], body, wants: Wants::Text })?.into_text()
    }

    /// `POST path`. Sent once, and once more only when the platform said that nothing was carried
    /// out because the session had ended.
    ///
    /// `Ok` says that the platform answered 2xx, not that it did what was asked: [`Written`] holds
    /// what it said. `Err` says by [`Error::may_have_happened`] whether it may have done it.
    ///
    /// # Errors
    ///
    /// Any [`Error`] but those about bodies: a body that is of no use is an [`Answer`](super::Answer).
    pub fn post(&self, path: &Path, body: Option<&Value>) -> Result<Written, Error> {
        self.write("POST", path, &[], body)
    }

    /// `PUT path`; otherwise as [`Api::post`].
    ///
    /// # Errors
    ///
    /// As [`Api::post`].
    pub fn put(&self, path: &Path, body: Option<&Value>) -> Result<Written, Error> {
        self.write("PUT", path, &[], body)
    }

    /// `PATCH path`; otherwise as [`Api::post`].
    ///
    /// # Errors
    ///
    /// As [`Api::post`].
    pub fn patch(&self, path: &Path, body: Option<&Value>) -> Result<Written, Error> {
        self.write("PATCH", path, &[], body)
    }

    /// `DELETE path`; otherwise as [`Api::post`].
    ///
    /// # Errors
    ///
    /// As [`Api::post`].
    pub fn delete(&self, path: &Path) -> Result<Written, Error> {
        self.write("DELETE", path, &[], None)
    }

    /// `METHOD path?query`, one of those above; otherwise as [`Api::post`].
    ///
    /// # Errors
    ///
    /// As [`Api::post`].
    pub fn write(
        &self,
        method: &'static str,
        path: &Path,
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Written, Error> {
        let body = match body {
            Some(body) => Body::Json(body.to_string()),
            None if method == "DELETE" => Body::None,
            None => Body::Empty,
        };
        Ok(self.run(&Call { method, path, query, body, wants: Wants::Change })?.into_written())
    }

    /// The same platform under another token, for what must not end with the call.
    pub fn with_token<'b>(&self, token: &'b CancelToken) -> Api<'b>
    where
        'a: 'b,
    {
        Api { token, ..*self }
    }

    /// The token of the call, for loops that poll.
    pub fn token(&self) -> &CancelToken {
        self.token
    }

    /// Whether anything answers `GET path`, with or without a login.
    ///
    /// # Errors
    ///
    /// Any [`Error`] but those about the answer.
    pub fn reach(&self, path: &Path) -> Result<(), Error> {
        let call = Call { method: "GET", path, query: &[], body: Body::None, wants: Wants::Text };
        self.attempts(&call, None).map(drop)
    }

    /// Logs in unless a session is in force.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Login`] for refused credentials, or any other [`Error`].
    pub fn log_in(&self) -> Result<(), Error> {
        self.session().map(drop)
    }

    /// A reading request for an error message.
    pub(super) fn target(&self, method: &'static str, path: &Path) -> Target {
        Call { method, path, query: &[], body: Body::None, wants: Wants::Json }.target(self.client)
    }

    /// The answer to a request, if its status is 2xx.
    fn run(&self, call: &Call<'_>) -> Result<Reply, Error> {
        self.reply(call)?.checked()
    }

    /// Sends a call with the session, which is renewed when the answer says that it is over; the call
    /// is then repeated, once. A write is repeated only where nothing can have been carried out.
    pub(super) fn reply(&self, call: &Call<'_>) -> Result<Reply, Error> {
        let login = self.session()?;
        let reply = self.attempts(call, Some(&login.credential))?;
        let sessions = &self.client.session;
        let path = call.path.as_str();
        match reply.standing(call.wants) {
            Standing::InForce => return Ok(reply),
            Standing::InDoubt(_) if call.wants == Wants::Change => {
                // The caller is told what came; the next call gets a session that is beyond doubt.
                sessions.expire(&login);
                return Ok(reply);
            }
            Standing::InDoubt(what) if sessions.was_renewed_in_vain(path, what) => {
                return Ok(reply);
            }
            Standing::Over if matches!(self.client.login, Account::Token(_)) => {
                let cause = "the platform does not take the token; get a new one from it".into();
                return Err(Error::new(reply.target.clone(), ErrorKind::Login { cause }));
            }
            Standing::InDoubt(_) | Standing::Over => sessions.expire(&login),
        }
        log::info!("{}: the session seems to be over and is renewed", reply.target);
        let login = self.session()?;
        metrics::PLATFORM_RETRIES.count(&[]);
        let reply = self.attempts(call, Some(&login.credential))?;
        if let Standing::InDoubt(what) = reply.standing(call.wants) {
            sessions.renewed_in_vain(path, what);
        }
        Ok(reply)
    }

    fn session(&self) -> Result<Login, Error> {
        let (path, body, who) = match &self.client.login {
            Account::Password { user, password } => (
                "/login",
                Body::Json(
                    json!({"user": {"username": user, "password": password.expose()}}).to_string(),
                ),
                format!("user '{user}'; check platform user and password"),
            ),
            Account::ClientCredentials { id, secret } => (
                "/oauth/token",
                Body::Form(encode_form(&[
                    ("grant_type", "client_credentials"),
                    ("client_id", id),
                    ("client_secret", secret.expose()),
                ])),
                format!("client '{id}'; check platform client_id and client_secret"),
            ),
            Account::Token(_) => ("/", Body::None, String::new()),
        };
        let path = Path::literal(path);
        // A login changes nothing but the session list, so it may be repeated like a read.
        let call = Call { method: "POST", path: &path, query: &[], body, wants: Wants::Json };
        let target = call.target(self.client);
        let failed = |cause: String| Error::new(target.clone(), ErrorKind::Login { cause });
        self.client.session.obtain(self.token, &target, || {
            let account = match &self.client.login {
                Account::Token(token) => {
                    let credential = Credential::token(token.expose());
                    return credential.map_err(|cause| failed(cause.to_owned()));
                }
                account => account,
            };
            let credential = self.attempts(&call, None).and_then(|reply| {
                if matches!(reply.status, 400 | 401 | 403) {
                    let said = text::summary(&reply.body);
                    let said = if said.is_empty() { said } else { format!(" ({said})") };
                    return Err(failed(format!("status {}{said} for {who}", reply.status)));
                }
                let reply = reply.checked()?;
                let credential = match account {
                    Account::Password { .. } => Credential::cookies(&reply.headers, &reply.body),
                    _ => Credential::bearer(&reply.body),
                };
                credential.map_err(|cause| failed(cause.to_owned()))
            });
            counted::login(&credential);
            credential
        })
    }

    /// Sends a call, again after a pause when it is a read and the failure is a passing one.
    fn attempts(&self, call: &Call<'_>, login: Option<&Credential>) -> Result<Reply, Error> {
        let last_start = Instant::now() + self.client.timeout;
        let mut backoff = limits::PLATFORM_BACKOFF;
        let mut attempt = 1;
        loop {
            let outcome = self.attempt(call, login);
            let error = match &outcome {
                Err(error) if call.wants.reads() && error.is_transient() => error.clone(),
                Ok(reply) if call.wants.reads() => match reply.error() {
                    Some(error) if error.is_transient() => error,
                    _ => return outcome,
                },
                _ => return outcome,
            };
            let pause = error.retry_after().unwrap_or_else(|| jitter(backoff));
            if attempt >= limits::PLATFORM_ATTEMPTS
                || pause > limits::RETRY_AFTER_MAX
                || Instant::now() + pause > last_start
            {
                return outcome;
            }
            log::info!("attempt {attempt} failed, next in {} ms: {error}", pause.as_millis());
            if !self.token.sleep(pause) {
                return Err(Error::new(call.target(self.client), ErrorKind::Cancelled));
            }
            metrics::PLATFORM_RETRIES.count(&[]);
            backoff *= 2;
            attempt += 1;
        }
    }

    /// One of the requests that may be under way. Whoever waits for it lets others call meanwhile.
    fn place(&self, call: &Call<'_>) -> Result<Place, Error> {
        let (requests, caller) = (&self.client.requests, places::caller());
        if let Some(place) = requests.try_take(&caller) {
            return Ok(place);
        }
        let begun = Instant::now();
        let until = begun + self.client.timeout;
        let place = places::resting(|| requests.take(&caller, until, || self.token.is_cancelled()));
        place.ok_or_else(|| {
            let kind = match self.token.is_cancelled() {
                true => ErrorKind::Cancelled,
                false => ErrorKind::Timeout {
                    phase: "waiting for earlier requests of this server (platform max_requests)",
                    waited: begun.elapsed(),
                },
            };
            Error::new(call.target(self.client), kind)
        })
    }

    /// Sends a call once.
    fn attempt(&self, call: &Call<'_>, login: Option<&Credential>) -> Result<Reply, Error> {
        let _place = self.place(call)?;
        let trace = self.trace.and_then(Trace::child);
        let _open = metrics::PLATFORM_OPEN.hold();
        let begun = Instant::now();
        let scope = Scope::new(self.token.clone(), begun + self.client.timeout);
        let sent = Rc::clone(&scope.sent);
        let outcome =
            scope.run(|| exchange(self.client, call, login, trace.as_ref())).map_err(|error| {
                let target = Box::new(call.target(self.client));
                let error = match self.token.is_cancelled() {
                    true => Error::new(target, ErrorKind::Cancelled),
                    false => explain(error, target, begun.elapsed()),
                };
                Error { sent: sent.get(), ..error }
            });
        counted::request(call.method, &outcome, begun.elapsed());
        if let Some(trace) = &trace {
            counted::span(self.client, call, (trace, self.trace), &outcome, begun.elapsed());
        }
        outcome
    }
}

/// Between half and the whole of `pause`, so that workers do not come back in step.
fn jitter(pause: Duration) -> Duration {
    // RandomState is seeded by the system; a random number generator crate would do no better here.
    let random = RandomState::new().build_hasher().finish();
    pause.mul_f64(0.5 + (random % 1000) as f64 / 2000.0)
}
