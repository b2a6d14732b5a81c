//! One after the other: who changes a thing waits until nobody else in this process does.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use crate::cancel::CancelToken;
use crate::limits;
use crate::places::resting;
use crate::sync::{Lock, Signal};
use crate::tools::shown::ToolError;

/// A thing: what kind of thing it is, and the one key under which every caller knows it.
type Thing = (&'static str, String);

static LINES: Lines = Lines::new();

/// Those who change a thing or wait for it, by thing; the first of each line has its turn.
struct Lines {
    open: Lock<Open>,
    moved: Signal,
}

struct Open {
    lines: BTreeMap<Thing, VecDeque<u64>>,
    next: u64,
}

/// The right to change a thing, until it is dropped.
#[derive(Debug)]
pub struct Turn {
    thing: Thing,
    ticket: u64,
}

impl Turn {
    /// Waits for the turn.
    ///
    /// # Errors
    /// When the call was cancelled, or another change of the thing does not end.
    pub fn take(token: &CancelToken, kind: &'static str, key: &str) -> Result<Self, ToolError> {
        let turn = LINES.stand((kind, key.to_owned()))?;
        resting(|| LINES.wait(token, &turn, limits::TURN_TIME))?;
        Ok(turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        LINES.leave(self);
    }
}

impl Lines {
    const fn new() -> Self {
        Self { open: Lock::new(Open { lines: BTreeMap::new(), next: 0 }), moved: Signal::new() }
    }

    fn stand(&self, thing: Thing) -> Result<Turn, ToolError> {
        let mut open = self.open.lock();
        if open.lines.len() >= limits::TURNS && !open.lines.contains_key(&thing) {
            return Err(ToolError::state(
                "too many changes are going on at once; nothing was changed, try again later",
            ));
        }
        let ticket = open.next;
        open.next += 1;
        open.lines.entry(thing.clone()).or_default().push_back(ticket);
        Ok(Turn { thing, ticket })
    }

    fn wait(&self, token: &CancelToken, turn: &Turn, patience: Duration) -> Result<(), ToolError> {
        let deadline = Instant::now() + patience;
        let mut open = self.open.lock();
        while open.lines.get(&turn.thing).and_then(VecDeque::front) != Some(&turn.ticket) {
            let (kind, key) = &turn.thing;
            if token.is_cancelled() {
                return Err(ToolError::cancelled(format!(
                    "the call was ended while it waited for another change of {kind} '{key}'; \
                     nothing was changed"
                )));
            }
            if Instant::now() >= deadline {
                return Err(ToolError::state(format!(
                    "another change of {kind} '{key}' is going on and has not ended within {} s; \
                     nothing was changed by this call, try again later",
                    patience.as_secs()
                )));
            }
            // The token has a signal of its own, so it is looked at now and then.
            open = self.moved.wait(open, limits::TURN_LOOK);
        }
        Ok(())
    }

    fn leave(&self, turn: &Turn) {
        let mut open = self.open.lock();
        if let Some(line) = open.lines.get_mut(&turn.thing) {
            line.retain(|ticket| *ticket != turn.ticket);
            if line.is_empty() {
                open.lines.remove(&turn.thing);
            }
        }
        drop(open);
        self.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn one_thing_is_changed_by_one_at_a_time_and_others_are_not_held_up() {
        let token = CancelToken::new();
        let first = Turn::take(&token, "test thing", "a").expect("nobody is there");
        let other = Turn::take(&token, "test thing", "b").expect("another thing");
        drop(other);
        let second = LINES.stand(("test thing", "a".into())).expect("there is room");
        let refused = LINES.wait(&token, &second, Duration::ZERO).expect_err("the first has it");
        assert!(refused.message.contains("another change of test thing 'a'"), "{refused}");
        thread::scope(|scope| {
            let waiting = scope.spawn(|| LINES.wait(&token, &second, Duration::from_secs(60)));
            drop(first);
            assert!(waiting.join().expect("no panic").is_ok());
        });
        drop(second);
        assert!(!LINES.open.lock().lines.keys().any(|(kind, _)| *kind == "test thing"));
    }

    #[test]
    fn who_goes_away_leaves_the_line() {
        let token = CancelToken::new();
        let _first = Turn::take(&token, "left thing", "a").expect("nobody is there");
        let gone = CancelToken::new();
        gone.cancel();
        let error = Turn::take(&gone, "left thing", "a").expect_err("cancelled");
        assert!(error.message.contains("nothing was changed"), "{error}");
        let waiting = LINES.open.lock().lines[&("left thing", "a".to_owned())].len();
        assert_eq!(waiting, 1);
    }
}
