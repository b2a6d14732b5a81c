//! Whether requests go through a proxy, from the environment variables everybody uses.

use std::net::IpAddr;

use super::unusable::Unusable;
use crate::net;

/// The proxy for `scheme://host:port`: `HTTPS_PROXY` or `HTTP_PROXY` by scheme, else `ALL_PROXY`,
/// unless `NO_PROXY` names the host; every name also in lower case. This machine is always
/// reached directly, because no proxy could reach it.
///
/// # Errors
///
/// The variable whose value is not a proxy address.
pub fn proxy(scheme: &str, host: &str, port: u16) -> Result<Option<ureq::Proxy>, Unusable> {
    choose(scheme, host, port, |name| std::env::var(name).ok())
}

fn choose(
    scheme: &str,
    host: &str,
    port: u16,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Option<ureq::Proxy>, Unusable> {
    let either = |name: &str| {
        [name.to_owned(), name.to_ascii_lowercase()]
            .into_iter()
            .find_map(|name| variable(&name).filter(|value| !value.trim().is_empty()))
            .map(|value| (name.to_owned(), value.trim().to_owned()))
    };
    let own = if scheme == "https" { "HTTPS_PROXY" } else { "HTTP_PROXY" };
    let Some((name, value)) = either(own).or_else(|| either("ALL_PROXY")) else { return Ok(None) };
    if net::is_loopback(host)
        || either("NO_PROXY").is_some_and(|(_, list)| excluded(&list, host, port))
    {
        return Ok(None);
    }
    // `host:port` without scheme is a common form, which a URI parser takes for a scheme.
    let address = if value.contains("://") { value } else { format!("http://{value}") };
    // The value may hold a password.
    ureq::Proxy::new(&address).map(Some).map_err(|_| {
        Unusable(format!(
            "the environment variable {name} is not a proxy address like http://proxy.example:3128"
        ))
    })
}

/// Whether a `NO_PROXY` list covers the host: `*`, a name and all names below it, with or without
/// leading dot or `*.`, an address, or a network like `10.0.0.0/8`, each with an optional port.
fn excluded(list: &str, host: &str, port: u16) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    list.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        let entry = entry.to_ascii_lowercase();
        if entry == "*" || in_network(&entry, &host) {
            return true;
        }
        let name = match entry.rsplit_once(':') {
            Some((name, digits)) if digits.parse::<u16>() == Ok(port) => name,
            _ => &entry,
        };
        let name = name.trim_start_matches("*.").trim_start_matches('.');
        let name = name.trim_start_matches('[').trim_end_matches(']');
        !name.is_empty()
            && (host == name || host.strip_suffix(name).is_some_and(|above| above.ends_with('.')))
    })
}

fn in_network(entry: &str, host: &str) -> bool {
    let Some((network, bits)) = entry.split_once('/') else { return false };
    let (Ok(network), Ok(bits), Ok(host)) =
        (network.parse::<IpAddr>(), bits.parse::<u32>(), host.parse::<IpAddr>())
    else {
        return false;
    };
    let (network, host, width) = match (network, host) {
        (IpAddr::V4(a), IpAddr::V4(b)) => (u128::from(a.to_bits()), u128::from(b.to_bits()), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits(), b.to_bits(), 128),
        _ => return false,
    };
    bits <= width && (network ^ host).checked_shr(width - bits).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(scheme: &str, host: &str, environment: &[(&str, &str)]) -> Option<String> {
        choose(scheme, host, 443, |name| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
        .unwrap()
        .map(|proxy| format!("{}:{}", proxy.host(), proxy.port()))
    }

    #[test]
    fn the_scheme_decides() {
        let both =
            [("HTTPS_PROXY", "http://s:1"), ("http_proxy", "p:2"), ("ALL_PROXY", "socks5://a")];
        assert_eq!(proxy("https", "h", &both).as_deref(), Some("s:1"));
        assert_eq!(proxy("http", "h", &both).as_deref(), Some("p:2"));
        assert_eq!(proxy("http", "h", &both[2..]).as_deref(), Some("a:1080"));
        assert_eq!(proxy("http", "127.0.0.1", &both), None);
        assert_eq!(proxy("https", "h", &[("HTTPS_PROXY", "")]), None);
        let bad = choose("https", "h", 1, |_| Some("http://user:secret@ho st".to_owned()));
        let text = bad.unwrap_err().to_string();
        assert!(text.contains("HTTPS_PROXY") && !text.contains("secret"), "{text}");
    }

    #[test]
    fn exceptions() {
        for (list, host, yes) in [
            ("*", "h", true),
            ("example.com", "a.example.com", true),
            (".example.com", "example.com", true),
            ("*.example.com", "a.b.example.com", true),
            ("example.com", "badexample.com", false),
            ("EXAMPLE.com:443", "example.com", true),
            ("example.com:8443", "example.com", false),
            ("x, 10.0.0.0/8", "10.2.3.4", true),
            ("10.0.0.0/8", "11.2.3.4", false),
            ("0.0.0.0/0", "11.2.3.4", true),
            ("fd00::/8", "fd12::1", true),
            ("[fd12::1]:443", "fd12::1", true),
            ("fd12::1", "fd12::1", true),
            ("", "h", false),
        ] {
            assert_eq!(excluded(list, host, 443), yes, "{list:?} {host}");
        }
    }
}
