//! Counts for `/metrics`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use std::time::Duration;

use crate::sync::Lock;

/// How tool calls went, by tool and outcome.
#[derive(Debug, Default)]
pub struct Calls(Lock<BTreeMap<(&'static str, Outcome), Sum>>);

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

impl Calls {
    /// Counts one call.
    pub fn count(&self, tool: &'static str, outcome: Outcome, time: Duration) {
        let mut sums = self.0.lock();
        let sum = sums.entry((tool, outcome)).or_default();
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
        for ((tool, outcome), sum) in sums.iter() {
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
