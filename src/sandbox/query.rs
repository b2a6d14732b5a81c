//! Query strings and form bodies.

use super::answer::Refusal;

/// Decoded names and values, in the order received.
#[derive(Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Decodes `text` (`a=1&b=x+y`). Malformed escapes stay as they are, as on the platform.
    pub fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name, true), decode(value, true))
        });
        Self(pairs.collect())
    }

    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    /// The first value of `name` as a count; anything else than digits is refused.
    pub fn count(&self, name: &str) -> Result<Option<usize>, Refusal> {
        self.get(name)
            .map(|text| {
                text.parse().map_err(|_| {
                    Refusal::invalid(format!("querystring/{name} must be an integer >= 0"))
                })
            })
            .transpose()
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Decodes percent escapes; in queries and forms `+` is a space as well.
pub fn decode(text: &str, plus_is_space: bool) -> String {
    let hex = |byte: Option<&u8>| byte.and_then(|byte| char::from(*byte).to_digit(16));
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match (byte, hex(bytes.get(at)), hex(bytes.get(at + 1))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or(b'?'));
                at += 2;
            }
            (b'+', ..) if plus_is_space => decoded.push(b' '),
            _ => decoded.push(byte),
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Query, decode};

    #[test]
    fn brackets_plus_and_unicode() {
        let query = Query::parse("equals%5Bname%5D=%40p1%3A+My%20WF&x&enabled=true&caf%C3%A9=1");
        assert_eq!(query.get("equals[name]"), Some("@p1: My WF"));
        assert_eq!(query.get("x"), Some(""));
        assert_eq!(query.get("café"), Some("1"));
        assert_eq!(query.get("none"), None);
    }

    #[test]
    fn broken_escapes_stay() {
        assert_eq!(decode("100%", false), "100%");
        assert_eq!(decode("%zz+a", false), "%zz+a");
        assert_eq!(decode("%2", true), "%2");
    }
}
