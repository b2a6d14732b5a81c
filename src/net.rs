//! Hosts and networks, as configurations write them.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::str::FromStr;

use crate::limits;

/// A host name or IP address, perhaps with a port: `h`, `h:8080`, `10.0.0.1`, `::1`, `[::1]:8080`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    name: String,
    port: Option<u16>,
}

impl Host {
    /// The name, or the address without brackets.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The port that stands behind the name.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// The name as a URL holds it: an IPv6 address in brackets.
    pub fn in_url(&self) -> String {
        match self.name.contains(':') {
            true => format!("[{}]", self.name),
            false => self.name.clone(),
        }
    }
}

impl From<IpAddr> for Host {
    fn from(address: IpAddr) -> Self {
        Self { name: address.to_string(), port: None }
    }
}

impl FromStr for Host {
    type Err = String;

    /// # Errors
    /// What is allowed and, for the usual mistakes, what to write instead.
    fn from_str(text: &str) -> Result<Self, String> {
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
        if text.contains('%') {
            return Err("a host name or an IP address without a zone ('%')".into());
        }
        let (name, port) = match text.strip_prefix('[') {
            _ if is_ipv6(text) => (text.to_owned(), None),
            Some(rest) => {
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
                (address.to_owned(), number)
            }
            None if text.contains('/') => {
                return Err("a host name or an IP address without a path".into());
            }
            None => match text.split_once(':') {
                Some((name, number)) => (check_name(name)?, Some(port(number)?)),
                None => (check_name(text)?, None),
            },
        };
        Ok(Self { name, port })
    }
}

/// Where this process listens for itself: loopback, with a port that the system chooses. A machine without IPv4
/// may have only the other family's.
pub fn for_ourselves() -> SocketAddr {
    let four = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    match TcpListener::bind(four) {
        Err(error) if error.kind() == io::ErrorKind::AddrNotAvailable => {
            SocketAddr::from((Ipv6Addr::LOCALHOST, 0))
        }
        _ => four,
    }
}

/// Returns true if `host` (a name, or an address with or without brackets) is this machine.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Returns true if `address` is one of the public network: of this machine, of a private network, of one
/// that every machine has, or of none, it is not (RFC 6890).
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b);
            let special =
                a == 0 || a >= 240 || (a, b, c) == (192, 0, 0) || (a == 198 && b & 0xfe == 18);
            !(shared
                || special
                || v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_documentation()
                || v4.is_multicast())
        }
        IpAddr::V6(v6) => {
            let [first, second, ..] = v6.segments();
            match v6.to_ipv4_mapped() {
                Some(v4) => is_public(v4.into()),
                // Of the unicast addresses: no documentation, no tunnels to elsewhere.
                None => {
                    first & 0xe000 == 0x2000
                        && first != 0x2002
                        && !(first == 0x2001 && (second < 0x200 || second == 0xdb8))
                }
            }
        }
    }
}

/// The name (an IPv6 address in its brackets) and the port of an authority, as `Host` and `Origin` hold
/// it (RFC 3986 section 3.2, without user information). None when it is malformed.
pub fn authority(text: &str) -> Option<(&str, Option<u16>)> {
    let end = match text.strip_prefix('[') {
        Some(inside) => inside.find(']')? + 2,
        None => text.find(':').unwrap_or(text.len()),
    };
    let (name, rest) = text.split_at(end);
    let well_formed = match name.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')) {
        // Some clients leave the zone of a link-local address in.
        Some(inside) => {
            inside.split('%').next().is_some_and(is_ipv6) && is_name(&inside.replace(':', ""))
        }
        None => is_name(name),
    };
    let digits = rest.strip_prefix(':').unwrap_or(rest);
    let port = match (rest.len() - digits.len(), digits) {
        (_, "") => None,
        (1, _) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Some(digits.parse().ok()?),
        _ => return None,
    };
    well_formed.then_some((name, port))
}

/// Returns true if `text` has only what a registered name may have, and something.
fn is_name(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=".contains(&byte);
    !text.is_empty() && text.bytes().all(allowed)
}

fn is_ipv6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok()
}

fn check_name(name: &str) -> Result<String, String> {
    if name.len() > limits::HOST_NAME_BYTES {
        return Err(format!("a host name of at most {} characters", limits::HOST_NAME_BYTES));
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

    /// Whether all of it is this machine.
    pub fn is_loopback(&self) -> bool {
        let width = if self.address.is_ipv4() { 8 } else { 128 };
        self.address.is_loopback() && self.bits >= width
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
        let written = address.trim().parse::<IpAddr>().map_err(|_| wrong())?;
        let address = written.to_canonical();
        let (_, width) = number(address);
        // `::ffff:10.0.0.0/104` is `10.0.0.0/8`.
        let mapped = if written == address { 0 } else { 96 };
        let bits = match bits {
            Some(bits) => bits.trim().parse::<u8>().map_err(|_| wrong())?,
            None => width + mapped,
        };
        match bits.checked_sub(mapped) {
            Some(bits) if bits <= width => Ok(Self { address, bits }),
            _ => Err(wrong()),
        }
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
    fn what_is_not_everybodys_is_not_public() {
        let public = |text: &str| is_public(text.parse().expect("an address"));
        for good in
            ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8"]
        {
            assert!(public(good), "{good}");
        }
        for bad in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "fc00::1",
            "fe80::1",
            "ff02::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!public(bad), "{bad}");
        }
    }

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
        ] {
            let expected = Host { name: host.to_owned(), port };
            assert_eq!(text.parse(), Ok(expected), "{text}");
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
            "fe80::1%eth0",
            &long,
        ] {
            assert!(text.parse::<Host>().is_err(), "{text}");
        }
        assert!("http://h".parse::<Host>().is_err_and(|e| e.contains("disable_tls")));
    }

    #[test]
    fn authorities() {
        for (text, name, port) in [
            ("h", "h", None),
            ("h:80", "h", Some(80)),
            ("h:", "h", None),
            ("a_b.example.", "a_b.example.", None),
            ("127.0.0.1:8000", "127.0.0.1", Some(8000)),
            ("[::1]", "[::1]", None),
            ("[::1]:8000", "[::1]", Some(8000)),
            ("[fe80::1%25eth0]:1", "[fe80::1%25eth0]", Some(1)),
        ] {
            assert_eq!(authority(text), Some((name, port)), "{text}");
        }
        for text in [
            "",
            ":",
            ":80",
            "[::1",
            "::1]",
            "[]",
            "[h]",
            "[::1]x",
            "[::1]:x",
            "::1",
            "h:x",
            "h:1:2",
            "h:99999",
            "h:-1",
            "h:+1",
            "a b",
            "localhost:1 evil",
            "h/x",
            "u@h",
            "[::1%]x",
            "[::1 %a]",
            "hé",
            "[::1%a/b]",
        ] {
            assert_eq!(authority(text), None, "{text}");
        }
    }

    #[test]
    fn networks_hold_addresses_of_their_kind() {
        let holds = |network: &str, address: &str| {
            let network: Network = network.parse().expect("a network");
            network.contains(address.parse().expect("an address"))
        };
        assert!(holds("10.0.0.0/8", "10.1.2.3"));
        assert!(holds("::ffff:10.0.0.0/104", "10.1.2.3"));
        assert!(holds("10.0.0.0/8", "::ffff:10.1.2.3"));
        assert!(!holds("10.0.0.0/8", "11.0.0.1"));
        assert!(!holds("::/0", "10.0.0.1"));
        for text in ["10.0.0.0/33", "proxy", "::1/129", "10.0.0.1/", "::ffff:10.0.0.0/8"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
