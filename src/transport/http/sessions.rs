//! Sessions of the legacy era over HTTP.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, MutexGuard, Weak};
use std::time::Instant;

use rustls::crypto::ring;

use super::events::{EventLog, STANDALONE};
use crate::limits;
use crate::protocol::{Session, Sink};
use crate::sync::Lock;

/// One session.
pub struct HttpSession {
    /// Its id, unguessable.
    pub id: String,
    /// What the protocol knows of it.
    pub session: Arc<Session>,
    /// Its streams.
    pub log: EventLog,
    /// Who opened it; nobody else may use it.
    identity: Option<String>,
    last_used: Lock<Instant>,
}

/// Every session of a listener.
pub struct Sessions {
    most: usize,
    all: Lock<HashMap<String, Arc<HttpSession>>>,
}

impl Sessions {
    /// At most `most` sessions at a time.
    pub fn new(most: usize) -> Self {
        Self { most, all: Lock::default() }
    }

    /// A new session. None when there are too many and none of them is idle.
    pub fn open(&self, identity: Option<&str>) -> Option<Arc<HttpSession>> {
        let mut all = self.lock();
        if all.len() >= self.most {
            evict(&mut all)?;
        }
        let id = random_id()?;
        let session = Arc::new(HttpSession {
            id: id.clone(),
            session: Arc::new(Session::new()),
            log: EventLog::default(),
            identity: identity.map(str::to_owned),
            last_used: Lock::new(Instant::now()),
        });
        session.session.set_outbox(Arc::new(Outbox(Arc::downgrade(&session))));
        all.insert(id, Arc::clone(&session));
        Some(session)
    }

    /// The session with this id, if `identity` opened it.
    pub fn find(&self, id: &str, identity: Option<&str>) -> Option<Arc<HttpSession>> {
        let found = self.lock().get(id).map(Arc::clone)?;
        if found.identity.as_deref() != identity {
            return None;
        }
        found.touch();
        Some(found)
    }

    /// Ends a session: its calls are cancelled and its streams closed.
    pub fn end(&self, id: &str) {
        let removed = self.lock().remove(id);
        if let Some(session) = removed {
            session.end();
        }
    }

    /// Ends every session.
    pub fn end_all(&self) {
        let all: Vec<_> = self.lock().drain().collect();
        for (_, session) in all {
            session.end();
        }
    }

    /// Ends the sessions that nobody has used for long.
    pub fn expire(&self) {
        let mut all = self.lock();
        all.retain(|_, session| {
            let stays = session.idle() < limits::SESSION_IDLE || session.log.is_live();
            if !stays {
                session.end();
            }
            stays
        });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<HttpSession>>> {
        self.all.lock()
    }
}

/// The way to a session's client for what belongs to no request: the stream it opened by GET.
struct Outbox(Weak<HttpSession>);

impl Sink for Outbox {
    fn send(&self, message: Vec<u8>) -> bool {
        let Some(session) = self.0.upgrade() else { return false };
        session.log.send(STANDALONE, &message);
        true
    }
}

impl HttpSession {
    /// Whether its event streams begin with an event to come back to: since 2025-11-25, because
    /// older readers may stumble over an event without data.
    pub fn primes(&self) -> bool {
        self.session.revision().is_some_and(|revision| revision >= "2025-11-25")
    }

    fn touch(&self) {
        *self.last_used.lock() = Instant::now();
    }

    fn idle(&self) -> std::time::Duration {
        self.last_used.lock().elapsed()
    }

    fn end(&self) {
        self.session.cancel_all();
        self.log.close();
    }
}

/// Makes room by ending the session that was idle longest, if it was idle at all.
fn evict(all: &mut HashMap<String, Arc<HttpSession>>) -> Option<()> {
    let idle = all
        .values()
        .filter(|session| session.idle() >= limits::SESSION_EVICTABLE && !session.log.is_live())
        .max_by_key(|session| session.idle())?
        .id
        .clone();
    all.remove(&idle)?.end();
    Some(())
}

/// 128 random bits as hexadecimal digits.
fn random_id() -> Option<String> {
    let mut bytes = [0; 16];
    ring::default_provider().secure_random.fill(&mut bytes).ok()?;
    let mut id = String::with_capacity(32);
    for byte in bytes {
        let _ = write!(id, "{byte:02x}");
    }
    Some(id)
}
