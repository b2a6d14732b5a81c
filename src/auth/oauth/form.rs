//! Parameters of queries and forms (RFC 6749 section 3.1: none more than once).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::http::Request;
use crate::limits;

/// What need not be coded (RFC 3986 section 2.3).
const CODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Decoded names and values.
#[derive(Debug, Default)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// The query of a GET, the form of a POST.
    ///
    /// # Errors
    /// In words for the developer of a client: why it is none.
    pub fn of(request: &Request) -> Result<Self, String> {
        if request.method != "POST" {
            return Self::parse(request.query.as_deref().unwrap_or_default());
        }
        let kind = request.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err("the body must be application/x-www-form-urlencoded".into());
        }
        let text = std::str::from_utf8(&request.body).map_err(|_| "the body is no UTF-8")?;
        Self::parse(text)
    }

    fn parse(text: &str) -> Result<Self, String> {
        if text.len() > limits::OAUTH_FORM_BYTES {
            return Err(format!("there are more than {} bytes", limits::OAUTH_FORM_BYTES));
        }
        let mut all: Vec<(String, String)> = Vec::new();
        for pair in text.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            // Several resources may be named (RFC 8707 section 2).
            if name != "resource" && all.iter().any(|(known, _)| *known == name) {
                return Err("a parameter is there more than once".into());
            }
            all.push((name, value));
        }
        Ok(Self(all))
    }

    /// The value of a parameter that is there and not empty.
    pub fn get<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    /// All values of a parameter that are not empty.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let known = self.0.iter().filter(move |(known, value)| known == name && !value.is_empty());
        known.map(|(_, value)| value.as_str())
    }
}

fn decode(text: &str) -> Result<String, String> {
    let plain = text.replace('+', " ");
    let decoded = percent_decode_str(&plain).decode_utf8();
    decoded.map(Into::into).map_err(|_| "a parameter is no UTF-8".into())
}

/// The value, as a query holds it.
pub fn coded(value: &str) -> String {
    utf8_percent_encode(value, CODED).to_string()
}

/// The parameters, as a query or form holds them.
pub fn encoded(parameters: &[(&str, &str)]) -> String {
    let pair = |(name, value): &(&str, &str)| format!("{name}={}", coded(value));
    parameters.iter().map(pair).collect::<Vec<_>>().join("&")
}

/// The URL with these parameters in its query.
pub fn with_query(url: &str, parameters: &[(&str, &str)]) -> String {
    let sign = match url.find('?') {
        None => "?",
        Some(at) if at + 1 == url.len() || url.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{url}{sign}{}", encoded(parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_come_once_and_decoded() {
        let form = Form::parse("a=1+2%2B&empty=&resource=x&resource=y&%C3%A9=%26").expect("sound");
        assert_eq!(
            (form.get("a"), form.get("empty"), form.get("é")),
            (Some("1 2+"), None, Some("&"))
        );
        assert_eq!(form.all("resource").collect::<Vec<_>>(), ["x", "y"]);
        for bad in ["a=1&a=1", "a&a", "%61=1&a=2", "a=%FF"] {
            assert!(Form::parse(bad).is_err(), "{bad}");
        }
        assert!(Form::parse(&"a".repeat(limits::OAUTH_FORM_BYTES + 1)).is_err());
    }

    #[test]
    fn urls_keep_what_they_have() {
        for (url, whole) in [
            ("https://a/b", "https://a/b?x=%26%20%C3%A9"),
            ("https://a/b?c=d", "https://a/b?c=d&x=%26%20%C3%A9"),
            ("app:/cb?", "app:/cb?x=%26%20%C3%A9"),
        ] {
            assert_eq!(with_query(url, &[("x", "& é")]), whole);
        }
    }
}
