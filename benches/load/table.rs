//! Medians and Markdown.

use std::time::Duration;

/// The middle value.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// The value below which this share of sorted values lies.
pub fn percentile(sorted: &[Duration], share: f64) -> f64 {
    let at = (sorted.len() as f64 * share) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).map_or(0.0, Duration::as_secs_f64)
}

pub fn title(text: &str) {
    println!("## {text}\n");
}

pub fn head(columns: &[&str]) {
    row(columns.iter());
    println!("|{}", "---|".repeat(columns.len()));
}

pub fn row(cells: impl IntoIterator<Item = impl AsRef<str>>) {
    let cells: Vec<String> = cells.into_iter().map(|cell| cell.as_ref().to_owned()).collect();
    println!("| {} |", cells.join(" | "));
}

/// Whether a target is met, in bold when it is not.
pub fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "**missed**" }
}

/// 12,345
pub fn count(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

pub fn micros(seconds: f64) -> String {
    count(seconds * 1e6)
}

pub fn millis(seconds: f64) -> String {
    format!("{:.1}", seconds * 1e3)
}

pub fn mebibytes(kibibytes: f64) -> String {
    format!("{:.1}", kibibytes / 1024.0)
}
