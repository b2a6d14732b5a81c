//! Faults to inject, and the log of requests.

use std::collections::VecDeque;

use serde_json::Value;

use super::faults::Fault;
use crate::limits;

/// Faults waiting to happen, and what was asked so far.
#[derive(Default)]
pub struct Control {
    /// Faults, tried in order.
    pub faults: Vec<Fault>,
    /// The newest requests.
    pub requests: VecDeque<Value>,
    /// How many older ones were forgotten.
    pub dropped: usize,
}

impl Control {
    /// The first fault that meets this request, counted as having struck once more.
    pub fn fault_for(&mut self, method: &str, path: &str, query: &str) -> Option<Fault> {
        let mut faults = self.faults.iter_mut();
        faults.find_map(|fault| fault.takes(method, path, query).then(|| fault.clone()))
    }

    /// Remembers one request.
    pub fn record(&mut self, request: Value) {
        if self.requests.len() == limits::SANDBOX_REQUESTS {
            self.requests.pop_front();
            self.dropped += 1;
        }
        self.requests.push_back(request);
    }
}
