//! What tools made from the platform's things are called, and what is said of them.

use serde_json::Value;

use super::catalogue::Endpoint;
use crate::limits;
use crate::tools::asked::record;

/// A name for a tool made of a name for people: `Backup Device!` is `backup_device`. None when nothing
/// of it can stand in a name.
pub fn tool_name(text: &str) -> Option<String> {
    let mut name = String::new();
    for c in text.chars() {
        match c {
            c if c.is_ascii_alphanumeric() => name.push(c.to_ascii_lowercase()),
            _ if name.ends_with('_') => {}
            _ => name.push('_'),
        }
    }
    let mut name = name.trim_matches('_').to_owned();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert_str(0, "run_");
    }
    name.truncate(limits::TOOL_NAME_CHARS);
    let name = name.trim_end_matches('_');
    (!name.is_empty()).then(|| name.to_owned())
}

/// What a tool that starts this does.
pub fn of_endpoint(found: &Endpoint<'_>) -> String {
    let told = |of: &Value| record::text(of, &["description"]).and_then(said);
    let name = record::name(found.automation).unwrap_or(found.route);
    let does = told(found.trigger).or_else(|| told(found.automation)).map(|does| does + " ");
    let does = does.unwrap_or_default();
    let agent = record::text(found.automation, &["componentType"]) == Some("agents");
    let follow = match agent {
        true => "session (session_id, for describe_session)",
        false => "job (object_id, for describe_job)",
    };
    format!(
        "{does}Starts the automation '{name}' (route {}) and answers with its {follow}.",
        found.route
    )
}

/// What a tool that runs this service does.
pub fn of_service(name: &str, cluster: &str, description: Option<&str>) -> String {
    let does = description.and_then(said).map(|does| does + " ").unwrap_or_default();
    format!(
        "{does}Runs the service '{name}' on the cluster '{cluster}' and answers with its output."
    )
}

/// A text of the platform as whole sentences of a bounded length; none when it says nothing.
fn said(text: &str) -> Option<String> {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let mut text = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > limits::MADE_DESCRIPTION_CHARS {
        text = text.chars().take(limits::MADE_DESCRIPTION_CHARS).collect::<String>() + " …";
    } else if text.ends_with(char::is_alphanumeric) {
        text.push('.');
    }
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_for_people_become_names_for_tools() {
        for (text, expected) in [
            ("Backup Device!", Some("backup_device")),
            (" 3 tier -- check ", Some("run_3_tier_check")),
            ("設定 VLAN", Some("vlan")),
            ("設定", None),
            ("__", None),
        ] {
            assert_eq!(tool_name(text).as_deref(), expected, "{text}");
        }
        assert_eq!(tool_name(&"ab ".repeat(60)).map(|name| name.len()), Some(64));
    }

    #[test]
    fn texts_of_the_platform_become_sentences() {
        assert_eq!(said(" Backs\nup\u{1b}[31m  it"), Some("Backs up [31m it.".into()));
        assert_eq!(said("Done?"), Some("Done?".into()));
        assert_eq!(said(" \n"), None);
        assert!(said(&"x ".repeat(5000)).is_some_and(|text| text.chars().count() < 1100));
    }
}
