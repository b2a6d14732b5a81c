//! Counts for `/metrics`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::limits;
use crate::sync::Lock;

/// Under which name tools are counted that are too many to be told apart.
const OTHERS: &str = "other tools";

/// How tool calls went, by tool and outcome.
#[derive(Debug, Default)]
pub struct Calls(Lock<BTreeMap<String, BTreeMap<Outcome, Sum>>>);

/// How one call went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It gave a result.
    Ok,
    /// It gave an error result.
    Failed,
}

#[derive(Debug, Default)]
struct Sum {
    count: u64,
    time: Duration,
}

/// The calls of this process.
pub static CALLS: Calls = Calls(Lock::new(BTreeMap::new()));

/// How the audit trail of this process is.
#[derive(Debug, Default)]
pub struct AuditTrail {
    open: AtomicBool,
    broken: AtomicBool,
    written: AtomicU64,
    failed: AtomicU64,
}

/// The audit trail of this process.
pub static AUDIT: AuditTrail = AuditTrail {
    open: AtomicBool::new(false),
    broken: AtomicBool::new(false),
    written: AtomicU64::new(0),
    failed: AtomicU64::new(0),
};

impl AuditTrail {
    /// There is one.
    pub fn open(&self) {
        self.open.store(true, Ordering::Relaxed);
    }

    /// Counts a line. Returns true when it went otherwise than the line before.
    pub fn count(&self, written: bool) -> bool {
        let counter = if written { &self.written } else { &self.failed };
        counter.fetch_add(1, Ordering::Relaxed);
        self.broken.swap(!written, Ordering::Relaxed) == written
    }

    /// Lines written, lines lost, and whether the last one was written; none without a trail.
    pub fn health(&self) -> Option<(u64, u64, bool)> {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        self.open.load(Ordering::Relaxed).then(|| {
            (read(&self.written), read(&self.failed), !self.broken.load(Ordering::Relaxed))
        })
    }
}

impl Calls {
    /// Counts one call. Tools come and go with the configuration: of more than can be told apart the
    /// rest is counted together.
    pub fn count(&self, tool: &str, outcome: Outcome, time: Duration) {
        let mut sums = self.0.lock();
        let full = sums.len() >= limits::COUNTED_TOOLS && !sums.contains_key(tool);
        let tool = if full { OTHERS } else { tool };
        if !sums.contains_key(tool) {
            sums.insert(tool.to_owned(), BTreeMap::new());
        }
        let Some(of_tool) = sums.get_mut(tool) else { return };
        let sum = of_tool.entry(outcome).or_default();
        sum.count += 1;
        sum.time += time;
    }

    /// The counts in the Prometheus text format.
    pub fn render(&self) -> String {
        let sums = self.0.lock();
        let mut text = String::from(
            "# HELP itential_mcp_tool_call_seconds Time of tool calls by tool and outcome.\n\
             # TYPE itential_mcp_tool_call_seconds summary\n",
        );
        let counts = sums.iter().flat_map(|(tool, of_tool)| {
            of_tool.iter().map(move |(outcome, sum)| (tool, outcome, sum))
        });
        for (tool, outcome, sum) in counts {
            let outcome = match outcome {
                Outcome::Ok => "ok",
                Outcome::Failed => "failed",
            };
            let labels = format!("{{tool=\"{tool}\",outcome=\"{outcome}\"}}");
            let _ = writeln!(text, "itential_mcp_tool_call_seconds_count{labels} {}", sum.count);
            let seconds = sum.time.as_secs_f64();
            let _ = writeln!(text, "itential_mcp_tool_call_seconds_sum{labels} {seconds:.6}");
        }
        text
    }
}
