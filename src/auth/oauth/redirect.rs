//! Where browsers may be sent with a code (RFC 9700 section 4.1, RFC 8252 section 7).

use crate::limits;
use crate::net::{authority, is_loopback};

/// Schemes that belong to no application: what is sent there is run, shown or lost.
const NO_APPLICATIONS: [&str; 14] = [
    "about",
    "blob",
    "chrome",
    "content",
    "data",
    "file",
    "filesystem",
    "ftp",
    "intent",
    "javascript",
    "vbscript",
    "view-source",
    "ws",
    "wss",
];

/// Whether a client may register this.
///
/// # Errors
/// In words for its developer.
pub fn check(uri: &str) -> Result<(), String> {
    let bad = |why: &str| Err(format!("a redirect URI {why}"));
    if uri.len() > limits::OAUTH_REDIRECT_BYTES {
        return bad(&format!("has at most {} bytes", limits::OAUTH_REDIRECT_BYTES));
    }
    if !uri.bytes().all(|byte| byte.is_ascii_graphic()) || uri.contains(['\\', '"', '<', '>', '*'])
    {
        return bad("has only the characters of a URL, and no wildcards");
    }
    if uri.contains('#') {
        return bad("has no fragment (#)");
    }
    let Some((scheme, rest)) = uri.split_once(':') else { return bad("is a whole URL") };
    let scheme = scheme.to_ascii_lowercase();
    let first = scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    if !first || !scheme.bytes().all(letters) {
        return bad("is a whole URL");
    }
    if !matches!(scheme.as_str(), "http" | "https") {
        return match NO_APPLICATIONS.contains(&scheme.as_str()) || rest.is_empty() {
            true => bad("is https, or of an application's own scheme"),
            false => Ok(()),
        };
    }
    match host(rest) {
        None => bad("has a host, and no user name"),
        Some(host) if scheme == "http" && !is_loopback(host) => {
            bad("without TLS may lead to this machine only (http://127.0.0.1/...); use https")
        }
        Some(_) => Ok(()),
    }
}

/// Whether a registered URI allows this one: the same to the letter; on the user's own machine
/// applications take any port that is free (RFC 8252 section 7.3).
pub fn allows(registered: &str, asked: &str) -> bool {
    if registered == asked {
        return true;
    }
    let local = |uri: &str| -> Option<(String, String)> {
        let rest = uri.strip_prefix("http://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (place, path) = rest.split_at(end);
        let (name, _) = authority(place)?;
        is_loopback(name).then(|| (name.to_owned(), path.to_owned()))
    };
    match (local(registered), local(asked)) {
        (Some(registered), Some(asked)) => registered == asked,
        _ => false,
    }
}

/// Where it leads, for a person: the host, or the scheme of an application.
pub fn shown(uri: &str) -> String {
    match uri.split_once(':') {
        Some(("http" | "https", rest)) => host(rest).unwrap_or("?").to_owned(),
        Some((scheme, _)) => format!("{scheme}:"),
        None => "?".to_owned(),
    }
}

/// The source of a Content-Security-Policy that it is.
pub fn source(uri: &str) -> String {
    match uri.split_once(':') {
        Some((scheme @ ("http" | "https"), rest)) => {
            let place = rest.trim_start_matches('/').split(['/', '?']).next().unwrap_or_default();
            format!("{scheme}://{place}")
        }
        Some((scheme, _)) => format!("{scheme}:"),
        None => "'none'".to_owned(),
    }
}

/// The host of what stands behind `http:`.
fn host(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix("//")?;
    let place = rest.split(['/', '?']).next().unwrap_or_default();
    // It has no user name, or it is malformed. What else a name may have would mean something in the
    // policy of the page that names it.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte);
    authority(place).map(|(name, _)| name).filter(|name| name.bytes().all(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_that_belong_to_somebody_may_be_registered() {
        for good in [
            "https://app.example/cb",
            "https://app.example:8443/cb?x=1",
            "http://127.0.0.1/cb",
            "http://localhost:3000/",
            "http://[::1]:9/cb",
            "cursor://anysphere.cursor-retrieval/oauth/cb",
            "com.example.app:/cb",
        ] {
            assert_eq!(check(good), Ok(()), "{good}");
        }
        for bad in [
            "http://app.example/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1@evil.example/cb",
            "https://user@app.example/cb",
            "https://user:pw@app.example/cb",
            "https://app.example/cb#x",
            "https://*.app.example/cb",
            "https://app.example\\@evil/cb",
            "https:///cb",
            "https:app.example",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "/cb",
            "cb",
            "",
            "https://app.example/ cb",
            "https://app.example/\r\nX: y",
            "1x://a",
            "app:",
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_same_to_the_letter_but_for_ports_of_this_machine() {
        let same = [
            ("https://a/cb", "https://a/cb", true),
            ("http://127.0.0.1/cb", "http://127.0.0.1:5123/cb", true),
            ("http://localhost:1/cb", "http://localhost:2/cb", true),
            ("http://[::1]/cb", "http://[::1]:7/cb", true),
            ("http://127.0.0.1/cb", "http://localhost/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1/cb2", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1/cb?x", false),
            ("http://127.0.0.1/cb", "https://127.0.0.1/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1:1@evil/cb", false),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil/cb", false),
            ("https://a/cb", "https://a:8443/cb", false),
            ("https://a/cb", "https://a/cb/", false),
            ("https://a/cb", "https://A/cb", false),
        ];
        for (registered, asked, allowed) in same {
            assert_eq!(allows(registered, asked), allowed, "{registered} {asked}");
        }
    }
}
