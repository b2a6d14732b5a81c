//! The threads that run tool calls.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

type Job = Box<dyn FnOnce() + Send>;

/// A bounded pool with a bounded queue. Threads start when there is work and end with the process.
#[derive(Clone)]
pub struct Workers(Arc<Shared>);

/// A place in the queue. Unused, it is given back.
pub struct Slot(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    work: Condvar,
    idle: Condvar,
    threads_max: usize,
    jobs_max: usize,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    threads: usize,
    waiting: usize,
    running: usize,
    reserved: usize,
}

impl Workers {
    /// A pool of at most `threads` threads and `queue` waiting jobs.
    pub fn new(threads: usize, queue: usize) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::default(),
            work: Condvar::new(),
            idle: Condvar::new(),
            threads_max: threads,
            jobs_max: threads + queue,
        }))
    }

    /// A place for one job; none when every thread works and the queue is full.
    pub fn slot(&self) -> Option<Slot> {
        let mut state = self.0.lock();
        if state.running + state.queue.len() + state.reserved >= self.0.jobs_max {
            return None;
        }
        state.reserved += 1;
        Some(Slot(Arc::clone(&self.0)))
    }

    /// Waits until nothing runs or waits, at most for `patience`. Returns whether all is done.
    pub fn drain(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut state = self.0.lock();
        while state.running > 0 || !state.queue.is_empty() {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.0.idle.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

impl Slot {
    /// Runs `job` on a thread of the pool.
    pub fn run(self, job: impl FnOnce() + Send + 'static) {
        let mut state = self.0.lock();
        state.queue.push_back(Box::new(job));
        if state.waiting < state.queue.len() && state.threads < self.0.threads_max {
            let shared = Arc::clone(&self.0);
            match thread::Builder::new().name("tool".into()).spawn(move || shared.work_loop()) {
                Ok(_) => state.threads += 1,
                Err(error) => log::error!("no thread could be started for a tool call: {error}"),
            }
        }
        self.0.work.notify_one();
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.lock().reserved -= 1;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work_loop(&self) {
        let mut state = self.lock();
        loop {
            while let Some(job) = state.queue.pop_front() {
                state.running += 1;
                drop(state);
                // A panicking job must not take its thread along.
                if catch_unwind(AssertUnwindSafe(job)).is_err() {
                    log::error!("a job panicked; this is a defect of the server");
                }
                state = self.lock();
                state.running -= 1;
            }
            if state.running == 0 {
                self.idle.notify_all();
            }
            state.waiting += 1;
            state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
    }
}
