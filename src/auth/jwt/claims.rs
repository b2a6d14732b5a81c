//! What a token must say to be good here and now (RFC 7519 section 4.1, RFC 8725 section 3).

use std::fmt::Write as _;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value};

use crate::auth::identity::{Identity, Proof};
use crate::auth::refusal::Refusal;
use crate::config::Config;
use crate::limits;

/// Where issuers write down what a token was made for.
const SCOPES: [&str; 3] = ["scope", "scp", "roles"];

/// Where issuers write down the client that asked for it.
const CLIENTS: [&str; 4] = ["client_id", "azp", "appid", "cid"];

/// What is asked of every token.
pub struct Rules {
    issuers: Vec<String>,
    audiences: Vec<String>,
    leeway: Duration,
    scopes: Vec<String>,
}

impl Rules {
    /// As the configuration has it. Without `auth_audience` a token must be for the public URL of the
    /// endpoint, where that is known.
    pub fn of(config: &Config) -> Self {
        let auth = &config.auth;
        let audiences = match (&auth.audience[..], &config.server.public_url) {
            // Clients ask for tokens for the root of a host with and without its slash.
            ([], Some(url)) => {
                let bare = url.trim_end_matches('/');
                vec![bare.to_owned(), format!("{bare}/")]
            }
            (named, _) => named.to_vec(),
        };
        Self {
            issuers: auth.issuer.clone(),
            audiences,
            leeway: auth.leeway,
            scopes: auth.required_scopes.clone(),
        }
    }

    /// The same, for whoever the tokens were made, where `auth_audience` does not say for whom.
    pub fn of_provider(config: &Config) -> Self {
        Self { audiences: config.auth.audience.clone(), ..Self::of(config) }
    }

    /// What an operator should know of them.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.audiences.is_empty() {
            warnings.push(
                "neither auth_audience nor public_url is set: a token that the issuer made for any \
                 other server is accepted here too"
                    .to_owned(),
            );
        }
        if self.issuers.is_empty() {
            warnings.push(
                "auth_issuer is not set: every issuer that signs with the same keys is believed"
                    .to_owned(),
            );
        }
        warnings
    }

    /// Who shows a token with these claims.
    ///
    /// # Errors
    /// Why it is not good.
    pub fn check(&self, claims: &Map<String, Value>, now: SystemTime) -> Result<Identity, Refusal> {
        let expires = self.times(claims, now).map_err(Refusal::Invalid)?;
        let issuer = text(claims, "iss")?;
        if !self.issuers.is_empty()
            && !issuer.is_some_and(|it| self.issuers.iter().any(|i| i == it))
        {
            return Err(Refusal::Invalid("the token is of another issuer (iss)".into()));
        }
        if !self.audiences.is_empty() && !self.is_meant(claims)? {
            return Err(Refusal::Invalid(
                "the token was made for another server (aud); ask for one for this one".into(),
            ));
        }
        let name = name(claims, issuer)?;
        let scopes = scopes(claims);
        // Compared as they are: no scope includes another one, since every issuer has its own idea of
        // which would.
        if self.scopes.iter().any(|needed| !scopes.contains(needed)) {
            return Err(Refusal::Scopes(self.scopes.clone()));
        }
        let subject = text(claims, "sub")?.unwrap_or_default().to_owned();
        let (role, expires) = (None, Some(expires));
        Ok(Identity { proof: Proof::Jwt, name, subject, role, scopes, expires })
    }

    /// Until when it is good, if it is now.
    fn times(&self, claims: &Map<String, Value>, now: SystemTime) -> Result<SystemTime, String> {
        let expires = moment(claims, "exp")?
            .ok_or("the token never expires (it has no exp), and is not accepted for that")?
            + self.leeway;
        if now >= expires {
            return Err("the token has expired (exp); get a new one".into());
        }
        let latest = now + self.leeway;
        if moment(claims, "nbf")?.is_some_and(|from| from > latest) {
            return Err("the token is not good yet (nbf); compare the clocks of this server and of the issuer".into());
        }
        if moment(claims, "iat")?.is_some_and(|issued| issued > latest) {
            return Err("the token was issued in the future (iat); compare the clocks".into());
        }
        Ok(expires)
    }

    fn is_meant(&self, claims: &Map<String, Value>) -> Result<bool, Refusal> {
        let ours = |value: &Value| self.audiences.iter().any(|audience| value == audience.as_str());
        match claims.get("aud") {
            Some(Value::Array(listed)) if listed.iter().all(Value::is_string) => {
                Ok(listed.iter().any(ours))
            }
            Some(named @ Value::String(_)) => Ok(ours(named)),
            None => Ok(false),
            Some(_) => {
                Err(Refusal::Invalid("the aud of the token is no text or list of texts".into()))
            }
        }
    }
}

/// A time of a token, in seconds since 1970, perhaps with a fraction.
fn moment(claims: &Map<String, Value>, name: &str) -> Result<Option<SystemTime>, String> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_f64().filter(|_| value.is_number());
    let seconds = seconds.ok_or_else(|| format!("the {name} of the token is no number"))?;
    // Milliseconds by mistake, or worse: it would be good for ever.
    if !(0.0..limits::LAST_SECOND).contains(&seconds) {
        return Err(format!("the {name} of the token is no time in seconds since 1970"));
    }
    Ok(Some(UNIX_EPOCH + Duration::from_secs_f64(seconds)))
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, Refusal> {
    match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::Invalid(format!("the {name} of the token is no text"))),
    }
}

fn scopes(claims: &Map<String, Value>) -> Vec<String> {
    let mut scopes: Vec<String> = Vec::new();
    let texts = SCOPES.iter().filter_map(|name| claims.get(*name)).flat_map(|value| match value {
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        value => {
            value.as_str().map(str::split_whitespace).into_iter().flatten().collect::<Vec<_>>()
        }
    });
    for scope in texts {
        if !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    scopes
}

/// Who it is, as `SUBJECT via CLIENT at ISSUER`: the same when the token is renewed, and different for
/// everybody else. Parts that are missing are `-`.
///
/// # Errors
/// When one of the claims that it is made of is no text.
pub fn name(claims: &Map<String, Value>, issuer: Option<&str>) -> Result<String, Refusal> {
    let mut client = None;
    for name in CLIENTS {
        client = client.or(text(claims, name)?);
    }
    let subject = text(claims, "sub")?;
    let [subject, client, issuer] = [subject, client, issuer].map(word);
    let name = format!("{subject} via {client} at {issuer}");
    if name.len() <= limits::IDENTITY_BYTES {
        return Ok(name);
    }
    let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, name.as_bytes()));
    // All of it is ASCII.
    Ok(format!("{}... sha256:{hash}", &name[..limits::IDENTITY_BYTES]))
}

/// A part of a name as one word of plain characters.
fn word(part: Option<&str>) -> String {
    let plain = |byte: &u8| byte.is_ascii_graphic() && *byte != b'%';
    let Some(part) = part else { return "-".into() };
    let mut word = String::with_capacity(part.len());
    for byte in part.as_bytes() {
        match plain(byte) && part != "-" {
            true => word.push(char::from(*byte)),
            // Writing to a String cannot fail.
            false => drop(write!(word, "%{byte:02X}")),
        }
    }
    word
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::json;

    use super::*;

    fn of(claims: &Value) -> String {
        let claims = claims.as_object().expect("an object");
        name(claims, text(claims, "iss").expect("text")).expect("a name")
    }

    #[test]
    fn everybody_has_a_name_of_their_own_that_a_renewal_keeps() {
        let long = "x".repeat(20_000);
        let longer = "x".repeat(20_001);
        let people = [
            json!({}),
            json!({"sub": "-"}),
            json!({"sub": ""}),
            json!({"sub": "a"}),
            json!({"sub": "a", "azp": "b"}),
            json!({"sub": "a via b at -"}),
            json!({"sub": "a via b"}),
            json!({"sub": "a%20via%20b"}),
            json!({"client_id": "a"}),
            json!({"iss": "a"}),
            json!({"sub": "é"}),
            json!({"sub": "%C3%A9"}),
            json!({"sub": "a\n"}),
            json!({"sub": long}),
            json!({"sub": longer}),
            json!({"sub": long, "iss": "a"}),
        ];
        let names: HashSet<String> = people.iter().map(of).collect();
        assert_eq!(names.len(), people.len(), "{names:?}");
        assert!(names.iter().all(|name| name.bytes().all(|b| b == b' ' || b.is_ascii_graphic())));
        assert!(names.iter().all(|name| name.len() < limits::IDENTITY_BYTES + 64));
        let renewed = json!({"sub": "a", "azp": "b", "exp": 1, "jti": "2", "scope": "more"});
        assert_eq!(of(&renewed), "a via b at -");
        assert_eq!(of(&json!({"sub": "a", "client_id": "c", "azp": "b"})), "a via c at -");
    }
}
