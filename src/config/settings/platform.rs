//! `[platform]`.

use std::path::PathBuf;
use std::time::Duration;

use super::table::Kind;
use super::told::settings;
use crate::config::secret::Secret;
use crate::limits;
use crate::net::Host;

settings! {
    /// The Itential Platform behind the tools: `[platform]`.
    Platform, Platform "platform" "";

    /// Name or IP address of the Itential Platform; `host:port` is accepted
    host: Host = Platform, Kind::Host, "localhost", "host";

    /// Port of the platform; 0 means 443 with TLS and 80 without
    port: Option<u16> = Platform, Kind::Int(0, 65535), "0", "port";

    /// Talk plain HTTP to the platform
    disable_tls: bool = Platform, Kind::Bool, "false", "";

    /// Do not check the platform's certificate; prefer ca_file for a private authority
    disable_verify: bool = Platform, Kind::Bool, "false", "";

    /// PEM file with authorities to trust for the platform, beside the system's own
    ca_file: Option<PathBuf> = Platform, Kind::Path, "", "path" [ours];

    /// User name for a login with user and password
    user: String = Platform, Kind::Text, "admin", "user";

    /// Password for a login with user and password
    password: Secret = Platform, Kind::Secret, "admin", "password";

    /// OAuth client id; with client_secret it replaces user and password
    client_id: Option<String> = Platform, Kind::Text, "", "client_id";

    /// OAuth client secret, used together with client_id
    client_secret: Option<Secret> = Platform, Kind::Secret, "", "client_secret";

    /// Seconds one request to the platform may take
    timeout: Duration = Platform, Kind::Seconds(1, 86_400), "30", "secs";

    /// Requests to the platform at the same time; further ones wait, served in turn by caller
    max_requests: usize = Platform, Kind::Int(1, 4096), "128", "count" [ours];

    /// Seconds after which to log in to the platform again; 0 means only when it asks for it
    ttl: Option<Duration> = Platform, Kind::Seconds(i64::MIN, limits::INTERVAL_SECONDS), "0", "secs";

    /// Use the built-in simulated platform instead of a real one, for trying and training
    sandbox: bool = Platform, Kind::Bool, "false", "" [ours short];
}

impl Platform {
    /// Id and secret of OAuth client credentials, when both are set.
    pub fn client(&self) -> Option<(&str, &Secret)> {
        self.client_id.as_deref().zip(self.client_secret.as_ref())
    }
}
