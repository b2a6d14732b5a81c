//! `[server]`, without authentication.

use super::{Group, Kind, Section, Setting, TEN_YEARS};

pub(super) const ROWS: &[Setting] = &[
    row(Group::Listener, "transport", "ITENTIAL_MCP_SERVER_TRANSPORT")
        .flag("transport", "transport")
        .kind(
            Kind::Choice(&["stdio", "sse", "http"], &[("streamable-http", "http")]),
            "stdio",
        )
        .doc("How clients connect: stdio, http (Streamable HTTP) or sse (HTTP+SSE beside Streamable HTTP)"),
    row(Group::Listener, "host", "ITENTIAL_MCP_SERVER_HOST")
        .flag("host", "host")
        .kind(Kind::Text, "127.0.0.1")
        .doc("Address to listen on for http and sse; empty means every interface"),
    row(Group::Listener, "port", "ITENTIAL_MCP_SERVER_PORT")
        .flag("port", "port")
        .kind(Kind::Int(0, 65535), "8000")
        .doc("Port to listen on for http and sse; 0 lets the system choose"),
    row(Group::Listener, "path", "ITENTIAL_MCP_SERVER_PATH")
        .flag("path", "path")
        .kind(Kind::Route, "/mcp")
        .doc("Route of the MCP endpoint for http and sse"),
    row(Group::Listener, "allowed_origins", "ITENTIAL_MCP_SERVER_ALLOWED_ORIGINS")
        .flag("allowed-origins", "origins")
        .kind(Kind::List, "")
        .ours()
        .doc("Browser origins that may call, such as https://app.example.com; loopback may when the server listens on loopback"),
    row(Group::Listener, "allowed_hosts", "ITENTIAL_MCP_SERVER_ALLOWED_HOSTS")
        .flag("allowed-hosts", "hosts")
        .kind(Kind::List, "")
        .ours()
        .doc("Host names under which the server answers; empty means any"),
    row(Group::Listener, "trusted_proxies", "ITENTIAL_MCP_SERVER_TRUSTED_PROXIES")
        .flag("trusted-proxies", "addresses")
        .kind(Kind::Networks, "127.0.0.1,::1")
        .ours()
        .doc("Addresses of proxies whose X-Forwarded-For and X-Real-IP are believed"),
    row(Group::Listener, "keepalive_interval", "ITENTIAL_MCP_SERVER_KEEPALIVE_INTERVAL")
        .flag("keepalive-interval", "seconds")
        .kind(Kind::Seconds(i64::MIN, TEN_YEARS), "300")
        .doc("Seconds between the requests that keep the platform session alive; 0 switches them off"),
    row(
        Group::Listener,
        "test_connection_on_startup",
        "ITENTIAL_MCP_SERVER_TEST_CONNECTION_ON_STARTUP",
    )
        .flag("test-connection-on-startup", "")
        .kind(Kind::Bool, "false")
        .ours()
        .doc("Test the connection to the platform before serving and refuse to start if it fails"),
    row(Group::Listener, "startup_test_timeout", "ITENTIAL_MCP_SERVER_STARTUP_TEST_TIMEOUT")
        .flag("startup-test-timeout", "seconds")
        .kind(Kind::Seconds(1, 86_400), "30")
        .ours()
        .doc("Seconds the connection test at start may take"),
    row(Group::Tls, "certificate_file", "ITENTIAL_MCP_SERVER_CERTIFICATE_FILE")
        .flag("certificate-file", "path")
        .kind(Kind::Path, "")
        .reloadable()
        .doc("PEM certificate chain for HTTPS; may hold the private key too"),
    row(Group::Tls, "private_key_file", "ITENTIAL_MCP_SERVER_PRIVATE_KEY_FILE")
        .flag("private-key-file", "path")
        .kind(Kind::Path, "")
        .reloadable()
        .doc("PEM private key for HTTPS, without passphrase"),
    row(Group::Tls, "client_ca_file", "ITENTIAL_MCP_SERVER_CLIENT_CA_FILE")
        .flag("client-ca-file", "path")
        .kind(Kind::Path, "")
        .ours()
        .reloadable()
        .doc("PEM file with authorities; clients must then present a certificate signed by one of them"),
    row(Group::Tls, "tls_min_version", "ITENTIAL_MCP_SERVER_TLS_MIN_VERSION")
        .flag("tls-min-version", "version")
        .kind(Kind::Choice(&["1.2", "1.3"], &[]), "1.2")
        .ours()
        .doc("Oldest TLS version accepted from clients"),
    row(
        Group::Tls,
        "allow_expired_certificate",
        "ITENTIAL_MCP_SERVER_ALLOW_EXPIRED_CERTIFICATE",
    )
        .flag("allow-expired-certificate", "")
        .kind(Kind::Bool, "false")
        .ours()
        .doc("Serve even though the certificate has expired"),
    row(Group::Tools, "include_tags", "ITENTIAL_MCP_SERVER_INCLUDE_TAGS")
        .flag("include-tags", "tags")
        .kind(Kind::List, "")
        .reloadable()
        .doc("Offer only tools with at least one of these tags; empty means all"),
    row(Group::Tools, "exclude_tags", "ITENTIAL_MCP_SERVER_EXCLUDE_TAGS")
        .flag("exclude-tags", "tags")
        .kind(Kind::List, "experimental,beta")
        .reloadable()
        .doc("Never offer tools with one of these tags; wins over include_tags"),
    row(Group::Tools, "response_format", "ITENTIAL_MCP_SERVER_RESPONSE_FORMAT")
        .flag("response-format", "format")
        .kind(Kind::Choice(&["json", "toon"], &[]), "json")
        .reloadable()
        .doc("How the text of a tool result is written: json, or toon which costs a model fewer tokens"),
    row(Group::Tools, "slim", "ITENTIAL_MCP_SERVER_SLIM")
        .flag("slim", "")
        .kind(Kind::Bool, "false")
        .ours()
        .reloadable()
        .doc("List tools without output schemas and with shorter texts, to save tokens"),
    row(Group::Tools, "tools_path", "ITENTIAL_MCP_SERVER_TOOLS_PATH")
        .flag("tools-path", "path")
        .kind(Kind::Path, "")
        .doc("Directory of Python tools of the Python server; reported as unsupported and never run"),
    row(Group::Safety, "read_only", "ITENTIAL_MCP_SERVER_READ_ONLY")
        .flag("read-only", "")
        .kind(Kind::Bool, "false")
        .ours()
        .reloadable()
        .doc("Offer only tools that change nothing"),
    row(Group::Safety, "no_destructive", "ITENTIAL_MCP_SERVER_NO_DESTRUCTIVE")
        .flag("no-destructive", "")
        .kind(Kind::Bool, "false")
        .ours()
        .reloadable()
        .doc("Offer no tools that may destroy or interrupt something"),
    row(Group::Safety, "confirm", "ITENTIAL_MCP_SERVER_CONFIRM")
        .flag("confirm", "when")
        .kind(Kind::Choice(&["never", "destructive"], &[]), "never")
        .ours()
        .reloadable()
        .doc("When a person must agree to a call: never, or before every destructive tool"),
    row(Group::Safety, "confirm_fallback", "ITENTIAL_MCP_SERVER_CONFIRM_FALLBACK")
        .flag("confirm-fallback", "action")
        .kind(Kind::Choice(&["allow", "deny"], &[]), "deny")
        .ours()
        .reloadable()
        .doc("What happens to a call that needs agreement when the client cannot ask its user"),
    row(Group::Limits, "max_connections", "ITENTIAL_MCP_SERVER_MAX_CONNECTIONS")
        .flag("max-connections", "count")
        .kind(Kind::Int(1, 1_000_000), "1024")
        .ours()
        .doc("Client connections open at the same time"),
    row(
        Group::Limits,
        "max_connections_per_address",
        "ITENTIAL_MCP_SERVER_MAX_CONNECTIONS_PER_ADDRESS",
    )
        .flag("max-connections-per-address", "count")
        .kind(Kind::Int(1, 1_000_000), "256")
        .ours()
        .doc("Client connections open at the same time from one address"),
    row(Group::Limits, "max_sessions", "ITENTIAL_MCP_SERVER_MAX_SESSIONS")
        .flag("max-sessions", "count")
        .kind(Kind::Int(1, 1_000_000), "1000")
        .ours()
        .doc("MCP sessions alive at the same time"),
    row(Group::Logging, "log_level", "ITENTIAL_MCP_SERVER_LOG_LEVEL")
        .flag("log-level", "level")
        .kind(Kind::Level, "NONE")
        .reloadable()
        .doc("Least severe messages to log on standard error"),
    row(Group::Logging, "metrics", "ITENTIAL_MCP_SERVER_METRICS")
        .flag("metrics", "")
        .kind(Kind::Bool, "false")
        .ours()
        .doc("Serve Prometheus metrics at /metrics"),
    row(Group::Logging, "audit_file", "ITENTIAL_MCP_SERVER_AUDIT_FILE")
        .flag("audit-file", "path")
        .kind(Kind::Path, "")
        .ours()
        .doc("File to which every tool call is appended as one JSON line: who, what, outcome, duration; SIGHUP opens it anew"),
];

const fn row(group: Group, key: &'static str, env: &'static str) -> Setting {
    Setting::new(Section::Server, group, key, env)
}
