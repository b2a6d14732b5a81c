//! What differs between two configurations, line by line.

use std::ops::Range;
use std::time::Instant;

use similar::algorithms::{Capture, Compact, Replace, myers};
use similar::{ChangeTag, DiffOp, group_diff_ops};

use crate::limits;
use crate::observe::{MASK, redact};

/// What differs between two configurations.
#[derive(Debug, PartialEq)]
pub struct Difference {
    /// As `diff -u` writes it, without its first two lines; secrets are masked.
    pub text: String,
    /// Lines that only the newer one has.
    pub added: usize,
    /// Lines that only the older one has.
    pub removed: usize,
    /// That not all of it is shown.
    pub note: Option<String>,
}

/// Compares them. Blanks at the ends of lines do not count.
pub fn difference(old: &str, new: &str) -> Difference {
    let (old, new): (Vec<&str>, Vec<&str>) =
        (old.lines().map(str::trim_end).collect(), new.lines().map(str::trim_end).collect());
    let steps = steps(&old, &new);
    let count = |wanted| {
        let changes = steps.iter().flat_map(|step| step.iter_changes(&old[..], &new[..]));
        changes.filter(|change| change.tag() == wanted).count()
    };
    let (added, removed) = (count(ChangeTag::Insert), count(ChangeTag::Delete));
    let (old_safe, new_safe) = (masked(&old), masked(&new));
    let mut lines = Vec::new();
    for group in group_diff_ops(steps, limits::DIFF_CONTEXT) {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let of_old = first.old_range().start..last.old_range().end;
        let of_new = first.new_range().start..last.new_range().end;
        lines.push(format!("@@ -{} +{} @@", place(&of_old), place(&of_new)));
        for change in group.iter().flat_map(|step| step.iter_changes(&old[..], &new[..])) {
            let safe = match change.tag() {
                ChangeTag::Delete | ChangeTag::Equal => line(&old_safe, change.old_index()),
                ChangeTag::Insert => line(&new_safe, change.new_index()),
            };
            lines.push(format!("{}{safe}", change.tag()));
        }
    }
    let mut bytes = 0;
    let fits = |line: &&String| {
        bytes += line.len() + 1;
        bytes <= limits::DIFF_BYTES
    };
    let shown: Vec<&str> =
        lines.iter().take(limits::DIFF_LINES).take_while(fits).map(String::as_str).collect();
    let note = (shown.len() < lines.len()).then(|| {
        format!(
            "Only the first {} of the difference's {} lines are shown; the counts are of all.",
            shown.len(),
            lines.len()
        )
    });
    Difference { text: shown.join("\n"), added, removed, note }
}

/// The steps that lead from one to the other. Myers' algorithm is called by its name because the doors that
/// take any algorithm bring all of them into the binary.
fn steps(old: &[&str], new: &[&str]) -> Vec<DiffOp> {
    let mut steps = Compact::new(Replace::new(Capture::new()), old, new);
    let end = Some(Instant::now() + limits::DIFF_TIME);
    let Ok(()) = myers::diff_deadline(&mut steps, old, 0..old.len(), new, 0..new.len(), end);
    steps.into_inner().into_inner().into_ops()
}

fn line(lines: &[String], at: Option<usize>) -> &str {
    at.and_then(|at| lines.get(at)).map_or("", String::as_str)
}

/// A range as `diff -u` writes it: its first line, from 1, and how many they are.
fn place(range: &Range<usize>) -> String {
    match range.len() {
        1 => (range.start + 1).to_string(),
        0 => format!("{},0", range.start),
        lines => format!("{},{lines}", range.start + 1),
    }
}

/// The same lines without secrets. Of a private key no line stays.
fn masked(lines: &[&str]) -> Vec<String> {
    let mut in_key = false;
    let mut safe = Vec::with_capacity(lines.len());
    for line in lines {
        in_key |= line.contains("-----BEGIN ") && line.contains("PRIVATE KEY-----");
        safe.push(if in_key { MASK.to_owned() } else { redact(line).into_owned() });
        in_key &= !line.contains("-----END ");
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_as_diff_writes_them() {
        let found = difference("a\nb\nc\nd\ne\nf\n", "a\nb\nc\nD  \ne\nf\ng\n");
        assert_eq!(found.text, "@@ -1,6 +1,7 @@\n a\n b\n c\n-d\n+D\n e\n f\n+g");
        assert_eq!((found.added, found.removed, found.note), (2, 1, None));
        let same = difference("a\r\nb \r\n", "a\nb");
        assert_eq!((same.text.as_str(), same.added, same.removed), ("", 0, 0));
        assert_eq!(difference("", "a").text, "@@ -0,0 +1 @@\n+a");
    }

    #[test]
    fn secrets_are_not_shown() {
        let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIkey\n-----END RSA PRIVATE KEY-----\nafter";
        let found = difference(
            "enable secret 9 $9$old\n",
            &format!("enable secret 9 $9$new\nsnmp-server community hidden RO\n{key}\n"),
        );
        for secret in ["$9$old", "$9$new", "hidden", "MIIkey"] {
            assert!(!found.text.contains(secret), "{}", found.text);
        }
        assert!(found.text.contains("-enable secret") && found.text.contains("+enable secret"));
        assert!(found.text.ends_with("+after"), "{}", found.text);
        assert_eq!((found.added, found.removed), (6, 1), "what was changed is counted");
    }

    #[test]
    fn long_ones_are_cut_between_lines() {
        let new: String = (0..2000).map(|n| format!("line {n}\n")).collect();
        let found = difference("", &new);
        assert_eq!(found.text.lines().count(), limits::DIFF_LINES);
        assert_eq!(found.added, 2000);
        let note = found.note.expect("it is cut");
        assert!(note.contains("first 400 of the difference's 2001"), "{note}");
        let wide = format!("{}\n", "x".repeat(limits::DIFF_BYTES)).repeat(3);
        assert_eq!(difference("", &wide).text, "@@ -0,0 +1,3 @@");
    }
}
