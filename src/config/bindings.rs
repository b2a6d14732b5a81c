//! Tools declared in the configuration: `[tool:NAME]` and `ITENTIAL_MCP_TOOL_<NAME>_<KEY>`.

use super::findings::Findings;
use super::named::{Draft, Family};
use super::sources::{ConfigFile, Environment};
use super::value::{boolean, items, shown};

/// A tool declared in the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolBinding {
    /// The name clients see.
    pub tool_name: String,
    /// The automation trigger or the Gateway Manager service.
    pub kind: BindingKind,
    /// Name of the trigger or service on the platform.
    pub name: String,
    /// `description`.
    pub description: Option<String>,
    /// `title`.
    pub title: Option<String>,
    /// `tags`, trimmed.
    pub tags: Vec<String>,
    /// `read_only`: it changes nothing.
    pub read_only: bool,
    /// `destructive`: it may destroy or interrupt something.
    pub destructive: bool,
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
    ("title", "Name for people, if it is not made from the tool's"),
    ("tags", "Tags for include_tags and exclude_tags, separated by commas"),
    ("read_only", "true: it changes nothing, neither on the platform nor in the network"),
    (
        "destructive",
        "false: it destroys and interrupts nothing; true unless read_only or this says otherwise",
    ),
    ("tool_name", "Name clients see, if it is not the section's; only in a file"),
];

/// These sections. The name of a tool may end like a key, so that no variable sets `tool_name`.
pub(super) static FAMILY: Family = Family {
    word: "tool",
    env: "ITENTIAL_MCP_TOOL_",
    keys: || KEYS.iter().map(|(key, _)| *key).collect(),
    only_in_file: &["tool_name"],
    example: "BACKUP_TYPE",
    strict: false,
    fold: str::to_owned,
};

/// Every declared tool that is sound: those of the file first, then those of the environment.
pub(super) fn load(
    env: &Environment,
    file: Option<&ConfigFile>,
    findings: &mut Findings,
) -> Vec<ToolBinding> {
    let mut tools: Vec<ToolBinding> = Vec::new();
    for draft in FAMILY.drafts(env, file, findings) {
        let place = draft.place(&FAMILY);
        match check(&draft) {
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

fn check(draft: &Draft) -> Result<ToolBinding, Vec<String>> {
    let mut problems = Vec::new();
    let tool_name = draft.get("tool_name").unwrap_or(&draft.name).to_string();
    problems.extend(name_problem(&tool_name));
    let mut required = |key: &str, why: &str| {
        draft.get(key).map(str::to_string).unwrap_or_else(|| {
            problems.push(format!("'{key}' is missing: {why}"));
            String::new()
        })
    };
    let name = required("name", "the trigger's or service's name on the platform");
    let kind = match draft.get("type") {
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
    let mut switch = |key: &str, unset: bool| match draft.get(key).map(boolean) {
        None => unset,
        Some(Ok(on)) => on,
        Some(Err(why)) => {
            problems.push(format!("'{key}' must be {why}"));
            unset
        }
    };
    let read_only = switch("read_only", false);
    let destructive = switch("destructive", !read_only);
    if read_only && destructive {
        problems.push("it cannot be both read_only and destructive".into());
    }
    match kind {
        Some(kind) if problems.is_empty() => Ok(ToolBinding {
            tool_name,
            kind,
            name,
            read_only,
            destructive,
            title: draft.get("title").map(str::to_string),
            description: draft.get("description").map(str::to_string),
            tags: items(draft.get("tags").unwrap_or_default(), |c| c == ','),
        }),
        _ => Err(problems),
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
    plain_name_problem(name)
}

/// What is wrong with the letters of a tool's name, if anything.
pub fn plain_name_problem(name: &str) -> Option<String> {
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
