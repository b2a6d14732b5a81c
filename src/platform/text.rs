//! What bodies and addresses say: error bodies, made short and harmless, and login pages.

use serde_json::Value;

use super::error::NoRoute;
use super::json;
use super::words::words;
use crate::limits::{ERROR_BODY_BYTES, ERROR_BODY_CHARS};
use crate::observe;

/// What a body says, as one redacted line of at most [`ERROR_BODY_CHARS`] characters.
pub(super) fn summary(body: &[u8]) -> String {
    // Looking at more than this cannot change the result and costs time on a hostile body.
    let body = body.get(..ERROR_BODY_BYTES).unwrap_or(body);
    let plain = match json::decode(body) {
        Ok(Value::String(text)) => text,
        Ok(value) => {
            let value = observe::redact_json(&value);
            words(&value).unwrap_or_else(|| value.to_string())
        }
        Err(_) => {
            let text = String::from_utf8_lossy(body);
            if looks_like_html(&text) { html_text(&text) } else { text.into_owned() }
        }
    };
    let line = observe::redact(&plain).split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&line, ERROR_BODY_CHARS)
}

/// Whether the body of a 404 says that the route itself is not there, or gives no reason, which says
/// the same of a platform that gives one for things.
pub(super) fn no_route(body: &[u8]) -> NoRoute {
    let body = body.get(..ERROR_BODY_BYTES).unwrap_or(body);
    let said = match json::decode(body) {
        Ok(value) => words(&value),
        Err(_) if is_page(body) => return NoRoute::Surely,
        Err(_) => Some(String::from_utf8_lossy(body).trim().to_owned()),
    };
    let said = said.unwrap_or_default().to_ascii_lowercase();
    let methods = ["get", "post", "put", "patch", "delete"];
    if methods.iter().any(|method| said.starts_with(&format!("cannot {method} /"))) {
        NoRoute::Surely
    } else if ["", "not found", "404 page not found", "404 not found"].contains(&said.as_str()) {
        NoRoute::Perhaps
    } else {
        NoRoute::No
    }
}

/// The first `max` characters, with a mark when there were more.
pub(super) fn cut(text: &str, max: usize) -> String {
    match text.char_indices().nth(max) {
        Some((end, _)) => format!("{}... (cut)", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Whether a body is a page for people.
pub(super) fn is_page(body: &[u8]) -> bool {
    let start = body.get(..ERROR_BODY_BYTES).unwrap_or(body);
    looks_like_html(&String::from_utf8_lossy(start))
}

/// Whether a body is a page that asks for a login.
pub(super) fn is_login_page(body: &[u8]) -> bool {
    let start = body.get(..ERROR_BODY_BYTES).unwrap_or(body);
    let page = String::from_utf8_lossy(start).to_ascii_lowercase();
    let asks = ["type=\"password\"", "sign in", "log in", "login"];
    looks_like_html(&page) && asks.iter().any(|word| page.contains(word))
}

/// Whether a redirect to this place asks for a login.
pub(super) fn leads_to_login(location: &str) -> bool {
    const WORDS: [&str; 12] = [
        "login", "logon", "signin", "signon", "sso", "saml", "saml2", "oauth", "oauth2", "oidc",
        "openid", "adfs",
    ];
    let place =
        location.to_ascii_lowercase().replace("sign-in", "signin").replace("log-in", "login");
    let place = place.split('?').next().unwrap_or_default();
    place.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| WORDS.contains(&word))
}

fn looks_like_html(text: &str) -> bool {
    let start = text.trim_start().get(..64).unwrap_or(text.trim_start()).to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html") || start.starts_with("<head")
}

/// The title of a page if it has one, else its text without tags.
fn html_text(page: &str) -> String {
    // ASCII lower-casing keeps byte positions.
    let lower = page.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|open| {
        let start = open + lower.get(open..)?.find('>')? + 1;
        let end = start + lower.get(start..)?.find("</title")?;
        page.get(start..end).map(str::trim).filter(|title| !title.is_empty())
    });
    if let Some(title) = title {
        return format!("{title} (an HTML page)");
    }
    let mut text = String::new();
    let mut rest = page;
    while let Some(open) = rest.find('<') {
        text.push_str(rest.get(..open).unwrap_or_default());
        text.push(' ');
        let tag = rest.get(open..).unwrap_or_default();
        rest = tag.find('>').and_then(|close| tag.get(close + 1..)).unwrap_or_default();
    }
    text.push_str(rest);
    format!("{} (an HTML page)", text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_become_their_title() {
        assert_eq!(
            summary(b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>"),
            "502 Bad Gateway (an HTML page)"
        );
        assert_eq!(
            summary(b"<html><body><h1>Oops</h1>\n<p>down</p></body></html>"),
            "Oops down (an HTML page)"
        );
    }

    #[test]
    fn bodies_are_cut_and_redacted() {
        let long = summary("ä".repeat(5000).as_bytes());
        assert!(long.chars().count() < ERROR_BODY_CHARS + 20 && long.ends_with("(cut)"));
        let said = summary(br#"{"message":"bad","password":"hunter2"}"#);
        assert!(said.contains("bad") && !said.contains("hunter2"), "{said}");
        assert_eq!(summary(br#""plain words""#), "plain words");
        assert_eq!(summary(b""), "");
    }

    #[test]
    fn logins_are_known_by_their_names() {
        for location in [
            "/login",
            "/login?return=/jobs",
            "https://platform.example/#/login",
            "/Account/Log-In",
            "https://sso.example/in",
            "https://login.example/common/oauth2/authorize?client_id=1",
            "/auth/realms/itential/protocol/openid-connect/auth",
        ] {
            assert!(leads_to_login(location), "{location}");
        }
        for location in
            ["", "/", "/lessons", "/jobs/1?next=/login", "https://elsewhere.example/in", "/blogins"]
        {
            assert!(!leads_to_login(location), "{location}");
        }
    }
}
