//! From text to a value: one set of rules for every source.

use std::fmt;
use std::path::PathBuf;

use super::secret::Secret;
use super::settings::table::{Kind, LEVEL_ALIASES, LEVELS, Setting};
use crate::limits;
use crate::nearest::one_of;
use crate::net::{Host, Network};

/// A validated value. There is no way to print a secret by accident.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A switch.
    Bool(bool),
    /// A whole number, or seconds.
    Int(i64),
    /// Items, trimmed, without empty ones.
    List(Vec<String>),
    /// A path.
    Path(PathBuf),
    /// Something masked wherever it is shown.
    Secret(Secret),
    /// Text; one of the words of a choice is written as in the table.
    Text(String),
    /// Nothing.
    Unset,
}

/// Why a text is not a value of its setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// What is allowed, or what is wrong: the end of a sentence.
    pub reason: String,
    /// Whether the text has not even the right form, as `abc` for a number.
    pub malformed: bool,
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

/// Whether a blank text for this setting says "not set" rather than "empty".
///
/// An empty text or list is meaningful (no filter, every interface); an empty number is not, and
/// templates write `PORT=` for what they leave out.
pub fn blank_is_unset(kind: Kind) -> bool {
    match kind {
        Kind::Bool
        | Kind::Choice(..)
        | Kind::Choices(_)
        | Kind::Int(..)
        | Kind::Level
        | Kind::Seconds(..) => true,
        Kind::Host
        | Kind::Lines
        | Kind::List
        | Kind::Networks
        | Kind::Path
        | Kind::Route
        | Kind::Secret
        | Kind::Text
        | Kind::Url
        | Kind::Words => false,
    }
}

/// Checks `text` against the row.
///
/// # Errors
/// What is allowed instead; never the text itself.
pub fn parse(row: &Setting, text: &str) -> Result<Value, Invalid> {
    match row.kind {
        Kind::Bool => boolean(text).map(Value::Bool),
        Kind::Choice(words, aliases) => choice(text, words, aliases).map_err(malformed),
        Kind::Choices(words) => choices(text, words).map(Value::List).map_err(malformed),
        Kind::Level => choice(text, LEVELS, LEVEL_ALIASES).map_err(wrong),
        Kind::Host => text.parse::<Host>().map(|_| Value::Text(text.trim().into())).map_err(wrong),
        Kind::Int(min, max) => integer(text, min, max, "a whole number").map(Value::Int),
        Kind::Seconds(min, max) => {
            integer(text, min, max, "a whole number of seconds").map(Value::Int)
        }
        Kind::List => Ok(Value::List(items(text, |c| c == ','))),
        Kind::Words => Ok(Value::List(items(text, |c| c == ',' || c.is_whitespace()))),
        Kind::Lines => Ok(Value::List(items(text, |c| c == ';' || c == '\n'))),
        Kind::Networks => networks(text).map(Value::List).map_err(wrong),
        Kind::Path => Ok(Value::Path(text.into())),
        Kind::Route => route(text).map_err(wrong),
        Kind::Secret => Ok(Value::Secret(Secret::new(text))),
        Kind::Text => Ok(Value::Text(text.into())),
        Kind::Url => url(text).map_err(wrong),
    }
}

/// A value as an error may show it: cut, on one line, without credentials in a URL.
pub fn shown(text: &str) -> String {
    let text = match (text.find("//"), text.rfind('@')) {
        (Some(start), Some(end)) if start < end => {
            format!("{}…{}", &text[..start + 2], &text[end..])
        }
        _ => text.to_string(),
    };
    let mut line: String =
        text.chars().take(limits::SHOWN_VALUE_CHARS).flat_map(char::escape_debug).collect();
    if text.chars().count() > limits::SHOWN_VALUE_CHARS {
        line.push('…');
    }
    format!("'{line}'")
}

fn wrong(reason: String) -> Invalid {
    Invalid { reason, malformed: false }
}

fn malformed(reason: String) -> Invalid {
    Invalid { reason, malformed: true }
}

/// A switch, in any of the words people use.
pub(super) fn boolean(text: &str) -> Result<bool, Invalid> {
    match text.trim().to_lowercase().as_str() {
        "true" | "1" | "yes" | "on" | "y" | "t" => Ok(true),
        "false" | "0" | "no" | "off" | "n" | "f" => Ok(false),
        _ => Err(malformed("true or false (also yes/no, on/off, 1/0)".into())),
    }
}

/// Whole numbers as the Python server reads them: a sign, blanks around, `8_000`, `8000.0`.
pub fn integer(text: &str, min: i64, max: i64, what: &str) -> Result<i64, Invalid> {
    let allowed = match (min, max) {
        (i64::MIN, _) => format!("{what}, at most {max}"),
        _ => format!("{what} from {min} to {max}"),
    };
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let digits = match digits.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        _ => digits,
    };
    let grouped = digits.split('_').all(|g| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit()));
    if !grouped {
        return Err(malformed(allowed));
    }
    // Only digits are left, so the one possible failure is a number too large to be of use.
    let number: i64 = digits.replace('_', "").parse().unwrap_or(i64::MAX);
    let number = if negative { -number } else { number };
    if (min..=max).contains(&number) { Ok(number) } else { Err(wrong(allowed)) }
}

fn choice(text: &str, words: &[&str], aliases: &[(&str, &str)]) -> Result<Value, String> {
    let text = text.trim();
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    words
        .iter()
        .find(|word| is(word))
        .or_else(|| aliases.iter().find(|(alias, _)| is(alias)).map(|(_, word)| word))
        .map(|word| Value::Text((*word).into()))
        .ok_or_else(|| one_of(text, words))
}

/// Each word once.
fn choices(text: &str, words: &[&str]) -> Result<Vec<String>, String> {
    let mut chosen = Vec::new();
    for item in items(text, |c| c == ',') {
        let Some(word) = words.iter().find(|word| item.eq_ignore_ascii_case(word)) else {
            let known = one_of(&item, words);
            return Err(format!("one or more, separated by commas, each {known}"));
        };
        if !chosen.iter().any(|known| known == word) {
            chosen.push((*word).to_owned());
        }
    }
    Ok(chosen)
}

/// The non-empty items of a list, trimmed.
pub(super) fn items(text: &str, separator: impl Fn(char) -> bool) -> Vec<String> {
    text.split(separator).map(str::trim).filter(|i| !i.is_empty()).map(Into::into).collect()
}

fn networks(text: &str) -> Result<Vec<String>, String> {
    let list = items(text, |c| c == ',');
    match list.iter().find(|item| item.parse::<Network>().is_err()) {
        None => Ok(list),
        Some(item) => Err(format!(
            "IP addresses or networks such as 10.0.0.0/8, separated by commas; {} is neither",
            shown(item)
        )),
    }
}

fn route(text: &str) -> Result<Value, String> {
    let is_plain = |c: char| c.is_ascii_graphic() && !"?#".contains(c);
    if text.starts_with('/') && text.chars().all(is_plain) {
        Ok(Value::Text(text.into()))
    } else {
        Err("a route beginning with '/', without '?', '#', blanks or non-ASCII letters".into())
    }
}

fn url(text: &str) -> Result<Value, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    if text.is_empty() || rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/')) {
        Ok(Value::Text(text.into()))
    } else {
        Err("a URL beginning with https:// or http://".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_read_as_the_python_server_read_them() {
        for (text, number) in [
            ("8000", 8000),
            (" +8_000 ", 8000),
            ("8000.0", 8000),
            ("8000.00", 8000),
            ("007", 7),
            ("-0", 0),
        ] {
            assert_eq!(integer(text, 0, 65535, "n"), Ok(number), "{text}");
        }
        for text in ["", " ", "abc", "0x50", "1e3", "80.5", "8_", "_8", "8__0", "+-1", "1 2", "8."]
        {
            assert!(integer(text, 0, 65535, "n").is_err_and(|e| e.malformed), "{text}");
        }
        for text in ["-1", "65536", "99999999999999999999999"] {
            assert!(integer(text, 0, 65535, "n").is_err_and(|e| !e.malformed), "{text}");
        }
        assert_eq!(integer("-99999999999999999999", i64::MIN, i64::MAX, "n"), Ok(-i64::MAX));
    }

    #[test]
    fn booleans_know_every_word_and_refuse_garbage() {
        for text in ["true", "TRUE", " yes ", "on", "y", "T", "1"] {
            assert_eq!(boolean(text), Ok(true), "{text}");
        }
        for text in ["false", "No", "off", "n", "F", "0"] {
            assert_eq!(boolean(text), Ok(false), "{text}");
        }
        for text in ["", "2", "enabled", "tru"] {
            assert!(boolean(text).is_err(), "{text}");
        }
    }

    #[test]
    fn choices_ignore_case_and_follow_aliases() {
        let aliases = &[("warn", "WARNING")];
        assert_eq!(choice(" Warn ", &["WARNING"], aliases), Ok(Value::Text("WARNING".into())));
        assert_eq!(choice("other", &["a", "b"], &[]), Err("one of a, b".into()));
    }

    #[test]
    fn lists_drop_blanks() {
        assert_eq!(items(" a, ,b\n,c d", |c| c == ','), ["a", "b", "c d"]);
        assert!(items(" , ", |c| c == ',').is_empty());
        assert_eq!(items("a b,c", |c| c == ',' || c.is_whitespace()), ["a", "b", "c"]);
    }

    #[test]
    fn networks_are_addresses_or_prefixes() {
        assert!(networks("10.0.0.0/8, ::1,fe80::/10").is_ok());
        for text in ["10.0.0.0/33", "proxy", "::1/129", "10.0.0.1/"] {
            assert!(networks(text).is_err(), "{text}");
        }
    }

    #[test]
    fn routes_are_paths() {
        for text in ["/", "/mcp", "/a/b/", "/{x}/$Y"] {
            assert!(route(text).is_ok(), "{text}");
        }
        for text in ["", "mcp", "/a?b", "/a#b", "/a b", "/é"] {
            assert!(route(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shown_values_are_short_one_line_and_without_credentials() {
        assert_eq!(shown("https://u:pw@h/x"), "'https://…@h/x'");
        assert_eq!(shown("a\nb"), "'a\\nb'");
        assert!(shown(&"x".repeat(500)).chars().count() < 70);
    }
}
