//! Counts with a cap.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A count with a cap, shared by many holders.
#[derive(Clone, Debug)]
pub struct Budget {
    used: Arc<AtomicUsize>,
    cap: usize,
}

impl Budget {
    /// A count of at most `cap`.
    pub fn new(cap: usize) -> Self {
        Self { used: Arc::default(), cap }
    }

    /// How much of it is taken.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Takes a share.
    pub fn hold(&self, amount: usize) -> Hold {
        self.used.fetch_add(amount, Ordering::Relaxed);
        Hold { budget: self.clone(), amount }
    }
}

/// A share of a [`Budget`], given back when dropped.
#[derive(Debug)]
pub struct Hold {
    budget: Budget,
    amount: usize,
}

impl Hold {
    /// Makes the share as large as `amount`: whether the budget is still within its cap.
    pub fn grow(&mut self, amount: usize) -> bool {
        self.add(amount.saturating_sub(self.amount))
    }

    /// Makes the share larger by so much: whether the budget is still within its cap.
    pub fn add(&mut self, more: usize) -> bool {
        self.amount += more;
        self.budget.used.fetch_add(more, Ordering::Relaxed) + more <= self.budget.cap
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.amount, Ordering::Relaxed);
    }
}
