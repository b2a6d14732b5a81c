//! One table of settings and the typed configuration made from it.
//!
//! Precedence for every key: environment, then command line, then configuration file, then default.

pub mod bindings;
mod ini;
mod layers;
mod secret;
mod settings;
mod sources;
mod suggest;
mod typed;
mod unknown;
pub mod value;

use std::path::PathBuf;
use std::time::Duration;

pub use layers::{Error, Loaded, Resolved, load};
pub use secret::Secret;
pub use settings::{Group, Kind, LEVEL_ALIASES, LEVELS, SETTINGS, Section, Setting, settings};
pub use sources::{CONFIG_ENV, Environment, Source, Sources};
pub use suggest::nearest;

/// Everything the program was told, validated.
#[derive(Clone, Debug)]
pub struct Config {
    /// How this process serves MCP clients.
    pub server: Server,
    /// Who may call.
    pub auth: Auth,
    /// The Itential Platform behind the tools.
    pub platform: Platform,
    /// Tools declared in the configuration (`[tool:NAME]`, `ITENTIAL_MCP_TOOL_*`).
    pub tools: Vec<ToolBinding>,
    /// What looked wrong but does not stop the program; for the log and `config check`.
    pub warnings: Vec<String>,
}

/// How MCP messages arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Newline-delimited JSON-RPC on standard input and output.
    Stdio,
    /// HTTP+SSE of 2024-11-05 and Streamable HTTP side by side.
    Sse,
    /// Streamable HTTP.
    Http,
}

/// How the text of a result is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseFormat {
    /// Compact JSON.
    Json,
    /// Token-Oriented Object Notation.
    Toon,
}

/// When a destructive call needs a person's agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Never ask.
    Never,
    /// Ask before every tool that declares itself destructive.
    Destructive,
}

/// What happens to a call that needs confirmation when the client cannot ask its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmFallback {
    /// Run the call.
    Allow,
    /// Refuse the call and say why.
    Deny,
}

/// `[server]`.
#[derive(Clone, Debug)]
pub struct Server {
    /// `transport`.
    pub transport: Transport,
    /// `host`: listen address; empty means every interface.
    pub host: String,
    /// `port`: 0 lets the system choose.
    pub port: u16,
    /// `certificate_file`.
    pub certificate_file: Option<PathBuf>,
    /// `private_key_file`.
    pub private_key_file: Option<PathBuf>,
    /// `client_ca_file`: require client certificates signed by these authorities.
    pub client_ca_file: Option<PathBuf>,
    /// `tls_min_version`: whether TLS 1.2 is refused.
    pub tls13_only: bool,
    /// `allow_expired_certificate`.
    pub allow_expired_certificate: bool,
    /// `path`: the MCP endpoint, beginning with `/`.
    pub path: String,
    /// `log_level`; `None` is silence.
    pub log_level: Option<log::LevelFilter>,
    /// `include_tags`: only tools with one of these tags; `None` is no filter.
    pub include_tags: Option<Vec<String>>,
    /// `exclude_tags`: never tools with one of these tags.
    pub exclude_tags: Vec<String>,
    /// `tools_path`: the Python server's custom tools; reported, never run.
    pub tools_path: Option<PathBuf>,
    /// `keepalive_interval`; `None` is off.
    pub keepalive_interval: Option<Duration>,
    /// `response_format`.
    pub response_format: ResponseFormat,
    /// `test_connection_on_startup`.
    pub test_connection_on_startup: bool,
    /// `startup_test_timeout`.
    pub startup_test_timeout: Duration,
    /// `read_only`: only tools that change nothing.
    pub read_only: bool,
    /// `no_destructive`: no tools that may destroy or interrupt something.
    pub no_destructive: bool,
    /// `slim`: tools/list without output schemas and with shorter text.
    pub slim: bool,
    /// `confirm`.
    pub confirm: Confirm,
    /// `confirm_fallback`.
    pub confirm_fallback: ConfirmFallback,
    /// `allowed_origins`: browser origins that may call.
    pub allowed_origins: Vec<String>,
    /// `allowed_hosts`: accepted `Host` names; empty is any.
    pub allowed_hosts: Vec<String>,
    /// `trusted_proxies`: peers whose `X-Forwarded-For` and `X-Real-IP` are believed.
    pub trusted_proxies: Vec<String>,
    /// `max_connections`.
    pub max_connections: usize,
    /// `max_connections_per_address`.
    pub max_connections_per_address: usize,
    /// `max_sessions`.
    pub max_sessions: usize,
    /// `metrics`: serve `/metrics`.
    pub metrics: bool,
    /// `audit_file`: one JSON line per tool call.
    pub audit_file: Option<PathBuf>,
}

/// `[auth]`, or the `auth_*` keys of `[server]`.
#[derive(Clone, Debug)]
pub struct Auth {
    /// `auth_type`.
    pub kind: AuthKind,
    /// `auth_jwks_uri`.
    pub jwks_uri: Option<String>,
    /// `auth_public_key`: PEM, a path to PEM, or a shared secret for HS algorithms.
    pub public_key: Option<Secret>,
    /// `auth_issuer`.
    pub issuer: Option<String>,
    /// `auth_audience`.
    pub audience: Vec<String>,
    /// `auth_algorithm`.
    pub algorithm: Option<String>,
    /// `auth_required_scopes`.
    pub required_scopes: Vec<String>,
    /// `auth_oauth_client_id`.
    pub oauth_client_id: Option<String>,
    /// `auth_oauth_client_secret`.
    pub oauth_client_secret: Option<Secret>,
    /// `auth_oauth_authorization_url`.
    pub oauth_authorization_url: Option<String>,
    /// `auth_oauth_token_url`.
    pub oauth_token_url: Option<String>,
    /// `auth_oauth_userinfo_url`.
    pub oauth_userinfo_url: Option<String>,
    /// `auth_oauth_scopes`.
    pub oauth_scopes: Vec<String>,
    /// `auth_oauth_redirect_uri`.
    pub oauth_redirect_uri: Option<String>,
    /// `auth_oauth_provider_type`.
    pub oauth_provider_type: Option<String>,
}

/// How callers prove who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthKind {
    /// They do not.
    None,
    /// A signed bearer token.
    Jwt,
    /// Refused at start: it never worked; `oauth_proxy` is what users want.
    Oauth,
    /// This server stands between the client and an OAuth provider.
    OauthProxy,
}

/// `[platform]`.
#[derive(Clone, Debug)]
pub struct Platform {
    /// `host`: a name or an IP literal, IPv6 without brackets.
    pub host: String,
    /// `port`; `None` is 443 with TLS and 80 without.
    pub port: Option<u16>,
    /// `disable_tls`.
    pub disable_tls: bool,
    /// `disable_verify`.
    pub disable_verify: bool,
    /// `ca_file`: authorities trusted in addition to the system's.
    pub ca_file: Option<PathBuf>,
    /// `user`.
    pub user: String,
    /// `password`.
    pub password: Secret,
    /// `client_id` and `client_secret`, when both are set: OAuth client credentials.
    pub client: Option<(String, Secret)>,
    /// `timeout`: the whole of one request.
    pub timeout: Duration,
    /// `ttl`: log in again after this long; `None` is never.
    pub ttl: Option<Duration>,
    /// `sandbox`: use the built-in simulated platform instead of a real one.
    pub sandbox: bool,
}

/// A tool declared in the configuration.
#[derive(Clone, Debug)]
pub struct ToolBinding {
    /// The name clients see.
    pub tool_name: String,
    /// The automation trigger or the Gateway Manager service.
    pub kind: BindingKind,
    /// Name of the trigger or service on the platform.
    pub name: String,
    /// `description`.
    pub description: Option<String>,
    /// `tags`, trimmed.
    pub tags: Vec<String>,
}

/// What a configured tool runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BindingKind {
    /// An automation's endpoint trigger.
    Endpoint {
        /// Name of the automation that owns the trigger.
        automation: String,
    },
    /// A Gateway Manager service.
    Service {
        /// The cluster that runs it.
        cluster: String,
    },
}
