//! Sections, keys and variables that nobody reads.
//!
//! Most are typing errors and get a warning. In everything about authentication they are errors: a
//! misspelt key would leave the server open.

use super::findings::Findings;
use super::named::Family;
use super::settings::{Setting, settings};
use super::sources::{CONFIG_ENV, ConfigFile, ENV_PREFIX, Environment, is_service_link};
use super::{bindings, roles};

/// Variables that are no settings and still no mistake.
const KNOWN_ENV: &[&str] =
    &[CONFIG_ENV, "ITENTIAL_MCP_DEBUG", "ITENTIAL_MCP_SERVER_LOGGING_PROPAGATION"];

/// Sections that have names of the operator's own.
const FAMILIES: [&Family; 2] = [&bindings::FAMILY, &roles::FAMILY];

const SECTIONS: &[&str] = &["auth", "platform", "server", "tools"];

/// Reports whatever no rule will read.
pub(super) fn check(env: &Environment, file: Option<&ConfigFile>, findings: &mut Findings) {
    environment(env, findings);
    let Some(file) = file else { return };
    for (name, line, items) in &file.sections {
        let place = format!("{}, line {line}", file.path.display());
        if FAMILIES.iter().any(|family| family.name_of(name).is_some()) {
            continue;
        }
        if !SECTIONS.contains(&name.as_str()) {
            let meant = findings.meant(name.trim(), SECTIONS.iter().copied());
            findings.errors.push(format!(
                "{place}: Invalid config file section: [{name}]. Valid section names are: auth, \
                 platform, server, tools, tool:<name>, role:<name>.{}",
                did_you_mean("[", meant, "]")
            ));
            continue;
        }
        let known = keys(name);
        // Keys inherited from [DEFAULT] may be meant for other sections or for references.
        for item in items.iter().filter(|item| !item.inherited && !known.contains(&item.key)) {
            let text = format!(
                "{}, line {}: unknown key '{}' in [{name}].{}",
                file.path.display(),
                item.line,
                item.key,
                did_you_mean("'", nearest_key(name, &item.key, &known, findings), "'")
            );
            if name == "auth" || (name == "server" && item.key.starts_with("auth")) {
                findings.errors.push(text);
            } else {
                findings.warnings.push(text);
            }
        }
    }
    defaults(file, findings);
}

/// An authentication key in `[DEFAULT]` must reach `[server]`, or the server would be open.
fn defaults(file: &ConfigFile, findings: &mut Findings) {
    let known = keys("server");
    let has_server = file.sections.iter().any(|(name, ..)| name == "server");
    for (key, line) in file.ini.default_keys().filter(|(key, _)| key.starts_with("auth_")) {
        if !has_server || !known.iter().any(|k| k == key) {
            findings.errors.push(format!(
                "{}, line {line}: '{key}' in [DEFAULT] has no effect there; write it in [server].",
                file.path.display()
            ));
        }
    }
}

/// The keys a section understands.
fn keys(section: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for row in settings() {
        let key = if section == "auth" {
            row.auth_key()
        } else {
            (row.section.name() == section).then_some(row.key)
        };
        let Some(key) = key else { continue };
        keys.push(key.to_string());
        if row.is_secret() {
            keys.push(format!("{key}_file"));
        }
    }
    keys
}

fn nearest_key<'a>(
    section: &str,
    key: &str,
    known: &'a [String],
    findings: &mut Findings,
) -> Option<&'a str> {
    let is_known = |wanted: &str| known.iter().find(|k| *k == wanted).map(String::as_str);
    // `[auth] auth_type` and `[server] type`: the two spellings mixed up.
    let other = match section {
        "auth" => key.strip_prefix("auth_").and_then(is_known),
        _ => None,
    };
    other.or_else(|| findings.meant(key, known.iter().map(String::as_str)))
}

fn environment(env: &Environment, findings: &mut Findings) {
    for (name, value) in env.variables() {
        let secret_file = name.strip_suffix("_FILE").and_then(find).is_some_and(Setting::is_secret);
        if find(name).is_some()
            || secret_file
            || KNOWN_ENV.contains(&name)
            || FAMILIES.iter().any(|family| name.starts_with(family.env))
            || is_service_link(name, value)
        {
            continue;
        }
        let known = settings().map(|row| row.env).chain([CONFIG_ENV]);
        let meant = did_you_mean("", findings.meant(name, known), "");
        findings.warnings.push(if name.contains("_AUTH_") {
            format!(
                "Environment variable {name} is unknown and protects nothing: it does not switch \
                 authentication on.{meant}"
            )
        } else {
            format!("Environment variable {name} is unknown and has no effect.{meant}")
        });
    }
}

fn find(env: &str) -> Option<&'static Setting> {
    env.strip_prefix(ENV_PREFIX)?;
    settings().find(|row| row.env == env)
}

fn did_you_mean(open: &str, name: Option<&str>, close: &str) -> String {
    name.map(|name| format!(" Did you mean {open}{name}{close}?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Section;

    #[test]
    fn the_sections_are_those_of_the_table() {
        for section in Section::FIXED {
            assert!(SECTIONS.contains(&section.name()));
        }
        assert!(keys("auth").iter().any(|key| key == "public_key_file"));
    }
}
