//! Numbers in the text format of Prometheus, version 0.0.4.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use super::metric::{Kind, Label, Metric, Series};
use crate::limits::DURATION_BUCKETS;

/// A number that was looked up for this page.
#[derive(Debug)]
pub struct Sample<'a> {
    /// What it is.
    pub metric: &'static Metric,
    /// The value of its label, where it has one.
    pub label: Option<&'a str>,
    /// The number.
    pub value: f64,
}

impl Sample<'_> {
    /// A number without label.
    pub fn new(metric: &'static Metric, value: f64) -> Self {
        Self { metric, label: None, value }
    }
}

/// The text so far.
#[derive(Default)]
pub(super) struct Page {
    /// It.
    pub text: String,
    /// Whose numbers were shown last.
    open: Option<&'static str>,
}

impl Page {
    /// Shows what a metric has counted. Of several labels most combinations never happen: those are
    /// left out.
    pub fn cells(
        &mut self,
        metric: &Metric,
        labels: &[Label],
        cells: &[AtomicU64],
        values: &mut Vec<&'static str>,
    ) {
        if cells.is_empty() {
            return;
        }
        if let Some((label, more)) = labels.split_first() {
            let each = cells.len() / label.values.len();
            for (value, cells) in label.values.iter().zip(cells.chunks(each)) {
                values.push(value);
                self.cells(metric, more, cells, values);
                values.pop();
            }
            return;
        }
        let idle = cells.iter().all(|cell| cell.load(Ordering::Relaxed) == 0);
        let few = match metric.kind {
            Kind::Histogram => 0,
            Kind::Counter | Kind::Gauge => 1,
        };
        match (metric.kind, cells) {
            _ if idle && metric.labels.len() > few => {}
            (Kind::Histogram, cells) => self.put_durations(metric, values, &Series(cells)),
            (_, cells) => {
                let sum: u64 = cells.iter().map(|cell| cell.load(Ordering::Relaxed)).sum();
                self.put(metric, "", values, sum as f64);
            }
        }
    }

    /// Shows one series of a histogram.
    pub fn put_durations(&mut self, metric: &Metric, values: &[&str], series: &Series<'_>) {
        let Some((sum, buckets)) = series.0.split_last() else { return };
        let mut count = 0;
        for (nth, bucket) in buckets.iter().enumerate() {
            count += bucket.load(Ordering::Relaxed);
            let most = DURATION_BUCKETS.get(nth).map(|millis| *millis as f64 / 1000.0);
            let most = most.map_or("+Inf".to_owned(), |seconds| seconds.to_string());
            self.head(metric);
            let labels = self.line(metric, "_bucket", values);
            let _ = write!(self.text, "{}le=\"{most}\"}} {count}", if labels { "," } else { "{" });
            self.text.push('\n');
        }
        self.put(metric, "_sum", values, sum.load(Ordering::Relaxed) as f64 / 1e9);
        self.put(metric, "_count", values, count as f64);
    }

    /// Shows one number.
    pub fn put(&mut self, metric: &Metric, suffix: &str, values: &[&str], value: f64) {
        self.head(metric);
        if self.line(metric, suffix, values) {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {value}");
    }

    fn head(&mut self, metric: &Metric) {
        let Metric { name, kind, help, .. } = *metric;
        if self.open.replace(name) == Some(name) {
            return;
        }
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let _ = writeln!(self.text, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    /// Begins a line. Returns true if labels are open.
    fn line(&mut self, metric: &Metric, suffix: &str, values: &[&str]) -> bool {
        self.text.push_str(metric.name);
        self.text.push_str(suffix);
        for (nth, (label, value)) in metric.labels.iter().zip(values).enumerate() {
            self.text.push(if nth == 0 { '{' } else { ',' });
            self.text.push_str(label.name);
            self.text.push_str("=\"");
            for character in value.chars() {
                match character {
                    '\\' => self.text.push_str("\\\\"),
                    '"' => self.text.push_str("\\\""),
                    '\n' => self.text.push_str("\\n"),
                    other => self.text.push(other),
                }
            }
            self.text.push('"');
        }
        !values.is_empty()
    }
}
