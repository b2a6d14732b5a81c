//! The steps of the connection test.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::advice::{
    self, API, AUTHENTICATION, Advice, CERTIFICATE, CONFIGURATION, DNS, HEALTH, PROXY, REFUSED,
    SILENT, TIMED_OUT, TLS, TRUST,
};
use super::handshake::handshake;
use super::report::{Check, Status};
use crate::cancel::CancelToken;
use crate::config;
use crate::limits;
use crate::outbound::{NameFailure, Scope, Secured, client_config, lookup};
use crate::platform::client::Client;
use crate::platform::client::believed;
use crate::platform::error::Error;
use crate::platform::path::Path;

/// The steps in order.
pub(super) const STEPS: &[(&str, Step)] = &[
    ("configuration", |walk| walk.configuration()),
    ("dns", |walk| walk.dns()),
    ("tcp", |walk| walk.tcp()),
    ("tls", |walk| walk.tls()),
    ("authentication", |walk| walk.authentication()),
    ("health", |walk| walk.health()),
    ("api_access", |walk| walk.api_access()),
];

type Step = fn(&mut Walk<'_>) -> Result<Outcome, Failure>;

/// A check that did not fail.
pub(super) struct Outcome {
    status: Status,
    message: String,
    details: Vec<(&'static str, Value)>,
}

impl Outcome {
    fn passed(message: impl Into<String>) -> Self {
        Self { status: Status::Passed, message: message.into(), details: Vec::new() }
    }

    fn skipped(message: impl Into<String>) -> Self {
        Self { status: Status::Skipped, ..Self::passed(message) }
    }

    fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.details.push((name, value.into()));
        self
    }
}

/// A check that failed.
pub(super) struct Failure {
    message: String,
    kind: &'static str,
    cause: String,
    suggestion: Vec<&'static str>,
}

/// What the steps know so far.
pub(super) struct Walk<'a> {
    platform: &'a config::Platform,
    deadline: Instant,
    timeout: Duration,
    token: CancelToken,
    client: Option<Client>,
    addresses: Vec<SocketAddr>,
    stream: Option<TcpStream>,
    /// Version of the platform, once known.
    pub platform_version: Option<String>,
    /// Who is logged in, once known.
    pub authenticated_user: Option<String>,
}

impl<'a> Walk<'a> {
    /// Nothing done yet.
    pub fn new(
        platform: &'a config::Platform,
        deadline: Instant,
        timeout: Duration,
        token: CancelToken,
    ) -> Self {
        Self {
            platform,
            deadline,
            timeout,
            token,
            client: None,
            addresses: Vec::new(),
            stream: None,
            platform_version: None,
            authenticated_user: None,
        }
    }

    /// Runs one step.
    pub fn check(&mut self, name: &'static str, step: Step) -> Check {
        let begun = Instant::now();
        let scope = Scope::new(self.token.clone(), self.deadline);
        let outcome = scope.run(|| step(self));
        let check = Check {
            name,
            status: Status::Failed,
            message: String::new(),
            duration: begun.elapsed(),
            details: Vec::new(),
            suggestion: Vec::new(),
            error: None,
        };
        match outcome {
            Ok(Outcome { status, message, details }) => Check { status, message, details, ..check },
            Err(_) if Instant::now() >= self.deadline => {
                let limit = self.timeout.as_secs_f64();
                let cause =
                    format!("the whole test may take {limit} s, and this check was under way");
                Check {
                    message: format!("Check timed out (limit {limit} s)"),
                    suggestion: numbered(TIMED_OUT),
                    error: Some(("Timeout", cause)),
                    ..check
                }
            }
            Err(failure) => Check {
                message: failure.message,
                suggestion: numbered(&failure.suggestion),
                error: Some((failure.kind, failure.cause)),
                ..check
            },
        }
    }

    fn configuration(&mut self) -> Result<Outcome, Failure> {
        let platform = self.platform;
        let failed = |message: &str, cause: String| Failure {
            message: message.to_owned(),
            kind: "Configuration",
            cause,
            suggestion: CONFIGURATION.to_vec(),
        };
        if platform.client().is_none() && platform.user.is_empty() {
            let cause = "neither user and password nor client_id and client_secret are set";
            return Err(failed("Authentication type not configured", cause.to_owned()));
        }
        // The client's own bound must not outlast the test.
        let timeout = platform.timeout.min(self.timeout);
        let client = Client::new(&config::Platform { timeout, ..platform.clone() })
            .map_err(|error| failed("Configuration cannot work", error.to_string()))?;
        let mut outcome = Outcome::passed("Configuration loaded successfully")
            .with("platform_host", platform.host.name())
            .with("platform_port", self.port())
            .with("auth_type", self.auth_type())
            .with("tls_enabled", !platform.disable_tls);
        if let Some(proxy) = client.proxy() {
            outcome = outcome.with("proxy", proxy);
        }
        self.client = Some(client);
        Ok(outcome)
    }

    fn dns(&mut self) -> Result<Outcome, Failure> {
        let (host, port) = match self.proxy() {
            Some((host, port)) => (host, port),
            None => (self.host().to_owned(), self.port()),
        };
        let found = lookup(&host, port, self.left()).map_err(|error| Failure {
            message: format!("Could not resolve hostname '{host}'"),
            kind: "Dns",
            cause: match &error {
                ureq::Error::Other(cause) => match cause.downcast_ref::<NameFailure>() {
                    Some(failure) => failure.cause.clone(),
                    None => cause.to_string(),
                },
                other => other.to_string(),
            },
            suggestion: if self.proxy().is_some() { PROXY.to_vec() } else { DNS.to_vec() },
        })?;
        let all: Vec<String> = found.iter().map(|address| address.ip().to_string()).collect();
        self.addresses = found;
        let through =
            if self.proxy().is_some() { " (the proxy; it resolves the platform)" } else { "" };
        let first = all.first().cloned().unwrap_or_default();
        Ok(Outcome::passed(format!("{host} -> {first}{through}"))
            .with("hostname", host)
            .with("ip_address", first)
            .with("addresses", all))
    }

    fn tcp(&mut self) -> Result<Outcome, Failure> {
        let (host, port) = self.proxy().unwrap_or_else(|| (self.host().to_owned(), self.port()));
        let place =
            if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") };
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for (index, address) in self.addresses.iter().enumerate() {
            // What is left is shared, so that one dead address does not hide a living one.
            let share = self.left() / u32::try_from(self.addresses.len() - index).unwrap_or(1);
            match TcpStream::connect_timeout(
                address,
                share.clamp(limits::CHECK_CONNECT_MIN, limits::CHECK_CONNECT_MAX),
            ) {
                Ok(stream) => {
                    self.stream = Some(stream);
                    let through = if self.proxy().is_some() { ", the proxy" } else { "" };
                    return Ok(Outcome::passed(format!(
                        "TCP connection established ({place}{through})"
                    ))
                    .with("host", host)
                    .with("port", port)
                    .with("address", address.ip().to_string()));
                }
                Err(error) => last = error,
            }
        }
        Err(Failure {
            message: match last.kind() {
                io::ErrorKind::ConnectionRefused => format!("Connection refused to {place}"),
                io::ErrorKind::TimedOut => format!("Connection timeout to {place}"),
                _ => format!("TCP connection error: {last}"),
            },
            kind: "Connect",
            cause: last.to_string(),
            suggestion: match last.kind() {
                _ if self.proxy().is_some() => PROXY.to_vec(),
                io::ErrorKind::ConnectionRefused => REFUSED.to_vec(),
                _ => SILENT.to_vec(),
            },
        })
    }

    fn tls(&mut self) -> Result<Outcome, Failure> {
        // Nothing further needs the plain connection.
        let stream = self.stream.take();
        if self.platform.disable_tls {
            return Ok(Outcome::skipped("TLS disabled in configuration"));
        }
        if let Some((host, port)) = self.proxy() {
            let message = format!("TLS goes through the proxy {host}:{port}; the login checks it");
            return Ok(Outcome::skipped(message));
        }
        let failed = |message: String, cause: String, suggestion| Failure {
            message,
            kind: "Tls",
            cause,
            suggestion,
        };
        let Secured { config, authorities } =
            client_config(&believed(self.platform)).map_err(|error| {
                failed(format!("TLS cannot be set up: {error}"), error.to_string(), TRUST.to_vec())
            })?;
        let Some(stream) = stream else {
            let message = "TLS handshake error: no connection".to_owned();
            return Err(failed(message, String::new(), REFUSED.to_vec()));
        };
        let agreed = handshake(config, self.host(), &stream, self.deadline).map_err(|broken| {
            let rest = if broken.certificate { CERTIFICATE } else { TLS };
            let suggestion = match broken.advice {
                Some(first) => advice::with(first, rest),
                None => rest.to_vec(),
            };
            failed(broken.message, broken.cause, suggestion)
        })?;
        let mut outcome = Outcome::passed("TLS handshake successful");
        if self.platform.disable_verify {
            outcome.status = Status::Warning;
            outcome.message.push_str(", but certificates are not checked (disable_verify)");
        }
        Ok(outcome
            .with("protocol", agreed.protocol)
            .with("cipher", agreed.cipher)
            .with("authorities", authorities))
    }

    fn authentication(&mut self) -> Result<Outcome, Failure> {
        let client = self.client()?;
        let api = client.api(&self.token);
        api.log_in()
            .map_err(|error| self.failure("Authentication failed", AUTHENTICATION, &error))?;
        // Who it is decides nothing; a platform that does not tell is fine.
        let told = api.get(&Path::literal("/whoami"), &[]).ok();
        let user = told.as_ref().and_then(|who| who.get("username")).and_then(Value::as_str);
        let configured = || self.platform.client().is_none().then(|| self.platform.user.clone());
        let user = user.map(str::to_owned).or_else(configured);
        let kind = self.auth_type();
        let mut outcome =
            Outcome::passed(format!("Authentication successful ({kind})")).with("auth_type", kind);
        if let Some(user) = &user {
            outcome = outcome.with("user", user.as_str());
        }
        self.authenticated_user = user;
        Ok(outcome)
    }

    fn health(&mut self) -> Result<Outcome, Failure> {
        let client = self.client()?;
        let api = client.api(&self.token);
        let status = api
            .get(&Path::literal("/health/status"), &[])
            .map_err(|error| self.failure("Platform health check failed", HEALTH, &error))?;
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let version = text(status.pointer("/platform/version"))
            .or_else(|| text(status.get("version")))
            .or_else(|| {
                let server = api.get(&Path::literal("/health/server"), &[]).ok()?;
                text(server.get("version"))
            });
        let mut outcome = Outcome::passed("Platform health check passed");
        if let Some(version) = &version {
            outcome = outcome.with("platform_version", version.as_str());
        }
        for field in ["status", "apps", "adapters"] {
            if let Some(state) = status.get(field).and_then(Value::as_str) {
                outcome = outcome.with(field, state);
            }
        }
        self.platform_version = version;
        Ok(outcome)
    }

    fn api_access(&mut self) -> Result<Outcome, Failure> {
        let client = self.client()?;
        let api = client.api(&self.token);
        let adapters = api
            .get(&Path::literal("/health/adapters"), &[("limit", "1")])
            .map_err(|error| self.failure("API access verification failed", API, &error))?;
        let mut outcome =
            Outcome::passed("API access verified").with("api_call", "GET /health/adapters?limit=1");
        if let Some(total) = adapters.get("total").and_then(Value::as_u64) {
            outcome = outcome.with("total_adapters", total);
        }
        Ok(outcome)
    }

    fn client(&self) -> Result<Client, Failure> {
        self.client.clone().ok_or_else(|| Failure {
            message: "Configuration cannot work".to_owned(),
            kind: "Configuration",
            cause: "no client could be prepared".to_owned(),
            suggestion: CONFIGURATION.to_vec(),
        })
    }

    fn failure(&self, what: &str, expected: Advice, error: &Error) -> Failure {
        Failure {
            message: format!("{what}: {error}"),
            kind: error.name(),
            cause: error.to_string(),
            suggestion: advice::of(error, self.proxy().is_some(), expected),
        }
    }

    fn host(&self) -> &str {
        self.platform.host.name()
    }

    fn port(&self) -> u16 {
        self.platform.port.unwrap_or(if self.platform.disable_tls { 80 } else { 443 })
    }

    fn proxy(&self) -> Option<(String, u16)> {
        let (host, port) = self.client.as_ref()?.proxy()?.rsplit_once(':')?;
        Some((host.to_owned(), port.parse().ok()?))
    }

    fn auth_type(&self) -> &'static str {
        if self.platform.client().is_some() { "oauth" } else { "basic" }
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

/// One line for each idea.
fn numbered(advice: &[&str]) -> Vec<String> {
    advice.iter().enumerate().map(|(n, line)| format!("{}. {line}", n + 1)).collect()
}
