//! MCP over HTTP: Streamable HTTP of every revision, and HTTP+SSE of 2024-11-05 beside it.
//!
//! The body of a message decides its era ([`crate::protocol::revision`]); both eras share one endpoint.

mod events;
mod headers;
mod legacy_sse;
mod origin;
mod reply;
mod routes;
mod sessions;
mod status;
mod streamable;
mod visit;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard};
use std::thread;
use std::time::Duration;

pub use origin::Door;
pub use status::{CertificateFacts, Probe};

use self::reply::Reply;
use self::sessions::Sessions;
use super::Workers;
use crate::config::{Config, Transport};
use crate::http::{Exchange, Handler, Request, StreamOptions};
use crate::limits;
use crate::protocol::{Caller, Engine};
use crate::sync::Lock;

/// Answers the requests of an HTTP listener.
pub struct Front {
    engine: Arc<Engine>,
    workers: Workers,
    sessions: Arc<Sessions>,
    door: Door,
    path: String,
    legacy_sse: bool,
    metrics: bool,
    status: Arc<status::Status>,
    pending: Arc<Pending>,
}

/// Replies that wait for a call to end.
#[derive(Default)]
struct Pending {
    next: AtomicU64,
    replies: Lock<BTreeMap<u64, Arc<Reply>>>,
}

/// A reply's place among those that wait, given back when dropped.
struct Waiting {
    pending: Arc<Pending>,
    number: u64,
}

impl Front {
    /// A front for these settings. `probe` tells whether the platform answers.
    pub fn new(engine: Arc<Engine>, config: &Config, probe: Probe) -> Self {
        let settings = &config.server;
        let workers = Workers::new(limits::TOOL_WORKERS, limits::TOOL_QUEUE);
        Self {
            engine,
            workers,
            sessions: Arc::new(Sessions::new(settings.max_sessions)),
            door: Door::new(settings),
            path: settings.path.clone(),
            legacy_sse: settings.transport == Transport::Sse,
            metrics: settings.metrics,
            status: Arc::new(status::Status::new(probe, config.platform.sandbox)),
            pending: Arc::default(),
        }
    }

    /// Ends what a stop must not leave open: every session and its streams. Running calls have
    /// `grace` to be answered.
    pub fn stop(&self, grace: Duration) {
        self.engine.stop();
        self.workers.drain(grace);
        self.sessions.end_all();
    }

    /// Looks after what waits, until this front is gone: replies that take long become streams,
    /// sessions that nobody uses end.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn tend(self: &Arc<Self>) -> std::io::Result<()> {
        let front = Arc::downgrade(self);
        thread::Builder::new().name("http-replies".into()).spawn(move || {
            while let Some(front) = front.upgrade() {
                front.pending.tick();
                front.sessions.expire();
                drop(front);
                thread::sleep(Duration::from_secs(1));
            }
        })?;
        Ok(())
    }

    /// What `/status` and `/metrics` show besides what this room knows.
    pub fn status(&self) -> &Arc<status::Status> {
        &self.status
    }

    fn caller(&self, request: &Request) -> Arc<Caller> {
        Arc::new(Caller { identity: request.client_subject.clone() })
    }
}

impl Pending {
    fn add(self: &Arc<Self>, reply: &Arc<Reply>) -> Waiting {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.replies().insert(number, Arc::clone(reply));
        Waiting { pending: Arc::clone(self), number }
    }

    fn tick(&self) {
        self.replies().retain(|_, reply| reply.tick());
    }

    fn replies(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Reply>>> {
        self.replies.lock()
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.pending.replies().remove(&self.number);
    }
}

impl Handler for Front {
    fn handle(&self, exchange: Exchange) {
        routes::dispatch(self, exchange);
    }
}

/// Streams of events are kept alive by comments, which every SSE reader skips.
fn event_stream(ends_on_shutdown: bool) -> StreamOptions {
    let ping: Arc<[u8]> = Arc::from(&b": ping\n\n"[..]);
    StreamOptions { heartbeat: Some((limits::SSE_HEARTBEAT, ping)), ends_on_shutdown }
}
