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

/// Why a request to the platform gave no usable answer.
///
/// Bodies are redacted and cut to [`ERROR_BODY_CHARS`](crate::limits::ERROR_BODY_CHARS). The text of
/// every variant names the request, what happened and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The caller went away; the connection was dropped.
    Cancelled {
        /// The request.
        target: Box<Target>,
    },
    /// No TCP connection: refused, unreachable, or a proxy that gave no tunnel.
    Connect {
        /// The request.
        target: Box<Target>,
        /// What the system said.
        cause: String,
    },
    /// 403.
    Forbidden {
        /// The request.
        target: Box<Target>,
        /// What the platform said.
        body: String,
    },
    /// The host name has no address.
    Dns {
        /// The request.
        target: Box<Target>,
        /// The name that was looked up.
        host: String,
        /// What the resolver said.
        cause: String,
    },
    /// The platform did not accept the configured credentials, or answered the login with nothing
    /// usable.
    Login {
        /// The login request.
        target: Box<Target>,
        /// What was wrong.
        cause: String,
    },
    /// The connection ended, or what came was not HTTP, before the answer was complete.
    Lost {
        /// The request.
        target: Box<Target>,
        /// What the system said.
        cause: String,
    },
    /// 404.
    NotFound {
        /// The request.
        target: Box<Target>,
        /// What the platform said.
        body: String,
    },
    /// A 2xx answer that is not JSON where JSON is needed.
    NotJson {
        /// The request.
        target: Box<Target>,
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
    /// 429, also after waiting for as long as the platform asked.
    RateLimited {
        /// The request.
        target: Box<Target>,
        /// What `Retry-After` asked for.
        retry_after: Option<Duration>,
    },
    /// 3xx: redirects are not followed, because credentials would follow with them.
    Redirect {
        /// The request.
        target: Box<Target>,
        /// Status code.
        status: u16,
        /// Where it pointed, without query.
        location: String,
    },
    /// Any other 4xx.
    Rejected {
        /// The request.
        target: Box<Target>,
        /// Status code.
        status: u16,
        /// What the platform said.
        body: String,
    },
    /// 5xx.
    Server {
        /// The request.
        target: Box<Target>,
        /// Status code.
        status: u16,
        /// What the platform said.
        body: String,
        /// What `Retry-After` asked for.
        retry_after: Option<Duration>,
    },
    /// Client settings that cannot work: a CA file, a proxy address, a host.
    Setup {
        /// What was wrong, naming the file or the setting.
        problem: String,
    },
    /// Something took longer than allowed.
    Timeout {
        /// The request.
        target: Box<Target>,
        /// What was going on, as in `waiting for the answer`.
        phase: &'static str,
        /// How long it was waited.
        waited: Duration,
    },
    /// The TLS handshake failed.
    Tls {
        /// The request.
        target: Box<Target>,
        /// The cause, as in `certificate has expired`.
        cause: String,
        /// What to do about it.
        advice: &'static str,
    },
    /// The answer is larger than [`PLATFORM_BODY_BYTES`](crate::limits::PLATFORM_BODY_BYTES).
    TooLarge {
        /// The request.
        target: Box<Target>,
        /// The bound, in bytes.
        limit: u64,
    },
    /// 401, although the session was new.
    Unauthorized {
        /// The request.
        target: Box<Target>,
        /// What the platform said.
        body: String,
    },
    /// JSON of another shape than the route promises.
    Unexpected {
        /// The request.
        target: Box<Target>,
        /// What is missing or different.
        problem: String,
    },
}

impl Error {
    /// The HTTP status behind the error, if there was an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Forbidden { .. } => Some(403),
            Self::NotFound { .. } => Some(404),
            Self::RateLimited { .. } => Some(429),
            Self::Unauthorized { .. } => Some(401),
            Self::NotJson { status, .. }
            | Self::Redirect { status, .. }
            | Self::Rejected { status, .. }
            | Self::Server { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The name of the variant, for reports that programs read.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Cancelled { .. } => "Cancelled",
            Self::Connect { .. } => "Connect",
            Self::Dns { .. } => "Dns",
            Self::Forbidden { .. } => "Forbidden",
            Self::Login { .. } => "Login",
            Self::Lost { .. } => "Lost",
            Self::NotFound { .. } => "NotFound",
            Self::NotJson { .. } => "NotJson",
            Self::Path { .. } => "Path",
            Self::RateLimited { .. } => "RateLimited",
            Self::Redirect { .. } => "Redirect",
            Self::Rejected { .. } => "Rejected",
            Self::Server { .. } => "Server",
            Self::Setup { .. } => "Setup",
            Self::Timeout { .. } => "Timeout",
            Self::Tls { .. } => "Tls",
            Self::TooLarge { .. } => "TooLarge",
            Self::Unauthorized { .. } => "Unauthorized",
            Self::Unexpected { .. } => "Unexpected",
        }
    }

    /// Whether the platform said that the thing does not exist.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::NotFound { .. })
    }

    /// Whether the same read may well succeed a moment later.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Connect { .. } | Self::Dns { .. } | Self::Lost { .. } => true,
            Self::RateLimited { .. } => true,
            Self::Server { status, .. } => matches!(status, 502..=504),
            Self::Timeout { phase, .. } => *phase == CONNECTING,
            _ => false,
        }
    }

    /// How long the platform asked to be left alone.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Server { retry_after, .. } => {
                *retry_after
            }
            _ => None,
        }
    }
}

/// [`Error::Timeout`] while no connection exists yet, which means that nothing was sent.
pub(super) const CONNECTING: &str = "connecting";

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled { target } => {
                write!(f, "{target}: cancelled before the answer arrived{}", Doubt(target))
            }
            Self::Connect { target, cause } => write!(
                f,
                "{target}: cannot connect: {cause}. Check platform host and port, that the \
                 platform is running, and firewalls or proxies in between"
            ),
            Self::Dns { target, host, cause } => write!(
                f,
                "{target}: the name '{host}' cannot be resolved: {cause}. Check the spelling of \
                 platform host and the DNS settings of this machine"
            ),
            Self::Forbidden { target, body } => write!(
                f,
                "{target}: 403 Forbidden{}. The account this server logs in with lacks the \
                 permission; a platform administrator can grant it",
                Said(body)
            ),
            Self::Login { target, cause } => write!(f, "{target}: login failed: {cause}"),
            Self::Lost { target, cause } => {
                write!(f, "{target}: the connection broke: {cause}{}", Doubt(target))
            }
            Self::NotFound { target, body } => write!(
                f,
                "{target}: 404 Not Found{}. Check the id or name; if it is right, this platform \
                 version may not have the route",
                Said(body)
            ),
            Self::NotJson { target, status, cause, body } => write!(
                f,
                "{target}: answered {status}, but the body is not the expected JSON ({cause}){}. \
                 Check that platform host and port lead to the platform itself",
                Said(body)
            ),
            Self::Path { template, value, problem } => {
                write!(f, "the value '{value}' for {template} {problem}; give the exact id or name")
            }
            Self::RateLimited { target, retry_after } => {
                write!(f, "{target}: 429 Too Many Requests; ")?;
                match retry_after {
                    Some(pause) => write!(f, "the platform asks to wait {}", Seconds(*pause)),
                    None => f.write_str("try again later, or with fewer calls at a time"),
                }
            }
            Self::Redirect { target, status, location } => write!(
                f,
                "{target}: answered {status}, a redirect to '{location}', which is not followed. \
                 Point platform host, port and TLS at the final address"
            ),
            Self::Rejected { target, status, body } => {
                write!(f, "{target}: {status} {}{}", meaning(*status), Said(body))?;
                f.write_str(match status {
                    409 => ". The thing exists already or is in use",
                    _ => ". Check the arguments",
                })
            }
            Self::Server { target, status, body, .. } => {
                write!(f, "{target}: {status} {}{}", meaning(*status), Said(body))?;
                f.write_str(match status {
                    502..=504 => ". The platform is starting, overloaded or down; try again later",
                    _ => ". The platform's own log tells more",
                })
            }
            Self::Setup { problem } => f.write_str(problem),
            Self::Timeout { target, phase, waited } => write!(
                f,
                "{target}: timed out after {} while {phase}{}. A larger platform timeout may help",
                Seconds(*waited),
                if *phase == CONNECTING { Doubt::NONE } else { Doubt(target).text() }
            ),
            Self::Tls { target, cause, advice } => {
                write!(f, "{target}: TLS handshake failed: {cause}. {advice}")
            }
            Self::TooLarge { target, limit } => write!(
                f,
                "{target}: the answer is larger than {} MiB and was not read; narrow the request",
                limit / (1024 * 1024)
            ),
            Self::Unauthorized { target, body } => write!(
                f,
                "{target}: 401 Unauthorized with a fresh session{}. The platform does not accept \
                 this account for the request",
                Said(body)
            ),
            Self::Unexpected { target, problem } => write!(
                f,
                "{target}: the answer has another shape than expected: {problem}. This platform \
                 version may differ from those supported"
            ),
        }
    }
}

/// A platform's own words, if it had any.
struct Said<'a>(&'a str);

impl fmt::Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, ": {}", self.0.trim_end_matches('.')) }
    }
}

/// A warning that a write without an answer may have been carried out.
struct Doubt<'a>(&'a Target);

impl Doubt<'_> {
    const NONE: &'static str = "";

    fn text(&self) -> &'static str {
        if self.0.reads {
            Self::NONE
        } else {
            "; the platform may have carried it out, so check before repeating it"
        }
    }
}

impl fmt::Display for Doubt<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
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
