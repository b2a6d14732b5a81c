//! What to try when a check failed.

use std::time::Duration;

use crate::platform::error::{Error, ErrorKind};

/// What to try, one idea each, the likeliest first.
pub(super) type Advice = &'static [&'static str];

/// The settings cannot work.
pub(super) const CONFIGURATION: Advice = &[
    "Set platform host (ITENTIAL_MCP_PLATFORM_HOST) to a name or address, without https://",
    "Set platform user and password, or client_id and client_secret",
    "Check that files named in the configuration exist and can be read",
];
/// The name has no address.
pub(super) const DNS: Advice = &[
    "Check the spelling of platform host",
    "Check the DNS settings of this machine, and whether a VPN is needed",
    "Try the platform's IP address as host",
];
/// The machine answers, and nothing listens at the port.
pub(super) const REFUSED: Advice = &[
    "Check platform port; without it 443 is used, or 80 with disable_tls",
    "Check that the platform is running",
    "Check that platform host leads to the platform and not to another machine",
];
/// Nothing answers.
pub(super) const SILENT: Advice = &[
    "Check firewalls and VPN between this machine and the platform: what is sent there is lost",
    "If a proxy leads there, name it in HTTPS_PROXY, or HTTP_PROXY with disable_tls",
    "Check platform host and port, and that the platform is running",
];
/// The proxy does not let the connection pass.
pub(super) const PROXY: Advice = &[
    "Check the proxy in HTTPS_PROXY or HTTP_PROXY: address, user and password",
    "Let NO_PROXY name the platform if it is reached without one",
    "Ask whoever runs the proxy to let platform host and port pass",
];
/// There are no authorities to check certificates against, or they cannot be read.
pub(super) const TRUST: Advice = &[
    "Install the certificates of the system (ca-certificates), or set SSL_CERT_FILE to a PEM file",
    "Set platform ca_file to the PEM file of the authority that signed the platform's certificate",
];
/// Behind whatever a certificate is refused for.
pub(super) const CERTIFICATE: Advice = &[
    "For a private or self-signed certificate, set platform ca_file to its PEM",
    "In a lab only: ITENTIAL_MCP_PLATFORM_DISABLE_VERIFY=true switches the check off",
];
/// The handshake ended before it came to a certificate.
pub(super) const TLS: Advice = &["Check that platform host and port are the platform's own"];
/// TLS is spoken where HTTP is asked, or something that is neither.
pub(super) const NOT_HTTP: Advice = &[
    "If the platform serves HTTPS, leave out disable_tls; the port is then 443 as a rule",
    "Check that platform host and port are the platform's own",
];
/// The credentials were refused.
pub(super) const AUTHENTICATION: Advice = &[
    "Check platform user and password, or client_id and client_secret",
    "Check on the platform that the account is active and may use the API",
];
/// The account is known, and may not do this.
pub(super) const FORBIDDEN: Advice = &[
    "Give the account a role on the platform that may use its API",
    "Check that nothing before the platform, such as a gateway, refuses this machine",
];
/// Something answers that is no platform.
pub(super) const NO_PLATFORM: Advice = &[
    "Check that platform host and port are the platform's own and not another service's",
    "If a gateway or a login page stands before the platform, use the address behind it",
];
/// The platform is not well.
pub(super) const HEALTH: Advice = &[
    "A platform that is starting needs some minutes; try again",
    "Check that host and port are the platform's own and not another service's",
    "Look into the platform's log",
];
/// The account may not use the API.
pub(super) const API: Advice =
    &["Give the account a role that may read adapters", "Look into the platform's log"];
/// The platform does not answer in time.
pub(super) const SLOW: Advice = &[
    "Check that platform host and port are the platform's own",
    "Allow more time with platform timeout and --timeout",
    "Look at the load of the platform",
];
/// The time was up.
pub(super) const TIMED_OUT: Advice =
    &["Allow more time with --timeout", "Check the network between this machine and the platform"];

/// What to try after this error of a request; `otherwise` where it is the answer to be expected of this
/// check when it fails.
pub(super) fn of(error: &Error, proxy: bool, otherwise: Advice) -> Vec<&'static str> {
    let advice = match &error.kind {
        ErrorKind::Tls { advice, .. } => return with(advice, CERTIFICATE),
        ErrorKind::Connect { .. } | ErrorKind::Dns { .. } if proxy => PROXY,
        ErrorKind::Connect { .. } => REFUSED,
        ErrorKind::Dns { .. } => DNS,
        ErrorKind::Timeout { waited, .. } if *waited > Duration::ZERO => SLOW,
        ErrorKind::Lost { .. } => NOT_HTTP,
        ErrorKind::NotJson { .. } | ErrorKind::Redirect { .. } | ErrorKind::Unexpected { .. } => {
            NO_PLATFORM
        }
        // As web servers say it to whom speaks plain HTTP at a port of TLS.
        ErrorKind::Login { cause } if cause.to_lowercase().contains("https") => NOT_HTTP,
        // Who refuses an account says so by a status.
        ErrorKind::Login { cause } if !cause.starts_with("status") => NO_PLATFORM,
        ErrorKind::Status { status: 401, .. } => AUTHENTICATION,
        ErrorKind::Status { status: 403, .. } => FORBIDDEN,
        ErrorKind::Status { status: 404 | 405, .. } => NO_PLATFORM,
        ErrorKind::Status { status: 407, .. } => PROXY,
        ErrorKind::Status { status: 500.., .. } => HEALTH,
        _ => otherwise,
    };
    advice.to_vec()
}

/// First this, then the rest.
pub(super) fn with(first: &'static str, rest: Advice) -> Vec<&'static str> {
    [&[first], rest].concat()
}
