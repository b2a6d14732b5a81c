//! How tool calls went, by tool, role and outcome.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::metric::Durations;
use super::page::Page;
use super::table::{CALL_SECONDS, CALLS_TOTAL};
use super::words::Outcome;
use crate::limits;
use crate::sync::SharedLock;

/// Under which name is counted what is too much to be told apart.
const OTHERS: &str = "other";

const OUTCOMES: usize = Outcome::LABEL.values.len();

/// How tool calls went. A call that has its like already is counted without allocating.
#[derive(Debug, Default)]
pub struct Calls(SharedLock<BTreeMap<String, OfTool>>);

#[derive(Debug, Default)]
struct OfTool {
    time: Durations,
    roles: SharedLock<BTreeMap<String, [AtomicU64; OUTCOMES]>>,
}

/// The calls of this process.
pub static CALLS: Calls = Calls(SharedLock::new(BTreeMap::new()));

impl Calls {
    /// Counts one call. Tools and roles come and go with the configuration: of more than can be told
    /// apart the rest is counted together.
    pub fn count(&self, tool: &str, role: &str, outcome: Outcome, time: Duration) {
        find_or_add(&self.0, limits::COUNTED_TOOLS, tool, |of_tool| {
            of_tool.time.series().observe(time);
            find_or_add(&of_tool.roles, limits::COUNTED_ROLES, role, |outcomes| {
                if let Some(count) = outcomes.get(outcome.at()) {
                    count.fetch_add(1, Ordering::Relaxed);
                }
            });
        });
    }

    /// Shows how many calls there were.
    pub(super) fn show(&self, page: &mut Page) {
        for (tool, of_tool) in &*self.0.read() {
            for (role, outcomes) in &*of_tool.roles.read() {
                for (outcome, count) in Outcome::LABEL.values.iter().zip(outcomes) {
                    let count = count.load(Ordering::Relaxed);
                    if count > 0 {
                        page.put(&CALLS_TOTAL, "", &[tool, role, outcome], count as f64);
                    }
                }
            }
        }
    }

    /// Shows how long they took.
    pub(super) fn show_times(&self, page: &mut Page) {
        for (tool, of_tool) in &*self.0.read() {
            page.put_durations(&CALL_SECONDS, &[tool], &of_tool.time.series());
        }
    }
}

/// Does something with what stands under `name`, or under [`OTHERS`] when there are too many names.
fn find_or_add<T: Default>(
    all: &SharedLock<BTreeMap<String, T>>,
    most: usize,
    name: &str,
    act: impl Fn(&T),
) {
    if let Some(found) = all.read().get(name) {
        return act(found);
    }
    let mut all = all.write();
    let name = if all.len() >= most && !all.contains_key(name) { OTHERS } else { name };
    act(all.entry(name.to_owned()).or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_without_end_are_counted_together() {
        let calls = Calls::default();
        for number in 0..10_000 {
            let (tool, role) = (format!("tool{number}"), format!("role{number}"));
            calls.count(&tool, &role, Outcome::Ok, Duration::ZERO);
            calls.count("same", &role, Outcome::Ok, Duration::ZERO);
        }
        let tools = calls.0.read();
        assert_eq!(tools.len(), limits::COUNTED_TOOLS + 1);
        assert_eq!(tools["same"].roles.read().len(), limits::COUNTED_ROLES + 1);
    }
}
