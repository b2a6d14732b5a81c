//! Sets of keys (RFC 7517 section 5), as providers publish them.

use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::key::Key;
use crate::{json, limits};

/// The keys of one algorithm.
#[derive(Clone, Default)]
pub struct KeySet(Vec<Named>);

#[derive(Clone)]
struct Named {
    id: Option<String>,
    key: Key,
}

/// What a token says of the key that signed it, and which keys that may be.
pub enum Found<'a> {
    /// These; one of them has to have signed it.
    Keys(Vec<&'a Key>),
    /// None of this name.
    Unknown,
    /// It names none, and there is more than one.
    Ambiguous,
}

impl KeySet {
    /// A set of one key, which has no name: that of the configuration.
    pub fn of(key: Key) -> Self {
        Self(vec![Named { id: None, key }])
    }

    /// The keys of a document that can be used with `algorithm`, and what is odd about it. Others are
    /// passed over: providers publish keys for everybody.
    ///
    /// # Errors
    /// In words for the operator: why it is no key set.
    pub fn parse(document: &[u8], algorithm: &Algorithm) -> Result<(Self, Option<String>), String> {
        let document = document.strip_prefix(b"\xef\xbb\xbf").unwrap_or(document);
        let value = json::parse(document).map_err(|error| match document.trim_ascii().first() {
            Some(b'<') => "it is a page, not a key set".to_owned(),
            _ => format!("it is not a key set: {error}"),
        })?;
        let Some(Value::Array(listed)) = value.get("keys") else {
            return Err("it is not a key set: it has no list 'keys'".into());
        };
        if listed.len() > limits::KEY_SET_KEYS {
            let (many, most) = (listed.len(), limits::KEY_SET_KEYS);
            return Err(format!("it has {many} keys, and more than {most} are not taken"));
        }
        let mut odd = None;
        let mut keys = Vec::new();
        for jwk in listed.iter().filter_map(Value::as_object).filter(|jwk| checks(jwk, algorithm)) {
            let id = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
            match Key::of_jwk(jwk) {
                Ok(key) if key.family == algorithm.family => keys.push(Named { id, key }),
                Ok(_) => {}
                Err(why) => odd = odd.or(Some(why)),
            }
        }
        if keys.is_empty() {
            let why = odd.map(|why| format!(": {why}")).unwrap_or_default();
            let name = algorithm.name;
            let total = listed.len();
            odd = Some(format!("none of its {total} keys can be used with {name}{why}"));
        }
        Ok((Self(keys), odd))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The keys that may have signed a token that names `id`.
    pub fn find(&self, id: Option<&str>) -> Found<'_> {
        let nameless = |named: &&Named| named.id.is_none();
        let Some(id) = id else {
            return match &self.0[..] {
                [] => Found::Unknown,
                [only] => Found::Keys(vec![&only.key]),
                _ => Found::Ambiguous,
            };
        };
        let named: Vec<&Key> = self
            .0
            .iter()
            .filter(|named| named.id.as_deref() == Some(id))
            .take(limits::KEYS_OF_ONE_NAME)
            .map(|named| &named.key)
            .collect();
        // The one key of the configuration, or of a provider that has just one, needs no name.
        match &self.0[..] {
            [only] if named.is_empty() && nameless(&only) => Found::Keys(vec![&only.key]),
            _ if named.is_empty() => Found::Unknown,
            _ => Found::Keys(named),
        }
    }
}

/// Whether a key is for checking signatures of this algorithm (RFC 7517 sections 4.2 to 4.4).
fn checks(jwk: &Map<String, Value>, algorithm: &Algorithm) -> bool {
    let is = |name: &str, wanted: &str| jwk.get(name).is_none_or(|value| value == wanted);
    let may = jwk
        .get("key_ops")
        .and_then(Value::as_array)
        .is_none_or(|listed| listed.iter().any(|operation| operation == "verify"));
    is("use", "sig") && is("alg", algorithm.name) && may
}
