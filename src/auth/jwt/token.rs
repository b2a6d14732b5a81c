//! A signed token, taken apart (RFC 7515 section 7.1). Nothing in it is believed here.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::{json, limits};

/// Media types of tokens that may be shown here (RFC 7519 section 5.1, RFC 9068 section 2.1). An ID
/// token or a logout token of the same issuer may bear another one, and is none of these.
const TYPES: [&str; 2] = ["jwt", "at+jwt"];

/// A token.
pub struct Token<'a> {
    /// The algorithm that it claims.
    pub algorithm: String,
    /// The name of the key that it claims.
    pub key: Option<String>,
    /// What is signed.
    pub message: &'a str,
    /// The signature, in base64url.
    pub signature: &'a str,
    payload: &'a str,
}

impl<'a> Token<'a> {
    /// Takes it apart; none when it is another kind of token.
    ///
    /// # Errors
    /// In words for whoever has to get a better one.
    pub fn parse(text: &'a str) -> Option<Result<Self, String>> {
        let (message, signature) = text.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        if payload.contains('.') {
            return match text.split('.').count() {
                5 => Some(Err("encrypted tokens are not accepted here".into())),
                _ => None,
            };
        }
        Some(object(header).map_err(|why| format!("the header of the token {why}")).and_then(
            |header| {
                let (algorithm, key) = look(&header)?;
                Ok(Self { algorithm, key, message, signature, payload })
            },
        ))
    }

    /// What it claims.
    ///
    /// # Errors
    /// In words, why this cannot be told.
    pub fn claims(&self) -> Result<Map<String, Value>, String> {
        object(self.payload).map_err(|why| format!("the content of the token {why}"))
    }
}

/// Algorithm and key. Keys that a token brings along or points at (`jwk`, `jku`, `x5c`, `x5u`) are its
/// own word for itself, and looked at by nobody.
fn look(header: &Map<String, Value>) -> Result<(String, Option<String>), String> {
    let text = |name: &str| match header.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(format!("the {name} of the token is no text")),
    };
    // Nothing that a token may declare critical is understood here (RFC 7515 section 4.1.11).
    if header.contains_key("crit") {
        return Err(
            "the token has critical extensions (crit), which are not understood here".into()
        );
    }
    if let Some(kind) = text("typ")? {
        let kind = kind.to_ascii_lowercase();
        if !TYPES.contains(&kind.strip_prefix("application/").unwrap_or(&kind)) {
            return Err("the token is no access token (typ is neither JWT nor at+jwt)".into());
        }
    }
    let key = text("kid")?;
    if key.is_some_and(|key| key.len() > limits::KEY_NAME_BYTES) {
        return Err("the name of the token's key (kid) is too long".into());
    }
    match text("alg")? {
        Some(algorithm) => Ok((algorithm.to_owned(), key.map(str::to_owned))),
        None => Err("the token names no algorithm (alg)".into()),
    }
}

fn object(part: &str) -> Result<Map<String, Value>, String> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| "is not base64url")?;
    match json::parse(&bytes) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err("is no JSON object".into()),
        Err(error) => Err(format!("cannot be read: {error}")),
    }
}
