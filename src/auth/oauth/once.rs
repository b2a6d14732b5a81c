//! What may be used once, remembered for a while and within a bound.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::http::Response;
use crate::limits;
use crate::places::resting;
use crate::sync::{Lock, Signal};

/// Names of things that were used, with the answer that each led to.
#[derive(Default)]
pub struct Once {
    state: Lock<State>,
    done: Signal,
}

#[derive(Default)]
struct State {
    used: HashMap<String, Use>,
    /// When answers were last forgotten.
    swept: Option<Instant>,
}

/// A use of something.
enum Use {
    /// It is under way.
    Now,
    /// It is over.
    Over { at: Instant, answer: Option<Response> },
}

/// What came of using something.
pub enum Used {
    /// It was the first time, or so soon after it that the answer is the same.
    Answer(Response),
    /// It was used before.
    Before,
    /// Its first use goes on for longer than anybody waits: neither a use nor a second one.
    GoesOn,
}

impl Once {
    /// Uses the thing with this name: `work` is done the first time. Who comes while it is done, or
    /// within `grace` after that, gets the same answer. What ends in an error of ours (5xx) was no use.
    pub fn take(&self, name: &str, grace: Duration, work: impl FnOnce() -> Response) -> Used {
        if let Some(used) = self.begin(name, grace, limits::OAUTH_TIME) {
            return used;
        }
        let mut ending = Ending { once: self, name, answer: None };
        let answer = work();
        ending.answer = Some(answer.clone());
        drop(ending);
        Used::Answer(answer)
    }

    /// Notes the thing as used.
    pub fn note(&self, name: &str) {
        self.state.lock().insert(name, Use::Over { at: Instant::now(), answer: None });
    }

    /// Whether the thing was used.
    pub fn has(&self, name: &str) -> bool {
        let state = self.state.lock();
        !state.used.is_empty() && state.used.contains_key(name)
    }

    /// None when it begins now. Who races with the first use waits for it, but not for longer than
    /// `patience`.
    fn begin(&self, name: &str, grace: Duration, patience: Duration) -> Option<Used> {
        let deadline = Instant::now() + patience;
        resting(|| {
            let mut state = self.state.lock();
            loop {
                match state.used.get(name) {
                    None => break,
                    Some(Use::Over { at, answer: Some(answer) }) if at.elapsed() < grace => {
                        return Some(Used::Answer(answer.clone()));
                    }
                    Some(Use::Now) if !grace.is_zero() && Instant::now() < deadline => {}
                    Some(Use::Now) if !grace.is_zero() => return Some(Used::GoesOn),
                    Some(_) => return Some(Used::Before),
                }
                state = self.done.wait(state, limits::WAIT_SLICE);
            }
            state.insert(name, Use::Now);
            None
        })
    }
}

/// Ends a use, also one that panics.
struct Ending<'a> {
    once: &'a Once,
    name: &'a str,
    answer: Option<Response>,
}

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        let mut state = self.once.state.lock();
        match self.answer.take().filter(|answer| answer.status < 500) {
            None => drop(state.used.remove(self.name)),
            answer => {
                let over = Use::Over { at: Instant::now(), answer };
                state.used.insert(self.name.to_owned(), over);
            }
        }
        self.once.done.notify_all();
    }
}

impl State {
    fn insert(&mut self, name: &str, one: Use) {
        // Answers hold tokens, and nobody comes for them any more.
        if self.swept.is_none_or(|swept| swept.elapsed() > limits::OAUTH_GRACE) {
            self.swept = Some(Instant::now());
            for known in self.used.values_mut() {
                if let Use::Over { at, answer } = known
                    && at.elapsed() > limits::OAUTH_GRACE
                {
                    *answer = None;
                }
            }
        }
        if self.used.len() >= limits::OAUTH_USED {
            self.used.retain(|_, known| match known {
                Use::Now => true,
                Use::Over { at, .. } => at.elapsed() < limits::OAUTH_CODE,
            });
        }
        // Nobody but a flood gets here; what it used itself is what is forgotten first.
        if self.used.len() >= limits::OAUTH_USED {
            self.used.retain(|_, known| matches!(known, Use::Now));
        }
        self.used.insert(name.to_owned(), one);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(used: &Used) -> Option<u16> {
        match used {
            Used::Answer(answer) => Some(answer.status),
            Used::Before | Used::GoesOn => None,
        }
    }

    #[test]
    fn once_means_once_with_a_grace_for_whoever_races() {
        let once = Once::default();
        let long = Duration::from_secs(60);
        let first = once.take("a", Duration::ZERO, || Response::empty(200));
        let again = once.take("a", Duration::ZERO, || Response::empty(201));
        assert_eq!((status(&first), status(&again)), (Some(200), None));
        assert_eq!(status(&once.take("a", long, || Response::empty(201))), Some(200));
        assert_eq!(status(&once.take("b", long, || Response::empty(503))), Some(503));
        assert_eq!(status(&once.take("b", long, || Response::empty(200))), Some(200));
        assert!(once.has("a") && !once.has("c"));
    }

    #[test]
    fn who_comes_meanwhile_waits_for_the_answer() {
        let once = Once::default();
        let long = Duration::from_secs(60);
        let (begun, begins) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                once.take("a", long, || {
                    begun.send(()).expect("somebody listens");
                    std::thread::sleep(Duration::from_millis(50));
                    Response::empty(200)
                })
            });
            begins.recv().expect("it begins");
            assert_eq!(status(&once.take("a", Duration::ZERO, || Response::empty(201))), None);
            assert_eq!(status(&once.take("a", long, || Response::empty(201))), Some(200));
        });
    }

    #[test]
    fn a_use_that_takes_long_is_no_sign_of_a_thief() {
        let once = Once::default();
        let (none, long) = (Duration::ZERO, Duration::from_secs(60));
        assert!(once.begin("a", long, none).is_none(), "it begins");
        assert!(matches!(once.begin("a", long, none), Some(Used::GoesOn)));
        assert!(matches!(once.begin("a", none, none), Some(Used::Before)));
    }

    #[test]
    fn memory_is_bounded() {
        let once = Once::default();
        for at in 0..3 * limits::OAUTH_USED {
            once.note(&at.to_string());
        }
        assert!(once.state.lock().used.len() <= limits::OAUTH_USED);
    }
}
