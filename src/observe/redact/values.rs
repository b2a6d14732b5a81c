//! The credentials of this process, masked wherever they turn up.

use std::borrow::Cow;
use std::collections::VecDeque;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::limits;
use crate::sync::Lock;

/// What stands where a secret was.
pub const MASK: &str = "[REDACTED]";

/// What forms and addresses encode.
const CODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The credentials in use: those that were configured for good, and the latest of those that change.
static IN_USE: Lock<InUse> = Lock::new(InUse { configured: Vec::new(), live: VecDeque::new() });

struct InUse {
    configured: Vec<String>,
    live: VecDeque<String>,
}

/// Masks this credential from now on: a password, secret or token of the configuration.
pub fn keep(secret: &str) {
    let mut known = IN_USE.lock();
    for form in forms(secret) {
        if !known.configured.contains(&form) && known.configured.len() < limits::SECRETS_KEPT {
            known.configured.push(form);
        }
    }
}

/// Masks this credential until many newer ones came: a session of the platform.
pub fn keep_live(secret: &str) {
    let mut known = IN_USE.lock();
    for form in forms(secret) {
        if known.live.contains(&form) {
            continue;
        }
        if known.live.len() >= limits::SECRETS_KEPT {
            known.live.pop_front();
        }
        known.live.push_back(form);
    }
}

/// Text without the credentials in use.
pub fn hide(text: &str) -> Cow<'_, str> {
    let known = IN_USE.lock();
    let mut text = Cow::Borrowed(text);
    for secret in known.configured.iter().chain(&known.live) {
        if text.contains(secret.as_str()) {
            text = Cow::Owned(text.replace(secret.as_str(), MASK));
        }
    }
    text
}

/// JSON without the credentials in use, names included; most often it stays as it is.
pub fn hide_json(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(safe) = hide(text) {
                *text = safe;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide_json),
        Value::Object(fields) => {
            if fields.keys().any(|name| matches!(hide(name), Cow::Owned(_))) {
                let named = std::mem::take(fields).into_iter();
                fields.extend(named.map(|(name, value)| (hide(&name).into_owned(), value)));
            }
            fields.values_mut().for_each(hide_json);
        }
        _ => {}
    }
}

/// How a credential may be written: as it is, within JSON, and percent-coded. One that is too short
/// to be told from other text has none.
fn forms(secret: &str) -> Vec<String> {
    if secret.len() < limits::SECRET_VALUE_BYTES {
        return Vec::new();
    }
    let quoted = serde_json::Value::from(secret).to_string();
    let coded = utf8_percent_encode(secret, CODED).to_string();
    let mut forms = vec![secret.to_owned()];
    for form in [quoted.trim_matches('"').to_owned(), coded] {
        if !forms.contains(&form) {
            forms.push(form);
        }
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_masked_in_every_form() {
        keep("v3ry \"s3cret/");
        for text in ["x v3ry \"s3cret/ y", "x v3ry \\\"s3cret/ y", "x v3ry%20%22s3cret%2F y"] {
            assert_eq!(hide(text), "x [REDACTED] y", "{text}");
        }
        keep("abc");
        assert_eq!(hide("abc"), "abc", "too short to be told from other text");
    }

    #[test]
    fn sessions_are_forgotten_when_many_newer_ones_came() {
        keep_live("session-of-long-ago");
        assert_eq!(hide("session-of-long-ago"), MASK);
        for number in 0..limits::SECRETS_KEPT {
            keep_live(&format!("session-number-{number}"));
        }
        assert_eq!(hide("session-of-long-ago"), "session-of-long-ago");
    }
}
