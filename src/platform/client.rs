//! The shared client and what a tool call sees of it.

use std::fmt;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Read;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use ureq::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER};
use ureq::http::{HeaderMap, Request, Uri};

use super::agent::{self, NameFailure, Scope};
use super::error::{CONNECTING, Error, Target};
use super::path::encode_form;
use super::session::{Credential, Login, Session};
use super::{CancelToken, Path, proxy, text, trust};
use crate::{config, limits};

/// First pause between attempts; each further one is twice as long.
const BACKOFF: Duration = Duration::from_millis(200);

/// Longest pause of a keepalive that keeps failing.
const KEEPALIVE_PAUSE_MAX: Duration = Duration::from_secs(3600);

/// A connection pool and one session to one platform. Clones share both.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

struct Inner {
    agent: ureq::Agent,
    /// Scheme, host and port; no trailing slash.
    base: String,
    login: LoginWith,
    session: Session,
    timeout: Duration,
    through_proxy: Option<String>,
    /// Cancelled when the last clone is gone.
    ended: CancelToken,
}

enum LoginWith {
    Password { user: String, password: config::Secret },
    ClientCredentials { id: String, secret: config::Secret },
}

impl Client {
    /// Prepares a client; nothing is sent before the first request.
    ///
    /// # Errors
    ///
    /// [`Error::Setup`] when the host, a CA file or a proxy variable cannot work.
    pub fn new(platform: &config::Platform) -> Result<Self, Error> {
        let scheme = if platform.disable_tls { "http" } else { "https" };
        let host = platform.host.trim_start_matches('[').trim_end_matches(']');
        let shown = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        let base = match platform.port {
            Some(port) => format!("{scheme}://{shown}:{port}"),
            None => format!("{scheme}://{shown}"),
        };
        let sound = base.parse::<Uri>().is_ok_and(|uri| uri.host() == Some(shown.as_str()));
        if host.is_empty() || !sound {
            return Err(Error::Setup {
                problem: format!(
                    "platform host '{host}' is not a host name or IP address (give it without \
                     scheme, port and path)"
                ),
            });
        }
        let port = platform.port.unwrap_or(if platform.disable_tls { 80 } else { 443 });
        let proxy = proxy::choose(scheme, host, port, |name| std::env::var(name).ok())?;
        let through_proxy =
            proxy.as_ref().map(|proxy| format!("{}:{}", proxy.host(), proxy.port()));
        if platform.disable_verify && !platform.disable_tls {
            log::warn!(
                "certificate checks are switched off (platform disable_verify): anybody on the way \
                 can read the credentials for {base}; ca_file is the safe way to trust a private CA"
            );
        }
        let roots = match platform.disable_tls || platform.disable_verify {
            true => None,
            false => Some(trust::roots(platform.ca_file.as_deref())?),
        };
        let timeout = platform.timeout.max(Duration::from_millis(1));
        Ok(Self(Arc::new(Inner {
            agent: agent::build(agent::Setup { timeout, roots, proxy }),
            base,
            login: match &platform.client {
                Some((id, secret)) => {
                    LoginWith::ClientCredentials { id: id.clone(), secret: secret.clone() }
                }
                None => LoginWith::Password {
                    user: platform.user.clone(),
                    password: platform.password.clone(),
                },
            },
            session: Session::new(platform.ttl),
            timeout,
            through_proxy,
            ended: CancelToken::new(),
        })))
    }

    /// The client as seen by one call, which ends when `token` is cancelled.
    pub fn api<'a>(&'a self, token: &'a CancelToken) -> Api<'a> {
        Api { client: &self.0, token }
    }

    /// Scheme, host and port of the platform.
    pub fn server(&self) -> &str {
        &self.0.base
    }

    /// Host and port of the proxy on the way to the platform, if any.
    pub fn proxy(&self) -> Option<&str> {
        self.0.through_proxy.as_deref()
    }

    /// Keeps the session alive by `GET /whoami` every `interval`, logging in again when it ended.
    ///
    /// Failures are logged and double the pause. The thread ends with the last clone of the client.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn keepalive(&self, interval: Duration) -> std::io::Result<()> {
        let client = Arc::downgrade(&self.0);
        let ended = self.0.ended.clone();
        std::thread::Builder::new()
            .name("platform-keepalive".to_owned())
            .spawn(move || keep_alive(&client, &ended, interval))
            .map(drop)
    }
}

fn keep_alive(client: &Weak<Inner>, ended: &CancelToken, interval: Duration) {
    let mut pause = interval;
    while ended.sleep(pause) {
        let Some(client) = client.upgrade() else { return };
        let api = Api { client: &client, token: ended };
        match api.get(&Path::literal("/whoami"), &[]) {
            Ok(_) | Err(Error::NotJson { .. }) => pause = interval,
            Err(Error::Cancelled { .. }) => return,
            Err(error) => {
                pause = (pause * 2).min(KEEPALIVE_PAUSE_MAX).max(interval);
                log::warn!("keepalive failed, next try in {} s: {error}", pause.as_secs());
            }
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.ended.cancel();
    }
}

impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("server", &self.base).finish_non_exhaustive()
    }
}

/// The platform for the length of one tool call.
///
/// Every method blocks, ends within the bounds told at [`platform`](super), and answers
/// [`Error::Cancelled`] within about 100 ms of the call's cancellation (name lookups and
/// connections included; a TCP connect that gets no reply at all may take up to 10 s to give up).
#[derive(Clone, Copy, Debug)]
pub struct Api<'a> {
    client: &'a Inner,
    token: &'a CancelToken,
}

impl Api<'_> {
    /// `GET path?query` as JSON. Repeated when the platform was briefly unreachable.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; [`Error::NotJson`] also for an empty answer.
    pub fn get(&self, path: &Path, query: &[(&str, &str)]) -> Result<Value, Error> {
        let call = Call { method: "GET", path, query, body: Body::None, reads: true };
        self.run(&call)?.into_json()
    }

    /// `POST path` that only reads, as searches do: repeated like [`Api::get`].
    ///
    /// # Errors
    ///
    /// As [`Api::get`].
    pub fn search(&self, path: &Path, body: &Value) -> Result<Value, Error> {
        let body = Body::Json(body.to_string());
        self.run(&Call { method: "POST", path, query: &[], body, reads: true })?.into_json()
    }

    /// `POST path`. Never repeated. An answer of 2xx is a success whatever its body: one that is
    /// empty or unreadable is [`Value::Null`].
    ///
    /// # Errors
    ///
    /// Any [`Error`] but those about bodies.
    pub fn post(&self, path: &Path, body: Option<&Value>) -> Result<Value, Error> {
        self.write("POST", path, body)
    }

    /// `PUT path`; otherwise as [`Api::post`].
    ///
    /// # Errors
    ///
    /// As [`Api::post`].
    pub fn put(&self, path: &Path, body: Option<&Value>) -> Result<Value, Error> {
        self.write("PUT", path, body)
    }

    /// `PATCH path`; otherwise as [`Api::post`].
    ///
    /// # Errors
    ///
    /// As [`Api::post`].
    pub fn patch(&self, path: &Path, body: Option<&Value>) -> Result<Value, Error> {
        self.write("PATCH", path, body)
    }

    /// `DELETE path`; otherwise as [`Api::post`].
    ///
    /// # Errors
    ///
    /// As [`Api::post`].
    pub fn delete(&self, path: &Path) -> Result<Value, Error> {
        let call = Call { method: "DELETE", path, query: &[], body: Body::None, reads: false };
        Ok(self.run(&call)?.into_value())
    }

    /// The token of the call, for loops that poll.
    pub fn token(&self) -> &CancelToken {
        self.token
    }

    /// Logs in unless a session is in force.
    ///
    /// # Errors
    ///
    /// [`Error::Login`] for refused credentials, or any other [`Error`].
    pub fn log_in(&self) -> Result<(), Error> {
        self.session().map(drop)
    }

    /// A reading request for an error message.
    pub(super) fn target(&self, method: &'static str, path: &Path) -> Target {
        Call { method, path, query: &[], body: Body::None, reads: true }.target(self.client)
    }

    fn write(
        &self,
        method: &'static str,
        path: &Path,
        body: Option<&Value>,
    ) -> Result<Value, Error> {
        let body = body.map_or(Body::Empty, |body| Body::Json(body.to_string()));
        Ok(self.run(&Call { method, path, query: &[], body, reads: false })?.into_value())
    }

    /// Sends a call with the session, which is renewed once when the platform says it is over: 401
    /// means that nothing was carried out, so this is safe for every method.
    fn run(&self, call: &Call<'_>) -> Result<Reply, Error> {
        let login = self.session()?;
        let reply = self.attempts(call, Some(&login.credential))?;
        if reply.status != 401 {
            return reply.checked();
        }
        self.client.session.expire(&login);
        let login = self.session()?;
        self.attempts(call, Some(&login.credential))?.checked()
    }

    fn session(&self) -> Result<Login, Error> {
        let path = Path::literal(match self.client.login {
            LoginWith::Password { .. } => "/login",
            LoginWith::ClientCredentials { .. } => "/oauth/token",
        });
        let (body, who) = match &self.client.login {
            LoginWith::Password { user, password } => (
                Body::Json(
                    json!({"user": {"username": user, "password": password.expose()}}).to_string(),
                ),
                format!("user '{user}'; check platform user and password"),
            ),
            LoginWith::ClientCredentials { id, secret } => (
                Body::Form(encode_form(&[
                    ("grant_type", "client_credentials"),
                    ("client_id", id),
                    ("client_secret", secret.expose()),
                ])),
                format!("client '{id}'; check platform client_id and client_secret"),
            ),
        };
        // A login changes nothing but the session list, so it may be repeated like a read.
        let call = Call { method: "POST", path: &path, query: &[], body, reads: true };
        let target = call.target(self.client);
        let failed = |cause: String| Error::Login { target: Box::new(target.clone()), cause };
        self.client.session.obtain(self.token, &target, || {
            let reply = self.attempts(&call, None)?;
            if matches!(reply.status, 400 | 401 | 403) {
                let said = text::summary(&reply.body);
                let said = if said.is_empty() { said } else { format!(" ({said})") };
                return Err(failed(format!("status {}{said} for {who}", reply.status)));
            }
            let reply = reply.checked()?;
            match self.client.login {
                LoginWith::Password { .. } => Credential::cookies(&reply.headers, &reply.body),
                LoginWith::ClientCredentials { .. } => Credential::bearer(&reply.body),
            }
            .map_err(|cause| failed(cause.to_owned()))
        })
    }

    /// Sends a call, again after a pause when it is a read and the failure is a passing one.
    fn attempts(&self, call: &Call<'_>, login: Option<&Credential>) -> Result<Reply, Error> {
        let last_start = Instant::now() + self.client.timeout;
        let mut backoff = BACKOFF;
        for attempt in 1.. {
            let outcome = self.attempt(call, login);
            let error = match &outcome {
                Err(error) if call.reads && error.is_transient() => error.clone(),
                Ok(reply) if call.reads => match reply.error() {
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
                return Err(Error::Cancelled { target: Box::new(call.target(self.client)) });
            }
            backoff *= 2;
        }
        unreachable!("the loop counts without end and leaves by return")
    }

    /// Sends a call once.
    fn attempt(&self, call: &Call<'_>, login: Option<&Credential>) -> Result<Reply, Error> {
        let scope =
            Scope { token: self.token.clone(), deadline: Instant::now() + self.client.timeout };
        let begun = Instant::now();
        scope.run(|| exchange(self.client, call, login)).map_err(|error| {
            let target = Box::new(call.target(self.client));
            if self.token.is_cancelled() {
                return Error::Cancelled { target };
            }
            explain(error, target, begun.elapsed())
        })
    }
}

/// One request, before it has a session.
struct Call<'a> {
    method: &'static str,
    path: &'a Path,
    query: &'a [(&'a str, &'a str)],
    body: Body,
    /// Nothing changes by it, so it may be repeated.
    reads: bool,
}

enum Body {
    /// No body, no length.
    None,
    /// No body, `Content-Length: 0`, as methods expect that usually carry one.
    Empty,
    Json(String),
    Form(String),
}

impl Call<'_> {
    fn target(&self, client: &Inner) -> Target {
        Target {
            method: self.method,
            path: self.path.as_str().to_owned(),
            server: client.base.clone(),
            reads: self.reads,
        }
    }
}

/// An answer whose body was read as far as possible.
struct Reply {
    target: Box<Target>,
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
    /// Why the body is incomplete, if it is.
    broken: Option<Error>,
}

impl Reply {
    /// The reply, if its status is 2xx.
    fn checked(self) -> Result<Self, Error> {
        match self.error() {
            Some(error) => Err(error),
            None => Ok(self),
        }
    }

    /// What a status other than 2xx means.
    fn error(&self) -> Option<Error> {
        let target = self.target.clone();
        let said = || text::summary(&self.body);
        Some(match self.status {
            200..=299 => return None,
            300..=399 => {
                let location = self.headers.get(LOCATION).and_then(|value| value.to_str().ok());
                let location = location.unwrap_or_default().split(['?', '#']).next();
                let location = crate::observe::redact(location.unwrap_or_default()).into_owned();
                Error::Redirect { target, status: self.status, location: text::cut(&location, 200) }
            }
            401 => Error::Unauthorized { target, body: said() },
            403 => Error::Forbidden { target, body: said() },
            404 => Error::NotFound { target, body: said() },
            429 => Error::RateLimited { target, retry_after: self.retry_after() },
            500.. => Error::Server {
                target,
                status: self.status,
                body: said(),
                retry_after: self.retry_after(),
            },
            status => Error::Rejected { target, status, body: said() },
        })
    }

    /// `Retry-After` in seconds; the date form is rare and as good as absent.
    fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        value.trim().parse().ok().map(Duration::from_secs)
    }

    fn into_json(mut self) -> Result<Value, Error> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        let body = self.body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.body);
        serde_json::from_slice(body).map_err(|error| Error::NotJson {
            target: self.target.clone(),
            status: self.status,
            cause: if body.is_empty() { "it is empty".to_owned() } else { error.to_string() },
            body: text::summary(body),
        })
    }

    fn into_value(self) -> Value {
        let target = self.target.clone();
        self.into_json().unwrap_or_else(|error| {
            // The write is done; what came after it must not make it look undone.
            log::debug!("{target}: succeeded, without a readable answer: {error}");
            Value::Null
        })
    }
}

fn exchange(
    client: &Inner,
    call: &Call<'_>,
    login: Option<&Credential>,
) -> Result<Reply, ureq::Error> {
    let begun = Instant::now();
    let mut uri = format!("{}{}", client.base, call.path);
    if !call.query.is_empty() {
        uri.push('?');
        uri.push_str(&encode_form(call.query));
    }
    let mut head = Request::builder().method(call.method).uri(uri);
    if let Some(login) = login {
        head = head.header(&login.name, &login.value);
    }
    let typed = |head: ureq::http::request::Builder, kind: &'static str, body: &str| {
        client.agent.run(head.header(CONTENT_TYPE, kind).body(body.as_bytes().to_vec())?)
    };
    let response = match &call.body {
        Body::None => client.agent.run(head.body(())?),
        Body::Empty => client.agent.run(head.body(Vec::<u8>::new())?),
        Body::Json(body) => typed(head, "application/json", body),
        Body::Form(body) => typed(head, "application/x-www-form-urlencoded", body),
    }?;
    let (parts, body) = response.into_parts();
    let target = Box::new(call.target(client));
    let limit = limits::PLATFORM_BODY_BYTES;
    let announced = header_number(&parts.headers, &CONTENT_LENGTH).unwrap_or(0);
    let mut bytes = Vec::new();
    let mut broken = None;
    if announced <= limit
        && let Err(error) = body.into_reader().take(limit + 1).read_to_end(&mut bytes)
    {
        broken = Some(explain(error.into(), target.clone(), begun.elapsed()));
    }
    if announced > limit || bytes.len() as u64 > limit {
        bytes.clear();
        broken = Some(Error::TooLarge { target: target.clone(), limit });
    }
    let status = parts.status.as_u16();
    if let Some(error) = broken.take_if(|_| status < 300 && call.reads) {
        // A read without its whole body is no answer; as an error it may be tried again.
        return Err(ureq::Error::Other(Box::new(error)));
    }
    Ok(Reply { target, status, headers: parts.headers, body: bytes, broken })
}

fn header_number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// Says what an error of the HTTP library means.
fn explain(error: ureq::Error, target: Box<Target>, waited: Duration) -> Error {
    use std::io::ErrorKind;

    use ureq::Timeout;

    match error {
        ureq::Error::Timeout(Timeout::Resolve | Timeout::Connect) => {
            Error::Timeout { target, phase: CONNECTING, waited }
        }
        ureq::Error::Timeout(_) => {
            Error::Timeout { target, phase: "waiting for the answer", waited }
        }
        ureq::Error::Other(cause) => match cause.downcast::<Error>() {
            Ok(explained) => *explained,
            Err(cause) => match cause.downcast::<NameFailure>() {
                Ok(name) => Error::Dns { target, host: name.host, cause: name.cause },
                Err(cause) => Error::Lost { target, cause: cause.to_string() },
            },
        },
        ureq::Error::ConnectProxyFailed(cause) => {
            Error::Connect { target, cause: format!("the proxy gave no tunnel ({cause})") }
        }
        ureq::Error::ConnectionFailed => {
            Error::Connect { target, cause: "no connection could be made".to_owned() }
        }
        ureq::Error::Rustls(error) => tls(&error, target),
        ureq::Error::Tls(cause) => Error::Tls {
            target,
            cause: cause.to_owned(),
            advice: "Check platform host, port and disable_tls",
        },
        ureq::Error::Io(error) => {
            if let Some(error) = error.get_ref().and_then(|inner| inner.downcast_ref()) {
                return tls(error, target);
            }
            match error.kind() {
                ErrorKind::ConnectionRefused => {
                    Error::Connect { target, cause: "connection refused".to_owned() }
                }
                ErrorKind::HostUnreachable
                | ErrorKind::NetworkUnreachable
                | ErrorKind::NetworkDown
                | ErrorKind::AddrNotAvailable
                | ErrorKind::PermissionDenied => {
                    Error::Connect { target, cause: error.to_string() }
                }
                ErrorKind::TimedOut => Error::Timeout { target, phase: CONNECTING, waited },
                _ => Error::Lost { target, cause: error.to_string() },
            }
        }
        ureq::Error::Http(error) => Error::Setup { problem: format!("{target}: {error}") },
        ureq::Error::Protocol(error) => Error::Lost {
            target,
            cause: format!(
                "what came is not HTTP ({error}); check platform port, and whether it speaks TLS"
            ),
        },
        other => Error::Lost { target, cause: other.to_string() },
    }
}

/// Says what a TLS error means, in the words of the TLS documentation.
fn tls(error: &rustls::Error, target: Box<Target>) -> Error {
    use rustls::{CertificateError as Certificate, Error as Tls};

    const AUTHORITY: &str = "Set the platform's ca_file (or SSL_CERT_FILE) to the PEM file of the \
                             authority that signed it";
    let (cause, advice): (String, &'static str) = match error {
        Tls::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        ) => (
            "certificate hostname does not match".to_owned(),
            "Use the name in the certificate as platform host, or have it issued for this name",
        ),
        Tls::InvalidCertificate(Certificate::Expired | Certificate::ExpiredContext { .. }) => (
            "certificate has expired".to_owned(),
            "Renew the platform's certificate, or correct the clock of this machine",
        ),
        Tls::InvalidCertificate(
            Certificate::NotValidYet | Certificate::NotValidYetContext { .. },
        ) => (
            "certificate is not valid yet".to_owned(),
            "Correct the clock of this machine, or of the one that issued the certificate",
        ),
        Tls::InvalidCertificate(Certificate::UnknownIssuer) => {
            ("certificate of an unknown issuer (self-signed or private CA)".to_owned(), AUTHORITY)
        }
        Tls::InvalidCertificate(other) => (format!("certificate not accepted: {other}"), AUTHORITY),
        Tls::InvalidMessage(_) => (
            "the server does not speak TLS on this port".to_owned(),
            "Check platform port, or set disable_tls if the platform serves plain HTTP",
        ),
        other => {
            (other.to_string(), "Check platform host, port and the TLS settings of the server")
        }
    };
    Error::Tls { target, cause, advice }
}

/// Between half and the whole of `pause`, so that workers do not come back in step.
fn jitter(pause: Duration) -> Duration {
    // RandomState is seeded by the system; a random number generator crate would do no better here.
    let random = RandomState::new().build_hasher().finish();
    pause.mul_f64(0.5 + (random % 1000) as f64 / 2000.0)
}
