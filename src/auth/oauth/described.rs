//! What clients say of themselves, registering or in a document (RFC 7591 section 2).

use serde_json::{Map, Value};

use super::answer::Fault;
use super::redirect;
use crate::limits;

/// How a client may show a secret, or that it has none.
pub const METHODS: [&str; 3] = ["none", "client_secret_post", "client_secret_basic"];

/// Where the client may have browsers sent: at least one place.
///
/// # Errors
/// Which is none.
pub fn redirects(said: &Map<String, Value>) -> Result<Vec<String>, Fault> {
    let bad = |why: String| Fault::new("invalid_redirect_uri", why);
    let named = said.get("redirect_uris").and_then(Value::as_array);
    let named = named.filter(|all| !all.is_empty());
    let named = named.ok_or_else(|| bad("redirect_uris must be a list of URLs".into()))?;
    if named.len() > limits::OAUTH_REDIRECTS {
        return Err(bad(format!("at most {} redirect_uris", limits::OAUTH_REDIRECTS)));
    }
    let mut all = Vec::with_capacity(named.len());
    for uri in named {
        let uri = uri.as_str().ok_or_else(|| bad("redirect_uris must be texts".into()))?;
        redirect::check(uri).map_err(bad)?;
        all.push(uri.to_owned());
    }
    let bytes: usize = all.iter().map(String::len).sum();
    match bytes > limits::OAUTH_REDIRECTS_BYTES {
        // They travel in the client's id, which stands in URLs.
        true => Err(bad(format!("more than {} bytes of them", limits::OAUTH_REDIRECTS_BYTES))),
        false => Ok(all),
    }
}

/// What the client calls itself, in one short line.
pub fn name(said: &Map<String, Value>) -> String {
    let name = said.get("client_name").and_then(Value::as_str).unwrap_or_default();
    // Letters that turn the direction of writing make one name look like another.
    let plain = |c: &char| {
        !c.is_control()
            && !matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let name: String = name.chars().filter(plain).take(limits::OAUTH_NAME_CHARS).collect();
    match name.trim() {
        "" => "An MCP client".to_owned(),
        name => name.to_owned(),
    }
}
