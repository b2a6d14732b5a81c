//! The MCP service behind an HTTP listener.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread;
use std::time::Duration;

use super::origin::OriginRules;
use super::pending::Pending;
use super::sessions::Sessions;
use super::status::{Probe, Status};
use crate::auth::Authority;
use crate::config::{Config, PlatformCredentials, Transport};
use crate::limits;
use crate::net::is_loopback;
use crate::protocol::Engine;
use crate::transport::workers::Workers;

/// Answers the requests of an HTTP listener.
pub struct Service {
    pub(super) engine: Arc<Engine>,
    pub(super) workers: Workers,
    pub(super) sessions: Arc<Sessions>,
    pub(super) origins: OriginRules,
    pub(super) path: String,
    pub(super) legacy_sse: bool,
    pub(super) metrics: bool,
    pub(super) status: Arc<Status>,
    pub(super) pending: Arc<Pending>,
    pub(super) authority: Arc<Authority>,
    /// Whether callers must come through a trusted proxy, where TLS ends.
    pub(super) proxied: bool,
    pub(super) tls: bool,
    /// Whether callers act at the platform with accounts of their own.
    pub(super) callers_accounts: bool,
    pub(super) me: Weak<Service>,
    rounds: AtomicU64,
}

impl Service {
    /// A service with these settings, for those whom `authority` lets in. `probe` tells whether the
    /// platform answers.
    pub fn new(
        engine: Arc<Engine>,
        config: &Config,
        authority: Arc<Authority>,
        probe: Probe,
    ) -> Arc<Self> {
        let settings = &config.server;
        let workers = Workers::of(settings);
        Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            rounds: AtomicU64::new(0),
            sessions: Sessions::new(&engine, settings.sessions, settings.max_sessions),
            engine,
            workers,
            origins: OriginRules::new(settings),
            path: settings.path.clone(),
            legacy_sse: settings.transport == Transport::Sse,
            metrics: settings.metrics,
            status: Arc::new(Status::new(probe, config.platform.sandbox)),
            pending: Arc::default(),
            authority,
            tls: settings.certificate_file.is_some(),
            callers_accounts: settings.platform_credentials == PlatformCredentials::Caller,
            proxied: settings.strict
                && settings.certificate_file.is_none()
                && !is_loopback(&settings.host),
        })
    }

    /// Ends every session and its streams. Calls that are answered there have `grace` to be.
    pub fn stop(&self, grace: Duration) {
        self.workers.drain(grace);
        self.sessions.end_all();
    }

    /// Looks after what waits, until this service is gone: replies that take long become streams,
    /// sessions that nobody uses end.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn tend(self: &Arc<Self>) -> std::io::Result<()> {
        let service = Arc::downgrade(self);
        thread::Builder::new().name("http-replies".into()).spawn(move || {
            while let Some(service) = service.upgrade() {
                service.pending.tick();
                service.status.tick();
                service.sessions.expire();
                service.authority.tend();
                service.rounds.fetch_add(1, Ordering::Relaxed);
                drop(service);
                thread::sleep(limits::REPLIES_TICK);
            }
        })?;
        Ok(())
    }

    /// How often the thread that looks after what waits has come round.
    pub fn rounds(&self) -> u64 {
        self.rounds.load(Ordering::Relaxed)
    }

    /// What `/status` and `/metrics` show besides what this room knows.
    pub fn status(&self) -> &Arc<Status> {
        &self.status
    }
}
