//! Values that are still what a template left for somebody else to fill in.

use super::layers::Loaded;
use super::value::Value;

/// How templates write the place of a value, with what fills it in. The whole value must look so: part
/// of a password may look like anything.
const FORMS: &[(&str, &str, &str)] = &[
    ("${", "}", "a shell, envsubst or Compose"),
    ("$(", ")", "Kubernetes or a shell"),
    ("{{", "}}", "Helm, Jinja or Ansible"),
    ("%", "%", "the Windows command line"),
];

impl Loaded {
    /// A line for each setting whose value nobody filled in. The value is not shown: it may be a
    /// secret after all.
    pub fn placeholders(&self) -> Vec<String> {
        let all = self.settings.iter().chain(self.roles.iter().flatten());
        let unfilled = all.filter_map(|resolved| {
            let (open, close, filler) = match &resolved.value {
                Value::Secret(secret) => form(secret.expose())?,
                Value::Text(text) => form(text)?,
                Value::Path(path) => form(path.to_str()?)?,
                Value::List(items) => items.iter().find_map(|item| form(item))?,
                Value::Bool(_) | Value::Int(_) | Value::Unset => return None,
            };
            Some(format!(
                "{} from {} is a placeholder of the form {open}NAME{close}, which this program takes as \
                 it is; it should have been filled in by {filler}. Give the value itself{}",
                resolved.id,
                resolved.source,
                if resolved.setting.is_secret() {
                    format!(", or {}_FILE with the path of a file that holds it", resolved.setting.env)
                } else {
                    String::new()
                }
            ))
        });
        unfilled.collect()
    }
}

/// The form of a placeholder, if `text` is one.
fn form(text: &str) -> Option<(&'static str, &'static str, &'static str)> {
    let text = text.trim();
    FORMS.iter().copied().find(|(open, close, _)| {
        let inside = text.strip_prefix(open).and_then(|rest| rest.strip_suffix(close));
        inside.is_some_and(|inside| is_name(inside, open))
    })
}

/// Whether a template may hold `text` between its brackets: a name, for `${}` perhaps with a default,
/// for `{{}}` anything.
fn is_name(text: &str, open: &str) -> bool {
    let name = match open {
        "${" => text.split([':', '-', '?']).next().unwrap_or_default(),
        "{{" => return !text.trim().is_empty(),
        _ => text,
    };
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        for text in [
            "${PASSWORD}",
            " ${PASSWORD} ",
            "${PASSWORD:-admin}",
            "${PASSWORD-}",
            "${PASSWORD:?missing}",
            "$(PASSWORD)",
            "%PASSWORD%",
            "{{ .Values.password }}",
            "{{ password }}",
        ] {
            assert!(form(text).is_some(), "{text}");
        }
        for text in [
            "",
            "$",
            "%",
            "%%",
            "${}",
            "$()",
            "{{}}",
            "$PASSWORD",
            "a${PASSWORD}",
            "${PASS WORD}",
            "${1}",
            "%1%",
            "%a b%",
            "$(a b)",
            "{x}",
            "$2y$10$abc",
            "%2Fabc%",
        ] {
            assert!(form(text).is_none(), "{text}");
        }
    }
}
