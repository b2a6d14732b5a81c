//! Places given in turn: for calls that run, for requests at the platform.
//!
//! While places are free everybody gets one. When they are scarce, those who wait are served caller
//! by caller, so that one who asks for much does not keep the others waiting. Whoever only waits gives
//! its place back meanwhile ([`resting`]).

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::limits;
use crate::sync::{Lock, Signal};

/// By whom places are given in turn.
pub type CallerKey = Arc<str>;

/// A number of places. Clones share them.
#[derive(Clone, Debug)]
pub struct Places(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    state: Lock<State>,
    most: usize,
    most_per_caller: usize,
    most_waiting: usize,
    resting: AtomicUsize,
}

#[derive(Default)]
struct State {
    taken: usize,
    /// Places taken by each caller.
    by_caller: HashMap<CallerKey, usize>,
    lines: HashMap<CallerKey, VecDeque<Waiter>>,
    /// Callers that wait, whose turn is next first.
    order: VecDeque<CallerKey>,
    waiting: usize,
    tickets: u64,
}

struct Waiter {
    ticket: u64,
    /// How many places its caller may take.
    bound: usize,
    until: Instant,
    then: Then,
}

/// Takes the place; none when it was refused.
type Then = Box<dyn FnOnce(Option<Place>) + Send>;

/// How many places there are and who has or wants one.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// Places that are taken.
    pub taken: usize,
    /// Places that there are.
    pub most: usize,
    /// Those who wait for one.
    pub waiting: usize,
    /// Those who gave theirs back while they wait for something else.
    pub resting: usize,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Place {
    places: Places,
    caller: CallerKey,
}

impl Places {
    /// So many places, of which one caller may take so many, and a line of so many who wait.
    pub fn new(most: usize, most_per_caller: usize, most_waiting: usize) -> Self {
        let (state, resting) = (Lock::default(), AtomicUsize::new(0));
        Self(Arc::new(Inner { state, most, most_per_caller, most_waiting, resting }))
    }

    /// Gives `then` a place: at once when one is free, otherwise in turn. It gets none when the line
    /// is full of others who asked for less, or when [`Places::refuse_late`] finds it there after
    /// `until`. Returns its ticket when it has to wait. A caller with a `bound` of its own waits while
    /// it has so many places.
    pub fn enter(
        &self,
        caller: &CallerKey,
        bound: Option<usize>,
        until: Instant,
        then: impl FnOnce(Option<Place>) + Send + 'static,
    ) -> Option<u64> {
        let bound = bound.unwrap_or(usize::MAX).min(self.0.most_per_caller);
        let mut state = self.0.state.lock();
        if state.taken < self.0.most && state.has(caller) < bound {
            state.take(caller);
            drop(state);
            then(Some(self.place(caller)));
            return None;
        }
        let mut refused = None;
        if state.waiting >= self.0.most_waiting {
            match state.longest(caller) {
                Some(longest) => refused = state.leave_last(&longest),
                None => {
                    drop(state);
                    then(None);
                    return None;
                }
            }
        }
        let ticket = state.stand(caller, bound, until, Box::new(then));
        drop(state);
        if let Some(waiter) = refused {
            (waiter.then)(None);
        }
        Some(ticket)
    }

    /// A place, if one is free.
    pub fn try_take(&self, caller: &CallerKey) -> Option<Place> {
        let mut state = self.0.state.lock();
        let free = state.taken < self.0.most && state.has(caller) < self.0.most_per_caller;
        free.then(|| {
            state.take(caller);
            self.place(caller)
        })
    }

    /// Waits for a place in turn; none after `until`, or when `given_up` says so.
    pub fn take(
        &self,
        caller: &CallerKey,
        until: Instant,
        given_up: impl Fn() -> bool,
    ) -> Option<Place> {
        let given: Arc<(Lock<Given>, Signal)> = Arc::default();
        let here = Arc::clone(&given);
        let ticket = self.enter(caller, None, until, move |place| {
            *here.0.lock() = Some(place);
            here.1.notify_one();
        });
        let mut said = given.0.lock();
        loop {
            if let Some(place) = said.take() {
                return place;
            }
            if let Some(ticket) = ticket
                && (Instant::now() >= until || given_up())
                && self.withdraw(caller, ticket)
            {
                return None;
            }
            said = given.1.wait(said, limits::WAIT_SLICE);
        }
    }

    /// Takes one who waits out of its line. False: it has been called already.
    fn withdraw(&self, caller: &CallerKey, ticket: u64) -> bool {
        let mut state = self.0.state.lock();
        let Some(line) = state.lines.get_mut(caller) else { return false };
        let Some(at) = line.iter().position(|waiter| waiter.ticket == ticket) else { return false };
        let gone = line.remove(at);
        let empty = line.is_empty();
        state.waiting -= 1;
        if empty {
            state.lines.remove(caller);
            state.order.retain(|other| other != caller);
        }
        drop(state);
        drop(gone);
        true
    }

    /// Refuses those who have waited too long. Returns when the next one will have, if any waits.
    pub fn refuse_late(&self, now: Instant) -> Option<Instant> {
        let mut late = Vec::new();
        let mut state = self.0.state.lock();
        let State { lines, order, waiting, .. } = &mut *state;
        for line in lines.values_mut() {
            while line.front().is_some_and(|waiter| waiter.until <= now) {
                late.extend(line.pop_front());
                *waiting -= 1;
            }
        }
        lines.retain(|_, line| !line.is_empty());
        order.retain(|caller| lines.contains_key(caller));
        let next = lines.values().filter_map(|line| Some(line.front()?.until)).min();
        drop(state);
        for waiter in late {
            (waiter.then)(None);
        }
        next
    }

    /// How it is now.
    pub fn load(&self) -> Load {
        let resting = self.0.resting.load(Ordering::Relaxed);
        let state = self.0.state.lock();
        Load { taken: state.taken, most: self.0.most, waiting: state.waiting, resting }
    }

    fn place(&self, caller: &CallerKey) -> Place {
        Place { places: self.clone(), caller: Arc::clone(caller) }
    }

    /// Gives a place back, and passes it on.
    fn leave(&self, caller: &CallerKey) {
        let mut state = self.0.state.lock();
        state.taken -= 1;
        if let Some(taken) = state.by_caller.get_mut(caller) {
            *taken -= 1;
            if *taken == 0 {
                state.by_caller.remove(caller);
            }
        }
        let mut next = None;
        if state.taken < self.0.most {
            let may = state.order.iter().position(|caller| {
                let first = state.lines.get(caller).and_then(VecDeque::front);
                first.is_some_and(|first| state.has(caller) < first.bound)
            });
            next = may.and_then(|at| state.call(at));
            if let Some((caller, _)) = &next {
                let caller = Arc::clone(caller);
                state.take(&caller);
            }
        }
        drop(state);
        if let Some((caller, waiter)) = next {
            (waiter.then)(Some(self.place(&caller)));
        }
    }

    /// Takes a place back after resting: whoever has begun goes on, also beyond the number.
    fn come_back(&self, caller: &CallerKey) -> Place {
        self.0.state.lock().take(caller);
        self.place(caller)
    }
}

/// A place, or that there is none, once that is known.
type Given = Option<Option<Place>>;

impl State {
    fn take(&mut self, caller: &CallerKey) {
        self.taken += 1;
        *self.by_caller.entry(Arc::clone(caller)).or_default() += 1;
    }

    /// Places taken by this caller.
    fn has(&self, caller: &CallerKey) -> usize {
        self.by_caller.get(caller).copied().unwrap_or(0)
    }

    fn stand(&mut self, caller: &CallerKey, bound: usize, until: Instant, then: Then) -> u64 {
        self.tickets += 1;
        let ticket = self.tickets;
        let line = self.lines.entry(Arc::clone(caller)).or_default();
        if line.is_empty() {
            self.order.push_back(Arc::clone(caller));
        }
        line.push_back(Waiter { ticket, bound, until, then });
        self.waiting += 1;
        ticket
    }

    /// The first of the caller at this place of the order, who stands behind the others afterwards.
    fn call(&mut self, at: usize) -> Option<(CallerKey, Waiter)> {
        let caller = self.order.remove(at)?;
        let line = self.lines.get_mut(&caller)?;
        let waiter = line.pop_front()?;
        self.waiting -= 1;
        if line.is_empty() {
            self.lines.remove(&caller);
        } else {
            self.order.push_back(Arc::clone(&caller));
        }
        Some((caller, waiter))
    }

    /// Who has the longest line, if it is longer than this caller's would be.
    fn longest(&self, caller: &CallerKey) -> Option<CallerKey> {
        let own = self.lines.get(caller).map_or(0, VecDeque::len);
        let longest = self.lines.iter().max_by_key(|(_, line)| line.len())?;
        (longest.1.len() > own + 1).then(|| Arc::clone(longest.0))
    }

    /// Takes the last one of a line out of it.
    fn leave_last(&mut self, caller: &CallerKey) -> Option<Waiter> {
        let waiter = self.lines.get_mut(caller)?.pop_back()?;
        self.waiting -= 1;
        Some(waiter)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.leave(&self.caller);
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { taken, waiting, .. } = self;
        write!(f, "{taken} taken, {waiting} waiting")
    }
}

thread_local! {
    static HERE: RefCell<Here> = const { RefCell::new(Here { caller: None, place: None }) };
}

/// What a thread does now: for whom, and in which place.
struct Here {
    caller: Option<CallerKey>,
    place: Option<Place>,
}

/// Works in a place on this thread.
pub fn working<T>(place: Place, work: impl FnOnce() -> T) -> T {
    let caller = Arc::clone(&place.caller);
    within(Here { caller: Some(caller), place: Some(place) }, work)
}

/// Works for a caller on this thread without a place, as tasks do that go on for hours.
pub fn working_for<T>(caller: &CallerKey, work: impl FnOnce() -> T) -> T {
    within(Here { caller: Some(Arc::clone(caller)), place: None }, work)
}

fn within<T>(here: Here, work: impl FnOnce() -> T) -> T {
    /// Leaves the thread as it was found, also when the work panics.
    struct Leave(Option<Here>);
    impl Drop for Leave {
        fn drop(&mut self) {
            if let Some(before) = self.0.take() {
                drop(HERE.replace(before));
            }
        }
    }
    let _leave = Leave(Some(HERE.replace(here)));
    work()
}

/// For whom this thread works; nobody in particular where it serves the program itself.
pub fn caller() -> CallerKey {
    HERE.with_borrow(|here| here.caller.clone()).unwrap_or_else(|| Arc::from(""))
}

/// Waits without holding a place: others may work meanwhile. When too many rest already, the place
/// is kept.
pub fn resting<T>(wait: impl FnOnce() -> T) -> T {
    let Some(place) = HERE.with_borrow_mut(|here| here.place.take()) else { return wait() };
    let places = place.places.clone();
    if places.0.resting.fetch_add(1, Ordering::Relaxed) >= limits::RESTING_CALLS {
        places.0.resting.fetch_sub(1, Ordering::Relaxed);
        HERE.with_borrow_mut(|here| here.place = Some(place));
        return wait();
    }
    /// Comes back to a place, also when the wait panics.
    struct Back(Places, CallerKey);
    impl Drop for Back {
        fn drop(&mut self) {
            self.0.0.resting.fetch_sub(1, Ordering::Relaxed);
            let place = self.0.come_back(&self.1);
            HERE.with_borrow_mut(|here| here.place = Some(place));
        }
    }
    let _back = Back(places, Arc::clone(&place.caller));
    drop(place);
    wait()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::time::Duration;

    use super::*;

    /// Who has a place, and who waits for one.
    fn load(places: &Places) -> (usize, usize) {
        let now = places.load();
        (now.taken, now.waiting)
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_secs(600)
    }

    fn key(name: &str) -> CallerKey {
        Arc::from(name)
    }

    fn enter(places: &Places, who: &'static str, said: &Sender<(&'static str, Option<Place>)>) {
        let said = said.clone();
        // Whoever is called `b` may have one place at a time.
        places.enter(&key(who), (who == "b").then_some(1), later(), move |place| {
            let _ = said.send((who, place));
        });
    }

    #[test]
    fn those_who_wait_are_served_caller_by_caller() {
        let places = Places::new(2, 2, 100);
        let (said, heard) = channel();
        for who in ["a", "a", "a", "a", "a", "b", "c"] {
            enter(&places, who, &said);
        }
        let mut order = Vec::new();
        while load(&places) != (0, 0) {
            let (who, place) = heard.try_recv().expect("somebody has a place");
            assert!(place.is_some());
            order.push(who);
        }
        assert_eq!(order, ["a", "a", "a", "b", "c", "a", "a"]);
    }

    #[test]
    fn a_caller_at_its_bound_lets_others_pass() {
        let places = Places::new(3, 1, 100);
        let (said, heard) = channel();
        for who in ["a", "a", "b"] {
            enter(&places, who, &said);
        }
        let (first, second) = (heard.try_recv().expect("a"), heard.try_recv().expect("b"));
        assert_eq!((first.0, second.0), ("a", "b"));
        assert!(heard.try_recv().is_err(), "a has one already");
        drop(second);
        assert!(heard.try_recv().is_err(), "a still has one");
        drop(first);
        assert_eq!(heard.try_recv().map(|(who, place)| (who, place.is_some())), Ok(("a", true)));
    }

    #[test]
    fn a_caller_may_have_a_bound_of_its_own() {
        let places = Places::new(3, 3, 100);
        let (said, heard) = channel();
        for who in ["b", "b", "b", "a", "a", "a"] {
            enter(&places, who, &said);
        }
        let first: Vec<_> = (0..3).map(|_| heard.try_recv().expect("a place")).collect();
        assert_eq!([first[0].0, first[1].0, first[2].0], ["b", "a", "a"]);
        drop(first);
        let rest: Vec<_> = heard.try_iter().map(|(who, _)| who).collect();
        assert_eq!((rest.iter().filter(|who| **who == "b").count(), load(&places)), (2, (0, 0)));
    }

    #[test]
    fn a_full_line_refuses_whoever_asked_for_most() {
        let places = Places::new(1, 1, 3);
        let (said, heard) = channel();
        enter(&places, "a", &said);
        let held = heard.recv().expect("a place");
        for who in ["a", "a", "a", "b"] {
            enter(&places, who, &said);
        }
        assert!(matches!(heard.try_recv(), Ok(("a", None))));
        enter(&places, "a", &said);
        assert!(matches!(heard.try_recv(), Ok(("a", None))));
        assert_eq!(load(&places), (1, 3));
        drop(held);
    }

    #[test]
    fn who_waits_too_long_is_refused() {
        let places = Places::new(1, 1, 10);
        let held = places.take(&key("a"), later(), || false).expect("it is free");
        let soon = Instant::now();
        assert!(places.take(&key("b"), soon, || false).is_none());
        assert!(places.take(&key("b"), later(), || true).is_none(), "given up");
        let (said, heard) = channel();
        let ended = said.clone();
        places.enter(&key("b"), None, soon, move |place| {
            ended.send(place.is_some()).expect("it hears")
        });
        let next = places.refuse_late(Instant::now());
        assert_eq!(heard.recv(), Ok(false));
        assert_eq!((next, load(&places)), (None, (1, 0)), "who gave up stands there no more");
        drop(held);
        assert_eq!(load(&places), (0, 0));
    }

    #[test]
    fn whoever_rests_holds_no_place_and_comes_back_at_once() {
        let places = Places::new(1, 1, 10);
        let place = places.take(&key("a"), later(), || false).expect("it is free");
        working(place, || {
            assert_eq!((load(&places).0, &*caller()), (1, "a"));
            let other = resting(|| {
                assert_eq!(load(&places).0, 0);
                places.take(&key("b"), later(), || false)
            });
            assert_eq!(load(&places).0, 2, "begun work goes on");
            drop(other);
        });
        assert_eq!((load(&places), &*caller()), ((0, 0), ""));
        assert!(resting(|| true), "a thread without a place may wait as well");
    }
}
