//! The client's address behind proxies we trust.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

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

/// The client's address: the socket's, or the rightmost one in `X-Forwarded-For` (else `X-Real-IP`)
/// that is not itself a trusted proxy. What stands further left was written by somebody untrusted.
pub fn client(socket_peer: IpAddr, headers: &[(String, String)], trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    if !is_trusted(socket_peer) {
        return socket_peer;
    }
    let values = |wanted: &'static str| {
        headers.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    let hops: Vec<&str> = values("x-forwarded-for").flat_map(|value| value.split(',')).collect();
    let mut client = socket_peer;
    for hop in hops.iter().rev() {
        match parse(hop) {
            Some(address) => client = address,
            None => return client,
        }
        if !is_trusted(client) {
            return client;
        }
    }
    match hops.is_empty() {
        true => values("x-real-ip").find_map(parse).unwrap_or(socket_peer),
        false => client,
    }
}

/// An address, perhaps with a port, as proxies write it.
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse::<IpAddr>()
        .or_else(|_| text.parse::<SocketAddr>().map(|address| address.ip()))
        .ok()
        .map(|address| address.to_canonical())
}

fn number(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    }
}
