//! The answers to whoever is not let in (RFC 6750 section 3, RFC 9728 section 5.1).

use serde_json::json;

use super::refusal::Refusal;
use crate::http::Response;
use crate::limits;

/// The answer. `metadata` is where a client learns how to get a token; `scopes` what to ask for.
pub fn response(refusal: &Refusal, metadata: Option<&str>, scopes: &[String]) -> Response {
    let (status, error, why) = match refusal {
        Refusal::Missing => (401, None, "a bearer token is needed in the Authorization header"),
        Refusal::Invalid(why) => (401, Some("invalid_token"), why.as_str()),
        Refusal::Scopes(_) => {
            (403, Some("insufficient_scope"), "the token was not made for what is asked")
        }
        Refusal::Role { why, scopes } if scopes.is_empty() => {
            (403, Some("access_denied"), why.as_str())
        }
        Refusal::Role { why, .. } => (403, Some("insufficient_scope"), why.as_str()),
        Refusal::Unavailable(why) => (503, Some("temporarily_unavailable"), why.as_str()),
    };
    let why = match refusal {
        Refusal::Scopes(needed) => format!("{why}; needed: {}", needed.join(" ")),
        _ => why.to_owned(),
    };
    // Clients show their users the body; without the reason they say that a token has expired.
    let body = json!({"error": error.unwrap_or("unauthorized"), "error_description": why});
    let response =
        Response::json(status, body.to_string()).with_header("Cache-Control", "no-store");
    if status == 503 {
        let seconds = limits::KEYS_RETRY.as_secs().to_string();
        return response.with_header("Retry-After", seconds);
    }
    // No other token of the same caller would do better.
    if error == Some("access_denied") {
        return response;
    }
    let needed = match refusal {
        Refusal::Scopes(needed) | Refusal::Role { scopes: needed, .. } => needed,
        _ => scopes,
    };
    let needed = told(needed).join(" ");
    let parameters = [
        ("error", error),
        ("error_description", error.map(|_| why.as_str())),
        ("resource_metadata", metadata),
        ("scope", Some(needed.as_str()).filter(|needed| !needed.is_empty())),
    ];
    let given: Vec<String> = parameters
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}=\"{}\"", quotable((*value)?))))
        .collect();
    let challenge = format!("Bearer {}", given.join(", "));
    response.with_header("WWW-Authenticate", challenge.trim_end())
}

/// The scopes that clients are told to ask for. Whether there is a refresh token is between them and
/// whoever gives the tokens out.
pub fn told(scopes: &[String]) -> Vec<&str> {
    scopes.iter().map(String::as_str).filter(|scope| *scope != "offline_access").collect()
}

/// What may stand between quotes (RFC 6750 section 3).
fn quotable(text: &str) -> String {
    let good = |c: char| matches!(c, ' '..='~') && c != '"' && c != '\\';
    text.chars().map(|c| if good(c) { c } else { '\'' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_shown_decides_what_is_said() {
        let scopes = ["mcp".to_owned()];
        let of = |refusal: Refusal| {
            let response = response(&refusal, Some("https://a/.well-known/x"), &scopes);
            let named = |name: &str| response.headers.iter().find(|(key, _)| key == name).cloned();
            (response.status, named("WWW-Authenticate").map(|(_, value)| value).unwrap_or_default())
        };
        let missing = r#"Bearer resource_metadata="https://a/.well-known/x", scope="mcp""#;
        assert_eq!(of(Refusal::Missing), (401, missing.into()));
        let (status, said) = of(Refusal::Invalid("it has \"expired\"\r\n".into()));
        assert_eq!(status, 401);
        assert!(said.starts_with(
            r#"Bearer error="invalid_token", error_description="it has 'expired'''", resource_"#
        ));
        let (status, said) = of(Refusal::Scopes(vec!["a".into(), "b".into()]));
        assert_eq!(status, 403);
        assert!(said.contains(r#"error="insufficient_scope""#) && said.ends_with(r#"scope="a b""#));
        assert_eq!(of(Refusal::Unavailable("no keys".into())).0, 503);
    }
}
