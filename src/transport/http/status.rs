//! What is known of this server and of the platform behind it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Instant;

use serde_json::Value;

use crate::http::Stats;
use crate::limits;
use crate::sync::Lock;

/// Asks whether the platform answers. May block.
pub type Probe = Box<dyn Fn() -> bool + Send + Sync>;

/// Whether calls can be served, or why not.
pub type Ready = Result<(), &'static str>;

/// Somebody who wants to know.
type Told = Box<dyn FnOnce(Ready) + Send>;

/// What is known of the platform, and who waits to know more.
#[derive(Default)]
struct Asking {
    known: Option<(Instant, Ready)>,
    /// Since when the platform is being asked. By one thread: however many want to know, it is asked
    /// once.
    since: Option<Instant>,
    waiting: Vec<Told>,
}

/// What is known about the served certificate now, or null without TLS.
pub type CertificateFacts = Box<dyn Fn() -> Value + Send + Sync>;

/// What the status routes tell.
pub struct Status {
    pub(super) started: Instant,
    pub(super) sandbox: bool,
    probe: Probe,
    ready: Lock<Asking>,
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

    /// Tells `then` whether the platform answers: at once when that is known, otherwise when it has
    /// answered, or has taken too long for somebody who waits.
    pub(super) fn ready(self: &Arc<Self>, then: impl FnOnce(Ready) + Send + 'static) {
        let mut asking = self.ready.lock();
        let fresh = |(asked, _): &(Instant, Ready)| asked.elapsed() < limits::READY_TTL;
        let late = |since: Instant| since.elapsed() >= limits::READY_PATIENCE;
        match (asking.known.filter(fresh), asking.since) {
            (Some((_, ready)), _) => {
                drop(asking);
                then(ready);
            }
            (None, Some(since)) if late(since) => {
                drop(asking);
                then(Err(SLOW));
            }
            (None, Some(_)) => asking.waiting.push(Box::new(then)),
            (None, None) => {
                asking.waiting.push(Box::new(then));
                asking.since = Some(Instant::now());
                drop(asking);
                self.ask();
            }
        }
    }

    /// Asks the platform, on a thread of its own: whether calls can be served is wanted most when every
    /// worker is busy.
    fn ask(self: &Arc<Self>) {
        let status = Arc::clone(self);
        let asked = thread::Builder::new().name("readiness".into()).spawn(move || {
            let ready = catch_unwind(AssertUnwindSafe(|| (status.probe)())).unwrap_or(false);
            status.tell(if ready { Ok(()) } else { Err(SILENT) }, true);
        });
        if let Err(error) = asked {
            log::error!("readiness is not known: no thread could be started: {error}");
            self.tell(Err("this server has no thread left to ask the platform"), true);
        }
    }

    /// Tells those who have waited long enough.
    pub(super) fn tick(&self) {
        let since = self.ready.lock().since;
        if since.is_some_and(|since| since.elapsed() >= limits::READY_PATIENCE) {
            self.tell(Err(SLOW), false);
        }
    }

    /// Tells everybody who waits. `answered`: nobody is asked any more.
    fn tell(&self, ready: Ready, answered: bool) {
        let mut asking = self.ready.lock();
        if answered {
            asking.known = Some((Instant::now(), ready));
            asking.since = None;
        }
        let waiting = std::mem::take(&mut asking.waiting);
        drop(asking);
        waiting.into_iter().for_each(|told| told(ready));
    }
}

// Whoever may ask this need not know where the platform is; the log tells the operator.
const SILENT: &str = "the platform does not answer; see the log of this server";
const SLOW: &str = "the platform has not answered yet";
