//! Who can reach the listener, whether anybody asks them who they are, and who hears it.

use std::net::{IpAddr, ToSocketAddrs};

use crate::config::{AuthType, Config, OwnPort};
use crate::net::Network;

/// What lies open: whoever reaches the listener is not asked who they are, or whoever is on the way
/// hears what is said.
pub fn gaps(config: &Config) -> Vec<String> {
    let settings = &config.server;
    let mut gaps = Vec::new();
    if let Some(OwnPort(port)) =
        settings.metrics_port.filter(|_| !is_private(&settings.metrics_host))
    {
        gaps.push(format!(
            "everybody who reaches port {port} of metrics_host, and everybody on the way to it, can \
             read the metrics: it has no TLS and asks nobody; a loopback address is for this machine \
             alone"
        ));
    }
    if is_private(&settings.host) {
        return gaps;
    }
    let place = match settings.host.is_empty() {
        true => format!("port {} of this machine", settings.port),
        false => format!("port {} of {}", settings.port, settings.host),
    };
    let asks = config.auth.kind.iter().any(|kind| *kind != AuthType::None);
    if !asks && settings.client_ca_file.is_none() {
        gaps.push(format!(
            "everybody who reaches {place} can use every tool: neither auth_type nor client_ca_file \
             is set"
        ));
    }
    let is_far = |network: &Network| !network.is_loopback();
    if settings.certificate_file.is_none() && !settings.trusted_proxies.iter().any(is_far) {
        gaps.push(format!(
            "everybody on the way to {place} can read and change what is said, tokens included: \
             there is no certificate_file, and trusted_proxies names no proxy on another machine \
             that could speak TLS instead"
        ));
    }
    gaps
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
