//! The client's address behind proxies we trust.

use std::net::{IpAddr, SocketAddr};

use crate::net::Network;

/// The client's address: the socket's, or the rightmost one in `X-Forwarded-For` (else `X-Real-IP`)
/// that is not itself a trusted proxy. What stands further left was written by somebody untrusted.
pub fn client(socket_peer: IpAddr, headers: &[(String, String)], trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| is_trusted(address, trusted);
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

/// Returns true if what `address` says of others is believed.
pub fn is_trusted(address: IpAddr, trusted: &[Network]) -> bool {
    trusted.iter().any(|network| network.contains(address))
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
