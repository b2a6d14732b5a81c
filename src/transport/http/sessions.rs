//! Sessions of the legacy era over HTTP.
//!
//! An id says itself what has to be known of its session (`protocol/handle.rs`), so it costs nothing.
//! A session takes a place here only for what an id cannot say: streams to come back to, wishes about
//! what to hear. Requests that run hold their session themselves.

use std::collections::HashMap;
use std::sync::{Arc, MutexGuard, Weak};
use std::time::{Duration, Instant};

use super::events::{EventLog, STANDALONE};
use crate::config::SessionStyle;
use crate::limits;
use crate::protocol::{Caller, Engine, RpcError, Session, Sink};
use crate::sync::Lock;

/// One session.
pub struct HttpSession {
    /// Its id, unguessable; empty where clients get none.
    pub id: String,
    /// What the protocol knows of it.
    pub session: Arc<Session>,
    /// Its streams.
    pub log: EventLog,
    /// Who opened it; nobody else may use it.
    identity: Option<String>,
    last_used: Lock<Instant>,
    /// Where it takes a place when it needs one.
    home: Weak<Sessions>,
    me: Weak<HttpSession>,
}

/// The sessions of a listener.
pub struct Sessions {
    engine: Arc<Engine>,
    style: SessionStyle,
    most: usize,
    all: Lock<Known>,
}

#[derive(Default)]
struct Known {
    /// Sessions that requests or places hold.
    live: HashMap<String, Weak<HttpSession>>,
    /// Those that have a place.
    kept: HashMap<String, Arc<HttpSession>>,
    /// Those that were ended, and when.
    ended: HashMap<String, Instant>,
}

impl Sessions {
    /// At most `most` sessions with a place at a time.
    pub fn new(engine: &Arc<Engine>, style: SessionStyle, most: usize) -> Arc<Self> {
        Arc::new(Self { engine: Arc::clone(engine), style, most, all: Lock::default() })
    }

    /// The id of a session that has shaken hands; none where clients get none.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn id(&self, session: &Session, caller: &Caller) -> Result<Option<String>, RpcError> {
        match self.style {
            SessionStyle::None => Ok(None),
            SessionStyle::Sealed => self.engine.session_id(session, caller).map(Some),
        }
    }

    /// A session of HTTP+SSE, which has a place from the start. None when there is none left.
    pub fn open(self: &Arc<Self>, caller: &Caller) -> Option<Arc<HttpSession>> {
        let session = Arc::new(Session::new());
        let session = self.session(self.engine.random_id().ok()?, session, caller);
        session.keep().then_some(session)
    }

    /// The session with this id, if it was this caller's and has not ended.
    pub fn find(self: &Arc<Self>, id: &str, caller: &Caller) -> Option<Arc<HttpSession>> {
        if let Some(found) = self.lock().find(id) {
            found.touch();
            return (found.identity == caller.identity).then_some(found);
        }
        let resumed = self.engine.resume(id, caller)?;
        let mut known = self.lock();
        if known.ended.contains_key(id) {
            return None;
        }
        // Another request may have brought it back meanwhile.
        if let Some(found) = known.find(id) {
            return Some(found);
        }
        let session = self.session(id.to_owned(), resumed, caller);
        known.live.insert(id.to_owned(), Arc::downgrade(&session));
        Some(session)
    }

    /// Whether clients are served without an id.
    pub fn are_nameless(&self) -> bool {
        self.style == SessionStyle::None
    }

    /// Ends a session: its calls are cancelled and its streams closed.
    pub fn end(&self, id: &str) {
        let mut known = self.lock();
        let session = known.find(id);
        known.live.remove(id);
        known.kept.remove(id);
        if known.ended.len() >= limits::SESSIONS_ENDED {
            let oldest = known.ended.iter().min_by_key(|(_, at)| **at).map(|(id, _)| id.clone());
            oldest.and_then(|id| known.ended.remove(&id));
        }
        known.ended.insert(id.to_owned(), Instant::now());
        drop(known);
        if let Some(session) = session {
            session.end();
        }
    }

    /// Ends what this process holds of every session; their ids stay good for others.
    pub fn end_all(&self) {
        let known = std::mem::take(&mut *self.lock());
        for session in known.live.values().filter_map(Weak::upgrade) {
            session.end();
        }
    }

    /// Takes the places of the sessions that nobody has used for long.
    pub fn expire(&self) {
        let mut known = self.lock();
        known.live.retain(|_, session| session.strong_count() > 0);
        let idle: Vec<_> = known
            .kept
            .iter()
            .filter(|(_, session)| session.idle() >= limits::SESSION_IDLE && !session.log.is_live())
            .map(|(id, _)| id.clone())
            .collect();
        let idle: Vec<_> = idle.iter().filter_map(|id| known.kept.remove(id)).collect();
        drop(known);
        for session in idle {
            session.log.close();
        }
    }

    /// How many have a place.
    pub fn len(&self) -> usize {
        self.lock().kept.len()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.all.lock()
    }

    fn session(
        self: &Arc<Self>,
        id: String,
        session: Arc<Session>,
        caller: &Caller,
    ) -> Arc<HttpSession> {
        let identity = caller.identity.clone();
        Arc::new_cyclic(|me| {
            session.set_outbox(Arc::new(Outbox(Weak::clone(me))));
            HttpSession {
                id,
                session,
                log: EventLog::default(),
                identity,
                last_used: Lock::new(Instant::now()),
                home: Arc::downgrade(self),
                me: Weak::clone(me),
            }
        })
    }
}

impl Known {
    fn find(&self, id: &str) -> Option<Arc<HttpSession>> {
        self.live.get(id).and_then(Weak::upgrade)
    }

    /// Makes room by taking the place of the session that was idle longest, if it was idle at all.
    fn make_room(&mut self) -> Option<Arc<HttpSession>> {
        let idle = self
            .kept
            .values()
            .filter(|session| session.idle() >= limits::SESSION_EVICTABLE && !session.log.is_live())
            .max_by_key(|session| session.idle())?
            .id
            .clone();
        self.kept.remove(&idle)
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
    /// Takes a place, so that what its id cannot say is remembered. False when there is none left.
    pub fn keep(&self) -> bool {
        let (Some(home), Some(me)) = (self.home.upgrade(), self.me.upgrade()) else { return false };
        let mut known = home.lock();
        if known.kept.contains_key(&self.id) {
            return true;
        }
        let mut evicted = None;
        if known.kept.len() >= home.most {
            evicted = known.make_room();
            if evicted.is_none() {
                return false;
            }
        }
        known.live.insert(self.id.clone(), Arc::downgrade(&me));
        known.kept.insert(self.id.clone(), Arc::clone(&me));
        drop(known);
        if let Some(evicted) = evicted {
            evicted.log.close();
        }
        home.engine.keep_told(&self.session);
        true
    }

    /// Whether its event streams begin with an event to come back to: since 2025-11-25, because
    /// older readers may stumble over an event without data.
    pub fn primes(&self) -> bool {
        self.session.revision().is_some_and(|revision| revision >= "2025-11-25")
    }

    fn touch(&self) {
        *self.last_used.lock() = Instant::now();
    }

    fn idle(&self) -> Duration {
        self.last_used.lock().elapsed()
    }

    fn end(&self) {
        self.session.cancel_all();
        self.log.close();
    }
}
