//! The shared client.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::account::Account;
use super::api::Api;
use super::connection::Connection;
use super::error::{Error, ErrorKind};
use super::memory::Memory;
use super::path::Path;
use super::session::Session;
use crate::cancel::CancelToken;
use crate::outbound::{self, Believed, Reach, Setup, Trust, Unusable};
use crate::places::Places;
use crate::{config, limits, observe};

/// A connection pool and one session to one platform. Clones share both.
#[derive(Clone, Debug)]
pub struct Client(Arc<Connection>);

impl Client {
    /// Prepares a client; nothing is sent before the first request.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Setup`] when the host, a CA file or a proxy variable cannot work.
    pub fn new(platform: &config::Platform) -> Result<Self, Error> {
        let scheme = if platform.disable_tls { "http" } else { "https" };
        let (host, shown) = (platform.host.name(), platform.host.in_url());
        let base = match platform.port {
            Some(port) => format!("{scheme}://{shown}:{port}"),
            None => format!("{scheme}://{shown}"),
        };
        let port = platform.port.unwrap_or(if platform.disable_tls { 80 } else { 443 });
        let proxy = outbound::proxy(scheme, host, port)?;
        let through_proxy =
            proxy.as_ref().map(|proxy| format!("{}:{}", proxy.host(), proxy.port()));
        // An HTTPS proxy needs TLS settings even when the platform does not.
        let secure_proxy =
            proxy.as_ref().is_some_and(|proxy| proxy.protocol() == ureq::ProxyProtocol::Https);
        let tls = match platform.disable_tls && !secure_proxy {
            true => None,
            false => Some(Trust::new(believed(platform))?),
        };
        let timeout = platform.timeout.max(limits::PLATFORM_TIMEOUT_MIN);
        // Whatever the platform repeats of them reaches nobody.
        observe::keep(platform.password.expose());
        if let Some((_, secret)) = platform.client() {
            observe::keep(secret.expose());
        }
        let most = platform.max_requests;
        Ok(Self(Arc::new(Connection {
            agent: outbound::build(Setup {
                timeout,
                tls,
                proxy,
                connections: most,
                reach: Reach::Anywhere,
            }),
            base,
            login: Account::of(platform),
            session: Session::new(platform.ttl),
            requests: Places::new(most, most, limits::WAITING_REQUESTS),
            memory: Memory::new(),
            timeout,
            through_proxy,
            ended: CancelToken::new(),
        })))
    }

    /// The same platform under another account: with a session of its own, and with the connections
    /// and places that all share.
    #[must_use]
    pub fn acting_as(&self, account: Account) -> Self {
        let all = &self.0;
        Self(Arc::new(Connection {
            agent: all.agent.clone(),
            base: all.base.clone(),
            login: account,
            session: all.session.another(),
            requests: all.requests.clone(),
            memory: all.memory.clone(),
            timeout: all.timeout,
            through_proxy: all.through_proxy.clone(),
            ended: CancelToken::new(),
        }))
    }

    /// The client as seen by one call, which ends when `token` is cancelled.
    pub fn api<'a>(&'a self, token: &'a CancelToken) -> Api<'a> {
        Api::new(&self.0, token)
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

/// Whose certificates a platform may show.
pub(crate) fn believed(platform: &config::Platform) -> Believed {
    Believed { ca_file: platform.ca_file.clone(), anything: platform.disable_verify }
}

impl From<Unusable> for Error {
    fn from(unusable: Unusable) -> Self {
        Self::untargeted(ErrorKind::Setup { problem: unusable.0 })
    }
}

fn keep_alive(client: &Weak<Connection>, ended: &CancelToken, interval: Duration) {
    let mut pause = interval;
    while ended.sleep(pause) {
        let Some(client) = client.upgrade() else { return };
        let api = Api::new(&client, ended);
        match api.get(&Path::literal("/whoami"), &[]) {
            Ok(_) | Err(Error { kind: ErrorKind::NotJson { .. }, .. }) => pause = interval,
            Err(Error { kind: ErrorKind::Cancelled, .. }) => return,
            Err(error) => {
                pause = (pause * 2).min(limits::PLATFORM_KEEPALIVE_PAUSE_MAX).max(interval);
                log::warn!("keepalive failed, next try in {} s: {error}", pause.as_secs());
            }
        }
    }
}
