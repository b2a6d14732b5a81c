//! The page: what is written by hand, with lists of messages in it.

use std::collections::{BTreeMap, BTreeSet};

const OPEN: &str = "<!-- messages: ";
const CLOSE: &str = "<!-- end -->";

/// The parts of the page by the modules whose messages they list.
pub struct Page {
    lines: Vec<String>,
    /// Those that are listed nowhere.
    left_out: BTreeSet<String>,
}

impl Page {
    /// The page without its lists.
    pub fn new<'a>(text: &str, left_out: impl Iterator<Item = &'a str>) -> Self {
        let mut lines = Vec::new();
        let mut listing = false;
        for line in text.lines() {
            listing &= line != CLOSE;
            if !listing {
                lines.push(line.to_owned());
            }
            listing |= line.starts_with(OPEN);
        }
        Self { lines, left_out: left_out.map(str::to_owned).collect() }
    }

    /// The page with these texts of modules in its lists, and the modules that belong to no part.
    pub fn with(&self, texts: &BTreeMap<String, BTreeSet<String>>) -> (String, Vec<String>) {
        let modules = |line: &str| -> Option<Vec<String>> {
            let names = line.strip_prefix(OPEN)?.strip_suffix(" -->")?;
            Some(names.split(' ').map(str::to_owned).collect())
        };
        let named: Vec<String> =
            self.lines.iter().filter_map(|line| modules(line)).flatten().collect();
        let all: Vec<&String> = named.iter().chain(&self.left_out).collect();
        let home = |module: &str| {
            let is_it = |name: &&&String| {
                module == name.as_str() || module.starts_with(&format!("{name}::"))
            };
            all.iter().filter(is_it).max_by_key(|name| name.len()).map(|name| name.as_str())
        };
        let mut out = String::new();
        for line in &self.lines {
            out.push_str(line);
            out.push('\n');
            let Some(names) = modules(line) else { continue };
            let mut listed = BTreeSet::new();
            for (module, texts) in texts {
                if home(module).is_some_and(|name| names.iter().any(|own| own == name)) {
                    listed.extend(texts.iter());
                }
            }
            out.push('\n');
            for text in listed {
                out.push_str(&format!("- {}\n", code(text)));
            }
            out.push('\n');
        }
        let homeless =
            texts.iter().filter(|(module, texts)| !texts.is_empty() && home(module).is_none());
        (out, homeless.map(|(module, _)| module.clone()).collect())
    }
}

/// Text as code, whatever is in it.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// The first cell of a row, without the ticks, and the others.
pub fn cells(line: &str) -> (String, Vec<String>) {
    let mut cells = line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned());
    let first = cells.next().unwrap_or_default();
    (first.trim_matches('`').to_owned(), cells.collect())
}

/// Every message that the page lists.
pub fn listed(text: &str) -> impl Iterator<Item = &str> {
    let code = |line: &'_ str| line.trim_matches('`').trim().len();
    text.lines()
        .filter_map(|line| line.strip_prefix("- `"))
        .filter(move |line| code(line) > 0)
        .map(|line| line.trim_matches('`').trim())
}

/// Whether a line says this message, whatever is filled in.
pub fn fits(message: &str, line: &str) -> bool {
    let parts: Vec<&str> = message.split('…').filter(|part| !part.is_empty()).collect();
    // A message of single words would fit anything.
    let words = parts.iter().flat_map(|part| part.split(' ')).filter(|word| word.len() > 1).count();
    let mut rest = line;
    words >= 2
        && parts.iter().all(|part| {
            let found = rest.find(part);
            rest = &rest[found.map_or(0, |at| at + part.len())..];
            found.is_some()
        })
}
