//! The platform's host: a name, an IP address, and perhaps a port.

use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

/// Longest DNS name.
const NAME_BYTES: usize = 253;

/// Splits a host from its port: `h`, `h:8080`, `10.0.0.1`, `::1`, `[::1]`, `[::1]:8080`.
///
/// # Errors
/// What is allowed and, for the usual mistakes, what to write instead.
pub fn parse(text: &str) -> Result<(String, Option<u16>), String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("a host name or an IP address, not an empty text".into());
    }
    if let Some((scheme, _)) = text.split_once("://") {
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "http" => "set platform.disable_tls for plain HTTP",
            _ => "HTTPS is the default",
        };
        return Err(format!("a host name or an IP address without a scheme ({tls})"));
    }
    if is_ipv6(text) {
        return Ok((text.into(), None));
    }
    if let Some(rest) = text.strip_prefix('[') {
        let Some((address, after)) = rest.split_once(']') else {
            return Err("an IPv6 address whose bracket is closed, such as [::1]".into());
        };
        if !is_ipv6(address) {
            return Err("an IPv6 address between the brackets, such as [::1]".into());
        }
        let number = match after {
            "" => None,
            _ => Some(port(after.strip_prefix(':').unwrap_or_default())?),
        };
        return Ok((address.into(), number));
    }
    if text.contains('/') {
        return Err("a host name or an IP address without a path".into());
    }
    match text.split_once(':') {
        Some((name, number)) => Ok((check_name(name)?, Some(port(number)?))),
        None => Ok((check_name(text)?, None)),
    }
}

/// An IPv6 literal, with or without a zone (`fe80::1%eth0`).
fn is_ipv6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').unwrap_or((text, "zone"));
    address.parse::<Ipv6Addr>().is_ok()
        && !zone.is_empty()
        && zone.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

fn check_name(name: &str) -> Result<String, String> {
    if name.len() > NAME_BYTES {
        return Err(format!("a host name of at most {NAME_BYTES} characters"));
    }
    let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    let ends = name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric());
    if plain && ends {
        Ok(name.into())
    } else {
        Err("a host name of letters, digits, '.', '-' and '_', or an IP address".into())
    }
}

fn port(text: &str) -> Result<u16, String> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|port| digits && *port > 0)
        .ok_or_else(|| "a host whose port after ':' is a number from 1 to 65535".into())
}

/// A network of addresses: `10.0.0.0/8`, `fd00::/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Network {
    /// Whether `address` lies in this network.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (ours, width) = number(self.address);
        let (theirs, their_width) = number(address.to_canonical());
        let host_bits = u32::from(width - self.bits);
        width == their_width && (ours ^ theirs).checked_shr(host_bits).unwrap_or(0) == 0
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is not an IP address or a network such as 10.0.0.0/8");
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address = address.trim().parse::<IpAddr>().map_err(|_| wrong())?.to_canonical();
        let (_, width) = number(address);
        let bits = match bits {
            Some(bits) => bits.trim().parse().map_err(|_| wrong())?,
            None => width,
        };
        if bits > width { Err(wrong()) } else { Ok(Self { address, bits }) }
    }
}

fn number(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepted() {
        for (text, host, port) in [
            ("localhost", "localhost", None),
            (" h.example-1.com ", "h.example-1.com", None),
            ("h..x", "h..x", None),
            ("1.2.3", "1.2.3", None),
            ("h:8080", "h", Some(8080)),
            ("10.0.0.1", "10.0.0.1", None),
            ("10.0.0.1:443", "10.0.0.1", Some(443)),
            ("::1", "::1", None),
            ("[::1]", "::1", None),
            ("[::1]:8443", "::1", Some(8443)),
            ("fe80::1%eth0", "fe80::1%eth0", None),
        ] {
            assert_eq!(parse(text), Ok((host.to_string(), port)), "{text}");
        }
    }

    #[test]
    fn refused() {
        let long = "a".repeat(254);
        for text in [
            "",
            " ",
            "h.",
            "_h",
            "hé",
            "h:0",
            "h:65536",
            "h:",
            "h:+1",
            "h/x",
            "[::1",
            "[h]",
            "[::1]8",
            "::1:x",
            "u@h",
            "http://h",
            "https://h:1",
            "a b",
            "fe80::1%",
            &long,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse("http://h").is_err_and(|e| e.contains("disable_tls")));
    }
}
