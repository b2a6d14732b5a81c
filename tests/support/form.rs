//! Queries and forms, and the one place where browsers are sent.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Names and values.
pub type Pairs = Vec<(String, String)>;

pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// A query or form of these.
pub fn form(pairs: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{}={}", encoded(name), encoded(value));
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}

pub fn decoded(text: &str) -> Pairs {
    let decode = |text: &str| {
        let plain = text.replace('+', " ");
        percent_decode_str(&plain).decode_utf8().expect("UTF-8").into_owned()
    };
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

/// The query of a URL.
pub fn query(url: &str) -> Pairs {
    decoded(url.split_once('?').map_or("", |(_, query)| query))
}

/// The value of this one, which is there once at most.
pub fn get<'a>(pairs: &'a Pairs, name: &str) -> Option<&'a str> {
    let mut found =
        pairs.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let value = found.next();
    assert!(found.next().is_none(), "{name} is there twice: {pairs:?}");
    value
}

/// The first of each pair, with what follows in place of what was there; `""` takes it out.
pub fn changed<'a>(
    base: Vec<(&'a str, &'a str)>,
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut pairs = base;
    for (name, value) in more {
        pairs.retain(|(known, _)| known != name);
        if !value.is_empty() {
            pairs.push((name, value));
        }
    }
    pairs
}
