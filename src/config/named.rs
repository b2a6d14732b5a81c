//! Sections with names of the operator's own, `[tool:NAME]` and `[role:NAME]`, and the variables that
//! set or override their keys, `ITENTIAL_MCP_TOOL_<NAME>_<KEY>`.

use super::findings::Findings;
use super::sources::{ConfigFile, Environment, Source, is_service_link};

/// One kind of such sections.
pub(super) struct Family {
    /// What one is: its section is `[WORD:NAME]`.
    pub word: &'static str,
    /// What its variables begin with.
    pub env: &'static str,
    /// Its keys.
    pub keys: fn() -> Vec<&'static str>,
    /// Those that a variable cannot set.
    pub only_in_file: &'static [&'static str],
    /// A variable without `env`, to show how one is written.
    pub example: &'static str,
    /// Whether a key that nobody reads would leave something open.
    pub strict: bool,
    /// The name that a variable means where no section has it.
    pub fold: fn(&str) -> String,
}

/// One section as written, before checking.
pub(super) struct Draft {
    pub name: String,
    pub source: Source,
    /// In the order of the layers: those of the file first.
    pub entries: Vec<Entry>,
}

/// One key.
pub(super) struct Entry {
    pub key: String,
    pub value: String,
    pub source: Source,
}

impl Family {
    /// The name in the header of a section, if it is one of these.
    pub fn name_of<'a>(&self, section: &'a str) -> Option<&'a str> {
        section.strip_prefix(self.word)?.strip_prefix(':')
    }

    /// Every section: those of the file first, then those that only variables tell of.
    pub fn drafts(
        &self,
        env: &Environment,
        file: Option<&ConfigFile>,
        findings: &mut Findings,
    ) -> Vec<Draft> {
        let mut drafts = file.map(|file| self.of_file(file, findings)).unwrap_or_default();
        self.of_environment(env, &mut drafts, findings);
        drafts
    }

    fn of_file(&self, file: &ConfigFile, findings: &mut Findings) -> Vec<Draft> {
        let mut drafts = Vec::new();
        for (section, line, items) in &file.sections {
            let Some(name) = self.name_of(section) else { continue };
            let at = |line| Source::File { path: file.path.clone(), line };
            for item in items.iter().filter(|item| !item.inherited) {
                let place = format!("{}, line {}", file.path.display(), item.line);
                let unknown = format!("{place}: unknown key '{}' in [{section}].", item.key);
                self.check(&item.key, unknown, findings);
            }
            let entry = |item: &super::ini::Item| Entry {
                key: item.key.clone(),
                value: item.value.clone(),
                source: at(item.line),
            };
            let entries = items.iter().map(entry).collect();
            drafts.push(Draft { name: name.into(), source: at(*line), entries });
        }
        drafts
    }

    fn of_environment(&self, env: &Environment, drafts: &mut Vec<Draft>, findings: &mut Findings) {
        for (variable, value) in env.variables() {
            let Some(rest) = variable.strip_prefix(self.env) else { continue };
            if is_service_link(variable, value) {
                continue;
            }
            let Some((name, key)) = self.split(rest) else {
                findings.errors.push(format!(
                    "Environment variable {variable} names no {} and key; expected {}<NAME>_<KEY>, \
                     such as {}{}",
                    self.word, self.env, self.env, self.example
                ));
                continue;
            };
            let unknown = format!("Environment variable {variable} sets the unknown key '{key}'.");
            self.check(&key, unknown, findings);
            let source = Source::Environment(variable.into());
            // Variables are written in capitals and underscores, names in the file usually not.
            let position = drafts
                .iter()
                .position(|draft| draft.name == name)
                .or_else(|| drafts.iter().position(|draft| is_written(&draft.name, name)));
            let at = position.unwrap_or_else(|| {
                let (name, source) = ((self.fold)(name), source.clone());
                drafts.push(Draft { name, source, entries: Vec::new() });
                drafts.len() - 1
            });
            drafts[at].entries.push(Entry { key, value: value.into(), source });
        }
    }

    /// Name and key of a variable. Names and keys hold underscores: the longest key counts.
    fn split<'a>(&self, rest: &'a str) -> Option<(&'a str, String)> {
        let ends_with = |key: &&str| {
            let at = rest.len().checked_sub(key.len()).filter(|at| rest.is_char_boundary(*at));
            let (name, end) = rest.split_at(at?);
            let name = name.strip_suffix('_').filter(|name| !name.is_empty())?;
            end.eq_ignore_ascii_case(key).then(|| (name, (*key).to_owned()))
        };
        let keys = (self.keys)();
        let keys = keys.iter().filter(|key| !self.only_in_file.contains(key));
        keys.filter_map(ends_with).max_by_key(|(_, key)| key.len()).or_else(|| {
            let (name, key) = rest.rsplit_once('_')?;
            (!name.is_empty() && !key.is_empty()).then(|| (name, key.to_lowercase()))
        })
    }

    fn check(&self, key: &str, problem: String, findings: &mut Findings) {
        let keys = (self.keys)();
        if keys.contains(&key) {
            return;
        }
        let meant = findings.meant(key, keys.iter().copied());
        let meant = meant.map(|key| format!(" Did you mean '{key}'?")).unwrap_or_default();
        let found = if self.strict { &mut findings.errors } else { &mut findings.warnings };
        found.push(format!("{problem}{meant}"));
    }
}

/// Whether a variable writes `name` like this.
fn is_written(name: &str, variable: &str) -> bool {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' };
    name.chars().map(plain).eq(variable.chars().map(plain))
}

impl Draft {
    /// The value of a key, trimmed; none when it is blank.
    pub fn get(&self, key: &str) -> Option<&str> {
        let found = self.entries.iter().rev().find(|entry| entry.key == key)?;
        Some(found.value.trim()).filter(|value| !value.is_empty())
    }

    /// Where it stands, for messages.
    pub fn place(&self, family: &Family) -> String {
        let mut word = family.word.to_owned();
        word.get_mut(..1).map(str::make_ascii_uppercase);
        format!("{word} '{}' ({})", self.name, self.source)
    }
}
