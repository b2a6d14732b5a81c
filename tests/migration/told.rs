//! What the Python server could be told.

use serde_json::Value;

use crate::support::facts;

/// A key of the file, a variable, an option, or several names of one thing.
pub struct Told {
    /// `server`, `platform`, `tool:<name>`, or none for what no file holds.
    pub section: Option<String>,
    pub key: Option<String>,
    pub variables: Vec<String>,
    pub options: Vec<String>,
    pub commands: Vec<String>,
    pub kind: String,
    pub default: Value,
    pub choices: Vec<String>,
    argument: Option<String>,
}

impl Told {
    /// What docs/migration.md and the proofs call it.
    pub fn ids(&self) -> Vec<String> {
        if let (Some(section), Some(key)) = (&self.section, &self.key) {
            return vec![format!("{}.{key}", section.trim_end_matches(":<name>"))];
        }
        match (&self.commands[..], &self.argument) {
            ([command], Some(argument)) => vec![format!("{command} {argument}")],
            ([command], None) if command != "all" => {
                self.options.iter().map(|option| format!("{command} {option}")).collect()
            }
            _ => self.variables.iter().chain(&self.options).cloned().collect(),
        }
    }

    /// A setting of `[server]` or `[platform]`: its section and key.
    pub fn setting(&self) -> Option<(&str, &str)> {
        let section = self.section.as_deref().filter(|name| !name.starts_with("tool"))?;
        Some((section, self.key.as_deref()?))
    }

    pub fn variable(&self) -> &str {
        self.variables.first().expect("every setting has a variable")
    }
}

pub fn all() -> Vec<Told> {
    let facts = facts::read("python-settings.json");
    let rows = facts["settings"].as_array().expect("a list");
    assert!(rows.len() > 50, "only {} facts", rows.len());
    rows.iter().map(told).collect()
}

/// The settings of the file, but for tools.
pub fn settings() -> Vec<Told> {
    all().into_iter().filter(|told| told.setting().is_some()).collect()
}

fn told(row: &Value) -> Told {
    let text = |name: &str| row[name].as_str().map(str::to_owned);
    let list = |name: &str| -> Vec<String> {
        let values = row[name].as_array().into_iter().flatten();
        values.map(|one| one.as_str().expect("text").to_owned()).collect()
    };
    Told {
        section: text("section"),
        key: text("key"),
        variables: list("variables"),
        options: list("options"),
        commands: list("commands"),
        kind: text("type").expect("a type"),
        default: row["default"].clone(),
        choices: list("choices"),
        argument: text("argument"),
    }
}
