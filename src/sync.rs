//! A lock, and a signal to those who wait for what it guards, that shrug off poison.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{
    Condvar, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard,
    TryLockError,
};
use std::thread;
use std::time::Duration;

/// Does the work for each of `given` at the same time, and gives what came of it in their order. The last
/// is done here; what the system gives no thread for too, after the others have begun: slower, but done.
pub fn at_once<A: Sync, T: Send>(
    given: &[A],
    work: impl Fn(usize, &A) -> T + Sync,
) -> Vec<thread::Result<T>> {
    let work = &work;
    let here = |nth, one| panic::catch_unwind(AssertUnwindSafe(|| work(nth, one)));
    let Some((last, others)) = given.split_last() else { return Vec::new() };
    thread::scope(|scope| {
        let begun: Vec<_> = others
            .iter()
            .enumerate()
            .map(|(nth, one)| {
                let thread = thread::Builder::new().spawn_scoped(scope, move || work(nth, one));
                thread.map_err(|_| (nth, one))
            })
            .collect();
        let last = here(others.len(), last);
        let done = begun.into_iter().map(|begun| match begun {
            Ok(thread) => thread.join(),
            Err((nth, one)) => here(nth, one),
        });
        done.chain([last]).collect()
    })
}

/// A mutual exclusion lock whose data outlives a panic of its holder: what this program guards is
/// plain data, complete after every statement, so a thread that died leaves nothing half done.
#[derive(Debug, Default)]
pub struct Lock<T>(Mutex<T>);

impl<T> Lock<T> {
    /// A lock around `value`.
    pub const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// Waits for the lock and takes it.
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the lock if nobody holds it.
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// What the lock guards, for who owns the lock.
    pub fn get_mut(&mut self) -> &mut T {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A [`Lock`] that any number of readers, or one writer, holds at a time.
#[derive(Debug, Default)]
pub struct SharedLock<T>(RwLock<T>);

impl<T> SharedLock<T> {
    /// A lock around `value`.
    pub const fn new(value: T) -> Self {
        Self(RwLock::new(value))
    }

    /// Waits until nobody writes.
    pub fn read(&self) -> RwLockReadGuard<'_, T> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until nobody else reads or writes.
    pub fn write(&self) -> RwLockWriteGuard<'_, T> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes those who wait for a change of what a [`Lock`] guards, once it is made under the lock. Where
/// nobody waits the system is not asked to wake anybody, which the standard library always does.
#[derive(Debug, Default)]
pub struct Signal {
    changed: Condvar,
    /// How many wait; grows under the lock.
    waiting: AtomicUsize,
}

impl Signal {
    /// A signal that nobody waits for.
    pub const fn new() -> Self {
        Self { changed: Condvar::new(), waiting: AtomicUsize::new(0) }
    }

    /// Gives the lock back, and takes it again when woken or after `pause`.
    pub fn wait<'a, T>(&self, guard: MutexGuard<'a, T>, pause: Duration) -> MutexGuard<'a, T> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let guard = self.changed.wait_timeout(guard, pause);
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        guard.unwrap_or_else(PoisonError::into_inner).0
    }

    /// Gives the lock back, and takes it again when woken.
    pub fn wait_for_ever<'a, T>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let guard = self.changed.wait(guard);
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        guard.unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes one.
    pub fn notify_one(&self) {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.changed.notify_one();
        }
    }

    /// Wakes all.
    pub fn notify_all(&self) {
        if self.waiting.load(Ordering::Relaxed) > 0 {
            self.changed.notify_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gets_what_came_of_its_own_whoever_panics() {
        assert!(at_once(&[0; 0], |_, _| ()).is_empty());
        for bad in 0..3 {
            let done = at_once(&[10, 20, 30], |nth, given| {
                assert_ne!(nth, bad, "this one cannot");
                nth + given
            });
            let done: Vec<_> = done.into_iter().map(Result::ok).collect();
            let all = [Some(10), Some(21), Some(32)];
            assert_eq!(done, std::array::from_fn::<_, 3, _>(|nth| all[nth].filter(|_| nth != bad)));
        }
    }
}
