//! `config show` and `config check`: what the configuration is, and why.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use serde_json::{Value as Json, json};

use super::checks::Found;
use super::roles;
use super::text::{columns, fail, print, tell, width};
use crate::bindings::custom::Custom;
use crate::config::value::Value;
use crate::config::{BindingKind, Config, Error, Loaded, Resolved, Source, ToolBinding};
use crate::product;

/// What stands for a secret.
const MASK: &str = "********";

/// Reports what `run` would refuse and what it would warn of. The exit code is 0 when it would serve,
/// every tool in a file included.
pub fn check(loaded: Result<Loaded, Error>, as_json: bool) -> ExitCode {
    let (found, custom) = match &loaded {
        Ok(loaded) => (Found::all(loaded), files(&loaded.config)),
        Err(_) => (Found::default(), Custom::default()),
    };
    let bindings = loaded.as_ref().map_or(0, |loaded| loaded.config.bindings.len());
    let tools = bindings + custom.tools.len();
    let of_files = |serious: bool| {
        let told = custom.problems.iter().filter(move |problem| problem.serious == serious);
        told.map(ToString::to_string).collect::<Vec<_>>()
    };
    let (wrong, odd) = (of_files(true), of_files(false));
    let wrong = wrong.iter().map(|told| ("tools", told.as_str()));
    let odd = odd.iter().map(|told| ("tools", told.as_str()));
    let unreadable = loaded.as_ref().err().map(|error| error.0.as_slice()).unwrap_or_default();
    let unreadable = unreadable.iter().map(|line| ("settings", line.as_str()));
    let errors: Vec<_> = unreadable.chain(found.refusals()).chain(wrong).collect();
    let warnings: Vec<_> = found.warnings().chain(odd).collect();
    let said = match as_json {
        true => print(&verdict_json(&errors, &warnings, tools)),
        false => {
            let mut out: String =
                warnings.iter().map(|(_, warning)| format!("WARNING: {warning}\n")).collect();
            if errors.is_empty() {
                out.push_str(&format!(
                    "The configuration is valid: {} configured, {}.\n",
                    count(tools, "tool"),
                    count(warnings.len(), "warning")
                ));
            }
            let said = tell(&out);
            errors.iter().fold(said, |_, (_, error)| fail(error))
        }
    };
    if errors.is_empty() { said } else { ExitCode::FAILURE }
}

/// The tools in files: a running server tells itself what is wrong with them, now and later.
fn files(config: &Config) -> Custom {
    let path = config.server.tools_path.as_deref();
    path.map(|path| product::load(config, path)).unwrap_or_default()
}

/// What `config check` found, for programs.
fn verdict_json(errors: &[(&str, &str)], warnings: &[(&str, &str)], tools: usize) -> String {
    let findings = |found: &[(&str, &str)]| {
        let finding = |(check, message): &(&str, &str)| json!({"check": check, "message": message});
        found.iter().map(finding).collect::<Vec<_>>()
    };
    let document = json!({
        "valid": errors.is_empty(),
        "errors": findings(errors),
        "warnings": findings(warnings),
        "tools": tools,
    });
    format!("{document:#}\n")
}

/// Every setting with its value and its source, in columns, or below each other where a person's screen
/// has no room for the columns.
pub fn text(loaded: &Loaded) -> String {
    let room = if io::stdout().is_terminal() { width() } else { usize::MAX };
    let of_roles = loaded.roles.iter().flatten().filter(|key| key.source != Source::Default);
    let rows: Vec<_> = loaded
        .settings
        .iter()
        .chain(of_roles)
        .map(|resolved| {
            let place = resolved.source.place().map(|p| format!(" ({p})")).unwrap_or_default();
            let source = format!("{}{place}", resolved.source.layer());
            (resolved.id.clone(), shown(resolved), source)
        })
        .collect();
    let widest = |of: fn(&(String, String, String)) -> &String, most: usize| {
        rows.iter().map(|row| of(row).chars().count()).filter(|n| *n <= most).max().unwrap_or(0)
    };
    let (ids, values) = (widest(|row| &row.0, usize::MAX), widest(|row| &row.1, 40));
    let mut out = String::new();
    for (id, value, source) in &rows {
        let line = format!("{id:ids$}  {value:values$}  {source}");
        match columns(&line) <= room {
            true => out.push_str(&line),
            false => out.push_str(&format!("{id}\n  {value}\n  {source}")),
        }
        out.push('\n');
    }
    for role in &loaded.config.roles {
        out.push_str(&format!("role:{}  {}\n", role.name, roles::outcome(&loaded.config, role)));
    }
    for tool in &loaded.config.bindings {
        out.push_str(&format!("tool:{}  {}\n", tool.tool_name, described(tool)));
    }
    for warning in &loaded.config.warnings {
        out.push_str(&format!("WARNING: {warning}\n"));
    }
    out
}

/// The same for programs.
pub fn json(loaded: &Loaded) -> String {
    let settings = |all: &[Resolved]| -> Vec<Json> {
        let of = |resolved: &Resolved| {
            json!({
                "setting": resolved.id,
                "value": as_json(&resolved.value),
                "source": resolved.source.layer(),
                "from": resolved.source.place(),
                "secret": resolved.setting.is_secret(),
            })
        };
        all.iter().map(of).collect()
    };
    let roles = loaded.config.roles.iter().zip(&loaded.roles).map(|(role, keys)| {
        let mut shown = roles::outcome_json(&loaded.config, role);
        shown["settings"] = json!(settings(keys));
        shown
    });
    let roles: Vec<Json> = roles.collect();
    let tools: Vec<Json> = loaded.config.bindings.iter().map(tool_json).collect();
    let document = json!({
        "settings": settings(&loaded.settings),
        "roles": roles,
        "tools": tools,
        "warnings": loaded.config.warnings,
    });
    format!("{document:#}\n")
}

fn as_json(value: &Value) -> Json {
    match value {
        Value::Bool(on) => json!(on),
        Value::Int(number) => json!(number),
        Value::List(items) => json!(items),
        Value::Path(path) => json!(path.to_string_lossy()),
        Value::Secret(secret) if secret.expose().is_empty() => json!(""),
        Value::Secret(_) => json!(MASK),
        Value::Text(text) => json!(text),
        Value::Unset => Json::Null,
    }
}

fn shown(resolved: &Resolved) -> String {
    match &resolved.value {
        Value::List(items) => items.join(","),
        Value::Unset => "-".into(),
        value => match as_json(value) {
            Json::String(text) if text.is_empty() => "\"\"".into(),
            Json::String(text) => text.escape_debug().to_string(),
            other => other.to_string(),
        },
    }
}

fn tool_json(tool: &ToolBinding) -> Json {
    let mut document = json!({ "tool_name": tool.tool_name, "name": tool.name });
    match &tool.kind {
        BindingKind::Endpoint { automation } => {
            document["type"] = json!("endpoint");
            document["automation"] = json!(automation);
        }
        BindingKind::Service { cluster } => {
            document["type"] = json!("service");
            document["cluster"] = json!(cluster);
        }
    }
    document["title"] = json!(tool.title);
    document["description"] = json!(tool.description);
    document["tags"] = json!(tool.tags);
    document["read_only"] = json!(tool.read_only);
    document["destructive"] = json!(tool.destructive);
    document
}

fn described(tool: &ToolBinding) -> String {
    match &tool.kind {
        BindingKind::Endpoint { automation } => {
            format!("endpoint '{}' of automation '{automation}'", tool.name)
        }
        BindingKind::Service { cluster } => {
            format!("service '{}' on cluster '{cluster}'", tool.name)
        }
    }
}

fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
