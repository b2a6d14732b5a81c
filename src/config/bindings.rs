//! Tools declared in the configuration: `[tool:NAME]` and `ITENTIAL_MCP_TOOL_<NAME>_<KEY>`.

use super::findings::Findings;
use super::sources::{ConfigFile, Environment, Source, is_service_link};
use super::unknown::{TOOL_ENV, TOOL_SECTION};
use super::value::{items, shown};

/// A tool declared in the configuration.
#[derive(Clone, Debug)]
pub struct ToolBinding {
    /// The name clients see.
    pub tool_name: String,
    /// The automation trigger or the Gateway Manager service.
    pub kind: BindingKind,
    /// Name of the trigger or service on the platform.
    pub name: String,
    /// `description`.
    pub description: Option<String>,
    /// `tags`, trimmed.
    pub tags: Vec<String>,
}

/// What a configured tool runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindingKind {
    /// An automation's endpoint trigger.
    Endpoint {
        /// Name of the automation that owns the trigger.
        automation: String,
    },
    /// A Gateway Manager service.
    Service {
        /// The cluster that runs it.
        cluster: String,
    },
}

/// The keys of a tool section, with what they mean.
pub const KEYS: &[(&str, &str)] = &[
    (
        "type",
        "endpoint (an automation's endpoint trigger) or service (a Gateway Manager service); required",
    ),
    ("name", "Name of the trigger or service on the platform; required"),
    ("automation", "Name of the automation that owns the trigger; required for endpoint"),
    ("cluster", "Cluster that runs the service; required for service"),
    ("description", "Text shown to the model instead of the platform's"),
    ("tags", "Tags for include_tags and exclude_tags, separated by commas"),
    ("tool_name", "Name clients see, if it is not the section's; only in a file"),
];

/// A tool as written, before checking.
struct Draft {
    name: String,
    source: Source,
    values: Vec<(String, String)>,
}

/// Every declared tool that is sound: those of the file first, then those of the environment.
pub(super) fn load(
    env: &Environment,
    file: Option<&ConfigFile>,
    findings: &mut Findings,
) -> Vec<ToolBinding> {
    let mut drafts = from_file(file, findings);
    from_environment(env, &mut drafts, findings);
    let mut tools: Vec<ToolBinding> = Vec::new();
    for draft in drafts {
        let place = format!("Tool '{}' ({})", draft.name, draft.source);
        match draft.check() {
            Ok(tool) if tools.iter().any(|other| other.tool_name == tool.tool_name) => findings
                .errors
                .push(format!("{place}: another tool is already called '{}'", tool.tool_name)),
            Ok(tool) => tools.push(tool),
            Err(problems) => {
                findings.errors.extend(problems.into_iter().map(|p| format!("{place}: {p}")));
            }
        }
    }
    tools
}

fn from_file(file: Option<&ConfigFile>, findings: &mut Findings) -> Vec<Draft> {
    let Some(file) = file else { return Vec::new() };
    let mut drafts = Vec::new();
    for (section, line, items) in &file.sections {
        let Some(name) = section.strip_prefix(TOOL_SECTION) else { continue };
        for item in items.iter().filter(|item| !item.inherited) {
            let place = format!("{}, line {}", file.path.display(), item.line);
            check_key(
                &item.key,
                &format!("{place}: unknown key '{}' in [{section}].", item.key),
                findings,
            );
        }
        drafts.push(Draft {
            name: name.into(),
            source: Source::File { path: file.path.clone(), line: *line },
            values: items.iter().map(|item| (item.key.clone(), item.value.clone())).collect(),
        });
    }
    drafts
}

fn from_environment(env: &Environment, drafts: &mut Vec<Draft>, findings: &mut Findings) {
    for (variable, value) in env.variables() {
        let Some(rest) = variable.strip_prefix(TOOL_ENV) else { continue };
        if is_service_link(variable, value) {
            continue;
        }
        let (name, key) = match rest.rsplit_once('_') {
            Some((name, key)) if !name.is_empty() && !key.is_empty() => (name, key),
            _ => {
                findings.errors.push(format!(
                    "Environment variable {variable} names no tool and key; expected \
                     ITENTIAL_MCP_TOOL_<NAME>_<KEY>, such as ITENTIAL_MCP_TOOL_BACKUP_TYPE"
                ));
                continue;
            }
        };
        let key = key.to_lowercase();
        check_key(
            &key,
            &format!("Environment variable {variable} sets the unknown key '{key}'."),
            findings,
        );
        // Variables are written in capitals, tools in the file usually not.
        let position = drafts
            .iter()
            .position(|draft| draft.name == name)
            .or_else(|| drafts.iter().position(|draft| draft.name.eq_ignore_ascii_case(name)));
        let position = position.unwrap_or_else(|| {
            drafts.push(Draft {
                name: name.into(),
                source: Source::Environment(variable.into()),
                values: Vec::new(),
            });
            drafts.len() - 1
        });
        let values = &mut drafts[position].values;
        values.retain(|(existing, _)| *existing != key);
        values.push((key, value.into()));
    }
}

fn check_key(key: &str, problem: &str, findings: &mut Findings) {
    let known = KEYS.iter().map(|(key, _)| *key);
    if known.clone().any(|known| known == key) {
        return;
    }
    let meant =
        findings.meant(key, known).map(|k| format!(" Did you mean '{k}'?")).unwrap_or_default();
    findings.warnings.push(format!("{problem}{meant}"));
}

impl Draft {
    fn get(&self, key: &str) -> Option<&str> {
        let found = self.values.iter().find(|(k, _)| k == key)?;
        Some(found.1.trim()).filter(|value| !value.is_empty())
    }

    fn check(&self) -> Result<ToolBinding, Vec<String>> {
        let mut problems = Vec::new();
        let tool_name = self.get("tool_name").unwrap_or(&self.name).to_string();
        problems.extend(name_problem(&tool_name));
        let mut required = |key: &str, why: &str| {
            self.get(key).map(str::to_string).unwrap_or_else(|| {
                problems.push(format!("'{key}' is missing: {why}"));
                String::new()
            })
        };
        let name = required("name", "the trigger's or service's name on the platform");
        let kind = match self.get("type") {
            Some("endpoint") => Some(BindingKind::Endpoint {
                automation: required("automation", "the automation that owns the trigger"),
            }),
            Some("service") => Some(BindingKind::Service {
                cluster: required("cluster", "the cluster that runs the service"),
            }),
            Some(other) => {
                problems.push(format!("type {} is neither endpoint nor service", shown(other)));
                None
            }
            None => {
                problems.push("'type' is missing: endpoint or service".into());
                None
            }
        };
        match kind {
            Some(kind) if problems.is_empty() => Ok(ToolBinding {
                tool_name,
                kind,
                name,
                description: self.get("description").map(str::to_string),
                tags: items(self.get("tags").unwrap_or_default(), |c| c == ','),
            }),
            _ => Err(problems),
        }
    }
}

/// What is wrong with a tool name, if anything.
fn name_problem(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("the name is empty; write [tool:my_tool]".into());
    }
    if name.starts_with('<') {
        return Some(
            "this is the placeholder of an example file; replace it by a name such as \
             [tool:my_tool], or remove the section"
                .into(),
        );
    }
    let letter = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if letter && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return None;
    }
    let plain = name.replace(['-', '.', ' '], "_");
    let hint = if plain != name { format!(", such as '{plain}'") } else { String::new() };
    Some(format!(
        "the name must start with a letter and contain only letters, digits and underscores{hint}"
    ))
}
