//! What one connection may use before everybody else gets a turn.

use crate::limits;

/// What is left of a connection's turn.
#[derive(Debug)]
pub struct Turn {
    bytes: usize,
    requests: usize,
}

impl Default for Turn {
    fn default() -> Self {
        Self { bytes: limits::TURN_BYTES, requests: limits::TURN_REQUESTS }
    }
}

impl Turn {
    /// Takes note of bytes that were read from the socket.
    pub fn took(&mut self, bytes: usize) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    /// Takes note of a request that was given to the handler.
    pub fn served(&mut self) {
        self.requests = self.requests.saturating_sub(1);
    }

    /// Returns true if nothing more may be read or served.
    pub fn is_over(&self) -> bool {
        self.bytes == 0 || self.requests == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_over_when_either_share_is_used_up() {
        let mut reads = Turn::default();
        reads.took(limits::TURN_BYTES - 1);
        assert!(!reads.is_over());
        reads.took(limits::READ_BYTES);
        assert!(reads.is_over());
        let mut serves = Turn::default();
        for _ in 0..limits::TURN_REQUESTS {
            assert!(!serves.is_over());
            serves.served();
        }
        assert!(serves.is_over());
    }
}
