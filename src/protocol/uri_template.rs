//! URI templates (RFC 6570), the part that resources need: `{name}` for one piece of a path.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

/// What the expressions of a template matched, percent-decoded.
pub type Variables = BTreeMap<String, String>;

/// A template, taken apart.
#[derive(Clone, Debug)]
pub struct UriTemplate(Vec<Part>);

#[derive(Clone, Debug)]
enum Part {
    Literal(String),
    Variable(String),
}

impl UriTemplate {
    /// Takes `template` apart. Text in braces is a variable's name, all else stands for itself.
    pub fn new(template: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((literal, after)) = rest.split_once('{') {
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            if !literal.is_empty() {
                parts.push(Part::Literal(literal.to_owned()));
            }
            parts.push(Part::Variable(name.to_owned()));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Literal(rest.to_owned()));
        }
        Self(parts)
    }

    /// What the variables are in `uri`. None when it is not of this form: a variable is never
    /// empty, never holds an unescaped slash, and decodes to UTF-8.
    pub fn matches(&self, uri: &str) -> Option<Variables> {
        let mut found = Variables::new();
        let mut rest = uri;
        let mut parts = self.0.iter().peekable();
        while let Some(part) = parts.next() {
            match part {
                Part::Literal(literal) => rest = rest.strip_prefix(literal.as_str())?,
                Part::Variable(name) => {
                    let end = match parts.peek() {
                        Some(Part::Literal(next)) => rest.find(next.as_str())?,
                        _ => rest.len(),
                    };
                    let (value, after) = rest.split_at(end);
                    if value.is_empty() || value.contains(['/', '?', '#']) {
                        return None;
                    }
                    found.insert(name.clone(), decode(value)?);
                    rest = after;
                }
            }
        }
        rest.is_empty().then_some(found)
    }
}

/// None for broken escapes, which the decoder would pass through, and for what is not UTF-8.
fn decode(value: &str) -> Option<String> {
    let whole = |escape: &str| {
        escape.get(..2).is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    if !value.split('%').skip(1).all(whole) {
        return None;
    }
    percent_decode_str(value).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_match_their_template_only() {
        let template = UriTemplate::new("itential://devices/{name}/configuration");
        let name = |uri: &str| template.matches(uri).map(|mut found| found.remove("name"));
        let found = |text: &str| Some(Some(text.to_owned()));
        assert_eq!(name("itential://devices/r1/configuration"), found("r1"));
        assert_eq!(name("itential://devices/r%2F1%20%C3%A9/configuration"), found("r/1 é"));
        for other in [
            "",
            "itential://devices//configuration",
            "itential://devices/a/b/configuration",
            "itential://devices/r1/configuration/",
            "itential://devices/r1",
            "itential://devices/%FF/configuration",
            "itential://devices/%2/configuration",
            "ITENTIAL://devices/r1/configuration",
        ] {
            assert_eq!(name(other), None, "{other}");
        }
    }
}
