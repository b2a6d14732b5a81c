//! The connections of a server.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::conn::Conn;
use crate::sync::{Lock, SharedLock, Signal};

/// Every open connection, by token.
pub struct Connections {
    open: SharedLock<HashMap<u64, Arc<Conn>>>,
    next_token: AtomicU64,
    emptied: (Lock<()>, Signal),
}

impl Connections {
    /// None yet; tokens are numbered from `first` on.
    pub fn new(first: u64) -> Self {
        Self {
            open: SharedLock::default(),
            next_token: AtomicU64::new(first),
            emptied: (Lock::new(()), Signal::new()),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.open.read().len()
    }

    /// Adds the connection that `make` creates with its token.
    pub fn add(&self, make: impl FnOnce(u64) -> Conn) -> Arc<Conn> {
        let token = self.next_token.fetch_add(1, Ordering::Relaxed);
        let conn = Arc::new(make(token));
        self.open.write().insert(token, Arc::clone(&conn));
        conn
    }

    /// Forgets a closed connection. Returns true if it was known.
    pub fn forget(&self, token: u64) -> bool {
        let mut open = self.open.write();
        let known = open.remove(&token).is_some();
        if open.is_empty() {
            drop(open);
            let _guard = self.emptied.0.lock();
            self.emptied.1.notify_all();
        }
        known
    }

    /// Closes the connection that is cheapest to lose. Returns true if there was one.
    pub fn evict(&self) -> bool {
        let open = self.open.read();
        let cheapest =
            open.values().filter_map(|conn| Some((conn.cost()?, conn))).min_by_key(|x| x.0);
        let victim = cheapest.map(|(_, conn)| Arc::clone(conn));
        drop(open);
        victim.is_some_and(|conn| conn.evict())
    }

    /// The connection with this token.
    pub fn find(&self, token: u64) -> Option<Arc<Conn>> {
        self.open.read().get(&token).cloned()
    }

    /// Those for which `wanted` holds, at this moment.
    pub fn those(&self, wanted: impl Fn(&Conn) -> bool) -> Vec<Arc<Conn>> {
        self.open.read().values().filter(|conn| wanted(conn)).cloned().collect()
    }

    /// Waits until there is none, or for so long.
    pub fn wait_until_empty(&self, time: Duration) {
        let guard = self.emptied.0.lock();
        if self.len() > 0 {
            drop(self.emptied.1.wait(guard, time));
        }
    }
}
