//! What to try when a check failed.

/// The settings cannot work.
pub(super) const CONFIGURATION: &[&str] = &[
    "1. Set platform host (ITENTIAL_MCP_PLATFORM_HOST) to a name or address, without https://",
    "2. Set platform user and password, or client_id and client_secret",
    "3. Check that files named in the configuration exist and can be read",
];
/// The name has no address.
pub(super) const DNS: &[&str] = &[
    "1. Check the spelling of platform host",
    "2. Check the DNS settings of this machine, and whether a VPN is needed",
    "3. Try the platform's IP address as host",
];
/// Nothing answers.
pub(super) const TCP: &[&str] = &[
    "1. Check that the platform is running",
    "2. Check platform port; without it 443 is used, or 80 with disable_tls",
    "3. Check firewalls and proxies between this machine and the platform",
];
/// The handshake failed.
pub(super) const TLS: &[&str] = &[
    "1. Use the name in the platform's certificate as platform host",
    "2. For a private or self-signed certificate, set platform ca_file or SSL_CERT_FILE to its PEM",
    "3. In a lab only: ITENTIAL_MCP_PLATFORM_DISABLE_VERIFY=true switches the check off",
];
/// The credentials were refused.
pub(super) const AUTHENTICATION: &[&str] = &[
    "1. Check platform user and password, or client_id and client_secret",
    "2. Check on the platform that the account is active and may use the API",
];
/// The platform is not well.
pub(super) const HEALTH: &[&str] = &[
    "1. A platform that is starting needs some minutes; try again",
    "2. Check that host and port are the platform's own and not another service's",
    "3. Look into the platform's log",
];
/// The account may not use the API.
pub(super) const API: &[&str] =
    &["1. Give the account a role that may read adapters", "2. Look into the platform's log"];
/// The time was up.
pub(super) const TIMED_OUT: &[&str] = &[
    "1. Allow more time with --timeout",
    "2. Check the network between this machine and the platform",
];
