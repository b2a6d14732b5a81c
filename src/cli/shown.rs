//! The result of a call as a person reads it: a list as a table, a record as a summary that fits the
//! screen. Whatever is cut is said to be.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::table::Table;
use super::text::{Screen, columns, harmless, shortened, wrap};
use crate::limits;
use crate::observe::escaped;

/// Between a name and its value, and in front of what belongs to a name.
const INDENT: usize = 2;

/// How to see everything.
const ALL: &str = "--format json shows all";

/// Lines of a value that stands beside its name.
const BESIDE: usize = 4;

/// Shows `value` on `screen`, above these `notes`; `color` sets names off. Gives the text, and what is
/// to be said of it.
pub fn shown(
    value: &Value,
    notes: &[String],
    screen: Screen,
    color: bool,
) -> (String, Option<String>) {
    let whole = Page { room: screen.columns, color, items: usize::MAX, ..Page::default() };
    if !value.is_object() {
        return whole.of(value);
    }
    let said: usize = notes.iter().map(|note| wrap(note, screen.columns).len()).sum();
    // A summary shows of each part as much as fits the screen with all of them.
    let less = (limits::SUMMARY_ITEMS_MIN..=limits::SUMMARY_ITEMS).rev().map(|n| (n, BESIDE));
    let least = [2, 1].map(|beside| (limits::SUMMARY_ITEMS_MIN, beside));
    let mut last = (String::new(), None);
    for (items, beside) in less.chain(least) {
        last = Page { items, beside, lines: Vec::new(), left_out: Vec::new(), ..whole }.of(value);
        let below = last.1.as_ref().map_or(0, |hint| wrap(hint, screen.columns).len());
        // The prompt is a line, too.
        if last.0.lines().count() + said + below < screen.rows {
            break;
        }
    }
    last
}

struct Page {
    room: usize,
    color: bool,
    /// Rows and lines of each part.
    items: usize,
    /// Lines of an object that stands beside its name.
    beside: usize,
    lines: Vec<String>,
    /// Something was cut.
    cut: bool,
    /// How to see what was cut has been told.
    told: bool,
    /// Columns for which there was no room.
    left_out: Vec<String>,
}

impl Default for Page {
    fn default() -> Self {
        Self {
            room: 0,
            color: false,
            items: 0,
            beside: BESIDE,
            lines: Vec::new(),
            cut: false,
            told: false,
            left_out: Vec::new(),
        }
    }
}

impl Page {
    /// The text, and what is to be said of it.
    fn of(mut self, value: &Value) -> (String, Option<String>) {
        self.all(value);
        let text = self.lines.iter().map(|line| format!("{line}\n")).collect();
        let names = self.left_out.join(", ");
        let hint = match (self.cut && !self.told, names.as_str()) {
            (false, "") => None,
            (true, "") => Some(format!("Some values are cut; {ALL}")),
            (_, names) => Some(format!("No room for {names}; {ALL}")),
        };
        (text, hint)
    }

    fn all(&mut self, value: &Value) {
        match value {
            Value::Object(fields) if !fields.is_empty() => self.record(fields, 0),
            Value::Array(rows) if rows.is_empty() => self.lines.push("(none)".into()),
            Value::Array(rows) if is_list(value) => self.table(rows, 0),
            Value::Array(items) => {
                let text: Vec<String> = items.iter().map(inline).collect();
                self.lines.extend(text);
            }
            Value::String(text) => self.lines.extend(harmless(text).lines().map(str::to_owned)),
            other => self.lines.push(inline(other)),
        }
    }

    /// Names with their values beside them, or below where there is more to show.
    fn record(&mut self, fields: &Map<String, Value>, indent: usize) {
        let fields: Vec<_> =
            fields.iter().map(|(name, value)| (escaped(name, &[]), value)).collect();
        let widest = fields.iter().map(|(name, _)| columns(name)).max().unwrap_or(0);
        let column = indent + widest.min(self.room / 3) + INDENT;
        for (name, value) in &fields {
            let start = " ".repeat(indent) + &self.painted(name);
            match value {
                Value::Array(rows) if is_list(value) => {
                    let count = rows.len();
                    self.lines.push(format!("{start} ({count})"));
                    self.table(rows, indent + INDENT);
                }
                Value::String(text) if text.trim_end().contains('\n') => {
                    self.lines.push(start);
                    self.text(text, indent + INDENT);
                }
                value => {
                    let text = inline(value);
                    let beside = wrap(&text, self.room.saturating_sub(column));
                    let most = if value.is_object() { self.beside } else { BESIDE };
                    match value {
                        Value::Object(inner)
                            if beside.len() > BESIDE
                                && self.beside == BESIDE
                                && indent < 3 * INDENT =>
                        {
                            self.lines.push(start);
                            self.record(inner, indent + INDENT);
                        }
                        _ => self.beside(&start, indent + columns(name), &beside, column, most),
                    }
                }
            }
        }
    }

    fn beside(&mut self, start: &str, used: usize, lines: &[String], column: usize, most: usize) {
        let mut before = start.to_owned() + &" ".repeat(column.saturating_sub(used));
        if used + INDENT > column || lines.is_empty() {
            self.lines.push(std::mem::replace(&mut before, " ".repeat(column)).trim_end().into());
        }
        let room = self.room.saturating_sub(column);
        for (n, line) in lines.iter().take(most).enumerate() {
            let next = lines.get(n + 1).filter(|_| n + 1 == most);
            let whole = next.map_or(line.clone(), |next| format!("{line} {next}"));
            let shown = shortened(&whole, room);
            self.cut |= shown != whole;
            let before = std::mem::replace(&mut before, " ".repeat(column));
            self.lines.push(before + &shown);
        }
    }

    /// Lines of text as they are.
    fn text(&mut self, text: &str, indent: usize) {
        let lines: Vec<&str> = text.lines().collect();
        let room = self.room.saturating_sub(indent);
        for line in lines.iter().take(self.count(lines.len())) {
            let line = escaped(line, &['\t']);
            let shown = shortened(&line, room);
            self.cut |= shown.len() < line.len();
            self.lines.push(" ".repeat(indent) + &shown);
        }
        self.more(lines.len(), "line", indent);
    }

    fn table(&mut self, rows: &[Value], indent: usize) {
        let table = table(&rows[..self.count(rows.len())]);
        let laid = table.laid(self.room.saturating_sub(indent));
        for (n, line) in laid.lines.iter().enumerate() {
            let line = if n == 0 { self.painted(line) } else { line.clone() };
            self.lines.push(" ".repeat(indent) + &line);
        }
        self.cut |= laid.cut;
        for name in laid.left_out {
            if !self.left_out.contains(&name) {
                self.left_out.push(name);
            }
        }
        self.more(rows.len(), "row", indent);
    }

    /// So many of them; one more takes no more room than to say that there is one.
    fn count(&self, all: usize) -> usize {
        if all == self.items.saturating_add(1) { all } else { self.items.min(all) }
    }

    fn more(&mut self, all: usize, what: &str, indent: usize) {
        let more = all - self.count(all);
        if more > 0 {
            let line = format!("{}… {more} more {what}s", " ".repeat(indent));
            let how = format!("{line}; {ALL}");
            let say = !self.told && columns(&how) <= self.room;
            self.lines.push(if say { how } else { line });
            (self.cut, self.told) = (true, self.told || say);
        }
    }

    fn painted(&self, name: &str) -> String {
        if self.color { format!("\u{1b}[1m{name}\u{1b}[0m") } else { name.to_owned() }
    }
}

/// Whether a value is shown as a table.
fn is_list(value: &Value) -> bool {
    value.as_array().is_some_and(|rows| !rows.is_empty() && rows.iter().all(Value::is_object))
}

/// Objects as rows. Columns that hold nothing, or what another column holds already, say nothing.
fn table(rows: &[Value]) -> Table {
    let rows: Vec<&Map<String, Value>> = rows.iter().filter_map(Value::as_object).collect();
    let mut names: Vec<&String> = Vec::new();
    for row in &rows {
        for (name, value) in *row {
            if !value.is_null() && !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let same = |one: &str, other: &str| {
        let equal = |row: &&Map<String, Value>| row.get(one) == row.get(other);
        plain(one) == plain(other) && rows.iter().all(equal)
    };
    let mut told: Vec<&String> = Vec::new();
    for name in names {
        if !told.iter().any(|before| same(before, name)) {
            told.push(name);
        }
    }
    let column = |name: &str| {
        rows.iter().filter_map(|row| row.get(name)).filter(|v| !v.is_null()).collect::<Vec<_>>()
    };
    Table {
        right: told.iter().map(|name| column(name).iter().all(|v| v.is_number())).collect(),
        ranks: told.iter().map(|name| rank(name, &column(name))).collect(),
        rows: rows
            .iter()
            .map(|row| told.iter().map(|name| row.get(*name).map_or("-".into(), inline)).collect())
            .collect(),
        head: told.iter().map(|name| escaped(name, &[]).into_owned()).collect(),
    }
}

/// How soon a column is left out, the highest first.
fn rank(name: &str, values: &[&Value]) -> u8 {
    match name {
        "name" | "state" | "status" | "title" => 0,
        "description" => 2,
        _ if values.iter().any(|value| value.is_object() || is_list(value)) => 2,
        _ => 1,
    }
}

/// `deviceType` and `device-type` are one name, as are `_id` and `object_id`.
fn plain(name: &str) -> String {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let name: String = letters.flat_map(char::to_lowercase).collect();
    if name == "objectid" { "id".into() } else { name }
}

/// A value on one line.
fn inline(value: &Value) -> String {
    let mut out = String::new();
    append(value, false, &mut out);
    out
}

fn append(value: &Value, inner: bool, out: &mut String) {
    if out.len() > limits::SUMMARY_VALUE_BYTES {
        if !out.ends_with('…') {
            out.push('…');
        }
        return;
    }
    match value {
        Value::Null => out.push('-'),
        Value::String(text) if text.is_empty() => out.push_str("\"\""),
        Value::String(text) => out.push_str(&escaped(&without_fraction(text), &[])),
        Value::Array(items) if items.is_empty() => out.push('-'),
        Value::Object(fields) if fields.is_empty() => out.push('-'),
        Value::Array(items) => {
            let apart = inner && !items.iter().any(Value::is_object);
            out.push_str(if apart { "(" } else { "" });
            for (n, item) in items.iter().enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                append(item, true, out);
            }
            out.push_str(if apart { ")" } else { "" });
        }
        Value::Object(fields) => {
            out.push_str(if inner { "(" } else { "" });
            let known = fields.iter().filter(|(_, value)| !value.is_null());
            for (n, (name, value)) in known.enumerate() {
                out.push_str(if n > 0 { ", " } else { "" });
                out.push_str(&escaped(name, &[]));
                out.push(' ');
                append(value, true, out);
            }
            out.push_str(if inner { ")" } else { "" });
        }
        other => out.push_str(&other.to_string()),
    }
}

/// A time without parts of seconds, which `2025-09-04T16:49:55.716Z` has.
fn without_fraction(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let is_time = bytes.len() == 24 && bytes[4] == b'-' && bytes[10] == b'T' && bytes[19] == b'.';
    match text.get(..19) {
        Some(seconds) if is_time && text.ends_with('Z') => format!("{seconds}Z").into(),
        _ => text.into(),
    }
}
