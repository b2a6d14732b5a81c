//! The threads that run tool calls.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use crate::sync::{Lock, Signal};

type Job = Box<dyn FnOnce() + Send>;

/// A bounded pool with a bounded queue. Threads start when there is work and end with the process.
#[derive(Clone)]
pub struct Workers(Arc<Pool>);

/// A place in the queue. Unused, it is given back.
pub struct Slot(Arc<Pool>);

struct Pool {
    state: Lock<Queue>,
    work: Signal,
    idle: Signal,
    threads_max: usize,
    jobs_max: usize,
}

#[derive(Default)]
struct Queue {
    queue: VecDeque<Job>,
    threads: usize,
    waiting: usize,
    /// Threads started that have not come to the queue yet.
    starting: usize,
    /// Waiting threads called to the queue. Whoever waits may come; a thread that starts comes anyway.
    called: usize,
    /// Threads that look once more before they wait.
    looking: usize,
    running: usize,
    reserved: usize,
}

impl Workers {
    /// A pool of at most `threads` threads and `queue` waiting jobs.
    pub fn new(threads: usize, queue: usize) -> Self {
        Self(Arc::new(Pool {
            state: Lock::default(),
            work: Signal::new(),
            idle: Signal::new(),
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
            state = self.0.idle.wait(state, left);
        }
        true
    }
}

impl Slot {
    /// Runs `job` on a thread of the pool.
    pub fn run(self, job: impl FnOnce() + Send + 'static) {
        let mut state = self.0.lock();
        state.queue.push_back(Box::new(job));
        self.0.call_one(&mut state);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.lock().reserved -= 1;
    }
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.state.lock()
    }

    /// Sees to it that somebody comes for the queue. One thread at a time is called, and calls the
    /// next one when it leaves jobs behind: a job never waits for another job to end, and a row of
    /// short ones costs few switches between threads.
    fn call_one(self: &Arc<Self>, state: &mut Queue) {
        if state.queue.is_empty() || state.starting + state.called + state.looking > 0 {
            return;
        }
        if state.waiting > 0 {
            state.called += 1;
            self.work.notify_one();
        } else if state.threads < self.threads_max {
            let shared = Arc::clone(self);
            match thread::Builder::new().name("tool".into()).spawn(move || shared.work_loop()) {
                Ok(_) => {
                    state.threads += 1;
                    state.starting += 1;
                }
                Err(error) => log::error!("no thread could be started for a tool call: {error}"),
            }
        }
    }

    fn work_loop(self: &Arc<Self>) {
        let mut state = self.lock();
        state.starting -= 1;
        loop {
            while let Some(job) = state.queue.pop_front() {
                state.running += 1;
                self.call_one(&mut state);
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
            // The next job is often just being read: one more look is cheaper than to be woken.
            state.looking += 1;
            drop(state);
            thread::yield_now();
            state = self.lock();
            state.looking -= 1;
            if !state.queue.is_empty() {
                continue;
            }
            state.waiting += 1;
            while state.called == 0 {
                state = self.work.wait_for_ever(state);
            }
            state.called -= 1;
            state.waiting -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn a_thread_that_finds_its_job_done_by_another_waits_like_the_rest() {
        for _ in 0..300 {
            let workers = Workers::new(4, 16);
            let (done, finished) = channel();
            for _ in 0..8 {
                let done = done.clone();
                workers
                    .slot()
                    .expect("a place")
                    .run(move || done.send(()).expect("the test listens"));
            }
            assert_eq!(finished.iter().take(8).count(), 8);
            let deadline = Instant::now() + Duration::from_secs(60);
            loop {
                let state = workers.0.lock();
                if state.waiting == state.threads && state.called == 0 {
                    break;
                }
                assert!(Instant::now() < deadline, "a thread of {} is lost", state.threads);
                drop(state);
                thread::sleep(Duration::from_millis(1));
            }
        }
    }
}
