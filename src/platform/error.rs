//! What can go wrong between this program and the platform, told so that somebody can act on it.

use std::fmt;
use std::time::Duration;

/// The request an [`Error`] is about. Shows method, path and server, never the query or the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// HTTP method.
    pub method: &'static str,
    /// Encoded path, without query.
    pub path: String,
    /// Scheme, host and port, as in `https://platform.example:443`.
    pub server: String,
    /// Whether the request only reads, so that repeating it is harmless.
    pub reads: bool,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} on {}", self.method, self.path, self.server)
    }
}

/// Why a request to the platform gave no usable answer: which request, and what happened to it.
///
/// Its text names the request, what happened and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The request; none when it never came to one.
    pub target: Option<Box<Target>>,
    /// What happened.
    pub kind: ErrorKind,
    /// Whether anything of the request had left before.
    pub(super) sent: bool,
}

/// What happened to a request. What the platform said is redacted and cut to
/// [`ERROR_BODY_CHARS`](crate::limits::ERROR_BODY_CHARS).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The caller went away; the connection was dropped.
    Cancelled,
    /// No TCP connection: refused, unreachable, or a proxy that gave no tunnel.
    Connect {
        /// What the system said.
        cause: String,
    },
    /// The host name has no address.
    Dns {
        /// The name that was looked up.
        host: String,
        /// What the resolver said.
        cause: String,
    },
    /// The platform did not accept the configured credentials, or answered the login with nothing
    /// usable.
    Login {
        /// What was wrong.
        cause: String,
    },
    /// The connection ended, or what came was not HTTP, before the answer was complete.
    Lost {
        /// What the system said.
        cause: String,
    },
    /// A 2xx answer that is not JSON where JSON is needed.
    NotJson {
        /// Status code.
        status: u16,
        /// What was wrong with the body.
        cause: String,
        /// How the body begins.
        body: String,
    },
    /// A value that must not become part of a path.
    Path {
        /// The route.
        template: String,
        /// The value, cut.
        value: String,
        /// Why it is refused.
        problem: String,
    },
    /// 3xx: redirects are not followed, because credentials would follow with them.
    Redirect {
        /// Status code.
        status: u16,
        /// Where it pointed, without query.
        location: String,
        /// Whether that asks for a login; the session was new then.
        login: bool,
    },
    /// Client settings that cannot work: a CA file, a proxy address, a host.
    Setup {
        /// What was wrong, naming the file or the setting.
        problem: String,
    },
    /// 4xx or 5xx; 401 although the session was new, 429 also after waiting for as long as asked.
    Status {
        /// Status code.
        status: u16,
        /// What the platform said.
        body: String,
        /// What `Retry-After` asked for.
        retry_after: Option<Duration>,
        /// For 404, whether it is the route itself that is missing.
        no_route: NoRoute,
    },
    /// Something took longer than allowed.
    Timeout {
        /// What was going on, as in `waiting for the answer`.
        phase: &'static str,
        /// How long it was waited.
        waited: Duration,
    },
    /// The TLS handshake failed.
    Tls {
        /// The cause, as in `certificate has expired`.
        cause: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// Other answers took all the memory for answers, until waiting for it was given up.
    Crowded,
    /// The answer is larger than [`PLATFORM_BODY_BYTES`](crate::limits::PLATFORM_BODY_BYTES), or what
    /// it holds takes more than [`PLATFORM_TREE_BYTES`](crate::limits::PLATFORM_TREE_BYTES).
    TooLarge {
        /// The bound, in bytes.
        limit: u64,
    },
    /// JSON of another shape than the route promises.
    Unexpected {
        /// What is missing or different.
        problem: String,
    },
}

/// Whether a 404 is about the route, which platforms of other versions lack, or about the thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoRoute {
    /// The platform gives a reason of its own.
    No,
    /// It gives none, as where there is no route.
    Perhaps,
    /// It says so, or a page for people came.
    Surely,
}

impl Error {
    /// What happened to this request.
    pub(super) fn new(target: impl Into<Box<Target>>, kind: ErrorKind) -> Self {
        Self { target: Some(target.into()), kind, sent: false }
    }

    /// What is wrong before there is a request.
    pub(super) fn untargeted(kind: ErrorKind) -> Self {
        Self { target: None, kind, sent: false }
    }

    /// The HTTP status behind the error, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self.kind {
            ErrorKind::NotJson { status, .. }
            | ErrorKind::Redirect { status, .. }
            | ErrorKind::Status { status, .. } => Some(status),
            _ => None,
        }
    }

    /// The name of what happened, for reports that programs read.
    pub fn name(&self) -> &'static str {
        match self.kind {
            ErrorKind::Cancelled => "Cancelled",
            ErrorKind::Connect { .. } => "Connect",
            ErrorKind::Crowded => "Crowded",
            ErrorKind::Dns { .. } => "Dns",
            ErrorKind::Login { .. } => "Login",
            ErrorKind::Lost { .. } => "Lost",
            ErrorKind::NotJson { .. } => "NotJson",
            ErrorKind::Path { .. } => "Path",
            ErrorKind::Redirect { .. } => "Redirect",
            ErrorKind::Setup { .. } => "Setup",
            ErrorKind::Status { status, .. } => match status {
                401 => "Unauthorized",
                403 => "Forbidden",
                404 => "NotFound",
                429 => "RateLimited",
                500.. => "Server",
                _ => "Rejected",
            },
            ErrorKind::Timeout { .. } => "Timeout",
            ErrorKind::Tls { .. } => "Tls",
            ErrorKind::TooLarge { .. } => "TooLarge",
            ErrorKind::Unexpected { .. } => "Unexpected",
        }
    }

    /// The platform's own words, when it refused in some.
    pub fn words(&self) -> &str {
        match &self.kind {
            ErrorKind::Status { body, no_route: NoRoute::No, .. } => body,
            _ => "",
        }
    }

    /// Returns true if the platform said that the thing does not exist; false where it is the route
    /// that it does not have.
    pub fn is_not_found(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Status { status: 404, no_route: NoRoute::No | NoRoute::Perhaps, .. }
        )
    }

    /// Returns true if the caller went away.
    pub fn is_cancelled(&self) -> bool {
        self.kind == ErrorKind::Cancelled
    }

    /// Returns true if the same read may well succeed a moment later.
    pub(super) fn is_transient(&self) -> bool {
        match self.kind {
            ErrorKind::Connect { .. } | ErrorKind::Dns { .. } | ErrorKind::Lost { .. } => true,
            ErrorKind::Status { status, .. } => matches!(status, 429 | 502..=504),
            ErrorKind::Timeout { phase, .. } => [RESOLVING, CONNECTING].contains(&phase),
            _ => false,
        }
    }

    /// How long the platform asked to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self.kind {
            ErrorKind::Status { retry_after, .. } => retry_after,
            _ => None,
        }
    }

    /// Returns true if this was a write and nobody knows whether it was carried out: the platform took
    /// it and then broke down, or its answer was lost. Who repeats it blindly may do it twice. Returns
    /// false for writes that the platform refused or never saw, and for all reads.
    pub fn may_have_happened(&self) -> bool {
        self.writes()
            && match &self.kind {
                // Nobody carries out what he does not implement or does not let through.
                ErrorKind::Status { status: 501 | 505 | 511, .. } => false,
                ErrorKind::Status { status, .. } => matches!(status, 408 | 500..),
                // What follows a form that was sent is most often the page that shows it done.
                ErrorKind::Redirect { status, login, .. } => !login && matches!(status, 302 | 303),
                _ => self.sent,
            }
    }

    fn writes(&self) -> bool {
        self.target.as_ref().is_some_and(|target| !target.reads)
    }

    /// What became of a write, as the end of a sentence; empty for reads.
    fn fate(&self) -> &'static str {
        match (self.writes(), self.may_have_happened()) {
            (false, _) => "",
            (true, true) => "; it may have happened: look before you repeat it",
            (true, false) => "; it did not happen",
        }
    }
}

/// [`ErrorKind::Timeout`] while it is not known where the host is.
pub(super) const RESOLVING: &str =
    "resolving the name of its host (are the name servers of this machine reachable?)";

/// [`ErrorKind::Timeout`] while no connection exists yet, which means that nothing was sent.
pub(super) const CONNECTING: &str = "connecting";

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(target) = &self.target {
            write!(f, "{target}: ")?;
        }
        match &self.kind {
            ErrorKind::Cancelled => {
                write!(f, "cancelled before the answer arrived{}", self.fate())
            }
            ErrorKind::Connect { cause } => write!(
                f,
                "cannot connect: {cause}. Check platform host and port, that the platform is \
                 running, and firewalls or proxies in between"
            ),
            ErrorKind::Crowded => write!(
                f,
                "the answer is large and was not read, because this server reads other large ones{}; \
                 ask for less, or try again in a minute",
                self.fate()
            ),
            ErrorKind::Dns { host, cause } => write!(
                f,
                "the name '{host}' cannot be resolved: {cause}. Check the spelling of platform \
                 host and the DNS settings of this machine"
            ),
            ErrorKind::Login { cause } => write!(f, "login failed: {cause}"),
            ErrorKind::Lost { cause } => {
                write!(f, "the connection broke: {cause}{}", self.fate())
            }
            ErrorKind::NotJson { status, cause, body } => write!(
                f,
                "answered {status}, but the body is not the expected JSON ({cause}){}. Check that \
                 platform host and port lead to the platform itself",
                Quoted(body)
            ),
            ErrorKind::Path { template, value, problem } => {
                write!(f, "the value '{value}' for {template} {problem}; give the exact id or name")
            }
            ErrorKind::Redirect { status, location, login: true } => write!(
                f,
                "answered {status}, a redirect to a login at '{location}', although the session was \
                 new{}. Check that platform host and port lead to the platform itself, and that it \
                 takes the logins of this account",
                self.fate()
            ),
            ErrorKind::Redirect { status, location, login: false } => write!(
                f,
                "answered {status}, a redirect to '{location}', which is not followed{}. Point \
                 platform host, port and TLS at the final address",
                self.fate()
            ),
            ErrorKind::Setup { problem } => f.write_str(problem),
            ErrorKind::Status { status: 404, body, no_route: NoRoute::Surely, .. } => write!(
                f,
                "404 Not Found: this platform does not have this route{}{}. Its version or the \
                 applications on it differ from those that this tool is made for",
                Aside(body),
                self.fate()
            ),
            ErrorKind::Status { status: 404, body, no_route: NoRoute::Perhaps, .. } => write!(
                f,
                "404 Not Found{}; the platform gives no reason{}. Check the id or name; if it is \
                 right, this platform does not have this route, for its version or the applications \
                 on it differ from those that this tool is made for",
                Aside(body),
                self.fate()
            ),
            ErrorKind::Status { status, body, retry_after, .. } => {
                refusal(f, *status, body, *retry_after, self.fate())
            }
            ErrorKind::Timeout { phase, waited } => write!(
                f,
                "timed out after {} while {phase}{}. A larger platform timeout may help",
                Seconds(*waited),
                self.fate()
            ),
            ErrorKind::Tls { cause, advice } => {
                write!(f, "TLS handshake failed: {cause}. {advice}")
            }
            ErrorKind::TooLarge { limit } => write!(
                f,
                "the answer is larger than {} MiB in memory and was not read{}; narrow the request",
                limit / (1024 * 1024),
                self.fate()
            ),
            ErrorKind::Unexpected { problem } => write!(
                f,
                "the answer has another shape than expected: {problem}. This platform version may \
                 differ from those supported"
            ),
        }
    }
}

/// What a 4xx or 5xx means, and what became of the write that was answered with it.
fn refusal(
    f: &mut fmt::Formatter<'_>,
    status: u16,
    body: &str,
    retry_after: Option<Duration>,
    fate: &str,
) -> fmt::Result {
    if status == 429 {
        write!(f, "429 Too Many Requests{fate}; ")?;
        return match retry_after {
            Some(pause) => write!(f, "the platform asks to wait {}", Seconds(pause)),
            None => f.write_str("try again later, or with fewer calls at a time"),
        };
    }
    write!(f, "{status} {}", meaning(status))?;
    if status == 401 {
        f.write_str(" with a fresh session")?;
    }
    write!(f, "{}{fate}. ", Quoted(body))?;
    f.write_str(match status {
        401 => "The platform does not accept this account for the request",
        403 => {
            "The account this server logs in with lacks the permission; a platform administrator \
             can grant it"
        }
        404 => "Check the id or name",
        408 => "The platform gave up waiting",
        409 => "The thing exists already or is in use",
        413 => "This is more than the platform takes at a time; send less",
        502..=504 if fate.is_empty() => {
            "The platform is starting, overloaded or down; try again later"
        }
        502..=504 => "The platform is starting, overloaded or down",
        500.. => "The platform's own log tells more",
        _ => "Check the arguments",
    })
}

/// A platform's own words, if it had any.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ": {}", self.0.trim_end_matches('.')) }
    }
}

/// A platform's own words that add little, if it had any.
struct Aside<'a>(&'a str);

impl fmt::Display for Aside<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.trim_end_matches('.') {
            "" | "{}" | "null" => Ok(()),
            said => write!(f, " ({said})"),
        }
    }
}

struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rounded = (self.0.as_secs_f64() * 10.0).round() / 10.0;
        write!(f, "{rounded} s")
    }
}

fn meaning(status: u16) -> &'static str {
    ureq::http::StatusCode::from_u16(status)
        .ok()
        .and_then(|status| status.canonical_reason())
        .unwrap_or("(unknown status)")
}
