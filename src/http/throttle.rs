//! Lines of the log that anybody can cause, said only so often.

use std::time::Instant;

use crate::limits;
use crate::sync::Lock;

/// One kind of line.
#[derive(Default)]
pub struct Throttle(Lock<Said>);

#[derive(Default)]
struct Said {
    last: Option<Instant>,
    unsaid: u64,
}

impl Throttle {
    /// Something happened. When it is to be said: how many times it was not said before.
    pub fn due(&self) -> Option<u64> {
        let mut said = self.0.lock();
        if said.last.is_some_and(|at| at.elapsed() < limits::OVERLOAD_LOG_INTERVAL) {
            said.unsaid += 1;
            return None;
        }
        said.last = Some(Instant::now());
        Some(std::mem::take(&mut said.unsaid))
    }
}
