//! What is counted, and how: numbers that threads add to without a lock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::limits::DURATION_BUCKETS;

/// What kind of number it is, as Prometheus has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Durations, counted by how long they were.
    Histogram,
}

/// A label, and the values that it may have; none where they come from the configuration.
#[derive(Clone, Copy, Debug)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// Its values.
    pub values: &'static [&'static str],
}

/// One metric: a row of [`METRICS`](super::METRICS).
#[derive(Debug)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// Its kind.
    pub kind: Kind,
    /// What it says.
    pub help: &'static str,
    /// How its numbers are told apart.
    pub labels: &'static [Label],
    /// Its numbers; none where they are looked up when somebody asks.
    pub(super) cells: &'static [AtomicU64],
}

/// Numbers for each series of a histogram: one a bucket, those beyond the last one, and the sum.
const SERIES: usize = DURATION_BUCKETS.len() + 2;

/// How many numbers a metric of this kind with these labels has.
pub(super) const fn cells(kind: Kind, labels: &[Label]) -> usize {
    let mut count = match kind {
        Kind::Histogram => SERIES,
        Kind::Counter | Kind::Gauge => 1,
    };
    let mut at = 0;
    while at < labels.len() {
        count *= labels[at].values.len();
        at += 1;
    }
    count
}

impl Metric {
    /// Counts one more, under these values of its labels.
    pub fn count(&self, at: &[usize]) {
        if let Some(cell) = self.cells.get(self.index(at)) {
            cell.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Sets a gauge.
    pub fn set(&self, value: u64) {
        if let Some(cell) = self.cells.first() {
            cell.store(value, Ordering::Relaxed);
        }
    }

    /// One more of a gauge, until what this gives is dropped.
    pub fn hold(&'static self) -> Held {
        self.count(&[]);
        Held(self)
    }

    /// Counts a duration.
    pub fn observe(&self, at: &[usize], time: Duration) {
        let from = self.index(at) * SERIES;
        if let Some(cells) = self.cells.get(from..from + SERIES) {
            Series(cells).observe(time);
        }
    }

    fn index(&self, at: &[usize]) -> usize {
        self.labels.iter().zip(at).fold(0, |index, (label, at)| index * label.values.len() + at)
    }
}

/// One more of a gauge.
#[derive(Debug)]
pub struct Held(&'static Metric);

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(cell) = self.0.cells.first() {
            cell.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// The numbers of one series of a histogram.
pub(super) struct Series<'a>(pub &'a [AtomicU64]);

impl Series<'_> {
    /// Counts a duration.
    pub fn observe(&self, time: Duration) {
        let Some((sum, buckets)) = self.0.split_last() else { return };
        let millis = time.as_millis();
        let at = DURATION_BUCKETS.iter().position(|most| {
            // What is a little longer than the bound is beyond it.
            u128::from(*most) > millis || Duration::from_millis(*most) == time
        });
        if let Some(bucket) = buckets.get(at.unwrap_or(DURATION_BUCKETS.len())) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        sum.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(0), Ordering::Relaxed);
    }
}

/// The numbers of one series that is made while the program runs.
#[derive(Debug)]
pub(super) struct Durations([AtomicU64; SERIES]);

impl Default for Durations {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; SERIES])
    }
}

impl Durations {
    /// The series.
    pub fn series(&self) -> Series<'_> {
        Series(&self.0)
    }
}
