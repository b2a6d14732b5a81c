//! The whole page.

use super::calls::CALLS;
use super::page::{Page, Sample};
use super::table::{CALL_SECONDS, CALLS_TOTAL, METRICS};

/// All numbers: those that are counted, and those that were looked up.
pub fn page(asked: &[Sample<'_>]) -> String {
    let mut page = Page::default();
    for metric in METRICS.iter().copied() {
        if std::ptr::eq(metric, &CALLS_TOTAL) {
            CALLS.show(&mut page);
        } else if std::ptr::eq(metric, &CALL_SECONDS) {
            CALLS.show_times(&mut page);
        }
        let mut values = Vec::new();
        page.cells(metric, metric.labels, metric.cells, &mut values);
        for sample in asked.iter().filter(|sample| std::ptr::eq(sample.metric, metric)) {
            page.put(metric, "", sample.label.as_slice(), sample.value);
        }
    }
    page.text
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::words::Outcome;
    use super::*;

    #[test]
    fn hostile_names_stay_within_their_label() {
        CALLS.count("a\"} 1\nevil{x=\"\\", "", Outcome::Ok, Duration::from_millis(5));
        let page = page(&[]);
        let line = "itential_mcp_tool_calls_total{tool=\"a\\\"} 1\\nevil{x=\\\"\\\\\",role=\"\",\
                    outcome=\"ok\"} 1\n";
        assert!(page.contains(line), "{page}");
        assert!(!page.lines().any(|line| line.starts_with("evil")), "{page}");
        assert!(page.contains("le=\"0.005\"} 1\n"), "a bound belongs to its bucket: {page}");
    }
}
