//! A server put into a file of JSON, which may hold comments, without touching anything else in it.

use std::ops::Range;

use serde_json::{Value, json};

use super::format::Shape;
use super::write::Edit;
use crate::limits;

/// A value where it stands in the text.
struct Node {
    span: Range<usize>,
    /// Its values, with their keys in an object.
    items: Vec<(String, Node)>,
    /// Where the last thing in it ends, be it a comment.
    last: usize,
    /// Whether a comma follows its last value.
    comma: bool,
}

/// Puts the server into the table `servers` of `text`, and its questions into `inputs`.
///
/// # Errors
/// Why this cannot be done without harm.
pub fn put(text: &str, servers: &str, name: &str, shape: &Shape) -> Result<Edit, String> {
    let mut reader = Reader { text, at: 0, comments: Vec::new() };
    let root = reader.whole().ok_or_else(|| {
        let line = text.as_bytes()[..reader.at].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("line {line} is not JSON as clients read it")
    })?;
    let comments = reader.comments;
    let mut edits = Edits { text, unit: unit(text, &root), list: Vec::new() };
    let server = Value::Object(shape.server.clone());
    let (mut new, mut replaced) = (Vec::new(), false);
    match root.only(text, '{', servers)? {
        None => new.push(member(servers, &json!({name: server}))),
        Some(table) => match table.only(text, '{', name)? {
            None => edits.append(table, vec![member(name, &server)]),
            Some(old) if read(text, old).as_ref() == Some(&server) => {}
            Some(old) if comments.iter().any(|at| old.span.contains(at)) => {
                return Err(format!("the entry '{name}' that is there holds comments"));
            }
            Some(old) => {
                replaced = true;
                let indent = edits.indent(old.span.start);
                let value = edits.laid_out(&format!("{server:#}"), &indent);
                edits.list.push((old.span.clone(), value));
            }
        },
    }
    if !shape.inputs.is_empty() {
        match root.only(text, '{', "inputs")? {
            None => new.push(member("inputs", &Value::Array(shape.inputs.clone()))),
            Some(inputs) => {
                let there = |input: &&Value| {
                    inputs.items.iter().any(|(_, node)| {
                        read(text, node).is_some_and(|there| there["id"] == input["id"])
                    })
                };
                let items = shape.inputs.iter().filter(|input| !there(input));
                let items: Vec<_> = items.map(|input| format!("{input:#}")).collect();
                inputs.is(text, '[', "inputs")?;
                edits.append(inputs, items);
            }
        }
    }
    edits.append(&root, new);
    Ok(match edits.list.is_empty() {
        true => Edit::Same,
        false => Edit::Changed { text: edits.done(), replaced },
    })
}

fn member(key: &str, value: &Value) -> String {
    format!("{}: {value:#}", Value::from(key))
}

/// What stands there, where no comment does.
fn read(text: &str, node: &Node) -> Option<Value> {
    serde_json::from_str(&text[node.span.clone()]).ok()
}

impl Node {
    fn is(&self, text: &str, open: char, what: &str) -> Result<(), String> {
        match text[self.span.clone()].starts_with(open) {
            true => Ok(()),
            false => Err(format!("{what} is not written with '{open}'")),
        }
    }

    /// The one value of this key, when this is an object.
    fn only(&self, text: &str, open: char, key: &str) -> Result<Option<&Self>, String> {
        self.is(text, open, &format!("what should hold \"{key}\""))?;
        let mut found = self.items.iter().filter(|(name, _)| name == key);
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(format!("\"{key}\" stands there twice")),
            (found, None) => Ok(found.map(|(_, node)| node)),
        }
    }
}

/// What one step further in is indented by in this text.
fn unit(text: &str, root: &Node) -> String {
    let first = text[root.span.start + 1..].lines().nth(1).unwrap_or_default();
    let indent = &first[..first.len() - first.trim_start().len()];
    if indent.is_empty() { "  ".into() } else { indent.into() }
}

struct Edits<'a> {
    text: &'a str,
    unit: String,
    list: Vec<(Range<usize>, String)>,
}

impl Edits<'_> {
    /// What the line of this place begins with.
    fn indent(&self, at: usize) -> String {
        let line = &self.text[self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)..at];
        let line = line.trim_start_matches('\u{feff}');
        line[..line.len() - line.trim_start().len()].into()
    }

    fn newline(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// What serde_json has laid out with two blanks, as this text does it, from the second line on.
    fn laid_out(&self, pretty: &str, indent: &str) -> String {
        let mut out = String::new();
        for (number, line) in pretty.lines().enumerate() {
            let bare = line.trim_start();
            if number > 0 {
                out.push_str(self.newline());
                out.push_str(indent);
                out.push_str(&self.unit.repeat((line.len() - bare.len()) / 2));
            }
            out.push_str(bare);
        }
        out
    }

    /// Puts items behind all that stands in `node`.
    fn append(&mut self, node: &Node, items: Vec<String>) {
        if items.is_empty() {
            return;
        }
        let outer = self.indent(node.span.start);
        let mut inner = outer.clone() + &self.unit;
        if let Some((_, last)) = node.items.last() {
            if !node.comma {
                self.list.push((last.span.end..last.span.end, ",".into()));
            }
            if self.text[node.span.start..last.span.start].contains('\n') {
                inner = self.indent(last.span.start);
            }
        }
        let newline = self.newline();
        let items: Vec<_> = items.iter().map(|item| self.laid_out(item, &inner)).collect();
        let mut text = format!("{newline}{inner}{}", items.join(&format!(",{newline}{inner}")));
        if !self.text[node.last..node.span.end].contains('\n') {
            text.push_str(newline);
            text.push_str(&outer);
        }
        self.list.push((node.last..node.last, text));
    }

    fn done(mut self) -> String {
        // A comma comes before what follows it at the same place: the sort is stable.
        self.list.sort_by_key(|(place, _)| place.start);
        let (mut out, mut at) = (String::new(), 0);
        for (place, text) in self.list {
            out.push_str(&self.text[at..place.start]);
            out.push_str(&text);
            at = place.end;
        }
        out + &self.text[at..]
    }
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Where comments begin.
    comments: Vec<usize>,
}

impl Reader<'_> {
    fn whole(&mut self) -> Option<Node> {
        self.take("\u{feff}");
        self.gap()?;
        let root = self.value(0)?;
        self.gap()?;
        (self.at == self.text.len()).then_some(root)
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn take(&mut self, token: &str) -> bool {
        let is = self.rest().starts_with(token);
        self.at += if is { token.len() } else { 0 };
        is
    }

    /// Passes blanks and comments: where the last comment ends, if there was one.
    fn gap(&mut self) -> Option<Option<usize>> {
        let mut last = None;
        loop {
            self.at +=
                self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\n']).len();
            let length = match self.rest() {
                rest if rest.starts_with("//") => rest.find(['\r', '\n']).unwrap_or(rest.len()),
                rest if rest.starts_with("/*") => rest[2..].find("*/")? + 4,
                _ => return Some(last),
            };
            self.comments.push(self.at);
            self.at += length;
            last = Some(self.at);
        }
    }

    fn value(&mut self, depth: usize) -> Option<Node> {
        let start = self.at;
        let mut node = Node { span: start..start, items: Vec::new(), last: start, comma: false };
        let close = match self.rest().chars().next()? {
            '{' => "}",
            '[' => "]",
            '"' => {
                self.string()?;
                node.span.end = self.at;
                return Some(node);
            }
            _ => {
                let length = self.rest().find([',', '}', ']', '/', ' ', '\t', '\r', '\n']);
                self.at += length.unwrap_or(self.rest().len());
                node.span.end = self.at;
                read(self.text, &node)?;
                return Some(node);
            }
        };
        if depth == limits::JSON_DEPTH {
            return None;
        }
        self.at += 1;
        loop {
            node.last = node.last.max(if node.items.is_empty() { self.at } else { 0 });
            if let Some(end) = self.gap()? {
                node.last = end;
            }
            if self.take(close) {
                node.span.end = self.at;
                return Some(node);
            }
            if !node.items.is_empty() && !node.comma {
                return None;
            }
            let mut key = String::new();
            if close == "}" {
                key = self.string()?;
                self.gap()?;
                if !self.take(":") {
                    return None;
                }
                self.gap()?;
            }
            let value = self.value(depth + 1)?;
            node.items.push((key, value));
            node.last = self.at;
            if let Some(end) = self.gap()? {
                node.last = end;
            }
            node.comma = self.take(",");
            if node.comma {
                node.last = self.at;
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let start = self.at;
        if !self.take("\"") {
            return None;
        }
        let mut escaped = false;
        let length = self.rest().find(|c| {
            let ends = c == '"' && !escaped;
            escaped = c == '\\' && !escaped;
            ends
        })?;
        self.at += length + 1;
        match serde_json::from_str(&self.text[start..self.at]) {
            Ok(Value::String(text)) => Some(text),
            _ => None,
        }
    }
}
