//! `[server]`, without authentication.

use std::path::PathBuf;
use std::time::Duration;

use log::LevelFilter;

use super::choices::{
    ClientIdentity, Confirm, ConfirmFallback, LogFormat, Offer, PlatformCredentials,
    ResponseFormat, SessionStyle, TlsVersion, TraceContext, Transport,
};
use super::table::Kind;
use super::told::settings;
use super::typed::OwnPort;
use crate::config::secret::Secret;
use crate::limits;
use crate::net::Network;

settings! {
    /// How this process serves MCP clients: `[server]`.
    Server, Server "server" "";

    /// How clients connect: stdio, http (Streamable HTTP) or sse (HTTP+SSE beside Streamable HTTP)
    transport: Transport = Listener, Transport::KIND, "stdio", "transport";

    /// Address to listen on for http and sse; localhost means both loopback addresses, empty every interface
    host: String = Listener, Kind::Text, "127.0.0.1", "host";

    /// Port to listen on for http and sse; 0 lets the system choose
    port: u16 = Listener, Kind::Int(0, 65535), "8000", "port";

    /// Route of the MCP endpoint for http and sse
    path: String = Listener, Kind::Route, "/mcp", "path";

    /// URL of the MCP endpoint as clients know it, such as https://mcp.example.com/mcp; taken from each request when empty
    public_url: Option<String> = Listener, Kind::Url, "", "url" [ours];

    /// Browser origins that may call, such as https://app.example.com; loopback may when the server listens on loopback
    allowed_origins: Vec<String> = Listener, Kind::List, "", "origins" [ours];

    /// Host names under which the server answers; empty means any, and this machine's own when it listens on loopback without TLS
    allowed_hosts: Vec<String> = Listener, Kind::List, "", "hosts" [ours];

    /// Addresses of proxies whose X-Forwarded- headers and X-Real-IP are believed
    trusted_proxies: Vec<Network> = Listener, Kind::Networks, "127.0.0.1,::1", "addresses" [ours];

    /// Seconds between the requests that keep the platform session alive; 0 switches them off
    keepalive_interval: Option<Duration> = Listener, Kind::Seconds(i64::MIN, limits::INTERVAL_SECONDS), "300", "seconds";

    /// Test the connection to the platform before serving and refuse to start if it fails
    test_connection_on_startup: bool = Listener, Kind::Bool, "false", "" [ours];

    /// Seconds the connection test at start may take
    startup_test_timeout: Duration = Listener, Kind::Seconds(1, 86_400), "30", "seconds" [ours];

    /// PEM certificate chain for HTTPS; may hold the private key too
    certificate_file: Option<PathBuf> = Tls, Kind::Path, "", "path" [reloadable];

    /// PEM private key for HTTPS, without passphrase
    private_key_file: Option<PathBuf> = Tls, Kind::Path, "", "path" [reloadable];

    /// PEM file with authorities; clients must then present a certificate signed by one of them
    client_ca_file: Option<PathBuf> = Tls, Kind::Path, "", "path" [ours reloadable];

    /// PEM file with lists of revoked client certificates, one of each authority of client_ca_file; who is on one is refused
    client_crl_file: Option<PathBuf> = Tls, Kind::Path, "", "path" [ours reloadable];

    /// What names a caller with a client certificate: its subject, or san for its first alternative name (URI, else e-mail, DNS, IP address)
    client_identity: ClientIdentity = Tls, ClientIdentity::KIND, "subject", "name" [ours reloadable];

    /// Oldest TLS version accepted from clients
    tls_min_version: TlsVersion = Tls, TlsVersion::KIND, "1.2", "version" [ours];

    /// Serve even though the certificate has expired
    allow_expired_certificate: bool = Tls, Kind::Bool, "false", "" [ours];

    /// Offer only tools with at least one of these tags; empty means all
    include_tags: Option<Vec<String>> = Tools, Kind::List, "", "tags" [reloadable];

    /// Never offer tools with one of these tags; wins over include_tags
    exclude_tags: Vec<String> = Tools, Kind::List, "experimental,beta", "tags" [reloadable];

    /// How the text of a tool result is written: json, or toon which costs a model fewer tokens
    response_format: ResponseFormat = Tools, ResponseFormat::KIND, "json", "format" [reloadable];

    /// Which of these tools a client is shown: all, lean (at most 40, for operators), or search (three that find, describe and call the others)
    offer: Offer = Tools, Offer::KIND, "all", "offer" [ours reloadable];

    /// List tools without output schemas and with shorter texts, to save tokens
    slim: bool = Tools, Kind::Bool, "false", "" [ours reloadable];

    /// Items of a list that are shown when a call does not say how many
    max_items: usize = Tools, Kind::Int(1, 100_000), "100", "count" [ours reloadable];

    // Clients throw answers away that are longer than 25,000 tokens; JSON of short texts has up to one
    // token for every 2.4 bytes.
    /// Longest answer of a tool in bytes, its text and its structured content; what is longer is cut, and says so
    max_answer_bytes: usize = Tools, Kind::Int(1_000, 64_000_000), "60000", "bytes" [ours reloadable];

    /// Give every list and every answer whole, whatever max_items and max_answer_bytes say
    full: bool = Tools, Kind::Bool, "false", "" [ours reloadable];

    /// Folder of tools in files of JSON; see custom-tools.md. Files of Python are named and not loaded
    tools_path: Option<PathBuf> = Tools, Kind::Path, "", "path" [reloadable];

    /// Offer only tools that change nothing
    read_only: bool = Safety, Kind::Bool, "false", "" [ours reloadable];

    /// Offer no tools that may destroy or interrupt something
    no_destructive: bool = Safety, Kind::Bool, "false", "" [ours reloadable];

    /// Whose account at the platform calls over HTTP act with: this server's, or the caller's, sent in the header X-Itential-Authorization (Basic or Bearer, over TLS only)
    platform_credentials: PlatformCredentials = Auth, PlatformCredentials::KIND, "server", "whose" [ours];

    /// Role of callers who have none of their own; refused when empty and any role is defined
    default_role: Option<String> = Auth, Kind::Text, "", "role" [ours reloadable];

    /// When a person must agree to a call: never, or before every destructive tool
    confirm: Confirm = Safety, Confirm::KIND, "never", "when" [ours reloadable];

    /// What happens to a call that needs agreement when the client cannot ask its user
    confirm_fallback: ConfirmFallback = Safety, ConfirmFallback::KIND, "deny", "action" [ours reloadable];

    /// Refuse to listen beyond this machine unless callers prove who they are and TLS (here, or at a proxy that trusted_proxies names, and then through it alone) protects the way
    strict: bool = Safety, Kind::Bool, "false", "" [ours];

    /// Client connections open at the same time
    max_connections: usize = Limits, Kind::Int(1, 1_000_000), "1024", "count" [ours];

    /// Client connections open at the same time from one address
    max_connections_per_address: usize = Limits, Kind::Int(1, 1_000_000), "256", "count" [ours];

    /// Session ids of legacy clients over HTTP: sealed (any process with the same state_key knows them) or none
    sessions: SessionStyle = Limits, SessionStyle::KIND, "sealed", "style" [ours];

    /// Keys, one a line, that seal what clients carry: the same for every replica, the first one seals; made and kept when empty
    state_key: Option<Secret> = Limits, Kind::Secret, "", "keys" [ours];

    /// Calls running at the same time; a call that only waits (for a job, a person) does not count
    max_concurrent_calls: usize = Limits, Kind::Int(1, 4096), "512", "count" [ours];

    /// Calls of one caller running at the same time; 0 sets no bound of its own
    max_calls_per_caller: usize = Limits, Kind::Int(0, 4096), "0", "count" [ours];

    /// How long calls that run when the server is told to stop may go on, in seconds; nobody new is let in
    stop_grace: Duration = Limits, Kind::Seconds(0, 86_400), "8", "seconds" [ours];

    /// Longest request line and header fields together, in bytes; more is answered with status 431
    max_header_bytes: usize = Limits, Kind::Int(1000, 1_000_000), "32768", "bytes" [ours];

    /// MCP sessions alive at the same time
    max_sessions: usize = Limits, Kind::Int(1, 1_000_000), "1000", "count" [ours];

    /// Least severe messages to log on standard error
    log_level: Option<LevelFilter> = Logging, Kind::Level, "NONE", "level" [reloadable];

    /// How lines of the log are written: text, or json, one object a line
    log_format: LogFormat = Logging, LogFormat::KIND, "text", "format" [ours];

    /// File to which the log is appended, instead of standard error; opened anew on SIGHUP and when it was moved away
    log_file: Option<PathBuf> = Logging, Kind::Path, "", "path" [ours];

    /// File to which each HTTP request is appended as one line, or - for a line in the log; opened anew like log_file
    access_log: Option<PathBuf> = Logging, Kind::Path, "", "path" [ours];

    /// Serve Prometheus metrics at /metrics
    metrics: bool = Logging, Kind::Bool, "false", "" [ours];

    /// Port of a second listener, over plain HTTP, for /metrics and the status pages alone; 0 lets the system choose
    metrics_port: Option<OwnPort> = Logging, Kind::Int(0, 65535), "", "port" [ours];

    /// Address of that listener; empty means every interface
    metrics_host: String = Logging, Kind::Text, "127.0.0.1", "host" [ours];

    /// Which calls belong to a trace (W3C Trace Context) that goes on at the platform: off, client (those whose client names one) or always
    trace_context: TraceContext = Logging, TraceContext::KIND, "client", "which" [ours reloadable];

    /// Collector of OpenTelemetry that is sent a span for each call and each request to the platform (OTLP over HTTP, as JSON), such as http://127.0.0.1:4318
    otlp_endpoint: Option<String> = Logging, Kind::Url, "", "url" [ours];

    /// Header fields for the collector: name=value pairs, separated by commas
    otlp_headers: Option<Secret> = Logging, Kind::Secret, "", "headers" [ours];

    /// File to which every tool call is appended as one JSON line: who, what, outcome, duration; SIGHUP opens it anew
    audit_file: Option<PathBuf> = Logging, Kind::Path, "", "path" [ours];

    /// Refuse calls that cannot be written to the audit file
    audit_required: bool = Logging, Kind::Bool, "false", "" [ours];
}
