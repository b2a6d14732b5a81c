//! The threads that run calls.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use crate::observe::metrics;
use crate::places::{self, Load, Place, Places};
use crate::protocol::Caller;
use crate::sync::{Lock, Signal};
use crate::{config, limits};

/// Something to run on a thread of the pool.
pub trait Job: Send + 'static {
    /// Runs it.
    fn run(self: Box<Self>);

    /// Says that it will not run: too many others do, or wait.
    fn refuse(self: Box<Self>);
}

/// An elastic pool: threads start when there is work, and end when there is none. How many calls run
/// at once is bounded by places, given in turn by caller.
#[derive(Clone)]
pub struct Workers {
    places: Places,
    pool: Arc<Pool>,
}

type Placed = (Place, Box<dyn Job>);

/// Who comes for the queue.
enum Called {
    /// Somebody who need not be woken, or nobody is needed.
    Already,
    /// A thread that waits and is to be woken.
    Asleep,
    /// Nobody can come for these.
    Nobody(VecDeque<Placed>),
}

struct Pool {
    state: Lock<Queue>,
    work: Signal,
    idle: Signal,
}

#[derive(Default)]
struct Queue {
    queue: VecDeque<Placed>,
    threads: usize,
    waiting: usize,
    /// Threads started that have not come to the queue yet.
    starting: usize,
    /// Waiting threads called to the queue. Whoever waits may come; a thread that starts comes anyway.
    called: usize,
    /// Threads that look once more before they wait.
    looking: usize,
    running: usize,
    /// Somebody sees to it that nobody waits for a place too long.
    watched: bool,
}

impl Workers {
    /// A pool for so many calls at once, of which one caller may have so many.
    pub fn new(calls: usize, calls_per_caller: usize) -> Self {
        let places = Places::new(calls, calls_per_caller, limits::WAITING_CALLS);
        let pool = Pool { state: Lock::default(), work: Signal::new(), idle: Signal::new() };
        Self { places, pool: Arc::new(pool) }
    }

    /// A pool as the settings say.
    pub fn of(settings: &config::Server) -> Self {
        let most = settings.max_concurrent_calls;
        match settings.max_calls_per_caller {
            0 => Self::new(most, most),
            bound => Self::new(most, bound),
        }
    }

    /// Runs `job` for this caller when it has a place, which it may wait for in turn. It is refused
    /// when there is none within [`limits::WAITING_TIME`], or no thread can be started.
    pub fn run(&self, caller: &Caller, job: Box<dyn Job>) {
        let pool = Arc::clone(&self.pool);
        let begun = Instant::now();
        let until = begun + limits::WAITING_TIME;
        let waits =
            self.places.enter(&caller.key, caller.calls_at_once, until, move |place| match place {
                Some(place) => {
                    metrics::QUEUE_SECONDS.observe(&[], begun.elapsed());
                    pool.push((place, job));
                }
                None => refuse(job),
            });
        if waits.is_some() {
            self.watch();
        }
    }

    /// Who runs, waits and rests.
    pub fn load(&self) -> Load {
        self.places.load()
    }

    /// Waits until nothing runs or waits, at most for `patience`. Returns whether all is done.
    pub fn drain(&self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        let mut state = self.pool.lock();
        while state.running > 0 || !state.queue.is_empty() || self.places.load().waiting > 0 {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            state = self.pool.idle.wait(state, left);
        }
        true
    }

    /// Sees to it that somebody refuses those who wait for a place too long.
    fn watch(&self) {
        let mut state = self.pool.lock();
        if state.watched {
            return;
        }
        let workers = self.clone();
        let started = thread::Builder::new().name("waiting-calls".into()).spawn(move || {
            loop {
                if let Some(next) = workers.places.refuse_late(Instant::now()) {
                    thread::sleep(next.saturating_duration_since(Instant::now()));
                    continue;
                }
                let mut state = workers.pool.lock();
                workers.pool.idle.notify_all();
                if workers.places.load().waiting == 0 {
                    state.watched = false;
                    return;
                }
            }
        });
        // Without a watch they wait until a place is free.
        state.watched = started.is_ok();
    }
}

fn refuse(job: Box<dyn Job>) {
    metrics::TURNED.count(&[metrics::Turned::Busy.at()]);
    job.refuse();
}

impl Pool {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.state.lock()
    }

    fn push(self: &Arc<Self>, placed: Placed) {
        let mut state = self.lock();
        state.queue.push_back(placed);
        let called = self.call_one(&mut state);
        drop(state);
        self.fetch(called);
    }

    /// Sees to it that somebody comes for the queue. One thread at a time is called, and calls the
    /// next one when it leaves jobs behind: a job never waits for another job to end, and a row of
    /// short ones costs few switches between threads. What is left to do for that is told, to be done
    /// without the lock.
    fn call_one(self: &Arc<Self>, state: &mut Queue) -> Called {
        if state.queue.is_empty() || state.starting + state.called + state.looking > 0 {
            return Called::Already;
        }
        if state.waiting > 0 {
            state.called += 1;
            return Called::Asleep;
        }
        let pool = Arc::clone(self);
        let thread = thread::Builder::new().name("call".into());
        let thread = thread.stack_size(limits::WORKER_STACK_BYTES);
        match thread.spawn(move || pool.work_loop()) {
            Ok(_) => {
                state.threads += 1;
                state.starting += 1;
                Called::Already
            }
            Err(error) => {
                log::error!("no thread could be started for a call: {error}");
                Called::Nobody(std::mem::take(&mut state.queue))
            }
        }
    }

    /// Does what [`Pool::call_one`] left to do.
    fn fetch(&self, called: Called) {
        match called {
            Called::Already => {}
            // Woken while we held the lock, it would only wait again.
            Called::Asleep => self.work.notify_one(),
            Called::Nobody(jobs) => jobs.into_iter().for_each(|(_place, job)| refuse(job)),
        }
    }

    fn work_loop(self: &Arc<Self>) {
        let mut state = self.lock();
        state.starting -= 1;
        loop {
            while let Some((place, job)) = state.queue.pop_front() {
                state.running += 1;
                let called = self.call_one(&mut state);
                drop(state);
                self.fetch(called);
                // A panicking job must not take its thread along.
                let run = AssertUnwindSafe(|| places::working(place, || job.run()));
                if catch_unwind(run).is_err() {
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
            let until = Instant::now() + limits::WORKER_IDLE;
            while state.called == 0 {
                let left = until.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    state.waiting -= 1;
                    state.threads -= 1;
                    return;
                }
                state = self.work.wait(state, left);
            }
            state.called -= 1;
            state.waiting -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    struct Say(Sender<bool>);

    impl Job for Say {
        fn run(self: Box<Self>) {
            self.0.send(true).expect("the test listens");
        }

        fn refuse(self: Box<Self>) {
            self.0.send(false).expect("the test listens");
        }
    }

    #[test]
    fn a_thread_that_finds_its_job_done_by_another_waits_like_the_rest() {
        for _ in 0..300 {
            let workers = Workers::new(4, 4);
            let (done, finished) = channel();
            for _ in 0..8 {
                workers.run(&Caller::default(), Box::new(Say(done.clone())));
            }
            assert_eq!(finished.iter().take(8).filter(|ran| *ran).count(), 8);
            assert!(workers.drain(Duration::from_secs(60)));
            let deadline = Instant::now() + Duration::from_secs(60);
            loop {
                let state = workers.pool.lock();
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
