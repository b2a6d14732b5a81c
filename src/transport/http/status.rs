//! What is known of this server and of the platform behind it.

use std::sync::OnceLock;
use std::time::Instant;

use serde_json::Value;

use crate::http::Stats;
use crate::limits;
use crate::sync::Lock;

/// Asks whether the platform answers. May block.
pub type Probe = Box<dyn Fn() -> bool + Send + Sync>;

/// What is known about the served certificate now, or null without TLS.
pub type CertificateFacts = Box<dyn Fn() -> Value + Send + Sync>;

/// What the status routes tell.
pub struct Status {
    pub(super) started: Instant,
    pub(super) sandbox: bool,
    probe: Probe,
    ready: Lock<Option<(Instant, bool)>>,
    certificate: OnceLock<CertificateFacts>,
    pub(super) listener: OnceLock<Box<dyn Fn() -> Option<Stats> + Send + Sync>>,
}

impl Status {
    pub(super) fn new(probe: Probe, sandbox: bool) -> Self {
        Self {
            started: Instant::now(),
            sandbox,
            probe,
            ready: Lock::default(),
            certificate: OnceLock::new(),
            listener: OnceLock::new(),
        }
    }

    /// Shows what this function knows about the certificate.
    pub fn show_certificate(&self, facts: CertificateFacts) {
        // Set once, right after start; a second value would be the same function.
        let _ = self.certificate.set(facts);
    }

    /// Shows the numbers of this listener.
    pub fn show_listener(&self, stats: impl Fn() -> Option<Stats> + Send + Sync + 'static) {
        // As above.
        let _ = self.listener.set(Box::new(stats));
    }

    /// What is known about the certificate now.
    pub(super) fn certificate(&self) -> Value {
        self.certificate.get().map_or(Value::Null, |facts| facts())
    }

    /// Whether the platform answered a moment ago.
    pub(super) fn known(&self) -> Option<bool> {
        self.ready
            .lock()
            .filter(|(asked, _)| asked.elapsed() < limits::READY_TTL)
            .map(|(_, ready)| ready)
    }

    /// Whether the platform answers, asked at most every few seconds. May block.
    pub(super) fn ask(&self) -> bool {
        if let Some(ready) = self.known() {
            return ready;
        }
        let ready = (self.probe)();
        *self.ready.lock() = Some((Instant::now(), ready));
        ready
    }
}
