//! Who can reach the listener, and whether anybody asks them who they are.

use std::net::{IpAddr, ToSocketAddrs};

use crate::config::Server;

/// What to tell an operator whose listener lets in whoever reaches it.
pub fn open_to(settings: &Server) -> Option<String> {
    if settings.client_ca_file.is_some() || is_private(&settings.host) {
        return None;
    }
    let place = match settings.host.is_empty() {
        true => format!("port {} of this machine", settings.port),
        false => format!("port {} of {}", settings.port, settings.host),
    };
    Some(format!(
        "everybody who reaches {place} can use every tool: neither auth_type nor client_ca_file is \
         set"
    ))
}

/// Whether a listener at `host` is reached from this machine alone.
fn is_private(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return address.to_canonical().is_loopback();
    }
    if bare.is_empty() {
        return false;
    }
    // A name that has no address is refused by the listener.
    let found =
        (bare, 0).to_socket_addrs().map(|mut all| all.all(|found| found.ip().is_loopback()));
    found.unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_only_this_machine_reaches() {
        for host in ["127.0.0.1", "127.8.9.1", "::1", "[::1]", "::ffff:127.0.0.1", "localhost"] {
            assert!(is_private(host), "{host}");
        }
        for host in ["", "0.0.0.0", "::", "[::]", "192.0.2.1", "::ffff:192.0.2.1", "2001:db8::1"] {
            assert!(!is_private(host), "{host}");
        }
    }
}
