//! Requests of one run that wait for somebody to pass them on.

use std::collections::VecDeque;

use crate::http::{Exchange, Response};
use crate::limits;
use crate::sync::{Lock, Signal};

/// Requests of one run, in the order they came.
#[derive(Default)]
pub struct Desk {
    state: Lock<State>,
    changed: Signal,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Exchange>,
    closed: bool,
}

impl Desk {
    /// Takes a request.
    pub fn put(&self, exchange: Exchange) {
        let mut state = self.state.lock();
        if !state.closed && state.waiting.len() < limits::PROGRAM_REQUESTS_WAITING {
            state.waiting.push_back(exchange);
            self.changed.notify_one();
            return;
        }
        drop(state);
        exchange.respond(Response::text(503, "too many requests at the same time; try again\n"));
    }

    /// The next request, waited for; none when there will be no more.
    pub fn next(&self) -> Option<Exchange> {
        let mut state = self.state.lock();
        while !state.closed {
            if let Some(exchange) = state.waiting.pop_front() {
                return Some(exchange);
            }
            state = self.changed.wait(state, limits::WORKER_IDLE);
        }
        None
    }

    /// Takes no more requests. Those that wait are told that the run is over.
    pub fn close(&self) {
        let mut state = self.state.lock();
        state.closed = true;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.changed.notify_all();
        for exchange in waiting {
            exchange.respond(Response::text(503, "the run of this program is over\n"));
        }
    }
}
