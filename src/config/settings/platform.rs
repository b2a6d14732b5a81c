//! `[platform]`.

use super::{Group, Kind, Section, Setting, TEN_YEARS};

pub(super) const ROWS: &[Setting] = &[
    row("host", "ITENTIAL_MCP_PLATFORM_HOST")
        .flag("platform-host", "host")
        .kind(Kind::Host, "localhost")
        .doc("Name or IP address of the Itential Platform; `host:port` is accepted"),
    row("port", "ITENTIAL_MCP_PLATFORM_PORT")
        .flag("platform-port", "port")
        .kind(Kind::Int(0, 65535), "0")
        .doc("Port of the platform; 0 means 443 with TLS and 80 without"),
    row("disable_tls", "ITENTIAL_MCP_PLATFORM_DISABLE_TLS")
        .flag("platform-disable-tls", "")
        .kind(Kind::Bool, "false")
        .doc("Talk plain HTTP to the platform"),
    row("disable_verify", "ITENTIAL_MCP_PLATFORM_DISABLE_VERIFY")
        .flag("platform-disable-verify", "")
        .kind(Kind::Bool, "false")
        .doc("Do not check the platform's certificate; prefer ca_file for a private authority"),
    row("ca_file", "ITENTIAL_MCP_PLATFORM_CA_FILE")
        .flag("platform-ca-file", "path")
        .kind(Kind::Path, "")
        .ours()
        .doc("PEM file with authorities to trust for the platform, beside the system's own"),
    row("user", "ITENTIAL_MCP_PLATFORM_USER")
        .flag("platform-user", "user")
        .kind(Kind::Text, "admin")
        .doc("User name for a login with user and password"),
    row("password", "ITENTIAL_MCP_PLATFORM_PASSWORD")
        .flag("platform-password", "password")
        .kind(Kind::Secret, "admin")
        .doc("Password for a login with user and password"),
    row("client_id", "ITENTIAL_MCP_PLATFORM_CLIENT_ID")
        .flag("platform-client-id", "client_id")
        .doc("OAuth client id; with client_secret it replaces user and password"),
    row("client_secret", "ITENTIAL_MCP_PLATFORM_CLIENT_SECRET")
        .flag("platform-client-secret", "client_secret")
        .kind(Kind::Secret, "")
        .doc("OAuth client secret, used together with client_id"),
    row("timeout", "ITENTIAL_MCP_PLATFORM_TIMEOUT")
        .flag("platform-timeout", "secs")
        .kind(Kind::Seconds(1, 86_400), "30")
        .doc("Seconds one request to the platform may take"),
    row("ttl", "ITENTIAL_MCP_PLATFORM_TTL")
        .flag("platform-ttl", "secs")
        .kind(Kind::Seconds(i64::MIN, TEN_YEARS), "0")
        .doc(
            "Seconds after which to log in to the platform again; 0 means only when it asks for it",
        ),
    row("sandbox", "ITENTIAL_MCP_PLATFORM_SANDBOX")
        .flag("sandbox", "")
        .kind(Kind::Bool, "false")
        .ours()
        .doc("Use the built-in simulated platform instead of a real one, for trying and training"),
];

const fn row(key: &'static str, env: &'static str) -> Setting {
    Setting::new(Section::Platform, Group::Platform, key, env)
}
