//! What a file of JSON says, part by part: where each part stands, and what is wrong with it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;
use serde_json::value::RawValue;

use crate::nearest::nearest;
use crate::observe::brief;
use crate::{json, limits};

/// A key of an object, and what it means.
pub type Key = (&'static str, &'static str);

/// What is wrong, where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file or folder.
    pub file: String,
    /// Its line; none where it is about the whole.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub what: String,
    /// Whether something does not work because of it; otherwise somebody should know.
    pub serious: bool,
}

impl Problem {
    /// Something wrong with a file or folder as a whole.
    pub fn of(file: impl Into<String>, what: impl Into<String>) -> Self {
        Self { file: file.into(), line: None, what: what.into(), serious: true }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.what),
            None => write!(f, "{}: {}", self.file, self.what),
        }
    }
}

/// A file of JSON, without the comments: keys that begin with `//`.
#[derive(Debug)]
pub struct Document {
    file: String,
    text: String,
    value: Value,
    problems: RefCell<Vec<Problem>>,
}

impl Document {
    /// Reads `text`, the content of `file`.
    ///
    /// # Errors
    /// When it is no JSON, repeats a key, or nests too deep.
    pub fn read(file: String, text: String) -> Result<Self, Problem> {
        match json::parse(text.trim_start_matches('\u{feff}').as_bytes()) {
            Ok(mut value) => {
                strip(&mut value);
                Ok(Self { file, text, value, problems: RefCell::default() })
            }
            Err(error) => {
                let said = error.to_string();
                let said = said.split(" at line ").next().unwrap_or_default();
                let what = format!("this is no JSON: {said} (column {})", error.column());
                Err(Problem { line: Some(error.line()), ..Problem::of(file, what) })
            }
        }
    }

    /// All that it says.
    pub fn root(&self) -> Part<'_> {
        Part { document: self, at: String::new(), value: &self.value }
    }

    /// What was found wrong with its parts, in the order of the lines.
    pub fn problems(&self) -> Vec<Problem> {
        let mut problems = self.problems.borrow().clone();
        problems.sort_by_key(|problem| problem.line.unwrap_or(usize::MAX));
        problems
    }
}

/// Takes the comments out.
fn strip(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|key, _| !key.starts_with("//"));
            fields.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

/// A value in a file. Reading it as something that it is not is noted as a problem of the file.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    document: &'a Document,
    /// Where it stands, as a JSON pointer.
    at: String,
    /// What it says.
    pub value: &'a Value,
}

impl<'a> Part<'a> {
    /// Notes what is wrong with it, and what to do.
    pub fn wrong(&self, what: impl Into<String>) {
        self.note(what.into(), true);
    }

    /// Notes what somebody should know, though all works.
    pub fn odd(&self, what: impl Into<String>) {
        self.note(what.into(), false);
    }

    fn note(&self, what: String, serious: bool) {
        let mut problems = self.document.problems.borrow_mut();
        let file = self.document.file.clone();
        let more = problems.len().saturating_sub(limits::ADVICE);
        if more > 0 || (problems.len() == limits::ADVICE && !serious) {
            return;
        }
        let problem = if problems.len() == limits::ADVICE {
            Problem::of(file, "there is more; mend what stands above first")
        } else {
            let what = brief(&what, limits::ERROR_BODY_CHARS);
            let line = Some(line(&self.document.text, &self.at));
            Problem { line, serious, ..Problem::of(file, what) }
        };
        problems.push(problem);
    }

    /// Whether nothing serious was found in the file yet.
    pub fn is_sound(&self) -> bool {
        !self.document.problems.borrow().iter().any(|problem| problem.serious)
    }

    /// The key or number under which it stands.
    pub fn key(&self) -> String {
        let key = self.at.rsplit('/').next().unwrap_or_default();
        key.replace("~1", "/").replace("~0", "~")
    }

    /// What stands under `key`, if anything.
    pub fn get(&self, key: &str) -> Option<Self> {
        self.value.get(key).map(|value| self.below(key, value))
    }

    /// Its fields, when it is an object of nothing but `keys`.
    pub fn object(&self, keys: &[Key]) -> Option<Vec<Self>> {
        let fields = self.entries()?;
        for field in &fields {
            let key = field.key();
            if keys.iter().any(|(known, _)| *known == key) {
                continue;
            }
            let names = || keys.iter().map(|(name, _)| *name);
            let hint = match nearest(&key, names()) {
                Some(close) => format!("did you mean '{close}'?"),
                None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
            };
            field.wrong(format!("'{key}' is no key of this; {hint}"));
        }
        Some(fields)
    }

    /// Its fields, when it is an object.
    pub fn entries(&self) -> Option<Vec<Self>> {
        match self.value {
            Value::Object(fields) => {
                Some(fields.iter().map(|(key, value)| self.below(key, value)).collect())
            }
            _ => self.misread("an object ({...})"),
        }
    }

    /// Its items, when it is a list.
    pub fn items(&self) -> Option<Vec<Self>> {
        match self.value {
            Value::Array(items) => {
                let item = |(at, value): (usize, _)| self.below(&at.to_string(), value);
                Some(items.iter().enumerate().map(item).collect())
            }
            _ => self.misread("a list ([...])"),
        }
    }

    /// Its text, when it is one that says something.
    pub fn text(&self) -> Option<&'a str> {
        match self.value.as_str().map(str::trim) {
            Some("") => self.misread("a text that is not empty"),
            Some(text) => Some(text),
            None => self.misread("a text"),
        }
    }

    /// Whether, when it is true or false.
    pub fn flag(&self) -> Option<bool> {
        self.value.as_bool().or_else(|| self.misread("true or false"))
    }

    /// The number, when it is a whole one from `least` to `most`.
    pub fn number(&self, least: usize, most: usize) -> Option<usize> {
        let number = self.value.as_u64().and_then(|number| usize::try_from(number).ok());
        match number.filter(|number| (least..=most).contains(number)) {
            None => self.misread(&format!("a whole number from {least} to {most}")),
            number => number,
        }
    }

    /// Notes that it is not what it should be.
    pub fn misread<T>(&self, expected: &str) -> Option<T> {
        let is = kind(self.value);
        match self.at.strip_prefix('/') {
            None => self.wrong(format!("the file must hold {expected}, not {is}")),
            Some(place) => self.wrong(format!("'{place}' must be {expected}, not {is}")),
        }
        None
    }

    fn below(&self, key: &str, value: &'a Value) -> Self {
        let key = key.replace('~', "~0").replace('/', "~1");
        Self { document: self.document, at: format!("{}/{key}", self.at), value }
    }
}

/// What kind of value this is, in the words of a sentence.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(text) if text.trim().is_empty() => "an empty text",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The line of `text`, which is JSON, on which the value at this pointer begins.
fn line(text: &str, pointer: &str) -> usize {
    let mut here = text.trim_start_matches('\u{feff}').trim();
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let object = serde_json::from_str::<BTreeMap<String, &RawValue>>(here);
        let inner = object.ok().and_then(|fields| fields.get(&step).map(|raw| raw.get()));
        let inner = inner.or_else(|| {
            let items = serde_json::from_str::<Vec<&RawValue>>(here).ok()?;
            Some(items.get(step.parse::<usize>().ok()?)?.get())
        });
        // What is no longer found stands where it was last seen.
        let Some(inner) = inner else { break };
        here = inner;
    }
    let before = here.as_ptr().addr().saturating_sub(text.as_ptr().addr());
    text.bytes().take(before).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document::read("t.json".into(), text.into()).expect("good JSON")
    }

    fn said(document: &Document) -> Vec<String> {
        document.problems().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn every_problem_says_its_line() {
        let read = document(
            "{\n  \"//\": \"words\",\n  \"nam\": 1,\n  \"a/b\": [\n    {},\n    \"x\"\n  ],\n  \
             \"deep\": {\"~\": {\n\"n\": 900 }}\n}\n",
        );
        let root = read.root();
        let fields = root.object(&[("name", ""), ("a/b", ""), ("deep", "")]).expect("an object");
        assert_eq!(fields.len(), 3, "comments are none");
        let items = root.get("a/b").and_then(|list| list.items()).expect("a list");
        assert_eq!((items[0].text(), items[1].text()), (None, Some("x")));
        let deep = root.get("deep").and_then(|deep| deep.get("~")).expect("there");
        assert_eq!(deep.get("n").and_then(|n| n.number(1, 500)), None);
        assert_eq!(deep.items().map(|items| items.len()), None);
        assert_eq!(
            said(&read),
            [
                "t.json, line 3: 'nam' is no key of this; did you mean 'name'?",
                "t.json, line 5: 'a~1b/0' must be a text, not an object",
                "t.json, line 8: 'deep/~0' must be a list ([...]), not an object",
                "t.json, line 9: 'deep/~0/n' must be a whole number from 1 to 500, not a number",
            ]
        );
    }

    #[test]
    fn what_nobody_reads_is_not_told() {
        let keys: Vec<String> = (0..500).map(|n| format!("\"{}{n}\": 1", "k".repeat(n))).collect();
        let read = document(&format!("{{{}}}", keys.join(",\n")));
        read.root().object(&[("name", "")]);
        let said = said(&read);
        assert_eq!(said.len(), limits::ADVICE + 1);
        assert_eq!(said[limits::ADVICE], "t.json: there is more; mend what stands above first");
        let long = document(&format!("{{\"{}\": 1}}", "k".repeat(100_000)));
        long.root().object(&[("name", "")]);
        assert!(long.problems()[0].what.len() < 2 * limits::ERROR_BODY_CHARS);
    }

    #[test]
    fn what_is_no_json_says_its_line() {
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        for (text, line, word) in [
            ("", 1, "EOF"),
            ("{\n\"a\": 1\n\"b\": 2}", 3, "expected"),
            ("{\n\"a\": 1,\n\"a\": 2}", 3, "twice"),
            (deep.as_str(), 1, "recursion"),
            ("{}\n\n{}", 3, "trailing"),
        ] {
            let problem = Document::read("t.json".into(), text.into()).expect_err("no JSON");
            assert_eq!(problem.line, Some(line), "{text:.40}: {problem}");
            assert!(problem.to_string().contains(word), "{text:.40}: {problem}");
        }
        assert!(Document::read("t".into(), "\u{feff}{}".into()).is_ok(), "as editors write it");
    }
}
