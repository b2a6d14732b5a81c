//! The configuration file's format: INI as Python's `configparser` reads it.
//!
//! Whole-line comments only, indented continuation lines, `[DEFAULT]`, `%(key)s` interpolation.
//! What must differ from plain INI is here because existing files rely on it.

mod interpolate;

use std::fmt;

use self::interpolate::Budget;
use crate::limits;

/// The section whose keys every other section inherits.
const DEFAULT: &str = "DEFAULT";

/// A parsed file, before interpolation.
#[derive(Debug, Default)]
pub struct Ini {
    defaults: Vec<Entry>,
    sections: Vec<Section>,
}

/// One `[section]`.
#[derive(Debug)]
pub struct Section {
    /// Text between the brackets, exactly.
    pub name: String,
    /// Line of the header, from 1.
    pub line: usize,
    entries: Vec<Entry>,
}

/// A key with its value as written.
#[derive(Debug)]
struct Entry {
    key: String,
    value: String,
    line: usize,
}

/// A key with its final value.
#[derive(Clone, Debug)]
pub struct Item {
    /// Key, in lower case.
    pub key: String,
    /// Value after interpolation.
    pub value: String,
    /// Line of the key, from 1.
    pub line: usize,
    /// Whether it came from `[DEFAULT]`.
    pub inherited: bool,
}

/// What is wrong with the file. Never shows a value: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IniError {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong there and what to do.
    pub message: String,
}

impl fmt::Display for IniError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl Ini {
    /// Reads a whole file.
    ///
    /// # Errors
    /// The first line that is not INI.
    pub fn parse(text: &str) -> Result<Self, IniError> {
        let mut reader = Reader::default();
        for (index, line) in lines(text.strip_prefix('\u{feff}').unwrap_or(text)).enumerate() {
            reader.line(index + 1, line)?;
        }
        let mut ini = reader.ini;
        let sections = ini.sections.iter_mut().map(|section| &mut section.entries);
        for entry in sections.chain([&mut ini.defaults]).flatten() {
            entry.value.truncate(entry.value.trim_end().len());
        }
        Ok(ini)
    }

    /// The sections in the order of the file, without `[DEFAULT]`.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Keys of `[DEFAULT]` with their lines.
    pub fn default_keys(&self) -> impl Iterator<Item = (&str, usize)> {
        self.defaults.iter().map(|entry| (entry.key.as_str(), entry.line))
    }

    /// The keys of every section with their values, its own first, then those inherited.
    ///
    /// # Errors
    /// A `%` that is no interpolation, or one that refers to nothing or to itself; more references or
    /// inherited text than a file may have.
    pub fn items(&self) -> Result<Vec<Vec<Item>>, IniError> {
        let mut budget = Budget::new();
        self.sections.iter().map(|section| self.items_of(section, &mut budget)).collect()
    }

    fn items_of(&self, section: &Section, budget: &mut Budget) -> Result<Vec<Item>, IniError> {
        let inherited = self
            .defaults
            .iter()
            .filter(|entry| section.entries.iter().all(|own| own.key != entry.key))
            .map(|entry| (entry, true));
        let own = section.entries.iter().map(|entry| (entry, false));
        let scope: Vec<_> = own.chain(inherited).collect();
        let look_up = |key: &str| {
            scope.iter().find(|(entry, _)| entry.key == key).map(|(entry, _)| entry.value.as_str())
        };
        scope
            .iter()
            .map(|(entry, inherited)| {
                let paid = match inherited {
                    true => {
                        budget.take_bytes(size_of::<Item>() + entry.key.len() + entry.value.len())
                    }
                    false => Ok(()),
                };
                let value = paid.and_then(|()| interpolate::expand(&entry.value, &look_up, budget));
                let value = value.map_err(|problem| IniError {
                    line: entry.line,
                    message: format!("[{}] {}: {problem}", section.name, entry.key),
                })?;
                let (key, line) = (entry.key.clone(), entry.line);
                Ok(Item { key, value, line, inherited: *inherited })
            })
            .collect()
    }
}

/// Lines ended by LF, CRLF or a lone CR.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    // "\r\n" must count once: an LF directly after a CR continues that line's end.
    text.split('\n').flat_map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.split('\r')
    })
}

#[derive(Default)]
struct Reader {
    ini: Ini,
    place: Place,
    /// Whether the current section has a key that a continuation line could extend.
    has_key: bool,
    /// Indentation of that key.
    indent: usize,
    /// Headers and keys so far.
    entries: usize,
}

/// The section being read.
#[derive(Default)]
enum Place {
    #[default]
    Nowhere,
    Defaults,
    Last,
}

impl Reader {
    fn line(&mut self, number: usize, line: &str) -> Result<(), IniError> {
        let text = line.trim();
        let fail = |message: String| Err(IniError { line: number, message });
        if text.starts_with(['#', ';']) {
            return Ok(());
        }
        if text.is_empty() {
            if let Some(entry) = self.last_entry() {
                entry.value.push('\n');
            }
            return Ok(());
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if indent > self.indent
            && let Some(entry) = self.last_entry()
        {
            entry.value.push('\n');
            entry.value.push_str(text);
            return Ok(());
        }
        self.indent = indent;
        self.entries += 1;
        if self.entries > limits::CONFIG_FILE_ENTRIES {
            let most = limits::CONFIG_FILE_ENTRIES;
            return fail(format!(
                "a configuration file may hold {most} sections and keys, not more"
            ));
        }
        if let Some(name) = header(text) {
            return match self.open(name, number) {
                Some(first) => fail(format!(
                    "section [{name}] appears twice, first on line {first}; put all its keys into one"
                )),
                None => Ok(()),
            };
        }
        if matches!(self.place, Place::Nowhere) {
            return fail(
                "text before the first [section] header; the file must be INI, such as \
                 '[platform]' followed by 'host = platform.example.com'"
                    .into(),
            );
        }
        let Some((key, value)) = text.split_once(['=', ':']) else {
            return fail(
                "expected 'key = value' or '[section]'; lines that continue a value must be \
                 indented"
                    .into(),
            );
        };
        let key = key.trim().to_lowercase();
        if key.is_empty() {
            return fail("no key before the '=' or ':'".into());
        }
        let section = self.section_name();
        let entries = self.entries();
        if let Some(first) = entries.iter().find(|entry| entry.key == key) {
            let first = first.line;
            return fail(format!("'{key}' appears twice in [{section}], first on line {first}"));
        }
        entries.push(Entry { key, value: value.trim().into(), line: number });
        self.has_key = true;
        Ok(())
    }

    /// Begins a section; the line of its first header if it was there before.
    fn open(&mut self, name: &str, line: usize) -> Option<usize> {
        self.has_key = false;
        if name == DEFAULT {
            self.place = Place::Defaults;
            return None;
        }
        if let Some(section) = self.ini.sections.iter().find(|section| section.name == name) {
            return Some(section.line);
        }
        self.ini.sections.push(Section { name: name.into(), line, entries: Vec::new() });
        self.place = Place::Last;
        None
    }

    fn section_name(&self) -> String {
        match (&self.place, self.ini.sections.last()) {
            (Place::Last, Some(section)) => section.name.clone(),
            _ => DEFAULT.into(),
        }
    }

    fn entries(&mut self) -> &mut Vec<Entry> {
        match (&self.place, self.ini.sections.last_mut()) {
            (Place::Last, Some(section)) => &mut section.entries,
            _ => &mut self.ini.defaults,
        }
    }

    /// The key a continuation line would extend.
    fn last_entry(&mut self) -> Option<&mut Entry> {
        if self.has_key { self.entries().last_mut() } else { None }
    }
}

/// The name in a header line; text after the last bracket is ignored.
fn header(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?;
    let end = inside.rfind(']')?;
    (end > 0).then(|| &inside[..end])
}

#[cfg(test)]
mod tests;
